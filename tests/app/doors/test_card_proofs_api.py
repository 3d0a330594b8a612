"""A My Number Card over the API: linked, shown to a reader, and refused with a reason that stays on record."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coworking.doors.my_number_cards import AuthorityFiles, Proof
from coworking.doors.my_number_cards.proofs import reference_of
from coworking.doors.my_number_cards.sandbox_authority import LIST_LASTS, SandboxAuthority, SandboxCard
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house
from tests.factories.membership import NOW

MADE_AT = NOW - timedelta(days=30)


class Reader:
    """A reader beside the entrance, which speaks as staff; one authority's cards are read there."""

    def __init__(self, house: ApiHouse, folder: Path) -> None:
        self.house = house
        self.authority = SandboxAuthority(MADE_AT)
        self._files = folder / "issuers.pem", folder / "revoked.pem"
        self.publish()
        house.composition.resources.provide(AuthorityFiles, AuthorityFiles(*self._files))

    def publish(self) -> None:
        """A revocation list of now."""
        self.authority.write(*self._files, self.house.clock.now())

    def challenge(self) -> bytes:
        answer = self.house.ask("POST", "/api/card-challenges", token=self.house.staff["nex"])
        assert answer.status == 201
        return base64.b64decode(json.loads(answer.body)["challenge"])

    def link(self, card: SandboxCard) -> int:
        """By the member, on a device that reads the card."""
        asked = self.house.ask("POST", "/api/card-challenges", token=self.house.first.token)
        proof = card.sign(base64.b64decode(json.loads(asked.body)["challenge"]))
        path = f"/api/members/{self.house.first.member_id}/my-number-card"
        return self.house.ask("PUT", path, token=self.house.first.token, body=body_of(proof)).status

    def show(self, card: SandboxCard) -> tuple[int, Any]:
        return self.send(card.sign(self.challenge()))

    def send(self, proof: Proof, **more: object) -> tuple[int, Any]:
        """The status, and the reason of a refusal."""
        path = "/api/doors/entrance/card-proofs"
        body = {**body_of(proof), **more}
        answer = self.house.ask("POST", path, token=self.house.staff["nex"], body=body)
        told = json.loads(answer.body)
        return answer.status, told["member_id"] if answer.status == 201 else told["code"]

    def acts(self) -> list[tuple[str, int | None, str | None]]:
        return [(one["act"], one["member_id"], one["reason"]) for one in self._events()]

    def on_record(self) -> list[tuple[int | None, bool, str | None]]:
        return [(one["member_id"], one["allowed"], one["reason"]) for one in self._events()]

    def _events(self) -> list[dict[str, Any]]:
        answer = self.house.ask("GET", "/api/door-events?limit=200", token=self.house.staff["nex"])
        shown = sorted(json.loads(answer.body)["items"], key=lambda one: int(one["id"]))
        return [one for one in shown if one["by"] == "my-number"]


def body_of(proof: Proof) -> dict[str, str]:
    parts = {"challenge": proof.challenge, "certificate": proof.certificate, "signature": proof.signature}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


@pytest.fixture
def reader(clean_database: Database, tmp_path: Path) -> Iterator[Reader]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield Reader(house, tmp_path)


def test_a_card_opens_the_door_of_its_member_and_no_other_does(reader: Reader) -> None:
    member_id = reader.house.first.member_id
    card, short = reader.authority.issue("card 1"), reader.authority.issue("card 2", lasts=timedelta(days=29))
    assert reader.show(card) == (409, "card-not-linked")
    assert reader.link(card) == 200
    proof = card.sign(reader.challenge())
    assert reader.send(proof) == (201, member_id)
    assert reader.send(proof) == (409, "challenge-over")
    assert reader.show(SandboxAuthority(MADE_AT).issue("card 3")) == (409, "certificate-other-authority")
    assert reader.show(short) == (409, "certificate-expired")
    other = reader.authority.issue("card 4").sign(b"x")
    altered = Proof(reader.challenge(), proof.certificate, other.signature)
    assert reader.send(altered) == (409, "signature-wrong")
    reader.authority.revoke(card)
    reader.publish()
    assert reader.show(card) == (409, "certificate-revoked")
    late = card.sign(reader.challenge())
    reader.house.clock.advance_to(NOW + LIST_LASTS)
    assert reader.send(late) == (503, "revocations-old")
    assert reader.on_record() == [
        (None, False, "card-not-linked"),
        (member_id, True, None),
        *(
            (None, False, reason)
            for reason in (
                "challenge-over",
                "certificate-other-authority",
                "certificate-expired",
                "signature-wrong",
                "certificate-revoked",
                "revocations-old",
            )
        ),
    ]


def test_a_card_checks_in_and_out_and_nobody_is_kept_in(reader: Reader) -> None:
    member_id = reader.house.first.member_id
    card, unknown = reader.authority.issue("card 1"), reader.authority.issue("card 2")
    assert reader.link(card) == 200
    assert reader.send(card.sign(reader.challenge()), act="check-in", people=1) == (201, member_id)
    assert reader.send(card.sign(reader.challenge()), act="check-in") == (409, "already-inside")
    assert reader.send(unknown.sign(reader.challenge()), act="check-out") == (201, None)
    assert reader.send(card.sign(reader.challenge()), act="check-out") == (201, member_id)
    assert reader.acts() == [
        ("check-in", member_id, None),
        ("check-in", member_id, "already-inside"),
        ("check-out", None, "card-not-linked"),
        ("check-out", member_id, None),
    ]


def test_what_a_card_is_known_by_opens_nothing_without_its_signature(reader: Reader) -> None:
    card = reader.authority.issue("card 1")
    assert reader.link(card) == 200
    for number in (reference_of(card.certificate), f" ｍｎｃ：{reference_of(card.certificate)[4:]}"):
        body = {"act": "check-in", "card": number}
        answer = reader.house.ask("POST", "/api/readings", token=reader.house.staff["nex"], body=body)
        assert json.loads(answer.body)["code"] == "card-unknown"
