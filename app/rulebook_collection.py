"""How an operator's ways of getting its money read: cards charged again, slips mailed, accounts debited."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from coworking.billing.debit_fields import DirectDebit
from coworking.billing.profile import PaymentMeans
from coworking.kit.profile_fields import Words


def collection_rows(reader: Reader) -> Iterator[Row]:
    billing = reader.profile.billing
    if any(choice.means is PaymentMeans.CARD for choice in billing.payment_choices):
        yield _cards(reader, billing.cards.retry_after_days)
    if billing.slips is not None:
        mailed = reader.day(billing.slips.mailed_from)
        label = Words(
            "払込票の発送（「利用月」は支払期限の月）",
            "Payment slips are mailed (the month of service is that of the due date)",
        )
        value = Words(f"{mailed}から", f"from {mailed} on")
        yield reader.row("billing.slips.mailed_from", label, value)
    if billing.direct_debit is not None:
        yield from _debits(reader, billing.direct_debit)


def _cards(reader: Reader, retry_after_days: tuple[int, ...]) -> Row:
    days = [str(days) for days in retry_after_days]
    value = Words(
        f"最初の請求から{'・'.join(days)}日後", f"{' and '.join(days)} days after the first attempt"
    )
    if not retry_after_days:
        value = Words("しない", "never")
    label = Words("断られたカードの再請求", "A declined card is charged again")
    return reader.row("billing.cards", label, value)


def _debits(reader: Reader, terms: DirectDebit) -> Iterator[Row]:
    key = "billing.direct_debit"
    kind = Words("普通", "ordinary") if terms.account_kind == "ordinary" else Words("当座", "current")
    account = f"{terms.bank_code} / {terms.branch_code} / {reader.say(kind)} {terms.account_number}"
    label = Words("口座振替の委託者", "Collector of direct debits")
    # Banks' names are kana only, which an English rulebook does not show.
    names = Words(
        f"{terms.collector_code} {terms.collector_name} / {account}", f"{terms.collector_code} / {account}"
    )
    yield reader.row(key, label, names)
    days = terms.file_days_before
    by_staff = Words("担当者が作成する", "written by staff")
    by_itself = Words(f"振替日の{days}銀行営業日前", f"{days} bank business days before the debit date")
    label = Words("口座振替の依頼データ", "File of direct debits")
    yield reader.row(f"{key}.file_days_before", label, by_staff if days is None else by_itself)
