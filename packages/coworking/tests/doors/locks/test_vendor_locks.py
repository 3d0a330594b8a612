"""The adapters against the answers that the vendors' documentation shows: what is known, refused, unknown."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from coworking.doors.locks.akerun import AkerunLock
from coworking.doors.locks.protocol import Lock, Unlock
from coworking.doors.locks.remote_lock import TOKEN_URL, RemoteLock
from coworking.doors.locks.seam_locks import SeamLock, open_seam
from coworking.doors.locks.sesame import SesameLock
from coworking.doors.locks.vendor_http import vendor_client
from coworking.doors.locks.vendor_tokens import ClientCredentials
from tests.factories.membership import NOW

COMMAND = "0f6a5c1f5f1b4f7fa1e8cf5c2c0d9b11"
ASKED = Unlock("A1030001", COMMAND, NOW, NOW + timedelta(seconds=10))
SECRET_KEY = bytes(range(16))
AKERUN = "https://api.akerun.com/v3/organizations/O-1"
REMOTE_LOCK = "https://api.remotelock.com/devices/A1030001"
SESAME = "https://app.candyhouse.co/api/sesame2/A1030001"
SEAM = "https://connect.getseam.com"


class OneToken:
    def token(self) -> str | None:
        return "token"

    def renewed(self, refused_token: str) -> str | None:
        return None


def akerun() -> Lock:
    return AkerunLock(vendor_client(), "O-1", OneToken())


def remote_lock() -> Lock:
    return RemoteLock(vendor_client(), OneToken())


def sesame() -> Lock:
    return SesameLock(vendor_client(), "key", SECRET_KEY)


def seam() -> Lock:
    return SeamLock(open_seam("seam_key"))


def device(state: str) -> dict[str, Any]:
    return {"data": {"type": "lock", "id": "A1030001", "attributes": {"state": state}}}


def attempt(status: str, **more: Any) -> dict[str, Any]:
    known = {"action_type": "UNLOCK_DOOR", "action_attempt_id": "att-1", "result": None, "error": None}
    return {"action_attempt": {**known, "status": status, **more}, "ok": True}


def access(akerun_id: str, action: str, seconds: int) -> dict[str, Any]:
    at = (NOW + timedelta(seconds=seconds)).isoformat()
    return {"id": 9, "action": action, "accessed_at": at, "akerun": {"id": akerun_id, "name": "入口"}}


JOB = ("POST", f"{AKERUN}/akeruns/A1030001/jobs/unlock")
PUT = ("PUT", f"{REMOTE_LOCK}/unlock")
CMD = ("POST", f"{SESAME}/cmd")
DOOR = ("POST", f"{SEAM}/locks/unlock_door")
FAILED = {"type": "device_offline", "message": "offline"}
NOT_FOUND = {"error": {"type": "device_not_found", "message": "none", "request_id": "1"}, "ok": False}

Answer = httpx.Response | Exception
Case = tuple[Callable[[], Lock], tuple[str, str], Answer, tuple[str, str, str | None]]
UNLOCKS: list[Case] = [
    (akerun, JOB, httpx.Response(201, json={}), ("unknown", "accepted", None)),
    (akerun, JOB, httpx.Response(403, json={"code": "duplicate_job"}), ("unknown", "duplicate-job", None)),
    (akerun, JOB, httpx.Response(401, json={"code": "invalid_token"}), ("refused", "token-refused", None)),
    (akerun, JOB, httpx.ReadTimeout("late"), ("unknown", "timeout", None)),
    (akerun, JOB, httpx.ConnectError("away"), ("refused", "unreachable", None)),
    (remote_lock, PUT, httpx.Response(200, json=device("unlocked")), ("opened", "done", None)),
    (remote_lock, PUT, httpx.Response(200, json=device("locked")), ("unknown", "accepted", None)),
    (
        remote_lock,
        PUT,
        httpx.Response(422, json={"message": "x", "type": "y"}),
        ("refused", "http-422", None),
    ),
    (remote_lock, PUT, httpx.Response(502, text="<html>"), ("unknown", "http-502", None)),
    (remote_lock, PUT, httpx.RemoteProtocolError("cut"), ("unknown", "broken-off", None)),
    (sesame, CMD, httpx.Response(200), ("unknown", "accepted", None)),
    (sesame, CMD, httpx.Response(403), ("refused", "http-403", None)),
    (sesame, CMD, httpx.WriteTimeout("late"), ("unknown", "timeout", None)),
    (seam, DOOR, httpx.Response(200, json=attempt("pending")), ("unknown", "pending", "att-1")),
    (seam, DOOR, httpx.Response(200, json=attempt("success", result={})), ("opened", "done", "att-1")),
    (
        seam,
        DOOR,
        httpx.Response(200, json=attempt("error", error=FAILED)),
        ("refused", "action-attempt-failed", "att-1"),
    ),
    (seam, DOOR, httpx.Response(404, json=NOT_FOUND), ("refused", "http-404", None)),
    (seam, DOOR, httpx.Response(503, text="busy"), ("unknown", "broken-off", None)),
    (seam, DOOR, httpx.ReadTimeout("late"), ("unknown", "timeout", None)),
    (seam, DOOR, httpx.ConnectTimeout("away"), ("refused", "unreachable", None)),
]


@pytest.mark.parametrize(("make", "call", "answer", "wanted"), UNLOCKS)
@respx.mock
def test_an_unlock_is_asked_once(
    make: Callable[[], Lock], call: tuple[str, str], answer: Answer, wanted: tuple[str, str, str | None]
) -> None:
    # An exception may be raised once only: each is made anew.
    told = type(answer)(str(answer)) if isinstance(answer, Exception) else answer
    route = respx.route(method=call[0], url=call[1]).mock(
        side_effect=told if isinstance(told, Exception) else None,
        return_value=None if isinstance(told, Exception) else told,
    )
    outcome = make().unlock(ASKED)
    assert (outcome.state, outcome.detail, outcome.reference) == wanted
    assert route.call_count == 1


HISTORY = [
    {"type": 17, "historyTag": base64.b64encode(COMMAND.encode()[:21]).decode(), "recordID": 255},
    {"type": 11, "historyTag": None, "recordID": 256},
]
LOOKS: list[tuple[Callable[[], Lock], str, Answer, tuple[str, str]]] = [
    (
        akerun,
        f"{AKERUN}/accesses",
        httpx.Response(200, json={"accesses": [access("A1030001", "unlock", 3)]}),
        ("opened", "in-history"),
    ),
    (
        akerun,
        f"{AKERUN}/accesses",
        httpx.Response(
            200,
            json={
                "accesses": [
                    access("A1030001", "lock", 3),
                    access("A1030002", "unlock", 3),
                    access("A1030001", "unlock", -60),
                    {"id": 3},
                ]
            },
        ),
        ("unknown", "not-in-history"),
    ),
    (remote_lock, REMOTE_LOCK, httpx.Response(200, json=device("unlocked")), ("opened", "is-open")),
    (remote_lock, REMOTE_LOCK, httpx.Response(200, json=device("locked")), ("unknown", "is-locked")),
    (remote_lock, REMOTE_LOCK, httpx.ReadTimeout("late"), ("unknown", "not-looked-up")),
    (sesame, f"{SESAME}/history", httpx.Response(200, json=HISTORY), ("opened", "in-history")),
    (sesame, f"{SESAME}/history", httpx.Response(200, json=HISTORY[1:]), ("unknown", "not-in-history")),
    (sesame, f"{SESAME}/history", httpx.Response(200, text="<html>"), ("unknown", "not-looked-up")),
    (
        seam,
        f"{SEAM}/action_attempts/get",
        httpx.Response(200, json=attempt("success", result={})),
        ("opened", "done"),
    ),
    (seam, f"{SEAM}/action_attempts/get", httpx.Response(404, json=NOT_FOUND), ("unknown", "not-looked-up")),
]


@pytest.mark.parametrize(("make", "url", "answer", "wanted"), LOOKS)
@respx.mock
def test_what_became_of_it_is_looked_up(
    make: Callable[[], Lock], url: str, answer: Answer, wanted: tuple[str, str]
) -> None:
    respx.get(url).mock(
        side_effect=answer if isinstance(answer, Exception) else None,
        return_value=None if isinstance(answer, Exception) else answer,
    )
    outcome = make().look_up(ASKED, "att-1")
    assert (outcome.state, outcome.detail) == wanted


@respx.mock
def test_sesame_is_asked_with_a_signature_of_the_second() -> None:
    route = respx.post(f"{SESAME}/cmd").mock(return_value=httpx.Response(200))
    sesame().unlock(ASKED)
    cmac = CMAC(AES(SECRET_KEY))
    cmac.update(int(NOW.timestamp()).to_bytes(4, "little")[1:4])
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "cmd": 83,
        "history": base64.b64encode(b"0f6a5c1f5f1b4f7fa1e8c").decode(),
        "sign": cmac.finalize().hex(),
    }
    assert request.headers["x-api-key"] == "key"


@respx.mock
def test_an_expired_token_is_renewed_and_the_door_asked_once_more() -> None:
    tokens = respx.post(TOKEN_URL).mock(
        side_effect=[httpx.Response(200, json={"access_token": name}) for name in ("old", "new")]
    )
    asked = respx.put(f"{REMOTE_LOCK}/unlock").mock(
        side_effect=[httpx.Response(403), httpx.Response(200, json=device("unlocked"))]
    )
    client = vendor_client()
    lock = RemoteLock(client, ClientCredentials(client, TOKEN_URL, "id", "secret"))
    assert lock.unlock(ASKED).state == "opened"
    assert [call.request.headers["Authorization"] for call in asked.calls] == ["Bearer old", "Bearer new"]
    assert tokens.call_count == 2
