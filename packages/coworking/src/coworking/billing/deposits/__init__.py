"""Money that came into the bank account: read from the bank's files, matched to members, or left to staff."""
