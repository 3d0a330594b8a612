"""What is erased of a person's memberships beyond membership itself: means of payment, telephone, ways in, reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from coworking.billing.cards.models import Card, CardCustomer, CardSetup
from coworking.billing.debits.mandates import end_mandate
from coworking.billing.debits.models import DebitMandate
from coworking.doors.models import AccessCard
from coworking.membership.idempotency import KeptAnswer
from coworking.membership.incidents.models import FaultReport, LostThing
from coworking.membership.signing_in.models import MailedLink, SignInChallenge
from coworking.reservations.models import CalendarFeed
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.control.models import ChangeUndo, ControlSession, LinePin
from telephony.forwarding.member_webhooks.models import MemberWebhook, WebhookDelivery
from telephony.forwarding.models import CallerRule, Destination
from telephony.forwarding.voicemail.deleting import erase as erase_message
from telephony.forwarding.voicemail.models import LineAnnouncement, MissedCall, Sound, VoicemailMessage
from telephony.numbers.line_record_models import ZoneEvidence
from telephony.numbers.models import Line, RegisteredPhone

ERASED = "erased"


def erase_means(session: Session, member_ids: Sequence[int], *, actor: str, now: datetime) -> None:
    """Cards and the accounts of direct debits; what was charged and debited stays in the books."""
    for model in (Card, CardSetup, CardCustomer):
        session.execute(delete(model).where(model.member_id.in_(member_ids)))
    for mandate in session.scalars(select(DebitMandate).where(DebitMandate.member_id.in_(member_ids))).all():
        if mandate.state in {"applied", "active"}:
            end_mandate(session, mandate.id, ERASED, actor=actor, now=now)
        mandate.sealed_number, mandate.holder = b"", ""
        mandate.bank_name = mandate.branch_name = ""
        mandate.bank_code, mandate.branch_code = "0000", "000"


def erase_telephone(session: Session, member_ids: Sequence[int], now: datetime) -> None:
    """Phones, destinations, rules by caller, messages, announcements, webhooks, bases; records of calls stay."""
    own = VoicemailMessage.member_id.in_(member_ids)
    for message in session.scalars(select(VoicemailMessage).where(own, VoicemailMessage.state != "deleted")):
        erase_message(session, message, now)
    session.execute(delete(MissedCall).where(MissedCall.member_id.in_(member_ids)))
    lines = select(Line.id).where(Line.member_id.in_(member_ids)).scalar_subquery()
    webhooks = select(MemberWebhook.id).where(MemberWebhook.line_id.in_(lines))
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id.in_(webhooks)))
    sounds = session.scalars(
        select(LineAnnouncement.sound_id).where(LineAnnouncement.line_id.in_(lines))
    ).all()
    for model in (
        RegisteredPhone,
        Destination,
        CallerRule,
        CallAttempt,
        LinePin,
        LineAnnouncement,
        ChangeUndo,
        MemberWebhook,
    ):
        session.execute(delete(model).where(model.line_id.in_(lines)))
    session.execute(delete(Sound).where(Sound.id.in_([sound for sound in sounds if sound is not None])))
    steered = update(ControlSession).where(ControlSession.line_id.in_(lines))
    session.execute(steered.values(from_number=None, pending=None, said=None))
    session.execute(update(Line).where(Line.member_id.in_(member_ids)).values(base_address=None))
    session.execute(
        update(ZoneEvidence).where(ZoneEvidence.member_id.in_(member_ids)).values(base_address="")
    )


def erase_ways_in(session: Session, member_ids: Sequence[int], account_ids: Sequence[int]) -> None:
    """Addresses that calendar programs read, sign-ins that were begun, links that were mailed, answers that were kept.
    A card stays as one that nobody holds: what doors decided refers to it."""
    feeds = CalendarFeed.member_id.in_(member_ids) | CalendarFeed.account_id.in_(account_ids)
    session.execute(delete(CalendarFeed).where(feeds))
    for model in (MailedLink, SignInChallenge, KeptAnswer):
        session.execute(delete(model).where(model.account_id.in_(account_ids)))
    for card in session.scalars(select(AccessCard).where(AccessCard.member_id.in_(member_ids))):
        card.digest = f"erased:{card.id}".encode()


def erase_reports(session: Session, member_ids: Sequence[int]) -> None:
    """What a member reported, and what was left behind and is gone."""
    faults = FaultReport.member_id.in_(member_ids)
    session.execute(update(FaultReport).where(faults).values(what="", place=""))
    gone = LostThing.handed_back_at.is_not(None) | LostThing.disposed_at.is_not(None)
    session.execute(delete(LostThing).where(LostThing.member_id.in_(member_ids), gone))
