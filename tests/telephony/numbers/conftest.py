from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from coworking.kit.events import Subscriptions
from telephony.numbers import (
    LineChanged,
    LineTransferred,
    NumberChanged,
    SuspensionBegun,
    SuspensionLifted,
    read_texts,
)
from tests.factories.membership import make_operator
from tests.telephony.numbers.carrier_shop import Shop, open_shop
from tests.telephony.numbers.desk import Counter


@pytest.fixture
def counter(session: Session) -> Counter:
    counter = Counter(session, make_operator(session))
    subscriptions = Subscriptions()
    subscriptions.subscribe(LineChanged, lambda _, told: counter.told.append(told))
    for event in (LineTransferred, NumberChanged, SuspensionBegun, SuspensionLifted):
        subscriptions.subscribe(event, lambda _, told: counter.events.append(told))
    read_texts()
    session.info["subscriptions"] = subscriptions
    return counter


@pytest.fixture
def shop(counter: Counter) -> Iterator[Shop]:
    """The carrier of the counter's operator."""
    shop = open_shop(counter.clock)
    carrier = counter.carriers[counter.operator_id] = shop.carrier()
    yield shop
    carrier.close()
    shop.store.close()
