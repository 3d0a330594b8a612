"""The result of a run, read through the product's public API when it is asked for, page by page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.simulate.actions.declaration import Refused
from app.simulate.scenario import ANYONE
from app.simulate.taken_back import without_taken_back
from app.simulate.world import PAGE_SIZE, World, local_text

Row = Mapping[str, Any]
Entry = dict[str, Any]


class Result:
    """What stands now; every key of the result is a collection."""

    def __init__(self, world: World, *, scenario: str, operator: str) -> None:
        self._world = world
        self._facts = {"scenario": scenario, "operator": operator}

    def fact(self, key: str) -> str:
        if key == "ended_at":
            return self._world.local_text(self._world.now)
        return self._facts[key]

    def collection(
        self, key: str
    ) -> "Listing | Nothing | Refusals | Offices | Published | PublicList | Agreements":
        if key == "refused":
            return Refusals(self._world)
        if key == "offices":
            return Offices(self._world)
        if key == "agreements":
            return Agreements(self._world)
        if key in PUBLIC_LISTS:
            return PublicList(self._world, PUBLIC_LISTS[key])
        if key in PUBLISHED:
            return Published(self._world, PUBLISHED[key])
        if key in LISTINGS and (key not in OF_LINES or self._world.deployment.lends_lines):
            return Listing(self._world, LISTINGS[key])
        return Nothing()


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries come from. `kind` is what references name; `one` finds an entry by its reference."""

    path: str
    entry: Callable[[World, Row], Entry]
    kind: str | None = None
    reference: str = "id"
    rows: Callable[[Iterable[Row]], Iterable[Row]] = iter


@dataclass(frozen=True, slots=True)
class Listing:
    world: World
    source: Source

    def get(self, name: str) -> Entry | None:
        reference = name
        if self.source.kind is not None:
            reference = self.world.references.reference(self.source.kind, name) or name
        try:
            row = self.world.pages(f"{self.source.path}/{reference}")
        except Refused:
            return None
        return self.source.entry(self.world, row)

    def items(self) -> Iterator[tuple[str, Entry]]:
        for row in self.source.rows(self.world.all_pages(self.source.path)):
            reference = str(row[self.source.reference])
            name = self.world.references.name(self.source.kind, reference) if self.source.kind else reference
            yield name, self.source.entry(self.world, row)

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        if self.source.kind is not None:
            yield from self.world.references.names(self.source.kind)


class Nothing:
    """A key of the result whose piece of the product is not there yet."""

    def get(self, name: str) -> None:
        return None

    def items(self) -> Iterable[tuple[str, Entry]]:
        return ()

    def entries(self) -> Iterable[Entry]:
        return ()

    def names(self) -> Iterable[str]:
        return ()


@dataclass(frozen=True, slots=True)
class Refusals:
    world: World

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        for name, refusal in self.world.refusals.items():
            yield name, {"step": refusal.step, "line": refusal.line, "do": refusal.do, "code": refusal.code}

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        return iter(self.world.refusals)


@dataclass(frozen=True, slots=True)
class Offices:
    """By the office's name."""

    world: World

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        for office in self.world.pages("/api/offices"):
            yield office["name"], {key: value for key, value in office.items() if key != "name"}

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        return (name for name, _ in self.items())


@dataclass(frozen=True, slots=True)
class Agreements:
    """Every version of the terms and every member of the scenario: whether it binds, when it was accepted."""

    world: World

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        for member in self.world.references.names("member"):
            reference = self.world.references.reference("member", member)
            for row in self.world.pages(f"/api/members/{reference}/terms"):
                yield f"{member}:{row['version']}", {**_record(self.world, row), "member": member}

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        return (name for name, _ in self.items())


@dataclass(frozen=True, slots=True)
class PublicList:
    """A list that anybody can read without signing in, by position from 1."""

    world: World
    what: str

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        path = f"/api/published/{self.world.deployment.operator}/{self.what}?limit={PAGE_SIZE}"
        found = self.world.api("GET", path, None, by=ANYONE)
        found = found["items"] if isinstance(found, dict) else found
        for position, row in enumerate(found, start=1):
            yield str(position), _record(self.world, row)

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        return (name for name, _ in self.items())


@dataclass(frozen=True, slots=True)
class Published:
    """What anybody can read without signing in, by the operator's name."""

    world: World
    what: str

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        name = self.world.deployment.operator
        path = f"/api/published/{name}/{self.what}"
        published: Entry = self.world.api("GET", path, None, by=ANYONE)
        yield name, published

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        yield self.world.deployment.operator


def _local(world: World, text: str | None) -> str | None:
    """An instant of the API as local time."""
    if text is None:
        return None
    return local_text(world.deployment.calendar.local(datetime.fromisoformat(text)))


def _member_name(world: World, reference: object) -> str | None:
    return None if reference is None else world.references.name("member", str(reference))


def _line_name(world: World, reference: object) -> str | None:
    return None if reference is None else world.references.name("line", str(reference))


def _member(world: World, row: Row) -> Entry:
    return {
        "kind": row["kind"],
        "name": row["name"],
        "email": row["email"],
        "plan": row["plan"],
        "status": row["status"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "options": row.get("options", []),
        "company": _member_name(world, row["company_id"]) or row["company"],
        "contract_code": row.get("contract_code"),
        "office": row["office"],
        "capacity": row.get("capacity"),
    }


def _line(world: World, row: Row) -> Entry:
    forwarding = row["forwarding"]
    return {
        "member": _member_name(world, row["member_id"]),
        "number": row["number"],
        "area_code": row["area_code"],
        "line_plan": row["line_plan"],
        "status": row["status"],
        "starts_at": _local(world, row["starts_at"]),
        "ends_at": _local(world, row["ends_at"]),
        "number_removal_confirmed_at": _local(world, row["number_removal_confirmed_at"]),
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


def _call(world: World, row: Row) -> Entry:
    return {
        "line": _line_name(world, row["line_id"]),
        "member": _member_name(world, row["member_id"]),
        "direction": row["direction"],
        "class": row["class"],
        "from": row["from"],
        "to": row["to"],
        "outcome": row["outcome"],
        "started_at": _local(world, row["started_at"]),
        "answered_at": _local(world, row["answered_at"]),
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


def _charge(world: World, row: Row) -> Entry:
    return {
        "member": _member_name(world, row["member_id"]),
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


def _invoice(world: World, row: Row) -> Entry:
    return {
        "number": row["number"],
        "kind": row["kind"],
        "member": _member_name(world, row["member_id"]),
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


def _payment(world: World, row: Row) -> Entry:
    return {
        "member": _member_name(world, row["member_id"]),
        "means": row["means"],
        "brand": row["brand"],
        "amount": row["amount"],
        "received_on": row["received_on"],
        "invoices": [paid["number"] for paid in row["invoices"]],
        "reverses": row["reverses_id"],
    }


def _slip(world: World, row: Row) -> Entry:
    return {
        "member": _member_name(world, row["member_id"]),
        "invoice": row["invoice"],
        "mail_on": row["mail_on"],
        "mailed_at": _local(world, row["mailed_at"]),
    }


def _notice(world: World, row: Row) -> Entry:
    kind, _, reference = row["to"].partition(":")
    to = _member_name(world, reference) if kind == "member" else row["to"]
    return {"to": to, "kind": row["kind"], "channel": row["channel"], "at": _local(world, row["at"])}


def _record(world: World, row: Row) -> Entry:
    """As the API has it, with the member's name and local times."""
    entry = {key: value for key, value in row.items() if key not in {"id", "member_id"}}
    if "member_id" in row:
        entry["member"] = _member_name(world, row["member_id"])
    for key in entry.keys() & LOCAL_TIMES:
        entry[key] = _local(world, entry[key])
    return entry


LOCAL_TIMES: Final = frozenset([
    "starts_at", "ends_at", "announced_at", "finished_at", "recorded_at", "refused_at", "reported_at",
    "accepted_at", "seen_at", "charged_at", "asked_at", "answered_at", "settled_at", "called_off_at",
    "published_at", "decided_at", "results_at", "made_at",
])  # fmt: skip
PUBLISHED: Final = {"price_lists": "prices", "terms": "terms"}
"""Where the public API has it."""
OF_LINES: Final = ("lines", "calls")
PUBLIC_LISTS: Final = {
    "news": "news",
    "supporters": "supporters",
    "service_stops": "service-stops",
    "partner_facilities": "partner-facilities",
}
LISTINGS: Final[dict[str, Source]] = {
    "members": Source("/api/members", _member, "member"),
    "lines": Source("/api/lines", _line, "line"),
    "calls": Source("/api/calls", _call, "call", reference="carrier_sid"),
    "charges": Source("/api/charges", _charge, rows=without_taken_back),
    "invoices": Source("/api/invoices", _invoice, reference="number"),
    "payments": Source("/api/payments", _payment, "payment"),
    "deposits": Source("/api/deposits", _record, "deposit"),
    "debits": Source("/api/debits", _record),
    "debit_mandates": Source("/api/debit-mandates", _record),
    "payment_slips": Source("/api/payment-slips", _slip),
    "notices": Source("/api/notices", _notice),
    "companies": Source("/api/member-companies", _record, reference="member_id"),
    "events": Source("/api/events", _record, "event"),
    "announcements": Source("/api/announcements", _record),
    "breaches": Source("/api/breaches", _record),
    "activity": Source("/api/activity", _record),
    "service_refusals": Source("/api/service-refusals", _record),
    "lost_things": Source("/api/lost-things", _record, "lost-thing"),
    "damages": Source("/api/damages", _record),
    "inquiries": Source("/api/inquiries", _record),
    "fault_reports": Source("/api/fault-reports", _record),
}
