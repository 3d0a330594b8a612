"""Where the next voice document comes from, and getting it, the fallback included."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

from telephony.carrier.sandbox.calls import Fallback, Leg
from telephony.carrier.sandbox.documents import Document, InvalidDocument, Play, parse
from telephony.carrier.sandbox.forms import Form, call_form
from telephony.carrier.sandbox.hosted import hosted
from telephony.carrier.sandbox.programs import Answer, Fetch, Wait
from telephony.carrier.sandbox.signals import CallFailed
from telephony.carrier.sandbox.webhooks import Outcome, Webhook

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

Steps = Generator[Wait | Fetch, Any, Any]

XML_TYPES = ("text/xml", "application/xml", "text/html", "application/rss+xml")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document that the application is asked for, with what the last verb came to."""

    url: str
    method: str = "POST"
    fields: Form = field(default_factory=list)
    event: str = "voice"


@dataclass(frozen=True, slots=True)
class Inline:
    """A document that came with the REST request."""

    body: str


Source = Fetched | Inline


class Loaded(NamedTuple):
    document: Document
    url: str
    """What relative addresses in the document are relative to."""


class NoDocument(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def load(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    """The document (`Loaded`), by way of the fallback URL where it must be. Raises CallFailed."""
    call = leg.call
    call.documents += 1
    if call.documents > exchange.limits.max_documents_per_call:
        raise CallFailed(11100, "too many documents in one call")
    try:
        return (yield from _load(exchange, leg, source))
    except NoDocument as failure:
        exchange.problem(leg, failure.code, str(failure))
        fallback = leg.fallback
        if fallback is None:
            raise CallFailed(failure.code, str(failure)) from failure
        url = source.url if isinstance(source, Fetched) else ""
        return (yield from _load_fallback(exchange, leg, fallback, url, failure.code))


def _load_fallback(exchange: "Exchange", leg: Leg, fallback: Fallback, url: str, code: int) -> Steps:
    told: Form = [("ErrorCode", str(code)), ("ErrorUrl", url)]
    try:
        return (yield from _load(exchange, leg, Fetched(fallback.url, fallback.method, told, "fallback")))
    except NoDocument as failure:
        exchange.problem(leg, failure.code, str(failure))
        raise CallFailed(failure.code, str(failure)) from failure


def _load(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    try:
        if isinstance(source, Inline):
            return Loaded(parse(source.body.encode()), "")
        own = hosted(source.url)
        if own is not None:
            return Loaded(parse(own), source.url)
        if not source.url.startswith(("http://", "https://")):
            raise NoDocument(11100, "no address to ask for a document")
        outcome: Outcome = yield Fetch(lambda: _ask(exchange, leg, source))
        if outcome.failure is not None or outcome.response is None:
            code, reason = outcome.failure or (11205, "no answer")
            raise NoDocument(code, reason)
        document = _read(outcome, source.url)
        exchange.feed.add(exchange.now(), "out", leg.call.label, document.summary, leg.to)
        for warning in document.warnings:
            exchange.problem(leg, 12200, warning)
        return Loaded(document, source.url.partition("#")[0])
    except InvalidDocument as invalid:
        raise NoDocument(invalid.code, str(invalid)) from invalid


def _read(outcome: Outcome, url: str) -> Document:
    response = outcome.response
    if response is None:
        raise NoDocument(11205, "no answer")
    headers = {name.lower(): value for name, value in response.headers.items()}
    content_type = headers.get("content-type", "text/xml").partition(";")[0].strip().lower()
    if content_type.startswith("audio/"):
        return Document((Play(url),))
    if content_type not in XML_TYPES:
        raise NoDocument(12300, f"content type {content_type!r}")
    return parse(response.body)


async def _ask(exchange: "Exchange", leg: Leg, source: Fetched) -> Answer:
    asked_at = exchange.now()
    outcome = await exchange.webhooks.fetch(
        Webhook(
            kind="voice",
            event=source.event,
            url=source.url,
            method=source.method,
            form=call_form(leg, exchange.account_sid, leg.status) + source.fields,
            root_sid=leg.call.root.sid,
            label=leg.call.label,
            token=exchange.new_sid(""),
            detail=f"{leg.caller} → {leg.to}",
        )
    )
    return Answer(outcome, max(exchange.now(), asked_at + timedelta(seconds=outcome.waited_seconds)))


def inform(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    """Ask for the document of a leg that has ended: the application is told, nothing is executed."""
    try:
        yield from load(exchange, leg, source)
    except CallFailed as failure:
        exchange.problem(leg, failure.code, failure.reason)


def absolute(base: str, url: str) -> str:
    """What an address in the document at `base` means, "" where it is no web address."""
    try:
        address = urljoin(base, url)
    except ValueError:
        return ""
    return address if address.startswith(("http://", "https://")) else ""
