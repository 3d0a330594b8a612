"""The members' side of the pages. For now: signing in, signing out, and where to go from here."""

from app.portal.sign_in import Account, HelpLine, Place, portal_routes

__all__ = ["Account", "HelpLine", "Place", "portal_routes"]
