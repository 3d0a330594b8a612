"""Files that banks exchange: deposits in, direct debits out and their results in."""
