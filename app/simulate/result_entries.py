"""How the entries of a result read: what the API answers, with the scenario's names and local times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.simulate.world import World, local_text

Row = Mapping[str, Any]
Entry = dict[str, Any]


def local_time(world: World, text: str | None) -> str | None:
    """An instant of the API as local time."""
    if text is None:
        return None
    return local_text(world.deployment.calendar.local(datetime.fromisoformat(text)))


def member_name(world: World, reference: object) -> str | None:
    return None if reference is None else world.references.name("member", str(reference))


def line_name(world: World, reference: object) -> str | None:
    return None if reference is None else world.references.name("line", str(reference))


def member_entry(world: World, row: Row) -> Entry:
    return {
        "kind": row["kind"],
        "name": row["name"],
        "email": row["email"],
        "plan": row["plan"],
        "status": row["status"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "options": row.get("options", []),
        "company": member_name(world, row["company_id"]) or row["company"],
        "contract_code": row.get("contract_code"),
        "office": row["office"],
        "capacity": row.get("capacity"),
    }


def line_entry(world: World, row: Row) -> Entry:
    forwarding = row["forwarding"]
    return {
        "member": member_name(world, row["member_id"]),
        "number": row["number"],
        "area_code": row["area_code"],
        "line_plan": row["line_plan"],
        "status": row["status"],
        "starts_at": local_time(world, row["starts_at"]),
        "ends_at": local_time(world, row["ends_at"]),
        "number_removal_confirmed_at": local_time(world, row["number_removal_confirmed_at"]),
        "registered": list(row["registered_phones"]),
        "forwarding": {
            "on": forwarding["on"],
            "to": [to["number"] for to in forwarding["to"]],
            "strategy": forwarding["strategy"],
            "press_one": forwarding["press_one"],
            "ring_seconds": [to["ring_seconds"] for to in forwarding["to"]],
            "schedule": forwarding["schedule"],
        },
    }


def call_entry(world: World, row: Row) -> Entry:
    return {
        "line": line_name(world, row["line_id"]),
        "member": member_name(world, row["member_id"]),
        "direction": row["direction"],
        "class": row["class"],
        "from": row["from"],
        "to": row["to"],
        "outcome": row["outcome"],
        "started_at": local_time(world, row["started_at"]),
        "answered_at": local_time(world, row["answered_at"]),
        "seconds": row["seconds"],
        "units": row["units"],
        "unit_seconds": row["unit_seconds"],
        "unit_price": row["unit_price"],
        "amount": row["amount"],
        "month": row["month"],
        "legs": [
            {key: leg[key] for key in ("role", "to", "class", "seconds", "status")} for leg in row["legs"]
        ],
    }


def charge_entry(world: World, row: Row) -> Entry:
    return {
        "member": member_name(world, row["member_id"]),
        "what": row["what"],
        "service_month": row["service_month"],
        "quantity": row["quantity"],
        "unit_price": row["unit_price"],
        "amount": row["amount"],
        "tax_mode": row["tax_mode"],
        "closes_on": row["closes_on"],
        "due_on": row["due_on"],
        "invoice": row.get("invoice"),
    }


def invoice_entry(world: World, row: Row) -> Entry:
    return {
        "number": row["number"],
        "kind": row["kind"],
        "member": member_name(world, row["member_id"]),
        "addressee": row["addressee"]["email"],
        "addressee_name": row["addressee"]["name"],
        "issued_on": row["issued_on"],
        "due_on": row["due_on"],
        "lines": [
            {key: line[key] for key in ("what", "service_month", "quantity", "unit_price", "amount", "rate")}
            for line in row["lines"]
        ],
        "subtotal": row["subtotal"],
        "tax": row["tax"],
        "total": row["total"],
        "status": row["status"],
        "paid_on": row["paid_on"],
        "pays_by": row["pays_by"],
        "registration_number": row["registration_number"],
    }


def payment_entry(world: World, row: Row) -> Entry:
    return {
        "member": member_name(world, row["member_id"]),
        "means": row["means"],
        "brand": row["brand"],
        "amount": row["amount"],
        "received_on": row["received_on"],
        "invoices": [paid["number"] for paid in row["invoices"]],
        "reverses": row["reverses_id"],
    }


def reservation_entry(world: World, row: Row) -> Entry:
    return {
        "member": member_name(world, row["member_id"]),
        "space": row["space"],
        "from": local_time(world, row["starts_at"]),
        "to": local_time(world, row["ends_at"]),
        "people": row["people"],
        "via": row["via"],
        "status": row["status"],
        "amount": row["amount"],
        "payment": row["payment"],
    }


def slip_entry(world: World, row: Row) -> Entry:
    return {
        "member": member_name(world, row["member_id"]),
        "invoice": row["invoice"],
        "mail_on": row["mail_on"],
        "mailed_at": local_time(world, row["mailed_at"]),
    }


def notice_entry(world: World, row: Row) -> Entry:
    kind, _, reference = row["to"].partition(":")
    to = member_name(world, reference) if kind == "member" else row["to"]
    return {"to": to, "kind": row["kind"], "channel": row["channel"], "at": local_time(world, row["at"])}


def record_entry(world: World, row: Row) -> Entry:
    """As the API has it, with the member's name and local times."""
    entry = {key: value for key, value in row.items() if key not in {"id", "member_id"}}
    if "member_id" in row:
        entry["member"] = member_name(world, row["member_id"])
    for key in entry.keys() & LOCAL_TIMES:
        entry[key] = local_time(world, entry[key])
    return entry


def exit_case_entry(world: World, row: Row) -> Entry:
    """With the names of the steps that are done, and of those that are not."""
    steps = world.pages(f"/api/exit-cases/{row['id']}")["steps"]
    return {
        **record_entry(world, row),
        "done": [step["step"] for step in steps if step["done_on"] is not None],
        "open": [step["step"] for step in steps if step["done_on"] is None],
    }


def door_event_entry(world: World, row: Row) -> Entry:
    """A code that the member scanned is a QR as much as one that was scanned of theirs."""
    return {
        "door": row["door"],
        "site": row["site"],
        "member": member_name(world, row["member_id"]),
        "at": local_time(world, row["at"]),
        "by": "qr" if row["by"] == "entrance-code" else row["by"],
        "act": row["act"],
        "allowed": row["allowed"],
        "reason": row["reason"],
    }


def mail_entry(world: World, row: Row) -> Entry:
    member = member_name(world, row["member_id"])
    return {
        "member": member,
        "kind": row["kind"],
        "status": row["status"],
        "location": row["location"],
        "instruction": row["instruction"],
        "history": [
            {
                "at": local_time(world, event["at"]),
                "what": event["what"],
                "by": member if event["by"] == "member" and member is not None else event["by"],
                "instruction": event["instruction"],
            }
            for event in row["history"]
        ],
    }


LOCAL_TIMES: Final = frozenset([
    "starts_at", "ends_at", "announced_at", "finished_at", "recorded_at", "refused_at", "reported_at",
    "accepted_at", "seen_at", "charged_at", "asked_at", "answered_at", "settled_at", "called_off_at",
    "published_at", "decided_at", "results_at", "made_at", "entered_at", "planned_until", "left_at", "issued_at",
    "blocked_at", "ended_at", "lent_at", "returned_at", "verified_at", "opened_at", "closed_at",
])  # fmt: skip
