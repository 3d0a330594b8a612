"""The simulator's page, its state for the page's script, and what a person can do there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.simulator import dialling
from app.simulator.errors import (
    NoSuchPhone,
    NotASetting,
    PhoneNotReady,
    PhoneNumberTaken,
    WallFull,
)
from app.simulator.prices import PriceBoard, PriceOf
from app.simulator.snapshot import PhoneStatus, Snapshot
from app.simulator.wall import Wall, WallReading, shown_calls
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable
from telephony.carrier.sandbox import NoCall, Sandbox
from telephony.carrier.sandbox.real_time import PacedClock

SPEEDS = (1, 10, 60)
MOST_PHONES = 24
MOST_HINTS = 3
DELAY_SECONDS = 5.0
DROPPED_EVENTS = frozenset({"completed"})  # the one whose loss hurts: it ends the call

_READY: dict[str, frozenset[PhoneStatus]] = {
    "dial": frozenset({"idle"}),
    "answer": frozenset({"ringing"}),
    "reject": frozenset({"ringing"}),
    "press": frozenset({"dialling", "talking", "prompt"}),
    "hang-up": frozenset({"dialling", "talking", "prompt"}),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A call worth trying: the rented number (E.164), the phones on the wall that will ring, the line's name."""

    number: str
    rings: tuple[str, ...]
    line_name: str = ""


@dataclass(frozen=True, slots=True)
class _Hint:
    number: str
    sentence: Markup
    button: str


@dataclass(frozen=True, slots=True)
class _Chip:
    name: str
    word: str
    told: str
    on: bool


_DISTURBANCES = {
    "duplicate": (translatable("Duplicate"), translatable("Duplicate: every webhook is sent twice.")),
    "reorder": (translatable("Reorder"), translatable("Reorder: status webhooks overtake each other.")),
    "delay": (translatable("Delay"), translatable("Delay: status webhooks come 5 seconds late.")),
    "drop": (translatable("Drop"), translatable("Drop: the webhook of a call's end is never sent.")),
}


def simulator_routes(
    pages: Pages,
    sandbox: Sandbox,
    clock: PacedClock,
    *,
    price_of: PriceOf,
    suggestions: Callable[[], Sequence[Suggestion]] = tuple,
    path: str = "/simulator",
) -> list[BaseRoute]:
    """The page at `path` and what it asks for, over a sandbox that `real_time.run` keeps going on the same event loop.

    `price_of` and `suggestions` may block: they run in a thread. Whoever reaches the page holds every phone on it:
    mount it only where the sandbox is the carrier.
    """
    simulator = _Simulator(pages, sandbox, clock, PriceBoard(price_of), suggestions, path)
    posts = {
        "dial": simulator.dial,
        "answer": simulator.answer,
        "press": simulator.press,
        "hang-up": simulator.hang_up,
        "reject": simulator.reject,
        "phones": simulator.add_phone,
        "clock": simulator.set_clock,
        "disturbances": simulator.disturb,
    }
    return [
        Route(path, simulator.page, methods=["GET"], name="simulator"),
        Route(f"{path}/state", simulator.state, methods=["GET"], name="simulator-state"),
        *(
            form_route(pages, f"{path}/{act}", handler, name=f"simulator-{act}")
            for act, handler in posts.items()
        ),
    ]


class _Simulator:
    def __init__(
        self,
        pages: Pages,
        sandbox: Sandbox,
        clock: PacedClock,
        prices: PriceBoard,
        suggestions: Callable[[], Sequence[Suggestion]],
        path: str,
    ) -> None:
        self._pages = pages
        self._sandbox = sandbox
        self._clock = clock
        self._prices = prices
        self._suggestions = suggestions
        self._path = path
        self._instance = secrets.token_hex(4)  # tells the page's script that the feed began anew

    async def page(self, request: Request) -> Response:
        reader = self._pages.reader(request)
        suggestions = await run_sync(self._suggestions)
        snapshot = self._snapshot()
        reading = await self._reading(
            snapshot, reader, suggested=suggestions[0].number if suggestions else ""
        )
        return self._pages.render(
            request,
            "simulator/page.html",
            path=self._path,
            wall=reading.wall(),
            clock=self._clock,
            speeds=SPEEDS,
            hints=_hints(suggestions, snapshot, reader),
            disturbances=self._chips(reader),
            instance=self._instance,
            last_seq=snapshot["seq"],
            **_no_problems(),
        )

    async def state(self, request: Request) -> Response:
        """What changed since the feed's number `after`, as parts of the page that its script puts in place."""
        reader = self._pages.reader(request)
        snapshot = self._snapshot()
        same_instance = request.query_params.get("instance") == self._instance
        after = request.query_params.get("after", "")
        reading = await self._reading(snapshot, reader)
        wall = reading.wall(int(after[:12]) if same_instance and after.isascii() and after.isdigit() else 0)
        shown = request.query_params.get("phones", "").split(",")
        return JSONResponse(
            {
                "instance": self._instance,
                "form_token": self._pages.form_token(request),
                "clock": wall.clock_time,
                "speed": self._clock.speed,
                "paused": self._clock.paused,
                "disturbances": {chip.name: chip.on for chip in self._chips(reader)},
                **self._parts(wall, reader, shown),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _parts(self, wall: Wall, reader: Reader, shown: Sequence[str]) -> dict[str, Any]:
        def html(name: str, **facts: Any) -> str:
            return self._pages.html(f"simulator/{name}.html", reader, **facts).strip()

        return {
            "strip": html("strip", wall=wall),
            "phones": [
                {
                    "key": phone.key,
                    "tone": phone.tone,
                    "keys": phone.keys,
                    "label": phone.label,
                    "screen": html("screen", phone=phone),
                    "acts": html("acts", phone=phone),
                    "heard": [html("heard_line", line=line) for line in phone.heard],
                    "card": html("phone", phone=phone) if phone.key not in shown else None,
                }
                for phone in wall.phones
            ],
            "calls": [{"sid": call.sid, "html": html("call", call=call, wall=wall)} for call in wall.calls],
            "feed": [{"seq": line.seq, "html": html("feed_line", line=line)} for line in wall.feed],
        }

    async def dial(self, _request: Request, form: Form) -> Response:
        dialled = dialling.read_dialled(form.get("to", ""))
        return self._done(
            "dial", form, lambda phone: self._sandbox.dial(phone, dialled.to, withheld=dialled.withheld)
        )

    async def answer(self, _request: Request, form: Form) -> Response:
        return self._done("answer", form, self._sandbox.answer)

    async def press(self, _request: Request, form: Form) -> Response:
        keys = dialling.read_keys(form.get("digits", ""))
        return self._done("press", form, lambda phone: self._sandbox.press(phone, keys))

    async def hang_up(self, _request: Request, form: Form) -> Response:
        return self._done("hang-up", form, self._sandbox.hang_up)

    async def reject(self, _request: Request, form: Form) -> Response:
        return self._done("reject", form, self._sandbox.reject)

    def _done(self, act: str, form: Form, perform: Callable[[str], object]) -> Response:
        phone = self._phone_for(act, form)
        try:
            perform(phone)
        except NoCall:  # the other side was quicker
            raise PhoneNotReady from None
        return Response(status_code=204)

    def _phone_for(self, act: str, form: Form) -> str:
        """The number of the phone that the form names. Raises NoSuchPhone, PhoneNotReady."""
        number = form.get("phone", "")
        for phone in self._snapshot()["phones"]:
            if phone["number"] == number:
                if phone["state"] not in _READY[act]:
                    raise PhoneNotReady
                return number
        raise NoSuchPhone

    async def add_phone(self, request: Request, form: Form) -> Response:
        """A new phone for the wall; the form again with what is wrong with it."""
        language = self._pages.reader(request).language
        entered = {"entered_name": form.get("name", ""), "entered_number": form.get("number", "")}
        problems: dict[str, str] = {}
        name = number = ""
        try:
            name = dialling.read_phone_name(entered["entered_name"])
        except UserError as error:
            problems["name_problem"] = error.sentence(language)
        try:
            number = dialling.read_phone_number(entered["entered_number"])
            if number in self._sandbox.phones:
                raise PhoneNumberTaken
        except UserError as error:
            problems["number_problem"] = error.sentence(language)
        if len(self._sandbox.phones) >= MOST_PHONES:
            problems["problem"] = WallFull(most=MOST_PHONES).sentence(language)
        if problems:
            facts: dict[str, Any] = {**_no_problems(), **entered, **problems, "path": self._path}
            return self._pages.render(request, "simulator/add_phone.html", status=422, **facts)
        self._sandbox.add_phone(dialling.new_phone(name, number))
        return Response(status_code=204, headers={"HX-Trigger": "phone-added"})

    async def set_clock(self, _request: Request, form: Form) -> Response:
        speed, paused = form.get("speed"), form.get("paused")
        if speed is not None:
            if speed not in map(str, SPEEDS):
                raise NotASetting
            self._clock.set_speed(int(speed))
        if paused is not None:
            if _switch(paused):
                self._clock.pause()
            else:
                self._clock.resume()
        return Response(status_code=204)

    async def disturb(self, _request: Request, form: Form) -> Response:
        on = _switch(form.get("on", ""))
        disturbances = self._sandbox.disturbances
        match form.get("name"):
            case "duplicate":
                disturbances.duplicate = on
            case "reorder":
                disturbances.reorder = on
            case "delay":
                disturbances.delay_seconds = DELAY_SECONDS if on else 0.0
            case "drop":
                disturbances.drop = set(DROPPED_EVENTS) if on else set()
            case _:
                raise NotASetting
        return Response(status_code=204)

    def _chips(self, reader: Reader) -> list[_Chip]:
        set_now = self._sandbox.disturbances
        on = {
            "duplicate": set_now.duplicate,
            "reorder": set_now.reorder,
            "delay": set_now.delay_seconds > 0,
            "drop": bool(set_now.drop),
        }
        return [
            _Chip(name, reader.gettext(word), reader.gettext(told), on[name])
            for name, (word, told) in _DISTURBANCES.items()
        ]

    def _snapshot(self) -> Snapshot:
        return cast(Snapshot, self._sandbox.snapshot())

    async def _reading(self, snapshot: Snapshot, reader: Reader, *, suggested: str = "") -> WallReading:
        ended = {
            call["sid"]: datetime.fromisoformat(call["ended_at"])
            for call in shown_calls(snapshot)
            if call["ended_at"] is not None
        }
        prices = await run_sync(self._prices.prices, ended, datetime.fromisoformat(snapshot["now"]))
        return WallReading(snapshot, reader, prices, suggested)


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise NotASetting
    return text == "1"


def _no_problems() -> dict[str, Any]:
    names = ("entered_name", "entered_number", "problem", "name_problem", "number_problem")
    return dict.fromkeys(names, "")


def _hints(suggestions: Sequence[Suggestion], snapshot: Snapshot, reader: Reader) -> list[_Hint]:
    """Who should dial what, and whose phone then rings; only where that phone stands on the wall."""
    names = {phone["number"]: phone["name"] for phone in snapshot["phones"]}
    if not names:
        return []
    first = next(iter(names.values()))
    hints = []
    for suggestion in suggestions[:MOST_HINTS]:
        ringing = [names[number] for number in suggestion.rings if number in names]
        if not ringing:
            continue
        number = reader.phone(suggestion.number)
        sentence = reader.gettext("%(caller)s calls %(number)s: %(ringing)s rings.")
        if suggestion.line_name:
            sentence = reader.gettext("%(caller)s calls %(number)s (%(line)s): %(ringing)s rings.")
        shown = Markup(sentence) % {  # noqa: S704 - our own sentence; Markup's % escapes what is put into it
            "caller": first,
            "number": Markup('<span class="n">{}</span>').format(number),
            "line": suggestion.line_name,
            "ringing": reader.gettext(", then ").join(ringing),
        }
        hints.append(_Hint(number, shown, reader.gettext("Try it: call %(number)s", number=number)))
    return hints
