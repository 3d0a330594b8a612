"""Staff pages: what needs somebody today, calls and their review, lines and numbers, the reception phone."""

from app.console.routes import console_routes, console_start

__all__ = ["console_routes", "console_start"]
