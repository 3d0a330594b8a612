"""Members as the API shows them: with what hangs on them, read for a whole list at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.membership.companies import code_of, companies_of
from coworking.membership.contract_models import OptionTerm
from coworking.membership.leaving import OVER
from coworking.membership.members import MemberFacts
from coworking.membership.schemas import MemberAnswer


def shown_members(session: Session, members: Sequence[MemberFacts], today: date) -> list[MemberAnswer]:
    ids = [member.id for member in members]
    codes, companies = code_of(session, ids), companies_of(session, ids)
    options = _options(session, [member.id for member in members if member.status not in OVER], today)
    answers = []
    for member in members:
        answer = MemberAnswer.model_validate(member)
        answer.options = options.get(member.id, [])
        answer.contract_code = codes.get(member.id)
        company = companies.get(member.id)
        answer.company_id = company.id if company is not None else None
        answer.company = company.name if company is not None else _own_company(member)
        answers.append(answer)
    return answers


def shown_member(session: Session, member: MemberFacts, today: date) -> MemberAnswer:
    return shown_members(session, [member], today)[0]


def _own_company(member: MemberFacts) -> str | None:
    return member.name if member.kind == "company" else None


def _options(session: Session, member_ids: Sequence[int], today: date) -> dict[int, list[str]]:
    statement = (
        select(OptionTerm)
        .where(OptionTerm.member_id.in_(member_ids))
        .where(or_(OptionTerm.ends_on.is_(None), OptionTerm.ends_on >= today))
        .order_by(OptionTerm.option, OptionTerm.id)
    )
    found: dict[int, list[str]] = {}
    for term in session.scalars(statement):
        found.setdefault(term.member_id, []).append(term.option)
    return found
