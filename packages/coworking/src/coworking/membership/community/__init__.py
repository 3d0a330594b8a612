"""Life of the membership: groups, announcements, events, news, contents, versions of the terms."""
