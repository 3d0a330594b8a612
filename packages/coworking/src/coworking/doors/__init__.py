"""Who is let in, by what, and who is there now: credentials, decisions, visits, locks."""
