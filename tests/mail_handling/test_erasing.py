"""A member's mail when the member is erased."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mail_handling.endings import send_back
from mail_handling.erasing import erase_mail
from mail_handling.instructions import instruct
from mail_handling.models import MailBatch, MailEvent, MailWord, StandingInstruction
from mail_handling.profile import Choice
from tests.factories.mail import ACTOR, mail_rules, make_item, make_mail
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version


def test_names_go_with_what_is_gone_and_the_record_stays(session: Session) -> None:
    operator_id = make_operator(session)
    member = make_member(session, operator_id)
    make_mail(session, member, make_profile_version(session, operator_id))
    rules = mail_rules()
    gone, here = (make_item(session, operator_id, member=member, rules=rules) for _ in range(2))
    instruct(session, rules, gone.id, Choice.RETURN, actor=ACTOR, by_staff=True, now=NOW)
    send_back(session, gone.id, actor=ACTOR, now=NOW)
    events = session.scalar(select(func.count()).select_from(MailEvent))
    erase_mail(session, [member.id])
    session.expire_all()
    assert (gone.sender, gone.addressee, gone.status) == (None, None, "returned")
    assert here.sender is not None
    assert set(session.scalars(select(MailWord.item_id).where(MailWord.item_id == gone.id))) == set()
    assert session.scalars(select(MailBatch.address)).all() == [""]
    assert session.scalars(select(StandingInstruction)).all() == []
    assert session.scalar(select(func.count()).select_from(MailEvent)) == events
