"""Scenes of the records that are chained, and of what an older key sealed."""

from __future__ import annotations

import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.audit_chain import AuditDigest, broken_links, seal
from coworking.kit.outbox import Resources
from coworking.kit.sealing import FieldKeys, reseal
from coworking.membership.signing_in.models import SecondFactor, place_of_secret
from tests.factories.membership import NOW, make_account

TODAY = NOW.date().isoformat()
SECRET = "JBSWY3DPEHPK3PXP"


def queue_seal(session: Session, operator_id: int) -> None:
    for subject in ("thing:1", "thing:2"):
        record(session, operator_id=operator_id, at=NOW, actor="account:1", action="noted", subject=subject)
    seal.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY)


def is_chained(session: Session, operator_id: int) -> bool:
    positions = session.scalars(select(AuditDigest.position).order_by(AuditDigest.position)).all()
    return list(positions) == [1, 2] and broken_links(session, operator_id) == []


def queue_reseal(resources: Resources, session: Session, operator_id: int) -> None:
    """A secret under a key that is not the first one any more."""
    older = {"a": os.urandom(32)}
    account = make_account(session, operator_id)
    place = place_of_secret(account.id)
    session.add(
        SecondFactor(
            account_id=account.id,
            operator_id=operator_id,
            sealed_secret=FieldKeys(older).seal(SECRET, place=place),
            last_step=0,
            created_at=NOW,
        )
    )
    session.flush()
    resources.provide(FieldKeys, FieldKeys({"b": os.urandom(32), **older}))
    reseal.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY)


def is_resealed(resources: Resources, session: Session) -> bool:
    keys = resources[FieldKeys]
    first = FieldKeys({keys.current: keys.keys[keys.current]})
    factor = session.scalars(select(SecondFactor)).one()
    return first.open(factor.sealed_secret, place=place_of_secret(factor.account_id)) == SECRET
