from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.api_house import open_house
from tests.app.accounts.account_desk import AccountDesk


@pytest.fixture
def desk(clean_database: Database, tmp_path: Path) -> Iterator[AccountDesk]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield AccountDesk(house)
