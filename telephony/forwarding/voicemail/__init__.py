"""Voicemail: messages that callers leave, members' own announcements, notices of missed calls."""
