"""A member of the API's house with one of everything, and the names under which requests ask for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from coworking.billing import Posting, post
from coworking.kit.money import TaxMode
from coworking.kit.notices import Notice
from coworking.kit.stored_files import Files
from coworking.membership.models import Member
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.control.models import ControlSession
from telephony.forwarding.member_webhooks.setting import set_webhook
from telephony.forwarding.models import Call
from telephony.numbers import Line
from tests.factories.addresses import AddressIds, make_address
from tests.factories.bank_records import BankIds, make_bank_records
from tests.factories.books import make_books
from tests.factories.community import CommunityIds, make_community
from tests.factories.doored import DoorIds, make_doored
from tests.factories.line_records import make_line_records
from tests.factories.mail import MailIds, make_mail
from tests.factories.mail_pictures import MailPictureIds, make_mail_pictures
from tests.factories.membership import NOW, make_account, make_member, make_token
from tests.factories.metering import make_cap_event, make_case
from tests.factories.numbers import ACTOR, make_line
from tests.factories.paid import make_paid
from tests.factories.passkeys import make_passkey
from tests.factories.reserved import ReservedIds, make_reserved
from tests.factories.voicemail import make_caller_rule, make_message
from tests.telephony.forwarding.voicemail.mail_room import wav_file

SOUND = wav_file(1)
EXAMPLES = {
    "member_id": "member_id",
    "line_id": "line_id",
    "call": "call",
    "number": "phone",
    "operator": "operator",
    "attempt_key": "attempt_key",
    "message_id": "message_id",
    "rule_id": "rule_id",
    "kind": "kind",
    "stock_number_id": "stock_number_id",
    "halt_id": "halt_id",
    "purchase_id": "purchase_id",
    "cap_event_id": "cap_event_id",
    "case_id": "case_id",
    "passkey_id": "passkey_id",
    "account_id": "account_id",
    "person_id": "person_id",
    "payment_id": "payment_id",
    "slip_id": "slip_id",
    "invoice_number": "invoice_number",
    "period": "period",
    "month": "month",
    **{
        field.name: field.name
        for ids in (AddressIds, CommunityIds, BankIds, DoorIds, MailIds, MailPictureIds, ReservedIds)
        for field in fields(ids)
    },
}


@dataclass(frozen=True)
class Tenant(AddressIds, CommunityIds, BankIds, DoorIds, MailIds, MailPictureIds, ReservedIds):
    """A member with one of everything; ids as a request names them."""

    operator_id: int
    token: str
    member_id: int
    line_id: int
    call: str
    phone: str
    number: str
    attempt_key: str
    message_id: int
    rule_id: int
    stock_number_id: int
    halt_id: int
    purchase_id: int
    cap_event_id: int
    case_id: int
    passkey_id: int
    account_id: int
    """Of a member of staff."""
    person_id: int
    payment_id: int
    slip_id: int
    invoice_number: str
    operator: str = "nex"
    period: str = "2026-06"
    month: str = "2026-05"
    kind: str = "unanswered"


def make_tenant(
    session: Session, operator_id: int, profile_version_id: int, serial: int, files: Files
) -> Tenant:
    # A rental office keeps its last line; this one has two and room for another.
    member = make_member(session, operator_id, plan="rental-office", capacity=3)
    line, other = (
        make_line(session, operator_id, member=member, line_plan=line_plan, serial=2 * serial + n)
        for n, line_plan in enumerate(("fixed-phone", "incoming-outgoing"))
    )
    sid = f"CA{serial:032}"
    session.add(_call(line, sid))
    session.add(_notice(member))
    session.add(_attempt(line, sid))
    session.add(_control_session(line, sid))
    post(session, operator_id, [_posting(member, sid, profile_version_id)], NOW)
    session.flush()
    set_webhook(session, line, "https://hooks.example.jp/rusuban", actor=ACTOR, now=NOW)
    records = make_line_records(session, line, member, serial)
    account = make_account(session, operator_id, member=member)
    paid = make_paid(session, member)
    make_books(session, member, paid.invoice_number)
    mail = make_mail(session, member, profile_version_id)
    return Tenant(
        operator_id=operator_id,
        token=make_token(session, account),
        member_id=member.id,
        line_id=line.id,
        call=sid,
        phone="090-1234-5678",
        number=line.number,
        message_id=make_message(session, line, sid, wav=SOUND).id,
        rule_id=make_caller_rule(session, line, prefix="+442079460018").id,
        attempt_key=sid,
        stock_number_id=records.stock_number_id,
        halt_id=records.halt_id,
        purchase_id=records.purchase_id,
        cap_event_id=make_cap_event(session, other).id,
        case_id=make_case(session, line).id,
        passkey_id=make_passkey(session, account).id,
        account_id=make_account(session, operator_id, role="reception").id,
        person_id=member.person_id,
        payment_id=paid.payment_id,
        slip_id=paid.slip_id,
        invoice_number=paid.invoice_number,
        **asdict(make_community(session, member)),
        **asdict(make_bank_records(session, member, files.keys)),
        **asdict(make_address(session, member, files.keys, serial)),
        **asdict(mail),
        **asdict(make_doored(session, member)),
        **asdict(make_reserved(session, member, account)),
        **asdict(make_mail_pictures(session, files, member, mail.mail_item_id)),
    )


def _control_session(line: Line, sid: str) -> ControlSession:
    return ControlSession(
        operator_id=line.operator_id,
        carrier_sid=sid,
        channel="ivr",
        from_number="+819012345678",
        line_id=line.id,
        language="ja",
        state="ended",
        step=2,
        failures=0,
        outcome="changed",
        started_at=NOW,
        ended_at=NOW,
    )


def _attempt(line: Line, sid: str) -> CallAttempt:
    return CallAttempt(
        operator_id=line.operator_id,
        line_id=line.id,
        key=sid,
        kind="out",
        phone="+819012345678",
        callee="+81366667777",
        state="failed",
        asked_at=NOW,
    )


def _call(line: Line, sid: str) -> Call:
    return Call(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=line.member_id,
        carrier_sid=sid,
        direction="in",
        status="ended",
        outcome="no-answer",
        from_number="+81366667777",
        to_number=line.number,
        started_at=NOW,
        ended_at=NOW,
    )


def _notice(member: Member) -> Notice:
    return Notice(
        operator_id=member.operator_id,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind="welcome",
        channel="mail",
        language="ja",
        subject="ようこそ",
        body="ようこそ\n",
        created_at=NOW,
    )


def _posting(member: Member, sid: str, profile_version_id: int) -> Posting:
    return Posting(
        key=f"test:{sid}",
        member_id=member.id,
        what="call",
        quantity=2,
        unit_price=Decimal(32),
        amount=Decimal(64),
        tax_mode=TaxMode.EXCLUDED,
        service_month="2026-06",
        service_on=date(2026, 6, 10),
        closes_on=date(2026, 6, 30),
        due_on=date(2026, 7, 31),
        reason={"rule": "NEX-09"},
        profile_version_id=profile_version_id,
    )
