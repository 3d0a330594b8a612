from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.console_stand import Stand, open_stand
from tests.visitor import Visitor


@pytest.fixture
def stand(clean_database: Database, tmp_path: Path) -> Iterator[Stand]:
    with closing(open_stand(clean_database.url, tmp_path)) as stand:
        yield stand


@pytest.fixture
def as_role(stand: Stand) -> Callable[[str], Visitor]:
    """Somebody signed in as that role ("member" among them), or nobody for ""."""

    def visitor(role: str) -> Visitor:
        visitor = Visitor(stand.app)
        if role:
            visitor.cookies.set("session", stand.tokens[role])
        visitor.get("/sign-in")  # the visit that form tokens belong to
        return visitor

    return visitor


@pytest.fixture
def billing(as_role: Callable[[str], Visitor]) -> Visitor:
    return as_role("billing")
