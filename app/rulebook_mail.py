"""How an operator's mail reads."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from app.rulebook_words import YES_OR_NO
from coworking.kit.profile_fields import Bilingual, Words
from mail_handling import Choice, MailKind, MailProfile

KINDS = {
    MailKind.LETTER: Words("手紙", "letters"),
    MailKind.PARCEL: Words("荷物", "parcels"),
    MailKind.REGISTERED: Words("書留など", "registered mail"),
    MailKind.COD: Words("代金引換", "cash on delivery"),
}
CHOICES = {
    Choice.KEEP: Words("保管", "keep"),
    Choice.SCAN: Words("開封・スキャン", "open and scan"),
    Choice.FORWARD: Words("転送", "forward"),
    Choice.BUNDLE: Words("まとめて転送", "forward together"),
    Choice.DISPOSE: Words("処分", "dispose"),
    Choice.RETURN: Words("返送", "return"),
    Choice.PICK_UP: Words("窓口受け取り", "pick up"),
}
ENDINGS = {"return": Words("差出人に返送", "returned"), "dispose": Words("処分", "disposed of")}


def mail_rows(reader: Reader, mail: MailProfile) -> Iterator[Row]:
    yield from _whose(reader, mail)
    offered = reader.listed(CHOICES[choice] for choice in mail.choices)
    yield reader.row("mail.choices", Words("会員が選べること", "Members choose"), offered)
    refused: list[Words | Bilingual] = [
        *(KINDS[kind] for kind in mail.refused_kinds),
        *mail.refused_contents.values(),
    ]
    if refused:
        label = Words("お預かりしないもの", "Not taken in")
        yield reader.row("mail.refused_kinds", label, reader.listed(refused))
    staffed = YES_OR_NO[mail.handed_over_when_staffed]
    label = Words("受け渡しはスタッフのいる時間だけ", "Handed over in staffed hours only")
    yield reader.row("mail.handed_over_when_staffed", label, staffed)
    minutes = Words(f"{mail.grant_minutes}分", f"{mail.grant_minutes} minutes")
    yield reader.row("mail.grant_minutes", Words("受取コードの有効時間", "Code for collecting"), minutes)
    yield from _keeping(reader, mail)
    yield from _forwarding(reader, mail)


def _whose(reader: Reader, mail: MailProfile) -> Iterator[Row]:
    entitlement = mail.entitlement
    parts = [reader.options(entitlement.options)] if entitlement.options else []
    if entitlement.member_plans:
        parts.append(reader.plans(entitlement.member_plans))
    yield reader.row(
        "mail.entitlement", Words("郵便物を受け取れる会員", "Whose mail is taken in"), " / ".join(parts)
    )
    label = Words("本人確認が必要", "Identity needed")
    yield reader.row("mail.entitlement", label, YES_OR_NO[entitlement.identity_required])


def _keeping(reader: Reader, mail: MailProfile) -> Iterator[Row]:
    if mail.distribution is not None:
        place = reader.say(mail.distribution.place)
        kinds = reader.listed(KINDS[kind] for kind in mail.distribution.kinds)
        yield reader.row("mail.distribution", Words("配布", "Distributed"), f"{kinds} / {place}")
    if mail.storage is not None:
        free, before = mail.storage.free_days, mail.storage.warning_days_before
        words = Words(f"{free}日間無料、{before}日前に予告", f"{free} days free, told {before} days before")
        yield reader.row("mail.storage", Words("保管", "Storage"), words)
    waiting = mail.disposal.waiting_days
    words = Words(f"確認から{waiting}日後", f"{waiting} days after the confirmation")
    yield reader.row("mail.disposal", Words("処分", "Disposal"), words)
    grace, ending = mail.after_end.grace_days, ENDINGS[mail.after_end.then]
    words = Words(f"{grace}日間保管し、その後{ending.ja}", f"kept {grace} days, then {ending.en}")
    yield reader.row("mail.after_end", Words("契約終了後", "After the contract"), words)


def _forwarding(reader: Reader, mail: MailProfile) -> Iterator[Row]:
    if mail.forwarding is None:
        return
    fee = reader.yen(mail.forwarding.handling_fee)
    yield reader.row(
        "mail.forwarding", Words("転送手数料（1回・送料別）", "Forwarding, beside the postage"), fee
    )
    if mail.forwarding.weekdays:
        days = reader.weekdays(mail.forwarding.weekdays)
        yield reader.row("mail.forwarding.weekdays", Words("まとめて転送する曜日", "Bundles go out on"), days)
    for name, way in mail.forwarding.ways.items():
        letters = (
            Words("信書も可", "letters too") if way.carries_letters else Words("信書は不可", "no letters")
        )
        yield reader.row(f"mail.forwarding.ways.{name}", way.title, letters)
