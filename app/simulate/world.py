"""The world of one run: the service in this process, people who act on it, and the only clock.

Nothing here knows a rule. People act through the HTTP API with their own tokens, callers through the carrier, and
what the service itself is to do later is done when the clock comes to it.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from app.asgi import Answer, request
from app.simulate.actions.declaration import Refused
from app.simulate.banking import Banking
from app.simulate.deployment import Deployment
from app.simulate.errors import FailedRun, Place
from app.simulate.evaluation import Answers, NoAnswer, evaluate
from app.simulate.paying import Paying
from app.simulate.references import References
from app.simulate.scenario import ANYONE, STAFF_ROLES, Expectation, Step
from app.simulate.telephones import Telephones

MOST_DAYS_AHEAD: Final = 36_500
LONGEST_PROBLEM: Final = 400
NUMBERS_BOUGHT_AT_ONCE: Final = 10
PAGE_SIZE: Final = 200
SIGN_IN: Final = "/api/sign-in"
LONGEST_WAIT_OF_WORK: Final = timedelta(minutes=1)
LONGEST_WAIT_UNDER_LOAD: Final = timedelta(hours=1)
"""What callers cause is worked off together: at most so late, on the same local day, and before anybody looks. What is
due at a time is done at that time. Under load it waits longer, as for a busy worker, and the runner has it done after
every so many calls."""


@dataclass(frozen=True, slots=True)
class MemberEntry:
    reference: int
    email: str
    area_code: str
    """Of the member's office."""
    sign_in_name: str


@dataclass(frozen=True, slots=True)
class LineEntry:
    """`holder` is the scenario's name of the member who rents it."""

    reference: int
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class Refusal:
    step: int
    line: int
    do: str
    code: str


class World:
    """Synchronous for its callers; the service runs on the loop that is owned here."""

    def __init__(
        self, deployment: Deployment, loop: asyncio.AbstractEventLoop, place: Place, language: str = "ja"
    ) -> None:
        self.deployment = deployment
        self.references = References()
        self.refusals: dict[str, Refusal] = {}
        self.answers: Answers | None = None
        self.place = place
        self.label = ""
        self.forwarded: set[int] = set()
        """Lines whose forwarding was set before."""
        self.pins: dict[int, str] = {}
        """By line."""
        self.breaches: dict[int, int] = {}
        """The latest prohibited act on record, by line."""
        self.mail_addressees: dict[str, str] = {}
        """To whom items that staff have not assigned yet are addressed, by item."""
        self.telephones = Telephones(self)
        self.banking = Banking(self)
        self.paying = Paying(self)
        deployment.sweeps = (*deployment.sweeps, self.paying.pay_what_is_due)
        self.under_load = False
        self._loop = loop
        self._language = language
        self._members: dict[str, MemberEntry] = {}
        self._lines: dict[str, LineEntry] = {}
        self._queue_due_at = deployment.upcoming().due_at
        self._work_waits_until: datetime | None = None
        self._next_sweep_at = deployment.next_sweep_at()
        self._tokens: dict[str, tuple[str, datetime]] = {}

    # The clock.

    @property
    def now(self) -> datetime:
        return self.deployment.clock.now()

    @property
    def today(self) -> date:
        return self.deployment.calendar.local_date(self.now)

    @property
    def month(self) -> str:
        return self.deployment.calendar.local_month(self.now)

    def instant(self, local: datetime) -> datetime:
        """The instant of a local time without a zone."""
        return self.deployment.calendar.instant(local.date(), local.time())

    def local_text(self, at: datetime) -> str:
        """`YYYY-MM-DDTHH:MM`, with seconds only where there are some."""
        return local_text(self.deployment.calendar.local(at))

    def advance_to(self, at: datetime) -> None:
        """Move the clock on; everything due on the way, up to and including `at`, is done in its order."""
        if at < self.now:
            raise FailedRun(self.place, "clock-back", at=self.local_text(at), now=self.local_text(self.now))
        if at - self.now > timedelta(days=MOST_DAYS_AHEAD):
            raise FailedRun(self.place, "too-far", limit=MOST_DAYS_AHEAD)
        while (due_at := self._next_stop()) is not None and due_at <= at:
            self.reach(due_at)
        self.reach(at)

    def settle(self) -> None:
        """Let every call come to its end, and whatever is due by then be done."""
        sandbox = self.deployment.sandbox
        while True:
            due_at = self._next_due_at()
            if due_at is None or (due_at > self.now and not sandbox.exchange.live):
                return
            self.reach(due_at)

    def advance_while(self, waits: Callable[[], bool]) -> None:
        """Let time pass, from one thing that is due to the next, for as long as `waits` says so."""
        while waits() and (due_at := self._next_due_at()) is not None:
            self.reach(due_at)

    def _next_stop(self) -> datetime | None:
        """The next instant at which the service itself has something to do. What the carrier does on the way, it does
        in its order; what it causes is worked off on the same local day."""
        stops = [self._queue_due_at, self._work_waits_until, self._next_sweep_at]
        carrier_at = self.deployment.sandbox.next_due_at()
        if carrier_at is not None:
            stops.append(self._latest_for_work(carrier_at))
        return min((at for at in stops if at is not None), default=None)

    def _end_of_day(self, at: datetime) -> datetime:
        """The last second of an instant's local day."""
        calendar = self.deployment.calendar
        next_day = calendar.local_date(at) + timedelta(days=1)
        return calendar.instant(next_day, time(0, 0)) - timedelta(seconds=1)

    def _next_due_at(self) -> datetime | None:
        upcoming = (
            self.deployment.sandbox.next_due_at(),
            self._queue_due_at,
            self._work_waits_until,
            self._next_sweep_at,
        )
        return min((at for at in upcoming if at is not None), default=None)

    def reach(self, at: datetime) -> None:
        """Set the clock to `at` and do what is due there; what was overdue is done now."""
        at = max(at, self.now)
        carrier_at = self.deployment.sandbox.next_due_at() or at
        self._loop.run_until_complete(self.deployment.sandbox.advance(at))
        if self._next_sweep_at is not None and self._next_sweep_at <= at:
            for sweep in self.deployment.sweeps:
                self._guarded(sweep)
            self._next_sweep_at = self.deployment.next_sweep_at()
        if self.deployment.work_waits and self._work_waits_until is None:
            self._work_waits_until = self._latest_for_work(min(carrier_at, at))
        if any(
            due_at is not None and due_at <= at for due_at in (self._queue_due_at, self._work_waits_until)
        ):
            self._work()

    def _latest_for_work(self, since: datetime) -> datetime:
        """The latest instant for work that waits since then; never earlier than now."""
        return max(self.now, min(since + self._longest_wait(), self._end_of_day(since)))

    def _longest_wait(self) -> timedelta:
        return LONGEST_WAIT_UNDER_LOAD if self.under_load else LONGEST_WAIT_OF_WORK

    def catch_up(self) -> None:
        """Do the work that waits, if any: somebody is about to look."""
        if self.deployment.work_waits:
            self._work()

    def _work(self) -> None:
        self._work_waits_until = None
        try:
            self._guarded(self.deployment.work)
        finally:
            # What the work itself has queued for now it has also done.
            self.deployment.work_waits = False
        upcoming = self.deployment.upcoming()
        if upcoming.failure is not None:
            raise FailedRun(self.place, "work-failed", problem=upcoming.failure)
        self._queue_due_at = upcoming.due_at

    def _guarded(self, perform: Any) -> None:
        try:
            perform()
        except Exception as error:
            raise FailedRun(
                self.place, "work-failed", problem=f"{type(error).__name__}: {error}"[:LONGEST_PROBLEM]
            ) from error

    # People.

    def api(self, method: str, path: str, body: dict[str, Any] | None, *, by: str) -> Any:
        """One request as that person: `staff`, `billing`, `reception`, `anyone` or a member's name. The answer's
        JSON (None where there is none). Raises Refused with the stable code."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._read(self._asked(method, path, content, by), method, path)

    def send_file(self, path: str, content: bytes, *, by: str) -> Any:
        """Upload a file; the answer's JSON. Raises Refused."""
        return self._read(self._asked("POST", path, content, by, "application/octet-stream"), "POST", path)

    def file(self, path: str, *, by: str) -> bytes:
        """Download a file. Raises Refused."""
        answer = self._asked("GET", path, b"", by)
        if answer.status >= 400:
            self._read(answer, "GET", path)
        return answer.body

    def _asked(
        self, method: str, path: str, content: bytes, by: str, content_type: str = "application/json"
    ) -> Answer:
        token = self._token(by)
        self.catch_up()
        answer = self._send(method, path, content, token, content_type)
        if method != "GET":
            self.catch_up()
        return answer

    def _send(
        self,
        method: str,
        path: str,
        content: bytes,
        token: str | None,
        content_type: str = "application/json",
    ) -> Answer:
        headers = {"accept": "application/json", "accept-language": self._language}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if content:
            headers["content-type"] = content_type
        url = f"{self.deployment.public_url}{path}"
        return self._loop.run_until_complete(
            request(self.deployment.application, method, url, headers=headers, body=content)
        )

    def pages(self, path: str, **query: str | Sequence[str]) -> Any:
        """One page of a list, as staff see it."""
        asked = f"{path}?{urlencode(query, doseq=True)}" if query else path
        return self.api("GET", asked, None, by=STAFF_ROLES[0])

    def all_pages(self, path: str) -> Iterator[Any]:
        """Every item of a list, as staff see it, page by page."""
        after: str | None = None
        while True:
            page = self.pages(path, limit=str(PAGE_SIZE), **({"after": after} if after else {}))
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    def _read(self, answer: Answer, method: str, path: str) -> Any:
        if answer.status < 400:
            return json.loads(answer.body) if answer.body else None
        try:
            problem = json.loads(answer.body)
            code, sentence = str(problem["code"]), str(problem.get("detail", ""))
        except (ValueError, KeyError, TypeError):
            code, sentence = "", answer.body.decode("utf-8", "replace")[:LONGEST_PROBLEM]
        if not code or answer.status >= 500:
            raise FailedRun(
                self.place,
                "service-failed",
                step=f"{method} {path}",
                problem=" ".join(part for part in (str(answer.status), code, sentence) if part),
            )
        raise Refused(code, sentence)

    def _token(self, by: str) -> str | None:
        if by == ANYONE:
            return None
        if by not in self._tokens or self._tokens[by][1] <= self.now:
            name = self.deployment.staff[by] if by in STAFF_ROLES else self._members[by].sign_in_name
            wanted = {"email": name, "password": self.deployment.password}
            content = json.dumps(wanted).encode()
            signed_in = self._read(self._send("POST", SIGN_IN, content, None), "POST", SIGN_IN)
            self._tokens[by] = (signed_in["token"], self.now + self.deployment.token_lasts)
        return self._tokens[by][0]

    def restock(self, area_code: str) -> None:
        """Staff buy numbers of an area code from the carrier and enter them."""
        file = self.deployment.buy_numbers(area_code, NUMBERS_BOUGHT_AT_ONCE)
        self.api("POST", "/api/numbers", {"csv": file}, by=STAFF_ROLES[0])

    # Things with names.

    def enter_member(self, created: dict[str, Any], name: str) -> str:
        self._members[name] = MemberEntry(
            int(created["id"]),
            str(created["email"]),
            self.deployment.area_codes[created["office"]],
            str(created.get("sign_in_name") or created["email"]),
        )
        self._tokens.pop(name, None)
        return str(created["id"])

    def mailed_link(self, address: str, place: str) -> str:
        """The token of the latest link under this path that was mailed to the address. Raises Refused where there is
        none."""
        self.catch_up()
        for body in self.deployment.mails_to(address):
            found = re.search(rf"/{place}/(rsl_[A-Za-z0-9_-]+)", body)
            if found is not None:
                return found[1]
        raise Refused("not-found", "no such link was mailed to this address")

    def enter_line(self, created: dict[str, Any], name: str, holder: str) -> str:
        self._lines[name] = LineEntry(int(created["id"]), str(created["number"]), holder)
        return str(created["id"])

    def member(self, name: str) -> MemberEntry:
        return self._members[name]

    def line(self, name: str) -> LineEntry:
        return self._lines[name]

    def lines_of(self, holder: str) -> list[LineEntry]:
        """In the order in which the scenario made them."""
        return [line for line in self._lines.values() if line.holder == holder]

    def is_line(self, name: str) -> bool:
        return name in self._lines

    def number(self, text: str) -> str:
        """The rented number of a line of that name, otherwise the text as it is."""
        return self._lines[text].number if text in self._lines else text

    def keep_refusal(self, step: Step, name: str | None, refused: Refused) -> None:
        key = name or str(step.number)
        while key in self.refusals:
            key += "'"
        self.refusals[key] = Refusal(step.number, step.line, step.do, refused.code)

    # Expectations.

    def check(self, expectations: Sequence[Expectation]) -> None:
        """Raises FailedRun at the first comparison that does not hold."""
        for expected in expectations:
            assert self.answers is not None
            try:
                outcome = evaluate(expected.comparison, self.answers)
            except NoAnswer as error:
                raise FailedRun(
                    expected.place, "no-answer-to-path", text=expected.comparison.text, problem=error.problem
                ) from error
            if not outcome.holds:
                raise FailedRun(
                    expected.place,
                    "expectation",
                    text=expected.comparison.text,
                    left=outcome.left,
                    right=outcome.right,
                )


def local_text(local: datetime) -> str:
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")
