"""How the world pays: on the due date, by the member's means, unless the scenario says otherwise.

Cards are charged by the service itself; the world enters them at the provider's page. Transfers arrive in the bank's
file of the day, debited accounts in its file of results. Everything else reaches the service as staff record it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from app.simulate.actions.declaration import Refused
from coworking.billing.zengin.debit_files import Result

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

BY_MEANS: Final = "by-means"
NEVER: Final = "never"
CARD: Final = "card"
BANK_TRANSFER: Final = "bank-transfer"
DIRECT_DEBIT: Final = "direct-debit"
GOOD_CARD: Final = "ok"
BAD_CARD: Final = "declined"
UNPAID: Final = ("issued", "part-paid")
BILLING: Final = "billing"
PAGE_SIZE: Final = 200

Row = dict[str, Any]


class Paying:
    """Who pays how in one world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._pays: dict[int, str] = {}
        self._without_first: set[int] = set()
        self._left_out: set[str] = set()
        self._answers: dict[int, Result] = {}
        self._debited: set[str] = set()
        """Invoices of which the bank has said what became of them."""

    def begin(self, step: "Step", member: str) -> None:
        """A member has joined and pays what is due at once, unless the step leaves that out."""
        reference = int(member)
        self._pays[reference] = step.text("pays", BY_MEANS)
        if "payment" in step.texts("without"):
            self._without_first.add(reference)
        elif self._pays[reference] in (BY_MEANS, NEVER) and self._means(reference) == CARD:
            self.enter_card(reference, BAD_CARD if self._pays[reference] == NEVER else GOOD_CARD)
        if self._means(reference) == DIRECT_DEBIT:
            self.sign_mandate(reference)
        self.pay_what_is_due(reference)

    def pay_what_is_due(self, member: int | None = None) -> None:
        """Pay invoices that are due by today, of one member or of all, which are not overdue yet."""
        transferred: list[Row] = []
        debited: list[Row] = []
        for invoice in list(self._due(member)):
            reference, number = int(invoice["member_id"]), str(invoice["number"])
            means = self._means(reference)
            if means == DIRECT_DEBIT and self._world.deployment.debits_accounts:
                debited.append(invoice)
            if self._pays.get(reference, BY_MEANS) != BY_MEANS or number in self._left_out:
                continue
            if reference in self._without_first:
                self._without_first.remove(reference)
                self._left_out.add(number)
            elif means == BANK_TRANSFER:
                transferred.append(invoice)
            elif invoice in debited:
                continue
            elif means != CARD:
                self.pay(invoice)
            elif self._world.pages(f"/api/members/{reference}/card")["card"] is None:
                self.enter_card(reference, GOOD_CARD)
        if debited:
            transferred += self._debit(debited)
        if transferred:
            self._world.banking.transfer(
                [(f"{one['number']} {one['addressee']['name']}", _owed(one)) for one in transferred]
            )

    def sign_mandate(self, member: int) -> None:
        """For an operator that debits accounts."""
        if self._world.deployment.debits_accounts:
            self._world.banking.sign_mandate(member)

    def answer_of_bank(self, member: int, result: str) -> None:
        """From now on the bank says so of the member's debits."""
        self._answers[member] = Result[result.replace("-", "_").upper()]

    def _debit(self, invoices: list[Row]) -> list[Row]:
        """Debit accounts for what is due; returns what the bank was not asked for and is transferred instead."""
        self._world.banking.ask_today()
        self._world.banking.answer(self._result_of)
        return [
            invoice
            for invoice in invoices
            if invoice["number"] not in self._debited
            and self._is_paid(invoice["member_id"], invoice["number"])
        ]

    def _result_of(self, row: Row) -> Result:
        self._debited.add(row["invoice"])
        if row["member_id"] in self._answers:
            return self._answers[row["member_id"]]
        return Result.PAID if self._is_paid(row["member_id"], row["invoice"]) else Result.NO_FUNDS

    def _is_paid(self, member: int, number: str) -> bool:
        return self._pays.get(member, BY_MEANS) == BY_MEANS and number not in self._left_out

    def pay(
        self,
        invoice: Row,
        *,
        means: str | None = None,
        brand: str | None = None,
        amount: int | None = None,
        by: str = BILLING,
    ) -> str:
        """What is owed on an invoice, or so many yen, by the member's means unless another is named; as staff record
        it. Returns the payment's reference."""
        reference = int(invoice["member_id"])
        way = self._way(reference) or {}
        means = means or way.get("means")
        brands = way.get("brands", {}).get(means, ())
        body = {
            "member_id": reference,
            "means": means,
            "amount": amount if amount is not None else _owed(invoice),
            "invoice": invoice["number"],
        }
        if brand or brands:
            body["brand"] = brand or (way.get("brand") if way.get("brand") in brands else brands[0])
        return str(self._world.api("POST", "/api/payments", body, by=by)["id"])

    def enter_card(self, member: int, card: str) -> None:
        """The member asks to register a card and enters one at the provider's page."""
        path = f"/api/members/{member}"
        self._world.api("POST", f"{path}/card-setups", None, by=BILLING)
        setup = self._world.pages(f"{path}/card")["setup"]
        self._world.deployment.enter_card(setup["reference"], card)
        self._world.catch_up()

    def _means(self, member: int) -> str | None:
        way = self._way(member)
        return str(way["means"]) if way is not None else None

    def _way(self, member: int) -> Row | None:
        """None for whom the operator has no way to pay."""
        try:
            way: Row = self._world.api("GET", f"/api/members/{member}/payment-method", None, by=BILLING)
        except Refused:
            return None
        return way

    def _due(self, member: int | None) -> Iterator[Row]:
        after: int | None = 0
        while after is not None:
            query = {
                "status": UNPAID,
                "due_to": self._world.today.isoformat(),
                "kind": "invoice",
                "limit": str(PAGE_SIZE),
                "after": str(after),
                **({} if member is None else {"member_id": str(member)}),
            }
            page = self._world.pages("/api/invoices", **query)
            yield from page["items"]
            after = page.get("next")


def _owed(invoice: Row) -> int:
    return int(invoice["total"]) - int(invoice["paid"]) - int(invoice["credited"])
