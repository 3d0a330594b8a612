"""How an operator's rules about joining and contracts read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from app.rulebook_words import YES_OR_NO
from coworking.kit.profile_fields import Words
from coworking.membership.profile import Deadline, LeavingAtOnce, Pause


def joining_rows(reader: Reader) -> Iterator[Row]:
    joining = reader.profile.membership.joining
    key = "membership.joining"
    for field, label, is_so in (
        ("approval_required", Words("担当者の承認", "Approved by staff"), joining.approval_required),
        ("identity_required", Words("本人確認", "Identity record"), joining.identity_required),
        (
            "confirmation_required",
            Words("メールアドレスの確認", "Mail address confirmed"),
            joining.confirmation_required,
        ),
        (
            "reason_disclosed",
            Words("拒否の理由を伝える", "Reason of a refusal is told"),
            joining.reason_disclosed,
        ),
    ):
        yield reader.row(f"{key}.{field}", label, YES_OR_NO[is_so])
    if joining.least_age is not None:
        age = Words(f"{joining.least_age}歳以上", f"{joining.least_age} or older")
        yield reader.row(f"{key}.least_age", Words("年齢", "Age"), age)
    for name, declaration in joining.declarations.items():
        yield reader.row(f"{key}.declarations.{name}", Words("申込時の申告", "Declared"), declaration)
    for name, reason in joining.refusal_reasons.items():
        yield reader.row(f"{key}.refusal_reasons.{name}", Words("拒否の理由", "Refused for"), reason)


def contract_rows(reader: Reader) -> Iterator[Row]:
    contracts = reader.profile.membership.contracts
    key = "membership.contracts"
    yield reader.row(f"{key}.leaving", Words("退会", "Leaving"), _leaving(reader))
    change = contracts.plan_change
    if change is None:
        changed = reader.say(Words("会員は変更できない", "not by members"))
    else:
        asked = _asked_by(change.deadline)
        changed = reader.say(
            Words(
                f"前月{asked.ja}までの申し出で1日から",
                f"asked by {asked.en} of the month before, from the 1st",
            )
        )
        if change.upgrade_at_once:
            more = Words("。上位のプランは月の途中から", "; a dearer plan during the month")
            changed += reader.say(more)
    yield reader.row(f"{key}.plan_change", Words("プランの変更", "Change of plan"), changed)
    pause = contracts.pause
    yield reader.row(f"{key}.pause", Words("休会", "Suspension"), _pause(pause) if pause else "-")
    if contracts.until_address_moved:
        options = reader.options(contracts.until_address_moved)
        yield reader.row(
            f"{key}.until_address_moved",
            Words("住所の移転の証明まで請求が続くもの", "Charged until the address is proven to have moved"),
            options,
        )


def _leaving(reader: Reader) -> str:
    leaving = reader.profile.membership.contracts.leaving
    if isinstance(leaving, LeavingAtOnce):
        return reader.say(Words("申し出た日", "on the day on which it is told"))
    asked = _asked_by(leaving.deadline)
    words = Words(
        f"{asked.ja}までの申し出でその月の末日、後は翌月の末日",
        f"told by {asked.en}, at the end of that month, otherwise of the next",
    )
    later = Words("。後の月も指定できる", "; a later month can be named")
    return reader.say(words) + (reader.say(later) if leaving.may_name_later_month else "")


def _pause(pause: Pause) -> Words:
    asked = _asked_by(pause.deadline)
    return Words(
        f"{asked.ja}までの申し出で翌月1日から{pause.least_months}〜{pause.most_months}か月。"
        f"意向確認から{pause.answer_days}日返答がなければ退会",
        f"asked by {asked.en}, from the 1st of the next month, {pause.least_months} to {pause.most_months} months; "
        f"ended when {pause.answer_days} days after the inquiry there is no answer",
    )


def _asked_by(deadline: Deadline) -> Words:
    at = f" {deadline.at:%H:%M}" if deadline.at is not None else ""
    return Words(f"{deadline.day}日{at}", f"day {deadline.day}{',' if at else ''}{at}")
