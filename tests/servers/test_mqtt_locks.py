"""Door controllers on a real broker, over TLS with a password."""

from __future__ import annotations

import json
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from coworking.doors.locks import mqtt_lock
from coworking.doors.locks.mqtt_lock import MqttBroker, MqttLocks, read_answer
from coworking.doors.locks.protocol import LockAnswer, Unlock
from tests.processes import free_port
from tests.servers.mosquitto import broker_in

PATIENCE_SECONDS = 10.0


class Controller:
    """A controller of one door, as docs/locks.md asks for it: it opens once for a command. `answers` is what it does
    with the next commands: opened, refused, or None for silence."""

    def __init__(self, broker: MqttBroker, lock: str, answer: str | None) -> None:
        self.opened: list[str] = []
        self.answer = answer
        self._topic = f"{broker.prefix}/{lock}"
        self._subscribed = Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.username_pw_set(broker.username, broker.password)
        self._client.tls_set_context(ssl.create_default_context(cafile=str(broker.ca_file)))
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect(broker.host, broker.port)
        self._client.subscribe([(f"{self._topic}/{verb}", 1) for verb in ("unlock", "look-up")])
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        asked = json.loads(message.payload)
        command_id = asked["command_id"]
        if message.topic.endswith("/look-up"):
            self._tell(command_id, "opened" if command_id in self.opened else "unheard")
            return
        if datetime.now(UTC) >= datetime.fromisoformat(asked["expires_at"]):
            self._tell(command_id, "refused", "too-late")
            return
        if self.answer != "refused" and command_id not in self.opened:
            self.opened.append(command_id)
        if self.answer is not None:
            self._tell(command_id, self.answer, "jammed" if self.answer == "refused" else None)

    def _tell(self, command_id: str, result: str, reason: str | None = None) -> None:
        told = {"command_id": command_id, "result": result, "reason": reason}
        self._client.publish(f"{self._topic}/answer", json.dumps(told), qos=1)


def command(lock: str = "entrance") -> Unlock:
    now = datetime.now(UTC)
    return Unlock(lock, uuid.uuid4().hex, now, now + timedelta(seconds=10))


@contextmanager
def standing(broker: MqttBroker, answer: str | None) -> Iterator[tuple[MqttLocks, Controller]]:
    controller, locks = Controller(broker, "entrance", answer), MqttLocks(broker)
    try:
        yield locks, controller
    finally:
        locks.close()
        controller.close()


@pytest.fixture
def broker(mosquitto_folder: Path) -> MqttBroker:
    return broker_in(mosquitto_folder, prefix=f"doors-{uuid.uuid4().hex}")


@pytest.mark.parametrize(
    ("does", "wanted"),
    [("opened", ("opened", "done")), ("refused", ("refused", "jammed"))],
)
def test_a_controller_answers(broker: MqttBroker, does: str, wanted: tuple[str, str]) -> None:
    with standing(broker, does) as (locks, controller):
        asked = command()
        told = locks.unlock(asked)
        assert (told.state, told.detail) == wanted
        assert controller.opened == ([asked.command_id] if does == "opened" else [])


def test_a_lost_answer_is_looked_up_and_opens_nothing_more(
    broker: MqttBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_lock, "ANSWER_TIMEOUT_SECONDS", 1.0)
    with standing(broker, None) as (locks, controller):
        asked = command()
        assert locks.unlock(asked) == LockAnswer(mqtt_lock.unknown("").state, "timeout")
        assert locks.look_up(asked, None).state == "opened"
        assert controller.opened == [asked.command_id]
        assert locks.look_up(command(), None).detail == "unheard"


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nobody_at_the_door_and_no_broker_are_refusals(
    broker: MqttBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing(broker, "opened") as (locks, _):
        told = locks.unlock(command("back-door"))
        assert (told.state, told.detail) == ("refused", "no-controller")
    monkeypatch.setattr(mqtt_lock, "CONNECT_TIMEOUT_SECONDS", 1.0)
    elsewhere = MqttLocks(replace(broker, port=free_port()))
    wrong = MqttLocks(replace(broker, password="wrong"))
    unknown_authority = MqttLocks(replace(broker, ca_file=None))
    for locks in (elsewhere, wrong, unknown_authority):
        told = locks.unlock(command())
        locks.close()
        assert (told.state, told.detail) == ("refused", "unreachable")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"command_id": 7, "result": "opened"}',
        b'{"command_id": "a"}',
        b'{"command_id": "a", "result": []}',
        b"[" * 999,
    ],
)
def test_what_is_no_answer_is_passed_over(payload: bytes) -> None:
    assert read_answer(payload) is None


@pytest.mark.parametrize("reason", ["x\0y", "\ud800", "Fehler 7", "a" * 41, 7, ["jammed"], None])
def test_a_reason_is_one_word_or_not_the_controllers(reason: object) -> None:
    told = read_answer(json.dumps({"command_id": "a", "result": "refused", "reason": reason}).encode())
    assert told == ("a", mqtt_lock.refused("controller"))


class EagerClient:
    """A connection whose broker acknowledges while the message is still being published, as its own thread may."""

    on_publish: Any

    def __init__(self, *_: Any, **__: Any) -> None:
        self.connect_timeout = 0.0

    def connect_async(self, *_: Any) -> None:
        self.on_subscribe()

    def on_subscribe(self) -> None: ...

    def loop_start(self) -> None: ...

    def publish(self, *_: Any, **__: Any) -> Any:
        reason = ReasonCode(PacketTypes.PUBACK, identifier=mqtt_lock.NOBODY_SUBSCRIBED)
        thread = Thread(target=self.on_publish, args=(None, None, 1, reason, None), daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "publishing and its acknowledgement wait for each other"
        return SimpleNamespace(mid=1)


def test_an_acknowledgement_may_come_while_a_message_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_lock, "Client", EagerClient)
    locks = MqttLocks(MqttBroker("localhost", 1883, tls=False))
    for _ in range(2):
        assert locks.unlock(command()) == mqtt_lock.refused("no-controller")
