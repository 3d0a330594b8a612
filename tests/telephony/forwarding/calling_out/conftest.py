from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.telephony.forwarding.calling_out.stand import Stand
from tests.telephony.forwarding.door import Door


@pytest.fixture
def stand(door: Door) -> Iterator[Stand]:
    with closing(Stand(door)) as stand:
        yield stand
