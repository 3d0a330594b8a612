from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.telephony.forwarding.door import Door


@pytest.fixture
def door(clean_database: Database, database_url: str, tmp_path: Path) -> Iterator[Door]:
    with closing(Door(database_url, tmp_path)) as door:
        yield door
