from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coworking.kit.db import Database
from coworking.kit.errors import TryAgain
from coworking.kit.outbox import OutboxTask
from tests.factories.membership import NOW
from tests.telephony.forwarding.door import AUTH_TOKEN, VOICE, Door, voice_form


@pytest.fixture
def door(clean_database: Database, database_url: str, tmp_path: Path) -> Iterator[Door]:
    with closing(Door(database_url, tmp_path)) as door:
        yield door


def health(door: Door) -> tuple[int, Any]:
    answer = door.get("/healthz", token="")
    return answer.status, json.loads(answer.body)


def test_how_long_work_has_waited_is_told_to_everybody_r08(door: Door) -> None:
    assert health(door) == (200, {"status": "ok", "oldest_work_seconds": 0})
    with door.session() as session:
        session.add(
            OutboxTask(operator_id=door.operator_id, name="x", arguments={}, queued_at=NOW, due_at=NOW)
        )
    door.clock.advance_to(NOW + timedelta(seconds=59))
    assert health(door) == (200, {"status": "ok", "oldest_work_seconds": 59})
    door.clock.advance_to(NOW + timedelta(seconds=61))
    assert health(door) == (200, {"status": "late", "oldest_work_seconds": 61})


def test_without_a_database_it_says_so(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise TryAgain

    monkeypatch.setattr(type(door.composition.work), "backlog", away)
    assert health(door) == (503, {"status": "database-away"})


OTHER_TOKEN = "the-token-that-comes-next"


def test_while_the_token_is_changed_both_are_believed(
    clean_database: Database, database_url: str, tmp_path: Path
) -> None:
    with closing(Door(database_url, tmp_path, other_auth_token=OTHER_TOKEN)) as door:
        form = voice_form("+81454110001")
        assert [door.send(VOICE, form, token=token).status for token in (AUTH_TOKEN, OTHER_TOKEN)] == [
            200,
            200,
        ]
        assert door.send(VOICE, form, token="a-token-of-somebody-else").status == 403
