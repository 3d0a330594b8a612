"""A door's own computer, which decides from a signed list while the network is away."""
