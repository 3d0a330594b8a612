"""The adapter, and Twilio as respx plays it."""

from collections.abc import Iterator

import pytest
import respx

from telephony.carrier import (
    Carrier,
    Pace,
    twilio_carrier,
)
from tests.telephony.carrier.answers import (
    ACCOUNT_PATH,
)
from tests.telephony.carrier.judged_answers import SETTINGS


@pytest.fixture(scope="module")
def carrier() -> Iterator[Carrier]:
    carrier = twilio_carrier(SETTINGS, pace=Pace(0))
    yield carrier
    carrier.close()


@pytest.fixture
def twilio() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url="https://api.twilio.com" + ACCOUNT_PATH, assert_all_called=True) as router:
        yield router
