from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.databases import Databases, delete_everything
from tests.telephony.forwarding.door import Door


@pytest.fixture
def door(clean_database: Database, database_url: str, tmp_path: Path) -> Iterator[Door]:
    with closing(Door(database_url, tmp_path)) as door:
        yield door


@pytest.fixture(scope="module")
def shared_door(
    databases: Databases, database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """One door for all tests of a module that look at answers and leave nothing behind but refusals."""
    url = databases.url(database_server)
    with closing(Door(url, tmp_path_factory.mktemp("door"))) as door:
        yield door
    delete_everything(url)
