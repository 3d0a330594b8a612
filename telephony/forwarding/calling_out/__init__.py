"""Calls that begin with us: click-to-call, lent desk phones, the reception phone at an office.

Nothing is imported here: routing cards read this package's tables, and its modules read the cards.
"""
