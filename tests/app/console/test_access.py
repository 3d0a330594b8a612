"""Who gets in where; both languages; nothing inline."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.console_stand import Stand
from tests.visitor import Visitor, form_token

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|hx-on")
FOR_MONEY = ("/console/reconciliation", "/console/margins", "/console/what-if", "/console/anomalies")
FOR_STAFF = (
    "/console/calls",
    "/console/calls.csv",
    "/console/lines",
    "/console/numbers",
    "/console/interruptions",
    "/console/caps",
    "/console/parked",
    "/console/mail",
    "/console/hand-over",
    "/reception",
)
FORMS = (
    "/console/calls/1/reverse",
    "/console/lines/1/suspend",
    "/console/numbers/import",
    "/console/interruptions",
    "/console/mail",
    "/console/mail/distribution",
    "/console/mail/1/scan",
    "/console/hand-over",
    "/reception",
)
NAMES = ("佐藤デザイン事務所", "北川行政書士事務所", "株式会社みつば商会", "受付 太郎", "日本語")


def test_pages_are_for_staff(as_role: Callable[[str], Visitor]) -> None:
    visitors = {role: as_role(role) for role in ("", "member", "reception", "billing", "administrator")}
    for path in FOR_MONEY + FOR_STAFF:
        found = {role: visitor.get(path).status_code for role, visitor in visitors.items()}
        assert found == {
            "": 303,
            "member": 403,
            "reception": 403 if path in FOR_MONEY else 200,
            "billing": 200,
            "administrator": 200,
        }, path


def test_the_start_is_what_waits_for_staff_and_the_door_for_others(as_role: Callable[[str], Visitor]) -> None:
    assert "確認が必要なこと" in as_role("reception").get("/").text
    assert as_role("").get("/").headers["location"] == "/sign-in"
    assert "確認が必要なこと" not in as_role("member").get("/").text


def test_pages_are_whole_in_both_languages(stand: Stand, billing: Visitor) -> None:
    pages = [path for path in ("/", *FOR_MONEY, *FOR_STAFF) if not path.endswith(".csv")]
    pages += [f"/console/calls/{stand.call_ids[-6]}", f"/console/lines/{stand.lines[0].id}"]
    for path in pages:
        english = billing.get(f"{path}?lang=en").text
        for name in NAMES:
            english = english.replace(name, "")
        assert JAPANESE.findall(english) == [], path
        japanese = billing.get(f"{path}?lang=ja").text
        assert '<html lang="ja">' in japanese
        assert not INLINE.search(japanese), path


def test_no_form_is_taken_without_its_token(billing: Visitor) -> None:
    for path in FORMS:
        for headers in ({}, {"X-Form-Token": "guessed.token"}):
            answer = billing.post(path, data={"x": ""}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "form-not-ours"), path


def test_a_member_cannot_act_as_staff(stand: Stand, as_role: Callable[[str], Visitor]) -> None:
    member = as_role("member")
    token = form_token(member.get("/").text)
    path = f"/console/lines/{stand.lines[0].id}/suspend"
    answer = member.post(path, data={"form_token": token, "reason": "unpaid"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
