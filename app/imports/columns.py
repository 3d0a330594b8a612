"""The columns of each kind of file, and their values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.imports.errors import ValueMissing, ValueNotTaken, ValueWrong
from coworking.kit.profile_fields import Words

LARGEST_AMOUNT = Decimal(999_999_999)
EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
AMOUNT = re.compile(r"[0-9]{1,3}(,[0-9]{3})*|[0-9]+")
REFERENCE = re.compile(r"[^\s\x00-\x1f\x7f]{1,60}")
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")

A_DATE = Words("日付（例 2026-06-01）", "a date such as 2026-06-01")
A_MONTH = Words("年月（例 2026-06）", "a month such as 2026-06")
AN_AMOUNT = Words("1 円以上の整数（円）", "a whole number of yen of 1 or more")
A_COUNT = Words("1 から 1000 までの整数", "a whole number from 1 to 1000")
A_REFERENCE = Words("空白のない 60 文字までの番号", "a reference of up to 60 characters without spaces")
AN_ADDRESS = Words("メールアドレス（例 sato@example.jp）", "a mail address such as sato@example.jp")


@dataclass(frozen=True, slots=True)
class Column:
    """`title` is its Japanese name, which a header may use as well."""

    name: str
    title: str
    required: bool = False


REFERENCE_COLUMN = Column("reference", "番号", required=True)
MEMBER_COLUMN = Column("member", "会員番号", required=True)

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "members": (
        REFERENCE_COLUMN,
        Column("kind", "種別", required=True),
        Column("name", "名前", required=True),
        Column("email", "メールアドレス", required=True),
        Column("plan", "プラン", required=True),
        Column("starts_on", "開始日", required=True),
        Column("charged_from", "請求開始月", required=True),
        Column("office", "オフィス"),
        Column("kana", "ふりがな"),
        Column("address", "住所"),
        Column("phone", "電話番号"),
        Column("birth_date", "生年月日"),
        Column("representative", "代表者"),
        Column("company", "所属会社"),
        Column("capacity", "定員"),
        Column("pay_by", "支払方法"),
        Column("brand", "ブランド"),
        Column("identity_on", "本人確認日"),
        Column("language", "言語"),
    ),
    "contracts": (
        REFERENCE_COLUMN,
        MEMBER_COLUMN,
        Column("entry", "内容", required=True),
        Column("option", "オプション"),
        Column("starts_on", "開始日"),
        Column("ends_on", "終了日"),
    ),
    "open-items": (
        REFERENCE_COLUMN,
        MEMBER_COLUMN,
        Column("what", "項目", required=True),
        Column("amount", "金額", required=True),
        Column("service_month", "利用月", required=True),
        Column("due_on", "支払期限", required=True),
        Column("document", "旧請求書番号"),
    ),
    "deposits": (
        REFERENCE_COLUMN,
        MEMBER_COLUMN,
        Column("amount", "金額", required=True),
        Column("received_on", "入金日", required=True),
        Column("means", "支払方法", required=True),
        Column("note", "メモ"),
    ),
}

TITLES = {column.name: column.title for columns in COLUMNS.values() for column in columns}


class Cells:
    """A line's cells, read as what their columns hold. Every reading raises `ValueMissing` or `ValueWrong`."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells

    def none_of(self, *columns: str) -> None:
        """Raises `ValueNotTaken`."""
        for column in columns:
            if self.has(column):
                raise ValueNotTaken(title_en=column, title_ja=TITLES[column])

    def has(self, column: str) -> bool:
        return column in self._cells

    def text(self, column: str, *, longest: int = 200) -> str:
        value = self._cells.get(column)
        if value is None:
            raise ValueMissing(title_en=column, title_ja=TITLES[column])
        if len(value) > longest or any(unicodedata.category(one) in {"Cc", "Cs"} for one in value):
            raise wrong(
                column,
                Words(f"改行のない {longest} 文字までの文字", f"up to {longest} characters on one line"),
            )
        return value

    def maybe(self, column: str, *, longest: int = 200) -> str | None:
        return self.text(column, longest=longest) if self.has(column) else None

    def reference(self, column: str) -> str:
        return self._matching(column, REFERENCE, A_REFERENCE)

    def mail(self, column: str) -> str:
        return self._matching(column, MAIL, AN_ADDRESS)

    def one_of(self, column: str, allowed: Mapping[str, str]) -> str:
        """The value that the cell names, by itself or by its Japanese word."""
        value = self.text(column)
        words = {**{word: name for name, word in allowed.items()}, **{name: name for name in allowed}}
        if value not in words:
            told = ", ".join(allowed)
            raise wrong(column, Words(told, told))
        return words[value]

    def day(self, column: str) -> date:
        return self._date(column, DATE, A_DATE)

    def maybe_day(self, column: str) -> date | None:
        return self.day(column) if self.has(column) else None

    def month(self, column: str) -> date:
        """Its 1st."""
        return self._date(column, MONTH, A_MONTH)

    def amount(self, column: str) -> Decimal:
        value = self._matching(column, AMOUNT, AN_AMOUNT, longest=20)
        amount = Decimal(value.replace(",", ""))
        if not 1 <= amount <= LARGEST_AMOUNT:
            raise wrong(column, AN_AMOUNT)
        return amount

    def count(self, column: str) -> int:
        value = self._matching(column, re.compile(r"[0-9]{1,4}"), A_COUNT)
        if not 1 <= int(value) <= 1000:
            raise wrong(column, A_COUNT)
        return int(value)

    def _date(self, column: str, pattern: re.Pattern[str], wanted: Words) -> date:
        found = pattern.fullmatch(self._plain(column))
        if found is None:
            raise wrong(column, wanted)
        year, month, *days = (int(part) for part in found.groups())
        try:
            day = date(year, month, *(days or [1]))
        except ValueError:
            raise wrong(column, wanted) from None
        if not EARLIEST <= day <= LATEST:
            raise wrong(column, wanted)
        return day

    def _matching(self, column: str, pattern: re.Pattern[str], wanted: Words, *, longest: int = 254) -> str:
        value = self._plain(column)
        if len(value) > longest or pattern.fullmatch(value) is None:
            raise wrong(column, wanted)
        return value

    def _plain(self, column: str) -> str:
        """Full-width digits and signs count as plain ones."""
        return unicodedata.normalize("NFKC", self.text(column, longest=254))


def wrong(column: str, wanted: Words) -> ValueWrong:
    return ValueWrong(title_en=column, title_ja=TITLES[column], wanted_ja=wanted.ja, wanted_en=wanted.en)
