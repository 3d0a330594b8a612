"""Facts that one package tells and another acts on, without either importing the other.

Two kinds. *In the same session*: a handler runs at once inside the transaction that told the fact, and the two stand
or fall together. *Through the outbox*: the handler is a task that runs later (the subscriber enqueues it). Which
package hears what is wired in one place by the application. Correctness never hangs on an event alone: who needs a fact
asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
Handler = Callable[[Session, E], None]


class Subscriptions:
    """Who hears which event. Made once by the application, then only read."""

    def __init__(self) -> None:
        self._handlers: dict[type[Any], list[Handler[Any]]] = defaultdict(list)

    def subscribe(self, event_type: type[E], handler: Handler[E]) -> None:
        self._handlers[event_type].append(handler)

    def handlers(self, event_type: type[E]) -> list[Handler[E]]:
        return self._handlers.get(event_type, [])


def tell(session: Session, event: object) -> None:
    """Run every handler of this event in this transaction; an error in one undoes the whole."""
    subscriptions: Subscriptions | None = session.info.get("subscriptions")
    if subscriptions is None:
        raise LookupError("this session has no subscriptions: open it through kit.db.Database")
    for handler in subscriptions.handlers(type(event)):
        handler(session, event)
