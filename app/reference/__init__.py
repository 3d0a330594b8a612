"""The API's description as a page: what `/api/openapi.json` says, to be read by people."""

from app.reference.routes import REFERENCE_PATH, reference_routes

__all__ = ["REFERENCE_PATH", "reference_routes"]
