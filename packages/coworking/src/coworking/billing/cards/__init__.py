"""Cards: registered at a provider's, charged when something is due, disputed by their holders."""
