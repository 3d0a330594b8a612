"""Door controllers on an MQTT broker: our own words, for a controller that somebody builds or configures.

We publish `{prefix}/{lock}/unlock` with `{"command_id", "expires_at"}` (ISO 8601, UTC) and hear
`{prefix}/{lock}/answer` with `{"command_id", "result": "opened" | "refused", "reason"}`, all with QoS 1. A controller
opens once for a command id, however often it comes, and never at or after `expires_at`; the broker forgets the message
by then as well (MQTT 5 message expiry). To `{prefix}/{lock}/look-up` it answers what became of a command, or
`"result": "unheard"`.
docs/locks.md describes it for who builds the controller.
"""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from threading import Lock as ThreadLock
from typing import Any, Final

import structlog
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from coworking.doors.locks.protocol import UNLOCKED, LockAnswer, Unlock, refused, unknown

CONNECT_TIMEOUT_SECONDS: Final = 3.0
ANSWER_TIMEOUT_SECONDS: Final = 5.0
KEEPALIVE_SECONDS: Final = 30
QOS: Final = 1
LONGEST_MESSAGE: Final = 1_000
REASON: Final = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
NOBODY_SUBSCRIBED: Final = 0x10
"""https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html, table 3-4"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MqttBroker:
    """Where controllers are reached. With TLS the certificate must be for the host; `ca_file` None means the machine's
    authorities."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    prefix: str = "doors"


class MqttLocks:
    """The controllers of one broker; a lock's reference is its part of the topic. One connection, made with the first
    command and kept."""

    def __init__(self, broker: MqttBroker) -> None:
        self._broker = broker
        self._client: Client | None = None
        self._ready = Event()
        self._guard = ThreadLock()
        self._waiting: dict[str, SimpleQueue[LockAnswer]] = {}
        self._published: dict[int, str] = {}
        self._acknowledged: dict[int, ReasonCode] = {}

    def unlock(self, asked: Unlock) -> LockAnswer:
        message = {"command_id": asked.command_id, "expires_at": asked.expires_at.astimezone(UTC).isoformat()}
        seconds = max(1, int((asked.expires_at - asked.sent_at).total_seconds()))
        return self._ask(asked, "unlock", message, seconds)

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        seconds = int(ANSWER_TIMEOUT_SECONDS)
        answer = self._ask(asked, "look-up", {"command_id": asked.command_id}, seconds)
        return answer if answer.detail not in ("unreachable", "no-controller") else unknown("not-looked-up")

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def _ask(self, asked: Unlock, verb: str, message: dict[str, str], lasts_seconds: int) -> LockAnswer:
        client = self._connected()
        if client is None:
            return refused("unreachable")
        answers: SimpleQueue[LockAnswer] = SimpleQueue()
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types for it
        properties.MessageExpiryInterval = lasts_seconds
        topic = f"{self._broker.prefix}/{asked.lock_reference}/{verb}"
        with self._guard:
            self._waiting[asked.command_id] = answers
        # Without the guard: paho calls back while it holds the lock that publishing takes.
        sent = client.publish(topic, json.dumps(message), qos=QOS, properties=properties)
        with self._guard:
            acknowledged = self._acknowledged.pop(sent.mid, None)
            if acknowledged is None:
                self._published[sent.mid] = asked.command_id
        if acknowledged is not None and acknowledged.value == NOBODY_SUBSCRIBED:
            answers.put(refused("no-controller"))
        try:
            return answers.get(timeout=ANSWER_TIMEOUT_SECONDS)
        except Empty:
            return unknown("timeout")
        finally:
            with self._guard:
                self._waiting.pop(asked.command_id, None)

    def _connected(self) -> Client | None:
        """The connection, once it hears answers; None where there is none in time."""
        with self._guard:
            if self._client is None:
                self._client = self._open()
        return self._client if self._ready.wait(CONNECT_TIMEOUT_SECONDS) else None

    def _open(self) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            ca_file = str(self._broker.ca_file) if self._broker.ca_file else None
            client.tls_set_context(ssl.create_default_context(cafile=ca_file))
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.connect_timeout = CONNECT_TIMEOUT_SECONDS
        client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_SECONDS)
        client.loop_start()
        return client

    def _on_connect(self, client: Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            log.warning("the door broker refuses us", host=self._broker.host, reason=str(reason))
            return
        client.subscribe(f"{self._broker.prefix}/+/answer", qos=QOS)

    def _on_subscribe(self, *_: Any) -> None:
        self._ready.set()

    def _on_disconnect(self, *_: Any) -> None:
        self._ready.clear()

    def _on_publish(self, _: Client, __: Any, message_id: int, reason: ReasonCode, ___: Any) -> None:
        """Once for each message, and at times before who published it knows its number: the second of both finds the
        first."""
        with self._guard:
            command_id = self._published.pop(message_id, None)
            if command_id is None:
                self._acknowledged[message_id] = reason
        if command_id is not None and reason.value == NOBODY_SUBSCRIBED:
            self._tell(command_id, refused("no-controller"))

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        told = read_answer(message.payload)
        if told is not None:
            self._tell(*told)

    def _tell(self, command_id: str, answer: LockAnswer) -> None:
        with self._guard:
            waiting = self._waiting.get(command_id)
        if waiting is not None:
            waiting.put(answer)


def read_answer(payload: bytes | bytearray) -> tuple[str, LockAnswer] | None:
    """The command and what became of it; None for what is no answer."""
    if len(payload) > LONGEST_MESSAGE:
        return None
    try:
        told = json.loads(payload)
        command_id, result = told["command_id"], told["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(command_id, str) or not isinstance(result, str):
        return None
    reason = told.get("reason")
    word = reason if isinstance(reason, str) and REASON.fullmatch(reason) else "controller"
    answer = {"opened": UNLOCKED, "refused": refused(word), "unheard": unknown("unheard")}.get(result)
    return None if answer is None else (command_id, answer)
