from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door


@pytest.fixture
def door(clean_database: Database, database_url: str, tmp_path: Path) -> Iterator[Door]:
    with closing(Door(database_url, tmp_path)) as door:
        yield door


@pytest.fixture
def carrier_line(door: Door) -> Iterator[CarrierLine]:
    with closing(CarrierLine(door)) as carrier_line:
        yield carrier_line
