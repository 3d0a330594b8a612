"""R23, R26, R27: pictures and scans are seen by whose they are, and by staff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.asgi import Answer
from app.people.retention import RETENTION, forget
from coworking.kit.audit import AuditEntry
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.images import LARGEST_UPLOAD_BYTES
from coworking.kit.outbox import TaskContext
from coworking.kit.stored_files import StoredFile
from mail_handling import assign, put_back
from mail_handling.pictures.models import MailPicture, MailScan
from mail_handling.pictures.scans import make_pdf
from tests.api_house import ApiHouse, open_house, problem
from tests.factories.mail import ACTOR, mail_rules
from tests.factories.mail_pictures import PDF_FILE, PICTURE, picture_file
from tests.factories.membership import NOW


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def send(house: ApiHouse, url: str, data: bytes, *, token: str | None = None) -> Answer:
    return house.ask("POST", url, token=token or house.staff["nex"], raw=data)


def told(answer: Answer) -> dict[str, object]:
    assert answer.status < 300, answer.body
    found: dict[str, object] = json.loads(answer.body)
    return found


def want_scan(house: ApiHouse) -> str:
    item = f"/api/mail/{house.first.mail_item_id}"
    body = {"choice": "scan"}
    assert house.ask("POST", f"{item}/instruction", token=house.first.token, body=body).status == 200
    return item


def test_a_photo_becomes_a_picture_of_its_item(house: ApiHouse) -> None:
    reading = told(send(house, "/api/mail-pictures", picture_file(form="PNG")))
    assert (reading["unavailable"], reading["suggestions"]) == ("off", [])
    picture = reading["picture"]
    assert isinstance(picture, dict)
    image = f"/api/mail-pictures/{picture['id']}/image"
    assert house.ask("GET", image, token=house.first.token).status == 404
    own, other = (f"/api/mail/{one.mail_item_id}/pictures" for one in (house.first, house.second))
    for _ in range(2):
        assert house.ask("PUT", f"{own}/{picture['id']}", token=house.staff["nex"]).status == 200
    refused = house.ask("PUT", f"{other}/{picture['id']}", token=house.staff["nex"])
    assert (refused.status, problem(refused)["code"]) == (409, "picture-taken")
    listed = json.loads(house.ask("GET", own, token=house.first.token).body)
    assert [one["id"] for one in listed] == [house.first.picture_id, picture["id"]]
    for size in ("full", "thumbnail"):
        answer = house.ask("GET", f"{image}?size={size}", token=house.first.token)
        assert answer.body.startswith(b"\xff\xd8")
        assert answer.header("content-type") == "image/jpeg"
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("cache-control") == "no-store"
        assert (answer.header("content-disposition") or "").startswith("attachment;")
        for token in (house.second.token, house.foreign.token, house.staff["other"]):
            assert house.ask("GET", f"{image}?size={size}", token=token).status == 404
    with house.composition.database.transaction(house.first.operator_id) as session:
        reads = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "mail.picture.read")
        assert session.scalar(reads) == 2


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "image-not-readable"),
        (b"no picture", 422, "image-not-readable"),
        (PICTURE[:50], 422, "image-not-readable"),
        (bytes(LARGEST_UPLOAD_BYTES + 1), 413, "image-too-large"),
        (bytes(100 * 1024 * 1024), 413, "request-too-large"),
    ],
    ids=["nothing", "text", "cut off", "13 MB", "100 MB"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    house: ApiHouse, tmp_path: Path, data: bytes, status: int, code: str
) -> None:
    before, files = house.rows(), sorted(tmp_path.rglob("files/**/*"))
    answer = send(house, "/api/mail-pictures", data)
    assert (answer.status, problem(answer)["code"]) == (status, code)
    assert house.rows() == before
    assert sorted(tmp_path.rglob("files/**/*")) == files


def test_a_picture_goes_with_its_item_to_the_right_member(house: ApiHouse) -> None:
    first, second = house.first, house.second
    with house.composition.database.transaction(first.operator_id) as session:
        put_back(session, first.mail_item_id, actor=ACTOR, by_staff=True, now=NOW)
        assign(session, mail_rules(), first.mail_item_id, second.member_id, actor=ACTOR, now=NOW)
    image = f"/api/mail-pictures/{first.picture_id}/image"
    assert house.ask("GET", image, token=first.token).status == 404
    assert house.ask("GET", image, token=second.token).status == 200
    scan = f"/api/mail/{first.mail_item_id}/scan"
    assert house.ask("GET", scan, token=second.token).status == 404
    assert house.ask("GET", scan, token=first.token).body == PDF_FILE


def test_mail_is_opened_on_the_members_instruction_only(house: ApiHouse) -> None:
    item = f"/api/mail/{house.first.mail_item_id}"
    for url in ("scan-pages", "scan"):
        answer = send(house, f"{item}/{url}", PICTURE)
        assert (answer.status, problem(answer)["code"]) == (409, "instruction-missing")
    want_scan(house)
    assert problem(send(house, f"{item}/scan", b""))["code"] == "nothing-scanned"
    pages = [told(send(house, f"{item}/scan-pages", PICTURE))["id"] for _ in range(2)]
    page = f"/api/mail-pictures/{pages[0]}/image"
    assert house.ask("GET", page, token=house.first.token).status == 404
    assert house.ask("GET", page, token=house.staff["nex"]).status == 200
    scan = told(send(house, f"{item}/scan", b""))
    assert (scan["pages"], scan["is_made"]) == (2, False)
    answer = house.ask("GET", f"{item}/scan", token=house.first.token)
    assert problem(answer)["code"] == "scan-not-ready"
    database, resources = house.composition.database, house.composition.resources
    with database.transaction(house.first.operator_id) as session:
        context = TaskContext(session, house.clock, house.first.operator_id, resources)
        for _ in range(2):
            make_pdf.run(context, scan_id=scan["id"])
    answer = house.ask("GET", f"{item}/scan", token=house.first.token)
    assert answer.body.startswith(b"%PDF-")
    assert (
        answer.header("content-disposition") == f'attachment; filename="mail-{house.first.mail_item_id}.pdf"'
    )
    assert house.ask("GET", page, token=house.staff["nex"]).status == 404
    assert problem(send(house, f"{item}/scan-pages", PICTURE))["code"] == "instruction-missing"
    for token in (house.second.token, house.foreign.token, house.staff["other"]):
        assert house.ask("GET", f"{item}/scan", token=token).status == 404


def _kept(house: ApiHouse) -> tuple[int, int, int]:
    """Pictures, scans and files that can still be read."""
    with house.composition.database.transaction(house.first.operator_id) as session:
        pictures, scans, files = (
            session.scalar(select(func.count()).select_from(model).where(model.removed_at.is_(None))) or 0
            for model in (MailPicture, MailScan, StoredFile)
        )
    return pictures, scans, files


@pytest.mark.parametrize("on_hold", [False, True])
def test_pictures_and_scans_go_when_their_days_are_over(house: ApiHouse, on_hold: bool) -> None:
    """Of the items of two members: the first one's leaves, the second one's stays."""
    first, resources = house.first, house.composition.resources
    send(house, "/api/mail-pictures", PICTURE)
    with house.composition.database.transaction(first.operator_id) as session:
        put_back(session, first.mail_item_id, actor=ACTOR, by_staff=True, now=NOW)
        assign(session, mail_rules(), first.mail_item_id, first.member_id, actor=ACTOR, now=NOW)
    body = {"choice": "return"}
    item = f"/api/mail/{first.mail_item_id}"
    assert house.ask("POST", f"{item}/instruction", token=first.token, body=body).status == 200
    assert house.ask("POST", f"{item}/return", token=house.staff["nex"]).status == 200
    if on_hold:
        hold = {"reason": "裁判"}
        url = f"/api/people/{first.person_id}/legal-hold"
        assert house.ask("POST", url, token=house.staff["nex"], body=hold).status < 300
    assert _kept(house) == (3, 2, 8)

    def later(days: int | None) -> tuple[int, int, int]:
        assert days is not None
        with house.composition.database.transaction(first.operator_id) as session:
            clock = VirtualClock(NOW + timedelta(days=days, hours=1))
            forget.run(TaskContext(session, clock, first.operator_id, resources), day="2026-06-10")
        return _kept(house)

    assert later(1) == (2, 2, 6)
    assert later(RETENTION["mail-pictures"].days) == ((2, 2, 6) if on_hold else (1, 2, 4))
    assert later(RETENTION["mail-scans"].days) == ((2, 1, 5) if on_hold else (1, 0, 2))


def test_other_names_are_entered_once_and_removed(house: ApiHouse) -> None:
    url = f"/api/members/{house.first.member_id}/aliases"
    staff = house.staff["nex"]
    added = told(house.ask("POST", url, token=staff, body={"alias": "㈱みどり"}))
    for alias, code in (("（株）ミドリ", "alias-known"), ("・・", "alias-empty"), ("、。", "alias-empty")):
        answer = house.ask("POST", url, token=staff, body={"alias": alias})
        assert problem(answer)["code"] == code, alias
    assert house.ask("DELETE", f"{url}/{added['id']}", token=staff).status == 204
    assert house.ask("DELETE", f"{url}/{added['id']}", token=staff).status == 404
    listed = json.loads(house.ask("GET", url, token=house.first.token).body)
    assert [one["alias"] for one in listed] == ["さくら屋"]
