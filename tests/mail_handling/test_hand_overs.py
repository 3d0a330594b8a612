"""R10 and R12: an item is handed over once and a code works once, however many try at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.db import Database
from coworking.kit.errors import NotFound, UserError
from mail_handling import Proof, hand_over, issue_grant
from mail_handling.errors import (
    AlreadyHandedOver,
    GrantExpired,
    GrantUsed,
    HandOverUnstaffed,
    MailOfAnother,
    ProofMissing,
)
from mail_handling.letters import read_texts
from mail_handling.models import HandOver, MailEvent, MailGrant, MailItem
from tests.factories.mail import ACTOR, mail_rules, make_item
from tests.factories.membership import NOW, make_member, make_operator

THREADS = 8
ROUNDS = 1_000
ROUNDS_A_TRANSACTION = 25
PATIENCE_SECONDS = 240
DOCUMENT = Proof(recipient="佐藤 花子", document="driving-licence")
NIGHT = NOW + timedelta(hours=9)


def give(session: Session, member_id: int, item_id: int, proof: Proof = DOCUMENT) -> HandOver:
    return hand_over(session, mail_rules(), member_id, [item_id], proof, signature=None, actor=ACTOR, now=NOW)


def test_a_code_works_once_for_its_member_while_it_is_valid(session: Session) -> None:
    operator_id = make_operator(session)
    member, other = make_member(session, operator_id), make_member(session, operator_id)
    item = make_item(session, operator_id, member=member)
    rules = mail_rules()
    revoked = issue_grant(session, rules, member.id, actor=ACTOR, now=NOW)
    grant = issue_grant(session, rules, member.id, actor=ACTOR, now=NOW)
    foreign = issue_grant(session, rules, other.id, actor=ACTOR, now=NOW)
    for proof, error in (
        (Proof(code=revoked.code), GrantUsed),
        (Proof(code=foreign.code), MailOfAnother),
        (Proof(code="rsm_1_no"), NotFound),
        (Proof(recipient="佐藤"), ProofMissing),
        (Proof(), ProofMissing),
    ):
        with pytest.raises(error), session.begin_nested():
            give(session, member.id, item.id, proof)
    for at, error in ((grant.expires_at, GrantExpired), (NIGHT, HandOverUnstaffed)):
        with pytest.raises(error), session.begin_nested():
            hand_over(
                session, rules, member.id, [item.id], Proof(grant.code), signature=None, actor=ACTOR, now=at
            )
    give(session, member.id, item.id, Proof(code=grant.code))
    with pytest.raises(AlreadyHandedOver):
        give(session, member.id, item.id, Proof(code=grant.code))
    second = make_item(session, operator_id, member=member)
    with pytest.raises(GrantUsed):
        give(session, member.id, second.id, Proof(code=grant.code))


def test_items_of_two_members_go_together_to_nobody(session: Session) -> None:
    operator_id = make_operator(session)
    member, other = make_member(session, operator_id), make_member(session, operator_id)
    items = [make_item(session, operator_id, member=one) for one in (member, other)]
    with pytest.raises(MailOfAnother), session.begin_nested():
        hand_over(
            session,
            mail_rules(),
            member.id,
            [item.id for item in items],
            DOCUMENT,
            signature=None,
            actor=ACTOR,
            now=NOW,
        )
    assert {item.status for item in items} == {"waiting"}


def test_each_item_is_handed_over_once_and_each_code_used_once(clean_database: Database) -> None:
    """Every thread tries every item: half of the items with a code that is good for one of two."""
    read_texts()
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        member_id = make_member(session, operator_id).id
        items = [
            MailItem(
                operator_id=operator_id,
                office_id=1,
                kind="letter",
                received_at=NOW,
                received_on=NOW.date(),
                status="waiting",
                member_id=member_id,
            )
            for _ in range(ROUNDS)
        ]
        office_id = make_item(session, operator_id).office_id
        for item in items:
            item.office_id = office_id
        session.add_all(items)
        session.flush()
        item_ids = [item.id for item in items]
    codes = _codes(clean_database, operator_id, member_id)
    outcomes = _all_at_once(clean_database, operator_id, member_id, item_ids, codes)
    with clean_database.transaction(operator_id) as session:
        handed = session.scalar(
            select(func.count()).select_from(MailEvent).where(MailEvent.what == "handed-over")
        )
        used = session.scalar(select(func.count()).where(MailGrant.used_at.is_not(None)))
    assert outcomes.total() == THREADS * (ROUNDS + 2 * len(codes))
    assert handed == outcomes["handed"] == ROUNDS
    assert used == len(codes)


def _codes(database: Database, operator_id: int, member_id: int) -> list[str]:
    """Good ones, as if each were the member's latest."""
    codes = []
    for _ in range(20):
        with database.transaction(operator_id) as session:
            codes.append(issue_grant(session, mail_rules(), member_id, actor=ACTOR, now=NOW).code)
    with database.transaction(operator_id) as session:
        for grant in session.scalars(select(MailGrant)):
            grant.revoked_at = None
    return codes


def _all_at_once(
    database: Database, operator_id: int, member_id: int, item_ids: list[int], codes: list[str]
) -> Counter[str]:
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    outcomes: list[str] = []

    def take() -> None:
        ready.wait()
        for start in range(0, len(item_ids), ROUNDS_A_TRANSACTION):
            with database.transaction(operator_id) as session:
                for number in range(start, start + ROUNDS_A_TRANSACTION):
                    # Every code is tried on two items: one of them goes by a document in the end.
                    proofs = [Proof(code=codes[number // 2])] if number < 2 * len(codes) else []
                    outcomes.extend(
                        _tried(session, member_id, item_ids[number], proof) for proof in (*proofs, DOCUMENT)
                    )

    threads = [threading.Thread(target=take) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return Counter(outcomes)


def _tried(session: Session, member_id: int, item_id: int, proof: Proof) -> str:
    try:
        with session.begin_nested():
            give(session, member_id, item_id, proof)
    except UserError:
        return "refused"
    return "handed"
