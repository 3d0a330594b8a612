"""R05: what a caller hears while the database is slow or says nothing at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlencode, urlsplit

import pytest

from app.asgi import Answer, request
from bench.slow_database import SlowWay, through
from telephony.carrier import SIGNATURE_HEADER, sign
from tests.factories.forwarding import MOBILE
from tests.factories.membership import nex
from tests.telephony.forwarding.door import (
    AUTH_TOKEN,
    PUBLIC_URL,
    VOICE,
    Door,
    Form,
    spoken,
    verbs,
    voice_form,
)

APOLOGY = nex().forwarding.announcements.apology.ja
LONG_SECONDS = 60.0


@pytest.fixture
def way(door: Door, database_url: str) -> Iterator[SlowWay]:
    """The door's own way to the database. Its pool grows to ten connections, one of which is as good as dead."""
    parts = urlsplit(database_url)
    assert parts.hostname
    assert parts.port
    way = SlowWay(parts.hostname, parts.port, slow_every=10, slow_seconds=LONG_SECONDS)
    hot = door.composition.hot
    door.run(door._open.aclose())
    port = door.run(way.start())
    hot.database_url = through(database_url, port)
    opened = AsyncExitStack()
    door.run(opened.enter_async_context(hot.opened()))
    yield way
    hot.pool().terminate()
    door.run(way.stop())


def test_one_dead_connection_in_ten_is_not_noticed_r05(door: Door, way: SlowWay) -> None:
    line = door.rent(MOBILE)
    forms = [voice_form(line.number, CallSid=f"CA{number:032x}") for number in range(60)]

    async def ask(form: Form) -> Answer:
        return await request(
            door.application,
            "POST",
            VOICE,
            headers={
                SIGNATURE_HEADER: sign(PUBLIC_URL + VOICE, form, AUTH_TOKEN),
                "content-type": "application/x-www-form-urlencoded",
            },
            body=urlencode(form).encode(),
        )

    async def one_after_the_other() -> list[Answer]:
        """Each in a turn of its own and none waiting for another's answer, so that all connections are needed."""
        asking = []
        for form in forms:
            asking.append(asyncio.create_task(ask(form)))
            await asyncio.sleep(0)
        return await asyncio.gather(*asking)

    answers = door.run(one_after_the_other())
    assert [[verb.tag for verb in verbs(answer)] for answer in answers] == [["Dial"]] * len(forms)


def test_a_caller_hears_an_apology_when_the_database_says_nothing_r05(door: Door, way: SlowWay) -> None:
    line = door.rent(MOBILE)
    door.send(VOICE, voice_form(line.number))
    way.is_silent = True
    for path in (VOICE, f"{VOICE}/next?line={line.id}&rung=0", f"{VOICE}/whisper?line={line.id}"):
        assert spoken(door.send(path, voice_form(line.number))) == APOLOGY
