"""Mail items in nex's office, and one of everything that a request can name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from coworking.billing import BillingRules
from coworking.membership.models import Member
from mail_handling import MailItem, MailKind, MailRules, NewBatch, NewItem, assign, forward, instruct, take_in
from mail_handling.letters import read_texts
from mail_handling.profile import Choice
from mail_handling.standing import NewStanding, give_standing
from tests.factories.membership import NOW, nex

ACTOR = "account:1"
PUBLIC_URL = "https://office.example.jp"


@dataclass(frozen=True)
class MailIds:
    mail_item_id: int
    mail_batch_id: int
    standing_instruction_id: int


def mail_rules(profile_version_id: int = 1) -> MailRules:
    profile = nex()
    assert profile.mail is not None
    billing = BillingRules(
        profile.billing, profile.membership, profile.calendar(), profile_version_id, profile.title
    )
    return MailRules(profile.mail, profile.membership, billing, PUBLIC_URL)


def make_item(
    session: Session,
    operator_id: int,
    *,
    member: Member | None = None,
    rules: MailRules | None = None,
    kind: MailKind = MailKind.LETTER,
    sender: str | None = "横浜市役所",
    addressee: str | None = "佐藤 花子",
    tracking_number: str | None = None,
    now: datetime = NOW,
) -> MailItem:
    """One that waits for the member, or for its assignment."""
    read_texts()
    rules = rules or mail_rules()
    new = NewItem(kind, addressee=addressee, sender=sender, tracking_number=tracking_number)
    item = take_in(session, rules, new, operator_id=operator_id, actor=ACTOR, now=now)
    if member is not None:
        assign(session, rules, item.id, member.id, actor=ACTOR, now=now)
    return item


def make_mail(session: Session, member: Member, profile_version_id: int) -> MailIds:
    """An item that waits, a batch that was sent, a standing instruction."""
    rules = mail_rules(profile_version_id)
    item = make_item(session, member.operator_id, member=member, rules=rules)
    sent = make_item(session, member.operator_id, member=member, rules=rules)
    instruct(session, rules, sent.id, Choice.FORWARD, actor=ACTOR, by_staff=True, now=NOW)
    new = NewBatch(postage=Decimal(430), address="神奈川県横浜市中区1-1")
    batch = forward(session, rules, member.id, new, actor=ACTOR, now=NOW)
    standing = give_standing(
        session, rules, member.id, NewStanding(Choice.KEEP), actor=ACTOR, by_staff=True, now=NOW
    )
    return MailIds(item.id, batch.id, standing.id)
