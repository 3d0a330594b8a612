"""What a member wants to happen to certain callers: the block list, and who is always put through."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from telephony.forwarding.card import RuleAction
from telephony.forwarding.cards import rewrite_card
from telephony.forwarding.errors import CallerNotUnderstood, CallerRuleTwice, TooManyCallerRules
from telephony.forwarding.models import CallerRule
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line, LineNotLive

MOST_RULES = 100
"""Of a line: its card is read with every call."""
PREFIX_DIGITS = range(2, 16)
SHOWN_DIGITS = 4
_LONGEST_TEXT = 40
_BETWEEN_DIGITS = frozenset("-()（）.・ー−")


def rules_of_line(session: Session, line_id: int) -> Sequence[CallerRule]:
    statement = select(CallerRule).where(CallerRule.line_id == line_id).order_by(CallerRule.id)
    return session.scalars(statement.limit(MOST_RULES)).all()


def add_rule(
    session: Session,
    rules: CallRules,
    line: Line,
    *,
    number: str,
    is_prefix: bool,
    action: RuleAction,
    label: str | None,
    actor: str,
    channel: str,
    now: datetime,
) -> CallerRule:
    """Say what happens to calls from a number, or from all that begin so; the next call goes by it. Raises
    `LineNotLive`, `CallerNotUnderstood`, `TooManyCallerRules`, `CallerRuleTwice`."""
    _hold(session, line)
    prefix = prefix_of(number) if is_prefix else _whole(number)
    standing = select(CallerRule).where(CallerRule.line_id == line.id)
    if (session.scalar(select(func.count()).select_from(standing.subquery())) or 0) >= MOST_RULES:
        raise TooManyCallerRules(limit=MOST_RULES)
    same = standing.where(CallerRule.prefix == prefix, CallerRule.is_whole.is_(not is_prefix))
    if session.scalar(same) is not None:
        raise CallerRuleTwice
    rule = CallerRule(
        operator_id=line.operator_id,
        line_id=line.id,
        prefix=prefix,
        is_whole=not is_prefix,
        action=action,
        label=(label or "").strip() or None,
        created_at=now,
    )
    session.add(rule)
    session.flush()
    _changed(session, rules, line, rule, "caller-rule.added", actor, channel, now)
    return rule


def remove_rule(
    session: Session,
    rules: CallRules,
    line: Line,
    rule_id: int,
    *,
    actor: str,
    channel: str,
    now: datetime,
) -> None:
    """Raises `LineNotLive`, `NotFound`."""
    _hold(session, line)
    rule = session.get(CallerRule, rule_id)
    if rule is None or rule.line_id != line.id:
        raise NotFound
    session.delete(rule)
    session.flush()
    _changed(session, rules, line, rule, "caller-rule.removed", actor, channel, now)


def prefix_of(text: str) -> str:
    """How numbers begin, in E.164: "03" is +813, "010 1 212" and "+1 212" are +1212. Raises `CallerNotUnderstood`."""
    keys = "".join(
        character
        for character in unicodedata.normalize("NFKC", text[: _LONGEST_TEXT + 1])
        if character not in _BETWEEN_DIGITS and unicodedata.category(character) not in {"Pd", "Zs"}
    )
    if keys.startswith("+"):
        digits = keys[1:]
    elif keys.startswith("010"):
        digits = keys[3:]
    elif keys.startswith("0"):
        digits = "81" + keys[1:]
    else:
        digits = ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in PREFIX_DIGITS:
        raise CallerNotUnderstood
    # "+81 (0)3": the trunk 0 is no part of the number.
    if digits.startswith("810"):
        digits = "81" + digits[3:]
    return f"+{digits}"


def _whole(text: str) -> str:
    try:
        return parse_phone(text).e164
    except InvalidPhoneNumber as error:
        raise CallerNotUnderstood from error


def _hold(session: Session, line: Line) -> None:
    """Rules of a line are changed one after the other."""
    session.refresh(line, ["status"], with_for_update={"of": Line, "key_share": True})
    if line.status == "ended":
        raise LineNotLive


def _changed(
    session: Session,
    rules: CallRules,
    line: Line,
    rule: CallerRule,
    action: str,
    actor: str,
    channel: str,
    now: datetime,
) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        details={"rule": rule.action, "begins": rule.prefix[:SHOWN_DIGITS], "is_whole": rule.is_whole},
        channel=channel,
    )
    rewrite_card(session, rules, line.id, now)
