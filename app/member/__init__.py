"""The member's pages: forwarding with one switch, calls with their price and why, what a line does and when."""

from app.member.routes import member_routes

__all__ = ["member_routes"]
