"""The mail of a demonstration: what the service would have sent, to look at in the browser.

Mounted only when the mailer is a folder: there is no sign-in in front of it, and letters hold codes and links.
"""

from app.mailbox.routes import mailbox_routes

__all__ = ["mailbox_routes"]
