"""Names and read text brought to one spelling, so that what means the same is the same. Pure.

Full and half width, case, old and new characters, hiragana and katakana, small kana, dashes, company forms and their
abbreviations, ways of romanising: each is folded on both sides, the member's name and the label's text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import jaconv

from mail_handling.addressees.variants import KANJI, LATIN_LOOKALIKES, LOOKALIKES, table_of

MOST_FOLDED_KEPT = 100_000

_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_VARIANTS = table_of(KANJI)
_LOOKALIKES = table_of(LOOKALIKES)
_LATIN_LOOKALIKES = table_of(LATIN_LOOKALIKES)

_ABBREVIATED = (
    ("株", "株式会社"),
    ("有", "有限会社"),
    ("同", "合同会社"),
    ("資", "合資会社"),
    ("名", "合名会社"),
    ("一社", "一般社団法人"),
    ("一財", "一般財団法人"),
    ("公社", "公益社団法人"),
    ("公財", "公益財団法人"),
    ("特非", "特定非営利活動法人"),
    ("医", "医療法人"),
    ("福", "社会福祉法人"),
    ("学", "学校法人"),
    ("税", "税理士法人"),
    ("弁", "弁護士法人"),
)
FORMS = (
    *(form for _, form in _ABBREVIATED),
    "司法書士法人",
    "行政書士法人",
    "社会保険労務士法人",
    "監査法人",
    "宗教法人",
    "協同組合",
)
_LATIN_FORMS = re.compile(
    r"\b(?:co\.?,?\s*ltd|company,?\s+limited|kabushiki\s*kaisha|goudou\s*kaisha|godo\s*kaisha|yugen\s*kaisha"
    r"|k\.\s*k|g\.\s*k|ltd|limited|inc|corp|corporation|llc|llp)\b\.?",
    re.IGNORECASE,
)
_OPEN, _CLOSE = r"[(\[{〔【]", r"[)\]}〕】]"
_ROMAN = (
    (re.compile(r"sy(?=[auo])"), "sh"),
    (re.compile(r"(?:ty|cy)(?=[auo])"), "ch"),
    (re.compile(r"(?:zy|jy)(?=[auo])"), "j"),
    (re.compile(r"(?<![sc])si"), "shi"),
    (re.compile(r"ti"), "chi"),
    (re.compile(r"zi"), "ji"),
    (re.compile(r"tu"), "tsu"),
    (re.compile(r"(?<![sc])hu"), "fu"),
    (re.compile(r"m(?=[bmp])"), "n"),
    (re.compile(r"oh(?=[^aiueoy]|\Z)"), "o"),
    (re.compile(r"o[uo]+"), "o"),
    (re.compile(r"u{2,}"), "u"),
    (re.compile(r"tch"), "cch"),
)


@lru_cache(maxsize=MOST_FOLDED_KEPT)
def fold(text: str) -> str:
    """Letters and digits only, of Japanese text: ㈱ｻｸﾗ and 株式会社さくら come out alike."""
    wide = unicodedata.normalize("NFKC", text).lower().translate(_VARIANTS)
    for short, form in _ABBREVIATED:
        wide = re.sub(f"{_OPEN}\\s*{short}\\s*{_CLOSE}?|(?<![一-龥]){short}\\s*{_CLOSE}", form, wide)
    kana = jaconv.hira2kata(wide).translate(_SMALL_KANA).translate(_LOOKALIKES)
    return "".join(one for one in kana if one.isalnum() or one == "ー")


@lru_cache(maxsize=MOST_FOLDED_KEPT)
def fold_latin(text: str) -> str:
    """Latin letters only, in one way of romanising: Ōno, Ohno and OONO come out alike."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).lower()
    letters = "".join(one for one in bare.translate(_LATIN_LOOKALIKES) if "a" <= one <= "z")
    for pattern, written in _ROMAN:
        letters = pattern.sub(written, letters)
    return letters


def romanised(kana: str) -> str:
    """A reading in kana as Latin letters, not folded; empty where it holds anything else."""
    hiragana = jaconv.kata2hira(unicodedata.normalize("NFKC", kana)).strip()
    if not hiragana or not all("ぁ" <= one <= "ゖ" or one in "ー・ 　" for one in hiragana):
        return ""
    spoken: str = jaconv.kana2alphabet(re.sub(r"[ー・ 　]", "", hiragana))
    return spoken


def without_form(name: str) -> str:
    """A company's name without its form, however that is written; the name itself where nothing else is left."""
    bare = unicodedata.normalize("NFKC", name)
    for short, form in _ABBREVIATED:
        bare = re.sub(f"{_OPEN}\\s*{short}\\s*{_CLOSE}", form, bare)
    for form in FORMS:
        bare = bare.replace(form, " ")
    bare = _LATIN_FORMS.sub(" ", bare).strip(" ,.　")
    return bare or name
