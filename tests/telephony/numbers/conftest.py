from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from coworking.kit.events import Subscriptions
from telephony.numbers import (
    LineChanged,
)
from tests.factories.membership import make_operator
from tests.telephony.numbers.desk import Counter


@pytest.fixture
def counter(session: Session) -> Counter:
    counter = Counter(session, make_operator(session))
    subscriptions = Subscriptions()
    subscriptions.subscribe(LineChanged, lambda _, told: counter.told.append(told))
    session.info["subscriptions"] = subscriptions
    return counter
