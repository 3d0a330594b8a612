"""The bank of one world: members transfer to the operator's account, and it debits theirs for the operator's files."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.simulate.actions.declaration import Refused
from coworking.billing.zengin.debit_files import Result, with_results

if TYPE_CHECKING:
    from app.simulate.world import World

BILLING: Final = "billing"
PAGE_SIZE: Final = 200
NOTHING_HERE: Final = frozenset({"not-a-bank-day", "nothing-to-debit", "direct-debit-not-offered"})
"""Why a bank is not asked today."""

Row = dict[str, Any]


class Banking:
    def __init__(self, world: "World") -> None:
        self._world = world

    def sign_mandate(self, member: int) -> None:
        """The member's paper, which the bank has taken."""
        body = {
            "bank_code": "0001",
            "branch_code": "001",
            "account_kind": "ordinary",
            "account_number": f"{member % 10_000_000:07}",
            "holder": f"カイイン {member}",
            "is_active": True,
        }
        self._world.api("POST", f"/api/members/{member}/debit-mandates", body, by=BILLING)

    def transfer(self, rows: Sequence[tuple[str, int]], by: str = BILLING) -> list[Row]:
        """Today's payers and yen, as the bank's file that staff read in; the deposits that came of it."""
        day = self._world.today.isoformat()
        lines = [f'{day},{amount},"{payer.replace(chr(34), "")}"' for payer, amount in rows]
        content = "\r\n".join(["日付,入金額,摘要", *self._earlier_today(), *lines, ""]).encode()
        file = self._world.send_file("/api/deposits/files", content, by=by)
        told = self._all(f"/api/deposits?from_day={day}&to_day={day}&")
        return [one for one in told if one["file_id"] == file["id"]]

    def ask_today(self) -> bool:
        """Staff have accounts debited today for what is in no batch yet; says whether the bank was asked."""
        try:
            self._world.api("POST", "/api/debits", {"debit_on": self._world.today.isoformat()}, by=BILLING)
        except Refused as refused:
            if refused.code in NOTHING_HERE:
                return False
            raise
        return True

    def answer(self, result_of: Callable[[Row], Result]) -> None:
        """The bank returns the results of every batch whose day has come."""
        for batch in self._all("/api/debits?state=written&"):
            if batch["debit_on"] <= self._world.today.isoformat():
                path = f"/api/debits/{batch['id']}"
                results = [result_of(row) for row in self._all(f"{path}/rows?")]
                asked = self._world.file(f"{path}/file", by=BILLING)
                self._world.send_file(f"{path}/results", with_results(asked, results), by=BILLING)

    def _earlier_today(self) -> Iterable[str]:
        """A bank's file of a day holds all of the day so far."""
        day = self._world.today.isoformat()
        for one in self._all(f"/api/deposits?from_day={day}&to_day={day}&"):
            yield f'{day},{one["amount"]},"{one["payer"]}"'

    def _all(self, path: str) -> Iterable[Row]:
        after = 0
        while True:
            page = self._world.api("GET", f"{path}limit={PAGE_SIZE}&after={after}", None, by=BILLING)
            yield from page["items"]
            if page["next"] is None:
                return
            after = page["next"]
