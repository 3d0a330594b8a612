"""The lock of one door, as a deployment is told of it: secrets belong here, never into a profile."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.setting_words import Described, Secrecy
from coworking.kit.profile_fields import Words

MQTT_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class LockKind(StrEnum):
    MQTT = "mqtt"
    AKERUN = "akerun"
    REMOTE_LOCK = "remote-lock"
    SESAME = "sesame"
    SEAM = "seam"


NEEDED: Final = {
    LockKind.MQTT: ("broker_url",),
    LockKind.AKERUN: ("organization_id", "client_id", "client_secret", "refresh_token"),
    LockKind.REMOTE_LOCK: ("client_id", "client_secret"),
    LockKind.SESAME: ("api_key", "device_key"),
    LockKind.SEAM: ("api_key",),
}


def _broker_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in MQTT_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("no address of an MQTT broker")
    return text if parts.port != 0 else _broker_address("")


_Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]+$")]
_SECRET = Described(Words("文字列", "a text"), Secrecy.WHOLE)
_TEXT = Described(Words("文字列", "a text"))


class LockSettings(BaseModel):
    """Which keys a kind needs stands in `NEEDED`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    door: Annotated[
        _Text,
        Described(
            Words("プロファイルの [doors.doors] の名前", "a door's name in [doors.doors] of the profile")
        ),
    ]
    kind: Annotated[LockKind, Described(Words("、".join(LockKind), ", ".join(LockKind)))]
    reference: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_-]{1,100}\z"),
        Described(Words("英数字・-・_ で100文字まで", "up to 100 letters, digits, - and _")),
    ]
    broker_url: (
        Annotated[
            _Text,
            AfterValidator(_broker_address),
            Described(
                Words(
                    "mqtts://利用者:パスワード@ホスト:ポート（暗号なしは mqtt://）",
                    "mqtts://user:password@host:port, or mqtt:// without encryption",
                ),
                Secrecy.PASSWORD,
            ),
        ]
        | None
    ) = Field(default=None, repr=False)
    ca_file: Annotated[Path, Described(Words("ファイルのパス", "the path of a file"))] | None = None
    topic_prefix: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_/-]{1,100}\z"),
        Described(Words("英数字・-・_・/ で100文字まで", "up to 100 letters, digits, -, _ and /")),
    ] = "doors"
    organization_id: Annotated[_Text, _TEXT] | None = None
    client_id: Annotated[_Text, _TEXT] | None = None
    client_secret: Annotated[_Text, _SECRET] | None = Field(default=None, repr=False)
    refresh_token: Annotated[_Text, _SECRET] | None = Field(default=None, repr=False)
    api_key: Annotated[_Text, _SECRET] | None = Field(default=None, repr=False)
    device_key: (
        Annotated[
            str,
            Field(pattern=r"^[0-9a-f]{32}\z"),
            Described(Words("16進32桁", "32 hexadecimal digits"), Secrecy.WHOLE),
        ]
        | None
    ) = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _keys_of_the_kind(self) -> LockSettings:
        for key in NEEDED[self.kind]:
            if getattr(self, key) is None:
                raise PydanticCustomError("missing_key", "this kind of lock needs it", {"key": key})
        return self


def distinct_doors(locks: tuple[LockSettings, ...]) -> tuple[LockSettings, ...]:
    if len({lock.door for lock in locks}) != len(locks):
        raise ValueError("two locks for one door")
    return locks
