"""R17: what may be a destination, number by number and spelling by spelling, and what may not."""

import sys
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from coworking.kit.masking import mask_text
from coworking.kit.phone import FORWARDABLE, InvalidPhoneNumber, NumberClass, classify, parse_phone

FULL_WIDTH = str.maketrans("0123456789+-() #", "０１２３４５６７８９＋－（）\u3000＃")
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70\ufe63\u2500\u301c\uff5e\u058a\u2e3a~."

JAPANESE = {
    NumberClass.FIXED: [
        "03-1234-5678", "06-6123-4567", "04-7123-4567", "011-212-3456", "042-512-3456", "044-212-3456", "045-123-4567",
        "047-412-3456", "048-612-3456", "052-212-3456", "075-212-3456", "0422-22-3456", "098-861-2345", "0980-72-3456",
        "01267-2-3456", "04992-2-3456",
    ],
    NumberClass.MOBILE: ["060-1234-5678", "070-1234-5678", "080-1234-5678", "090-1234-5678", "090-9999-0000"],
    NumberClass.IP: ["050-1234-5678", "050-5678-1234"],
    NumberClass.TOLL_FREE: ["0120-123-456", "0120-000-000", "0800-123-4567", "0800-000-0000"],
    NumberClass.SHARED_COST: ["0570-012-345", "0570-064-556"],
    NumberClass.PREMIUM: ["0990-123-456", "0990-512-345"],
    NumberClass.M2M: ["020-1234-5678", "020-4123-4567", "0200-12345-67890"],
    NumberClass.SPECIAL: ["0180-99-1234", "0170-12-3456"],
}  # fmt: skip

DIALLED = {
    NumberClass.EMERGENCY: ["110", "118", "119", "1190", "110-1234"],
    NumberClass.SPECIAL: [
        "104", "106", "108", "111", "112", "113", "114", "115", "116", "117", "121", "125", "136", "141", "142", "144",
        "147", "148", "151", "152", "159", "161", "162", "165", "171", "177", "178", "188", "189", "1417", "#7119",
        "#9110", "#8000", "#8891", "184", "186", "184-090-1234-5678", "186-03-1234-5678", "184-110", "122-03-1234-5678",
        "184-0120-123-456",
    ],
    NumberClass.CARRIER_PREFIX: [
        "001", "0033", "0035", "0036", "0039", "0041", "0046", "0061", "0077", "0078", "0088", "010",
        "0033-03-1234-5678", "0035-090-1234-5678", "0036-45-123-4567", "0063-090-1234-5678", "0077-22-1234",
        "00777-12345", "0088-22-1234", "0037-60-1234", "0066-90-123456", "001-010-1-212-555-0100",
        "0033-010-44-20-7946-0958", "0091-20-090-1234-5678", "010-81-90-1234-5678", "010-81-45-123-4567",
        "0100-12-3456", "0081-90-1234-5678", "001-212-555-0100", "0044-20-7946-0958",
    ],
}  # fmt: skip

FOREIGN = [
    "1-212-555-0100", "44-20-7946-0958", "82-2-312-3456", "86-10-1234-5678", "33-1-23-45-67-89", "7-495-123-4567",
    "63-2-8123-4567", "65-6123-4567", "852-2123-4567", "886-2-2123-4567", "800-1234-5678", "979-123-456-789",
]  # fmt: skip
SATELLITE = ["870-773-111-632", "881-612-345-678", "882-16-123-4567", "883-5100-123-456"]

NO_NUMBER = [
    "", " ", "-", "+", "#", "*", "0", "00", "000", "0000000000", "1", "11", "12345", "911", "999", "5678", "1234-5678",
    "090", "090-1234", "090-1234-567", "090-1234-56789", "03-1234-567", "03-1234-56789", "045-123-456", "0422-22-345",
    "050-1234-567", "0120-12-345", "0570-12-345", "020-1234-567", "3-1234-5678", "90-1234-5678", "9012345678",
    "819012345678", "81-3-1234-5678", "+", "++819012345678", "+81", "+81+9012345678", "090+12345678", "+81-90-1234-567",
    "+0-90-1234-5678", "+81-90-1234-56789", "+999-123-456-789", "+210-123-4567", "+1-212",
    "02-1234-5678", "030-1234-5678", "040-1234-5678", "0200-123-456", "0300-12-3456",
    "0400-12-3456", "0500-123-4567", "0600-123-4567", "0700-123-4567", "0900-123-4567", "0910-12-3456",
    "0121-12-3456", "0130-12-3456", "0140-12-3456", "0148-12-3456", "0171-12-3456", "0181-12-3456", "0201-12-3456",
    "0214-12-3456", "03-0123-456", "0401-12-3456", "0512-12-3456", "0710-12-3456", "0731-12-3456", "0812-12-3456",
    "0840-12-3456", "0908-12-3456", "abc", "でんわ", "anonymous", "ゼロ九〇", "〇九〇一二三四五六七八", "0120-FLOWER",
    "O90-1234-5678",
    "090-1234-567l", "090-1234-5678 内線1", "090-1234-5678 ext. 1", "090-1234-5678;ext=1", "tel:+819012345678",
    "sip:+819012345678@example.jp", "090-1234-5678, 080-1234-5678", "090-1234-5678/5679",
    "090-1234-5678\n080-1234-5678",
    "090-1234-5678#", "*31#090-1234-5678", "090*1234*5678", "#711", "#71190", "71#19", "①⑧④",
    "0901234\x005678", "\ud800",
    "-9012345678", "9.012345678E+10", "0x9012345678", "0" * 65, "1" * 32, "9" * 15, "090-1234-5678" + " " * 60 + "x",
]  # fmt: skip


def spellings_of_japanese(text: str) -> Iterator[str]:
    first, second, third = text.split("-")
    digits = text.replace("-", "")
    yield from (text, digits, digits.translate(FULL_WIDTH), text.translate(FULL_WIDTH))
    yield from (f"({first}){second}-{third}", f"（{first}）{second}－{third}", f"{first}({second}){third}")
    yield from (text.replace("-", " "), text.replace("-", "\u3000"), text.replace("-", "\u00a0"))
    yield from (f"  {text}\r\n", f"\u202a{text}\u202c", f"\ufeff{text}", " - ".join((first, second, third)))
    country = f"{first[1:]}-{second}-{third}"
    yield from (
        f"+81-{country}",
        f"+81{digits[1:]}",
        f"+81 (0){country}",
        f"＋８１{country}".translate(FULL_WIDTH),
    )
    yield from (f"(+81) {country}", f"+81\u2011{country}")


def spellings_of_dialled(text: str) -> Iterator[str]:
    digits = text.replace("-", "")
    yield from (
        text,
        digits,
        digits.translate(FULL_WIDTH),
        text.replace("-", " "),
        f" {text} ",
        f"「{text}」"[1:-1],
    )
    yield "-".join(digits)


def spellings_of_foreign(text: str) -> Iterator[str]:
    digits = text.replace("-", "")
    for start in ("+", "＋", "010-", "010", "(010) ", "０１０－"):
        yield start + text
        yield start + digits
    yield f"+{text}".translate(FULL_WIDTH)
    yield f"010 {text}".translate(FULL_WIDTH)


Row = tuple[str, NumberClass | None]


def rows() -> list[Row]:
    found: list[Row] = []

    def add(numbers: list[str], expected: NumberClass, spellings: Callable[[str], Iterator[str]]) -> None:
        found.extend((text, expected) for number in numbers for text in spellings(number))

    for expected, numbers in JAPANESE.items():
        add(numbers, expected, spellings_of_japanese)
    for expected, numbers in DIALLED.items():
        add(numbers, expected, spellings_of_dialled)
    add(FOREIGN, NumberClass.FOREIGN, spellings_of_foreign)
    add(SATELLITE, NumberClass.SATELLITE, spellings_of_foreign)
    found += [(f"090{dash}1234{dash}5678", NumberClass.MOBILE) for dash in DASHES]
    found += [(f"+81{special}", NumberClass.EMERGENCY) for special in ("110", "118", "119")]
    found += [("+81-117", NumberClass.SPECIAL), ("+81-0077-22-1234", NumberClass.CARRIER_PREFIX)]
    found += [("+81-00-90-1234-5678", NumberClass.CARRIER_PREFIX)]
    found += [("1-212-555-0100", NumberClass.FOREIGN), ("44 20 7946 0958", NumberClass.FOREIGN)]
    found += [(text, None) for text in NO_NUMBER]
    return list(dict(found).items())


TABLE = rows()


def test_the_table_is_large_and_holds_every_class() -> None:
    assert len(TABLE) >= 500
    assert {expected for _, expected in TABLE} == {*NumberClass, None}
    assert sum(expected not in FORWARDABLE for _, expected in TABLE) >= 300


@pytest.mark.parametrize(
    ("text", "expected"), TABLE, ids=[f"{i}-{ascii(t)[1:-1][:40]}" for i, (t, _) in enumerate(TABLE)]
)
def test_destination(text: str, expected: NumberClass | None) -> None:
    assert classify(text) is expected
    if expected in FORWARDABLE:
        assert parse_phone(text).number_class in FORWARDABLE
        return
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber:
        return
    assert number.number_class is expected
    assert number.number_class not in FORWARDABLE


def plain_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character, "")) for character in text)


def test_every_spelling_is_masked_in_a_log() -> None:
    """R30: what is read as a number is also seen as one where it must not be read."""
    readable = []
    for text, _ in TABLE:
        try:
            number = parse_phone(text)
        except InvalidPhoneNumber:
            continue
        for line in (text, f"call to {text} failed", f"To={text}&x=", f"'{text}'", f"電話{text}へ"):
            left = plain_digits(mask_text(line))
            if number.e164[-6:-2] in left and number.e164[-6:-2] != "0000":
                readable.append(line)
    assert readable == []


def test_whatever_may_stand_between_digits_is_masked_in_a_log() -> None:
    readable = []
    for code in range(sys.maxunicode):
        character = chr(code)
        text = f"090{character}1234{character}5678"
        if not character.isdecimal() and classify(text) is NumberClass.MOBILE and "1234" in mask_text(text):
            readable.append(f"{code:04x}")
    assert readable == []
