"""Which lock each door gets from the settings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.lock_settings import LockSettings
from app.locks import locks_in_force
from app.operators import OperatorInForce
from app.profiles import load_profile
from app.setting_fields import OperatorSettings
from app.setting_words import SettingsError
from coworking.doors.locks.akerun import AkerunLock
from coworking.doors.locks.commands import LocksInForce
from coworking.doors.locks.mqtt_lock import MqttLocks
from coworking.doors.locks.protocol import Lock
from coworking.doors.locks.remote_lock import RemoteLock
from coworking.doors.locks.sandbox_lock import SandboxLocks
from coworking.doors.locks.seam_locks import SeamLock
from coworking.doors.locks.sesame import SesameLock
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.sealing import FieldKeys

KEYS = FieldKeys({"a": b"k" * 32})
CLIENT = {"client_id": "id", "client_secret": "secret"}
SETTINGS: list[tuple[dict[str, str], type[Lock]]] = [
    ({"kind": "mqtt", "broker_url": "mqtts://user:p%40ss@mqtt.example.jp"}, MqttLocks),
    ({"kind": "akerun", "organization_id": "O-1", "refresh_token": "r", **CLIENT}, AkerunLock),
    ({"kind": "remote-lock", **CLIENT}, RemoteLock),
    ({"kind": "sesame", "api_key": "k", "device_key": "0" * 32}, SesameLock),
    ({"kind": "seam", "api_key": "seam_key"}, SeamLock),
]


def locks(*settings: dict[str, str]) -> LocksInForce:
    profile = load_profile("sakura")
    told = tuple(LockSettings.model_validate({"reference": "A1", **one}) for one in settings)
    operator = OperatorInForce(
        1, OperatorSettings(profile="sakura", locks=told), profile, 1, profile.calendar()
    )
    database = Database("postgresql://nobody@localhost/nothing")  # nothing is asked of it
    return locks_in_force(database, VirtualClock(datetime(2026, 6, 10, tzinfo=UTC)), KEYS, [operator])


@pytest.mark.parametrize(("settings", "kind"), SETTINGS)
def test_each_kind_of_setting_makes_its_lock(settings: dict[str, str], kind: type[Lock]) -> None:
    assigned = locks({"door": "entrance", **settings}).of_door(1, "entrance")
    assert assigned is not None
    assert (type(assigned.lock), assigned.lock_reference) == (kind, "A1")


def test_without_any_lock_every_door_has_the_sandbox_lock_and_with_one_no_other_has() -> None:
    sandbox = locks().of_door(1, "entrance")
    assert sandbox is not None
    assert (type(sandbox.lock), sandbox.lock_reference) == (SandboxLocks, "entrance")
    assert locks({"door": "entrance", **SETTINGS[0][0]}).of_door(1, "back-door") is None


def test_a_lock_of_a_door_that_is_not_there_is_refused() -> None:
    with pytest.raises(SettingsError, match="entrence: is no door of the profile; allowed: entrance"):
        locks({"door": "entrence", **SETTINGS[0][0]})
