"""What would happen to a call from somebody at some time: the questions that a real call is asked, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from coworking.kit.profile_fields import Bilingual
from telephony.forwarding.card import Card
from telephony.forwarding.cards import card_of
from telephony.forwarding.routing import (
    QUESTIONS,
    Announce,
    Decision,
    HangUp,
    Incoming,
    Refuse,
    Ring,
    RingDesk,
    TakeMessage,
)
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line

Does = Literal["ring", "ring-desk-phone", "voicemail", "announcement", "refuse", "hang-up"]

PASSED = {
    "started": Bilingual(ja="回線は始まっています。", en="The line has started."),
    "ended": Bilingual(ja="回線は終わっていません。", en="The line has not ended."),
    "suspended": Bilingual(ja="回線は停止されていません。", en="The line is not suspended."),
    "interruption": Bilingual(ja="サービスの中止や制限はありません。", en="The service is not interrupted."),
    "loop": Bilingual(ja="転送は一周していません。", en="The call has not come round in a circle."),
    "cap": Bilingual(ja="利用の上限に達していません。", en="No cap of the line is reached."),
    "block-list": Bilingual(ja="着信拒否の相手ではありません。", en="The caller is not blocked."),
    "withheld": Bilingual(
        ja="非通知のご案内にはあたりません。", en="The caller is not turned away for a withheld number."
    ),
    "caller-rule": Bilingual(ja="この相手だけの決まりはありません。", en="There is no rule for this caller."),
    "switch": Bilingual(ja="転送はオンです。", en="Forwarding is on."),
    "schedule": Bilingual(ja="おつなぎする時間の中です。", en="It is within the hours."),
    "destinations": Bilingual(ja="つなぐ先があります。", en="There are destinations."),
}
DECIDED = {
    "not-started": Bilingual(ja="回線がまだ始まっていません。", en="The line has not started yet."),
    "ended": Bilingual(ja="回線は終わりました。", en="The line has ended."),
    "suspended": Bilingual(ja="回線は停止されています。", en="The line is suspended."),
    "interrupted": Bilingual(ja="サービスを一時中止しています。", en="The service is interrupted."),
    "restricted": Bilingual(ja="緊急の通話を優先しています。", en="Emergency calls have priority."),
    "loop": Bilingual(
        ja="この番号から来た電話なので、お断りします。",
        en="The call comes from the line itself: it is refused.",
    ),
    "blocked": Bilingual(ja="着信拒否の相手です。", en="The caller is blocked."),
    "withheld": Bilingual(ja="非通知の電話です。", en="The caller withholds the number."),
    "caller-rule": Bilingual(ja="この相手だけの決まりがあります。", en="There is a rule for this caller."),
    "forwarding-off": Bilingual(ja="転送は止まっています。", en="Forwarding is off."),
    "desk-phone": Bilingual(ja="貸し出している電話機を鳴らします。", en="The lent desk phone rings."),
    "outside-hours": Bilingual(ja="おつなぎする時間の外です。", en="It is outside the hours."),
    "forwarding": Bilingual(ja="つなぐ先を鳴らします。", en="The destinations ring."),
    "no-destination": Bilingual(ja="いまつなげる先がありません。", en="No destination can be called."),
}
CAP_REACHED = Bilingual(ja="利用の上限に達しています。", en="A cap of the line is reached.")


@dataclass(frozen=True, slots=True)
class Step:
    """A question that the call was asked. The last one decides."""

    question: str
    decides: bool
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen: `rings` are E.164, `says` names the announcement or greeting."""

    decided_by: str
    does: Does
    rings: Sequence[str]
    says: str | None
    steps: Sequence[Step]


def dry_run(session: Session, rules: CallRules, line: Line, *, caller: str | None, at: datetime) -> DryRun:
    """Nobody is called and nothing is kept. `caller` is a number as somebody writes it, None when withheld."""
    card = card_of(session, rules, line)
    call = Incoming(card, _e164(caller), at, rules.tariffs.calendar)
    steps: list[Step] = []
    for question in QUESTIONS:
        decision = question.ask(call)
        if decision is None:
            steps.append(Step(question.name, False, PASSED[question.name]))
            continue
        sentence = DECIDED.get(decision.decided_by, CAP_REACHED)
        steps.append(Step(question.name, True, sentence))
        return _found(decision, card, steps)
    raise AssertionError("the last question has always an answer")


def _found(decision: Decision, card: Card, steps: Sequence[Step]) -> DryRun:
    does: Does
    rings: tuple[str, ...] = ()
    says = None
    match decision:
        case Ring():
            does, rings = "ring", tuple(target.number for target in decision.targets)
        case RingDesk():
            does = "ring-desk-phone"
        case TakeMessage():
            does, says = "voicemail", decision.says
        case Announce():
            does, says = "announcement", decision.says
        case Refuse():
            does = "refuse"
        case HangUp():
            does = "hang-up"
    return DryRun(decision.decided_by, does, rings, says, steps)


def _e164(caller: str | None) -> str | None:
    """As the carrier would tell it; what is no Japanese number by its digits, so that a foreign caller can be tried."""
    if caller is None or not caller.strip():
        return None
    try:
        return parse_phone(caller).e164
    except InvalidPhoneNumber:
        digits = "".join(character for character in caller if character.isdecimal())
        return f"+{digits}"
