"""Door computers that an operator knows: made with a token that is shown once, and revoked."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.doors.agent.errors import AgentNameTaken, DoorUnknown
from coworking.doors.agent.models import DoorAgent
from coworking.doors.rules import DoorRules
from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing

TOKEN_FORM: Final = re.compile(r"rda_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}", re.ASCII)


def make_agent(
    session: Session,
    rules: DoorRules,
    operator_id: int,
    name: str,
    doors: Sequence[str],
    *,
    actor: str,
    now: datetime,
) -> tuple[DoorAgent, str]:
    """The computer and its token, which is seen only here. Raises `DoorUnknown`, `AgentNameTaken`."""
    if not set(doors) <= set(rules.profile.doors):
        raise DoorUnknown(doors=", ".join(rules.profile.doors))
    token = f"rda_{operator_id}_{secrets.token_urlsafe(32)}"
    agent = DoorAgent(
        operator_id=operator_id,
        name=name,
        doors=sorted(set(doors)),
        digest=_digest(token),
        made_at=now,
        made_by=actor,
        list_version=0,
        recorded_sequence=0,
    )
    try:
        with session.begin_nested():
            session.add(agent)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_door_agents_name":
            raise AgentNameTaken from error
        raise
    _audit(session, agent, "door-agent.made", actor, now)
    return agent, token


def operator_of_agent(token: str) -> int | None:
    """By the token's form alone; None for a text that is no token."""
    form = TOKEN_FORM.fullmatch(token)
    return int(form.group(1)) if form else None


def agent_of(session: Session, token: str) -> DoorAgent | None:
    """Whose token this is, held until the transaction ends; None when it is unknown or revoked."""
    return session.scalar(
        select(DoorAgent)
        .where(DoorAgent.digest == _digest(token), DoorAgent.revoked_at.is_(None))
        .with_for_update()
    )


def list_agents(
    session: Session, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[DoorAgent]:
    """The revoked ones too."""
    statement = listing.part(select(DoorAgent), DoorAgent.id, after_id, limit)
    return session.scalars(statement).all()


def revoke_agent(session: Session, agent_id: int, *, actor: str, now: datetime) -> None:
    """Its token opens nothing from here on; the list that it keeps runs out by itself. Doing it again changes nothing.
    Raises `NotFound`."""
    agent = session.get(DoorAgent, agent_id, with_for_update=True)
    if agent is None:
        raise NotFound
    if agent.revoked_at is None:
        agent.revoked_at = now
        _audit(session, agent, "door-agent.revoked", actor, now)


def _audit(session: Session, agent: DoorAgent, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=agent.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"door-agent:{agent.id}",
        details={"name": agent.name, "doors": agent.doors},
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
