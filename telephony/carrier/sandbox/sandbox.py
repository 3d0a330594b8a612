"""The carrier on this machine: what the rest of Rusuban holds of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import httpx

from coworking.kit.clock import Clock
from telephony.carrier.sandbox.calls import Leg
from telephony.carrier.sandbox.exchange import Exchange, Limits, Problem
from telephony.carrier.sandbox.feed import Feed
from telephony.carrier.sandbox.numbers import Inventory
from telephony.carrier.sandbox.phones import Behaviour, Phone
from telephony.carrier.sandbox.reactions import press
from telephony.carrier.sandbox.rest import Rest
from telephony.carrier.sandbox.rest_messages import receive as receive_message
from telephony.carrier.sandbox.sip import SipDomain, dial_domain, user_and_domain
from telephony.carrier.sandbox.snapshot import snapshot
from telephony.carrier.sandbox.store import Store
from telephony.carrier.sandbox.timeline import Timeline
from telephony.carrier.sandbox.webhooks import Deliver, Disturbances, Webhooks


class UnknownPhone(KeyError):
    """No phone of this number stands in the sandbox."""


class NoCall(Exception):
    """The phone has no call for which this could be done."""


class Sandbox:
    """A Twilio-compatible carrier with phones around it, driven by `advance`.

    Acts of people (`dial`, `answer` …) and REST requests may come from any thread and take effect with the next
    `advance`; `advance` itself is called by one loop only.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        account_sid: str,
        auth_token: str,
        deliver: Deliver,
        store: Store,
        seed: int = 0,
        limits: Limits | None = None,
    ) -> None:
        self.phones: dict[str, Phone] = {}
        """By E.164 or SIP address."""
        self.sip_domains: dict[str, SipDomain] = {}
        """The account's SIP domains by name: a phone of one, added by its address, calls through it."""
        self.feed = Feed()
        self.timeline = Timeline(clock)
        self._store = store
        self._webhooks = Webhooks(self.timeline, store, self.feed, deliver, auth_token, seed)
        self.exchange = Exchange(
            timeline=self.timeline,
            store=store,
            feed=self.feed,
            webhooks=self._webhooks,
            inventory=Inventory(store, seed),
            phones=self.phones,
            account_sid=account_sid,
            seed=seed,
            limits=limits or Limits(),
        )
        self._rest = Rest(self.exchange, auth_token)

    @property
    def disturbances(self) -> Disturbances:
        return self._webhooks.disturbances

    @disturbances.setter
    def disturbances(self, disturbances: Disturbances) -> None:
        self._webhooks.disturbances = disturbances

    @property
    def problems(self) -> list[Problem]:
        """What Twilio's debugger would show, oldest first: documents that failed, attributes out of range."""
        return list(self.exchange.problems)

    @property
    def media_seconds(self) -> dict[str, float]:
        """Lengths of media by the URL that a <Play> names; others take `documents.PLAY_SECONDS`."""
        return self.exchange.media_seconds

    def handle(self, request: httpx.Request) -> httpx.Response:
        """The REST API. Does no I/O but the store's; what it starts happens with the next `advance`."""
        with self.timeline.lock:
            return self._rest.handle(request)

    def next_due_at(self) -> datetime | None:
        return self.timeline.next_due_at()

    async def advance(self, to: datetime) -> None:
        """Perform everything due up to and including `to`; a VirtualClock stands at `to` afterwards."""
        await self.timeline.advance(to)

    def flush(self) -> None:
        """Write what waits in memory."""
        self._store.flush()

    def add_phone(self, phone: Phone) -> None:
        """A phone of the same number is replaced; its calls go on."""
        with self.timeline.lock:
            before = self.phones.get(phone.number)
            if before is not None:
                phone.legs, phone.heard = before.legs, before.heard
                for leg in phone.legs:
                    leg.phone = phone
            self.phones[phone.number] = phone

    def dial(
        self,
        phone: str,
        to: str,
        *,
        withheld: str | None = None,
        forwarded_from: str | None = None,
        behaviour: Behaviour | None = None,
        behaviours: Mapping[str, Behaviour] | None = None,
        stir_verstat: str | None = None,
    ) -> str:
        """A phone calls a number; the SID of its leg.

        `withheld` is the carrier's spelling of a caller who does not show the number (anonymous, Restricted,
        unavailable, +266696687, +86282452253 or nothing). `behaviour` holds for the
        caller in this call, `behaviours` (by number) for the phones that this call rings: so calls that overlap
        may differ. A number that is not the account's is called in the outside network, without record or webhook.
        A phone of a SIP domain dials keys; for it `withheld` is what it writes into its From header.
        """
        with self.timeline.lock:
            caller = self._phone(phone)
            shown = phone if withheld is None else withheld
            exchange = self.exchange
            domain = self.sip_domains.get(user_and_domain(phone)[1])
            if domain is not None:
                leg = dial_domain(
                    exchange,
                    domain,
                    caller,
                    to,
                    from_header=shown,
                    behaviour=behaviour,
                    behaviours=behaviours,
                )
            elif to in exchange.inventory.owned:
                leg = exchange.arrive(
                    shown,
                    to,
                    phone=caller,
                    behaviour=behaviour,
                    behaviours=behaviours,
                    forwarded_from=forwarded_from,
                    stir_verstat=stir_verstat,
                )
            else:
                leg = exchange.dial_outside(
                    shown, to, phone=caller, behaviour=behaviour, behaviours=behaviours
                )
            return leg.sid

    def behave(self, call_sid: str, behaviours: Mapping[str, Behaviour]) -> None:
        """How phones behave in a call that was placed over REST and does not ring yet, by number or SIP address."""
        with self.timeline.lock:
            leg = self.exchange.live.get(call_sid)
            if leg is None:
                raise NoCall(call_sid)
            leg.call.behaviours.update(behaviours)

    def text(self, phone: str, to: str, body: str) -> str:
        """A phone sends a text message to a number of the account; the SID of the message."""
        with self.timeline.lock:
            return receive_message(self.exchange, self._phone(phone).number, to, body)

    def answer(self, phone: str) -> None:
        leg = self._leg(phone, ringing=True)
        self.timeline.soon(lambda: self.exchange.answer(leg))

    def press(self, phone: str, digits: str) -> None:
        leg = self._leg(phone)
        self.timeline.soon(lambda: press(self.exchange, leg, digits))

    def hang_up(self, phone: str) -> None:
        leg = self._leg(phone)
        self.timeline.soon(lambda: self.exchange.hang_up(leg))

    def reject(self, phone: str) -> None:
        leg = self._leg(phone, ringing=True)
        self.timeline.soon(lambda: self.exchange.hang_up(leg))

    def repeat_webhooks(
        self,
        call_sid: str,
        which: Literal["all", "voice", "status"] = "all",
        times: int = 1,
        order: Literal["same", "reversed", "shuffled"] = "same",
        drop: list[str] | None = None,
    ) -> int:
        """Send again, with the next `advance`, what was sent about a call; how many webhooks that will be."""
        with self.timeline.lock:
            row = self.exchange.leg_row(call_sid)
            root_sid = row.root_sid if row else call_sid
            return self._webhooks.repeat(root_sid, which, times, order, drop or [])

    def snapshot(self, since: int = 0) -> dict[str, Any]:
        """The state as JSON for the simulator page; of the feed only what is newer than number `since`."""
        with self.timeline.lock:
            return snapshot(self.exchange, since)

    def _phone(self, number: str) -> Phone:
        try:
            return self.phones[number]
        except KeyError:
            raise UnknownPhone(number) from None

    def _leg(self, number: str, *, ringing: bool = False) -> Leg:
        legs = self._phone(number).legs
        for leg in reversed(legs):
            if not ringing or (leg.direction != "inbound" and leg.answered_at is None):
                return leg
        raise NoCall(number)
