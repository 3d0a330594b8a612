"""Who a payer's name on a bank's record may be: names compared as banks write them. Pure."""

from __future__ import annotations

import re

from coworking.billing.zengin.records import bank_kana

# What stands for a company's form before or after its name (a bank writes it short, people in full).
_FORMS = re.compile(
    r"^(?:カブシキガイシャ|ユウゲンガイシャ|ゴウドウガイシャ|イッパンシャダンホウジン)|"
    r"(?:カブシキガイシャ|ユウゲンガイシャ|ゴウドウガイシャ)$"
)
_SHORT_FORMS = re.compile(r"^(?:ｶ|ﾕ|ﾄﾞ|ｼﾔ|ｲ|ｻﾞｲ|ｶﾞｸ|ﾄｸﾋ)\)|\((?:ｶ|ﾕ|ﾄﾞ|ｼﾔ|ｲ|ｻﾞｲ|ｶﾞｸ|ﾄｸﾋ)\)?$|^\((?:ｶ|ﾕ|ﾄﾞ)\)")
# A number, or an invoice's with its series: 000123, 12-3, SAK-000123.
_NUMBER = re.compile(r"^(?:[A-Z]{1,8}[\- ]?(?=[0-9]{4}))?[0-9][0-9\- ]*")
_NUMBER_IN_FRONT = re.compile(_NUMBER.pattern + r"(?=[^0-9\- ])")
_SIGNS = re.compile(r"[ \-.,()/\\｢｣]")


def payer_key(name: str) -> str:
    """One text for all the ways in which a bank and a person write a name: half-width kana, no company form, no signs,
    no number that the payer wrote in front. Empty for a name that has no kana, letters or digits."""
    kana = bank_kana(_FORMS.sub("", bank_wide(name)))
    bare = _SHORT_FORMS.sub("", _NUMBER_IN_FRONT.sub("", kana.strip()).strip())
    return _SIGNS.sub("", bare)


def bank_wide(name: str) -> str:
    import unicodedata

    import jaconv

    return jaconv.hira2kata(unicodedata.normalize("NFKC", name)).replace(" ", "").replace("　", "")


def reference_in(name: str) -> str | None:
    """The number that a payer wrote before the name (many are asked to write the invoice's), its digits only."""
    found = _NUMBER.match(bank_kana(name).strip())
    return re.sub(r"\D", "", found.group()) or None if found else None
