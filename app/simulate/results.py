"""The result of a run, read through the product's public API when it is asked for, page by page."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.simulate.actions.declaration import Refused
from app.simulate.result_entries import (
    Entry,
    Row,
    call_entry,
    charge_entry,
    door_event_entry,
    exit_case_entry,
    invoice_entry,
    line_entry,
    mail_entry,
    member_entry,
    notice_entry,
    payment_entry,
    record_entry,
    reservation_entry,
    slip_entry,
)
from app.simulate.scenario import ANYONE
from app.simulate.taken_back import without_taken_back
from app.simulate.world import PAGE_SIZE, World


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
    ) -> "Listing | Nothing | Refusals | Offices | Document | PublicList | Agreements":
        if key == "refused":
            return Refusals(self._world)
        if key == "offices":
            return Offices(self._world)
        if key == "agreements":
            return Agreements(self._world)
        if key in PUBLIC_LISTS:
            return PublicList(self._world, PUBLIC_LISTS[key])
        if key in PUBLISHED:
            path = f"/api/published/{self._world.deployment.operator}/{PUBLISHED[key]}"
            return Document(self._world, path, ANYONE)
        if key == HOUSE:
            return Document(self._world, "/api/house", "staff")
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
    one_by_one: bool = True
    """Whether the API shows an entry by its reference; else it is looked for in the list."""
    rows: Callable[[Iterable[Row]], Iterable[Row]] = iter


@dataclass(frozen=True, slots=True)
class Listing:
    world: World
    source: Source

    def get(self, name: str) -> Entry | None:
        reference = name
        if self.source.kind is not None:
            reference = self.world.references.reference(self.source.kind, name) or name
        if not self.source.one_by_one:
            return next((entry for found, entry in self.items() if found == name), None)
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
                yield f"{member}:{row['version']}", {**record_entry(self.world, row), "member": member}

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
            yield str(position), record_entry(self.world, row)

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        return (name for name, _ in self.items())


@dataclass(frozen=True, slots=True)
class Document:
    """What one address answers, by the operator's name: to anybody without signing in, or to staff."""

    world: World
    path: str
    by: str

    def get(self, name: str) -> Entry | None:
        return dict(self.items()).get(name)

    def items(self) -> Iterator[tuple[str, Entry]]:
        document: Entry = self.world.api("GET", self.path, None, by=self.by)
        yield self.world.deployment.operator, document

    def entries(self) -> Iterator[Entry]:
        return (entry for _, entry in self.items())

    def names(self) -> Iterator[str]:
        yield self.world.deployment.operator


PUBLISHED: Final = {"price_lists": "prices", "terms": "terms"}
"""Where the public API has it."""
HOUSE: Final = "house"
"""What members read about the place (SAK-36, SAK-48)."""
OF_LINES: Final = ("lines", "calls")
PUBLIC_LISTS: Final = {
    "news": "news",
    "supporters": "supporters",
    "service_stops": "service-stops",
    "partner_facilities": "partner-facilities",
}
LISTINGS: Final[dict[str, Source]] = {
    "members": Source("/api/members", member_entry, "member"),
    "lines": Source("/api/lines", line_entry, "line"),
    "calls": Source("/api/calls", call_entry, "call", reference="carrier_sid"),
    "charges": Source("/api/charges", charge_entry, "charge", one_by_one=False, rows=without_taken_back),
    "invoices": Source("/api/invoices", invoice_entry, reference="number"),
    "door_events": Source("/api/door-events", door_event_entry, "door-event", one_by_one=False),
    "visits": Source("/api/visits", record_entry),
    "access_cards": Source("/api/access-cards", record_entry),
    "vouchers": Source("/api/parking-vouchers", record_entry, "voucher"),
    "reservations": Source("/api/reservations", reservation_entry, "reservation"),
    "lent_things": Source("/api/lent-things", record_entry, "lent-thing"),
    "payments": Source("/api/payments", payment_entry, "payment"),
    "deposits": Source("/api/deposits", record_entry, "deposit"),
    "debits": Source("/api/debits", record_entry),
    "debit_mandates": Source("/api/debit-mandates", record_entry),
    "payment_slips": Source("/api/payment-slips", slip_entry),
    "notices": Source("/api/notices", notice_entry),
    "companies": Source("/api/member-companies", record_entry, reference="member_id"),
    "events": Source("/api/events", record_entry, "event"),
    "announcements": Source("/api/announcements", record_entry),
    "breaches": Source("/api/breaches", record_entry),
    "activity": Source("/api/activity", record_entry),
    "service_refusals": Source("/api/service-refusals", record_entry),
    "lost_things": Source("/api/lost-things", record_entry, "lost-thing"),
    "damages": Source("/api/damages", record_entry),
    "inquiries": Source("/api/inquiries", record_entry),
    "mail": Source("/api/mail", mail_entry, "mail"),
    "fault_reports": Source("/api/fault-reports", record_entry),
    "identity_records": Source("/api/identity-records", record_entry),
    "registrations": Source("/api/address-registrations", record_entry, "registration"),
    "certificates": Source("/api/address-certificates", record_entry, "certificate"),
    "exit_cases": Source("/api/exit-cases", exit_case_entry),
    "address_misuses": Source("/api/address-misuses", record_entry, "misuse"),
}
