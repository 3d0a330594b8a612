"""Which lock each door has: as the settings say, or the sandbox lock where they name none for the operator."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from app.lock_settings import MQTT_PORTS, LockKind, LockSettings
from app.operators import OperatorInForce
from app.setting_words import SettingProblem, SettingsError
from coworking.doors.locks.akerun import TOKEN_URL as AKERUN_TOKEN_URL
from coworking.doors.locks.akerun import AkerunLock
from coworking.doors.locks.commands import AssignedLock, LocksInForce, LocksOfOperator
from coworking.doors.locks.mqtt_lock import MqttBroker, MqttLocks
from coworking.doors.locks.protocol import Lock
from coworking.doors.locks.remote_lock import TOKEN_URL as REMOTE_LOCK_TOKEN_URL
from coworking.doors.locks.remote_lock import RemoteLock
from coworking.doors.locks.sandbox_lock import SandboxLocks
from coworking.doors.locks.sesame import SesameLock
from coworking.doors.locks.vendor_http import vendor_client
from coworking.doors.locks.vendor_tokens import ClientCredentials, RefreshTokens
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.profile_fields import Words
from coworking.kit.sealing import FieldKeys

NO_DOOR = Words("プロファイルにないドアです", "is no door of the profile")


def locks_in_force(
    database: Database, clock: Clock, keys: FieldKeys, operators: Sequence[OperatorInForce]
) -> LocksInForce:
    """Nothing is reached yet: a broker or a vendor is when its first door is to open. Raises `SettingsError` for a door
    that the operator's profile has not."""
    if wrong := [problem for operator in operators for problem in _unknown_doors(operator)]:
        raise SettingsError(wrong)
    openers = {operator.id: _Openers(database, clock, keys, operator.id) for operator in operators}
    return LocksInForce(
        database, {operator.id: openers[operator.id].locks(operator.settings.locks) for operator in operators}
    )


def _unknown_doors(operator: OperatorInForce) -> Iterator[SettingProblem]:
    doors = tuple(operator.profile.doors.doors) if operator.profile.doors is not None else ()
    listed = ", ".join(doors) or "-"
    for one in operator.settings.locks:
        if one.door not in doors:
            yield SettingProblem(
                f"operators: {operator.profile.name}: locks: door", one.door, NO_DOOR, Words(listed, listed)
            )


class _Openers:
    """Makes an operator's locks; doors of one account share what speaks for it."""

    def __init__(self, database: Database, clock: Clock, keys: FieldKeys, operator_id: int) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._operator_id = operator_id
        self._client = vendor_client()
        self._accounts: dict[tuple[object, ...], Lock] = {}

    def locks(self, settings: Sequence[LockSettings]) -> LocksOfOperator:
        if not settings:
            return LocksOfOperator({}, SandboxLocks(self._database, self._clock, self._operator_id))
        return LocksOfOperator({one.door: AssignedLock(self._lock(one), one.reference) for one in settings})

    def _lock(self, one: LockSettings) -> Lock:
        account = tuple(value for name, value in one if name not in ("door", "reference"))
        if account not in self._accounts:
            self._accounts[account] = self._made(one)
        return self._accounts[account]

    def _made(self, one: LockSettings) -> Lock:
        match one.kind:
            case LockKind.MQTT:
                return MqttLocks(_broker(one))
            case LockKind.AKERUN:
                return AkerunLock(self._client, one.organization_id or "", self._refresh_tokens(one))
            case LockKind.REMOTE_LOCK:
                tokens = ClientCredentials(
                    self._client, REMOTE_LOCK_TOKEN_URL, one.client_id or "", one.client_secret or ""
                )
                return RemoteLock(self._client, tokens)
            case LockKind.SESAME:
                return SesameLock(self._client, one.api_key or "", bytes.fromhex(one.device_key or ""))
            case LockKind.SEAM:
                # Here, for its SDK takes a second to import and few have it.
                from coworking.doors.locks.seam_locks import SeamLock, open_seam

                return SeamLock(open_seam(one.api_key or ""))

    def _refresh_tokens(self, one: LockSettings) -> RefreshTokens:
        begun_with = hashlib.sha256((one.refresh_token or "").encode()).hexdigest()[:16]
        return RefreshTokens(
            client=self._client,
            url=AKERUN_TOKEN_URL,
            client_id=one.client_id or "",
            # Another token in the settings is another consent: what was renewed from the former one is void.
            account=f"{one.kind}:{one.organization_id}:{begun_with}",
            operator_id=self._operator_id,
            database=self._database,
            clock=self._clock,
            keys=self._keys,
            client_secret=one.client_secret or "",
            refresh_token=one.refresh_token or "",
        )


def _broker(one: LockSettings) -> MqttBroker:
    address = urlsplit(one.broker_url or "")
    return MqttBroker(
        host=address.hostname or "",
        port=address.port or MQTT_PORTS[address.scheme],
        tls=address.scheme == "mqtts",
        ca_file=one.ca_file,
        username=unquote(address.username) if address.username else None,
        password=unquote(address.password) if address.password else None,
        prefix=one.topic_prefix,
    )
