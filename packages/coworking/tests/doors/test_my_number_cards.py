"""My Number Cards: whose certificates are taken, and what a card has to sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.my_number_cards import (
    AuthorityFiles,
    CardAuthority,
    Proof,
    make_challenge,
    prove_card,
    read_authority,
)
from coworking.doors.my_number_cards.challenges import LASTS
from coworking.doors.my_number_cards.errors import CardsNotRead
from coworking.doors.my_number_cards.models import CardChallenge
from coworking.doors.my_number_cards.sandbox_authority import LIST_LASTS, SandboxAuthority, SandboxCard
from coworking.kit.db import belong_to
from coworking.kit.errors import UserError
from tests.factories.membership import NOW, make_operator

MADE_AT = NOW - timedelta(days=30)
SECOND = timedelta(seconds=1)


class Desk:
    """An operator that accepts the cards of one sandbox authority, and one card of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        self.authority = SandboxAuthority(MADE_AT)
        self.card = self.authority.issue("card 1")

    def accepted(self, listed_at: datetime = NOW) -> CardAuthority:
        return CardAuthority([self.authority.certificate], [self.authority.revocations(listed_at)])

    def challenge(self) -> bytes:
        return make_challenge(self.session, self.operator_id, NOW)

    def prove(self, proof: Proof, now: datetime = NOW, listed_at: datetime = NOW) -> str:
        return prove_card(self.session, self.accepted(listed_at), proof, now)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def refusal(prove: Callable[[], object]) -> str:
    with pytest.raises(UserError) as found:
        prove()
    return found.value.code


def test_a_card_is_known_again_by_what_it_proves(desk: Desk) -> None:
    first = desk.prove(desk.card.sign(desk.challenge()))
    assert desk.prove(desk.card.sign(desk.challenge())) == first
    assert desk.prove(desk.authority.issue("card 2").sign(desk.challenge())) != first
    assert first.startswith("mnc:")


def test_a_challenge_is_signed_once_in_its_time_by_its_operator(desk: Desk) -> None:
    proof = desk.card.sign(desk.challenge())
    desk.prove(proof)
    assert refusal(lambda: desk.prove(proof)) == "challenge-over"
    late = desk.card.sign(desk.challenge())
    assert refusal(lambda: desk.prove(late, NOW + LASTS)) == "challenge-over"
    assert refusal(lambda: desk.prove(late, NOW - SECOND, NOW - SECOND)) == "challenge-over"
    assert refusal(lambda: desk.prove(desk.card.sign(b"of my own"))) == "challenge-over"
    belong_to(desk.session, make_operator(desk.session, "other"))
    assert refusal(lambda: desk.prove(late)) == "challenge-over"


def test_certificates_that_are_not_taken(desk: Desk) -> None:
    other = SandboxAuthority(MADE_AT)  # of the same name
    short = desk.authority.issue("card 3", lasts=timedelta(days=30))
    cases: list[tuple[SandboxCard, datetime, str]] = [
        (other.issue("card 4"), NOW, "certificate-other-authority"),
        (short, NOW + SECOND, "certificate-expired"),
        (desk.card, MADE_AT - SECOND, "certificate-expired"),
        (desk.authority.issue("1234 5678 9012"), NOW, "card-number-refused"),
    ]
    for card, now, code in cases:
        proof = card.sign(desk.challenge())
        assert refusal(lambda proof=proof, now=now: desk.prove(proof, now)) == code
    desk.authority.revoke(desk.card)
    revoked = desk.card.sign(desk.challenge())
    assert refusal(lambda: desk.prove(revoked)) == "certificate-revoked"
    # A list that ran out would let revoked cards in.
    assert refusal(lambda: desk.prove(revoked, listed_at=NOW - LIST_LASTS)) == "revocations-old"
    assert (
        desk.session.scalars(select(CardChallenge.used_at).where(CardChallenge.used_at.is_not(None))).all()
        == []
    )


def test_of_two_lists_in_force_the_later_one_counts(desk: Desk) -> None:
    before = desk.authority.revocations(NOW - timedelta(days=1))
    desk.authority.revoke(desk.card)
    after = desk.authority.revocations(NOW)
    proof = desk.card.sign(desk.challenge())
    for lists in ([before, after], [after, before]):
        authority = CardAuthority([desk.authority.certificate], lists)
        assert refusal(lambda authority=authority: prove_card(desk.session, authority, proof, NOW)) == (
            "certificate-revoked"
        )


def test_a_certificate_of_a_version_that_is_none_is_unreadable(desk: Desk) -> None:
    proof = desk.card.sign(desk.challenge())
    version = bytes.fromhex("a0030201")
    spoiled = proof.certificate.replace(version + b"\x02", version + b"\x05", 1)
    assert spoiled != proof.certificate
    assert refusal(lambda: desk.prove(replace(proof, certificate=spoiled))) == "certificate-unreadable"


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"signature": b""}, "signature-wrong"),
        ({"signature": b"0" * 70}, "signature-wrong"),
        ({"certificate": b"not one"}, "certificate-unreadable"),
        ({"certificate": b""}, "certificate-unreadable"),
    ],
)
def test_what_is_altered_is_refused(desk: Desk, spoiled: dict[str, bytes], code: str) -> None:
    proof = replace(desk.card.sign(desk.challenge()), **spoiled)
    assert refusal(lambda: desk.prove(proof)) == code


def test_a_signature_of_another_card_is_refused(desk: Desk) -> None:
    proof = replace(
        desk.card.sign(desk.challenge()), signature=desk.authority.issue("card 5").sign(b"x").signature
    )
    assert refusal(lambda: desk.prove(proof)) == "signature-wrong"


def test_the_files_of_a_deployment(desk: Desk, tmp_path: Path) -> None:
    issuers, revocations = tmp_path / "issuers.pem", tmp_path / "revoked.pem"
    assert refusal(AuthorityFiles().authority) == CardsNotRead.code
    desk.authority.write(issuers, revocations, NOW)
    files = AuthorityFiles(issuers, revocations)
    files.authority().require_valid(desk.card.certificate, NOW)
    desk.authority.revoke(desk.card)
    desk.authority.write(issuers, revocations, NOW)
    assert refusal(
        lambda: read_authority(issuers, revocations).require_valid(desk.card.certificate, NOW)
    ) == ("certificate-revoked")
    SandboxAuthority(MADE_AT).write(tmp_path / "unused.pem", revocations, NOW)
    with pytest.raises(ValueError, match="not signed by an authority"):
        read_authority(issuers, revocations)
