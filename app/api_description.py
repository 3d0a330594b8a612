"""The description of the API with what every change takes beside its own parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from app.api_routers import ROUTES
from app.idempotent_requests import takes_key
from app.problem_answers import PROBLEM_JSON
from coworking.kit.paging import CSV, MOST_IN_FILE, listed_model
from coworking.membership.idempotency import LONGEST_KEY

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Chosen by the client for one change. The same key with the same request has the first answer again; with "
        "another request it is refused (`idempotency-key-reused`). Kept for a day."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "example": "5f0c7a2e-join-sato",
}
FILE = {
    "schema": {
        "type": "string",
        "description": (
            f"All rows of the list, at most {MOST_IN_FILE:,}, in UTF-8 with a byte order mark; `limit` has no say. The "
            "columns are the fields: with a dot for a field in another, JSON where there are many in one."
        ),
    }
}
SUMMARY = "Telephone and office services of a virtual-office operator."
DESCRIPTION = (
    "Times are UTC in ISO 8601. Amounts are decimal text in yen. Lists come in pages: pass `next` as `after`; "
    "`sort` says by what, and whoever asks for `text/csv` in `Accept` gets all of a list, up to 10,000 rows. "
    "What goes wrong comes as problem details (RFC 9457) with a stable `code` and a sentence in Japanese or "
    "English by `Accept-Language`. A change that comes with an `Idempotency-Key` happens once, however often "
    "it is sent within a day."
)
TAGS = [
    {"name": "sign-in", "description": "A token for a mail address and a password."},
    {
        "name": "accounts",
        "description": "Registering, passwords, mail addresses, passkeys, second factors; accounts of staff.",
    },
    {"name": "members", "description": "People and companies, their plans, their identity records."},
    {"name": "contracts", "description": "What is agreed with a member: plans, options, pauses, the end."},
    {"name": "companies", "description": "Companies and groups, and who belongs to them."},
    {"name": "people", "description": "What is held about a person: taking it away, erasing it, keeping it."},
    {"name": "imports", "description": "Taking over from another system."},
    {"name": "community", "description": "Groups, announcements, events, news, contents, terms."},
    {
        "name": "incidents",
        "description": "Prohibited acts, lost property, damage, inquiries, faults, stops of the service.",
    },
    {
        "name": "registered address",
        "description": "Uses of the address: declarations, proofs, certificates, exit cases, misuse.",
    },
    {
        "name": "places",
        "description": "Places open and closed, what members read about the house, what it lends.",
    },
    {
        "name": "reservations",
        "description": "Spaces, when they are free, who reserved them; calendars for other programs.",
    },
    {"name": "doors", "description": "Doors, locks, codes and cards; visits and what happened at the doors."},
    {
        "name": "door agents",
        "description": "A door's own computer: its token, its signed list, its events.",
    },
    {
        "name": "mail",
        "description": "Items from their intake to their end: photos, instructions, scans, hand-over, batches.",
    },
    {"name": "numbers", "description": "The stock of numbers by area code."},
    {"name": "lines", "description": "Numbers lent to members, and the phones that may steer them."},
    {"name": "forwarding", "description": "Where a line's calls go."},
    {"name": "voicemail", "description": "Messages that callers left; what callers hear if nobody answers."},
    {
        "name": "control",
        "description": "Steering a line by phone and text message: PINs, what came of it, undoing it.",
    },
    {"name": "usage", "description": "What calls of a month came to, live."},
    {"name": "caps", "description": "Caps that were neared or reached, and those that members set."},
    {
        "name": "billing review",
        "description": "Calls by filter, reversals, the carrier's records, margins, other rate cards.",
    },
    {"name": "calls", "description": "Calls with their legs, their price and the reason for it."},
    {"name": "charges", "description": "What was posted, and the sums of a month."},
    {"name": "billing runs", "description": "Runs by period: the preview, what is parked, issuing."},
    {"name": "invoices", "description": "Invoices, credit notes, receipts."},
    {"name": "payments", "description": "What was paid and how, cards, payment slips, refunds."},
    {"name": "deposits", "description": "The bank's files of deposits, and whose they are."},
    {"name": "direct debit", "description": "Mandates, files for the bank, and their results."},
    {"name": "books", "description": "The journal in double entry, closed months, what the checks found."},
    {"name": "webhooks", "description": "Addresses of members that are told of calls, and what was sent."},
    {"name": "notices", "description": "What was written to members, with its times."},
    {"name": "published", "description": "Price list and terms, for anybody."},
]
REFUSED = {"description": "Refused: the problem says why.", "content": {PROBLEM_JSON: {}}}
"""In place of what FastAPI answers with by itself."""
CHANGING = ("post", "put", "patch", "delete")


@cache
def describe() -> dict[str, Any]:
    """The OpenAPI description, made once."""
    description = get_openapi(
        title="Rusuban",
        version="0.1.0",
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=ROUTES,
        tags=TAGS,
    )
    for route in iter_route_contexts(ROUTES):
        if listed_model(route.original_route) is not None and "GET" in (route.methods or ()):
            answer = description["paths"][route.path_format]["get"]["responses"]["200"]
            answer["content"][CSV] = FILE
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            operation["responses"]["422"] = REFUSED
            if method in CHANGING and takes_key(path) and "security" in operation:
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    for unused in ("HTTPValidationError", "ValidationError"):
        description["components"]["schemas"].pop(unused)
    return description
