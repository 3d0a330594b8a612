"""How a request of anybody gets in, without a token: what an operator shows to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.operators import Operator
from coworking.membership.access import doorway_of
from coworking.membership.rules import MemberRules, RulesOfMembers

OperatorName = Annotated[str, Path(max_length=60, description="The operator's name, such as nex.")]


@dataclass(frozen=True)
class Passage:
    """One request of somebody who is not known, at one operator."""

    session: Session
    rules: MemberRules
    now: datetime


def passing_by(operator: OperatorName, request: Request) -> Iterator[Passage]:
    """Raises `NotFound` for an operator that is not served here."""
    doorway = doorway_of(request)
    with doorway.database.transaction() as session:
        operator_id = session.scalar(select(Operator.id).where(Operator.name == operator))
    rules = doorway.resources[RulesOfMembers].get(operator_id) if operator_id is not None else None
    if rules is None:
        raise NotFound
    with doorway.database.transaction(operator_id) as session:
        yield Passage(session, rules, doorway.clock.now())


Anybody = Annotated[Passage, Depends(passing_by, scope="function")]
