import copy
import pickle
import random
import re
import subprocess
import sys
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from coworking.kit.phone import (
    FORWARDABLE,
    InvalidPhoneNumber,
    NumberClass,
    PhoneNumber,
    classify,
    from_e164,
    parse_phone,
)
from coworking.kit.phone_prefixes import CALLING_CODES, LIBRARY_VERSION, PREFIXES

REQUIREMENTS = Path(__file__).parents[4] / "requirements" / "run.txt"
LIBRARY_CLASSES = {
    PhoneNumberType.FIXED_LINE: NumberClass.FIXED,
    PhoneNumberType.MOBILE: NumberClass.MOBILE,
    PhoneNumberType.VOIP: NumberClass.IP,
    PhoneNumberType.TOLL_FREE: NumberClass.TOLL_FREE,
    PhoneNumberType.UAN: NumberClass.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE: NumberClass.PREMIUM,
    PhoneNumberType.PAGER: NumberClass.M2M,
}
# What this house tells and the library does not: see test_what_the_library_does_not_know.
BEYOND_LIBRARY = ("170", "180")


@pytest.mark.parametrize(
    ("text", "e164", "national", "area_code", "number_class", "masked"),
    [
        ("03-1234-5678", "+81312345678", "03-1234-5678", "03", "fixed", "+813******78"),
        ("06-6123-4567", "+81661234567", "06-6123-4567", "06", "fixed", "+816******67"),
        ("04-2923-4567", "+81429234567", "04-2923-4567", "04", "fixed", "+814******67"),
        ("04-7123-4567", "+81471234567", "04-7123-4567", "04", "fixed", "+814******67"),
        ("045-123-4567", "+81451234567", "045-123-4567", "045", "fixed", "+8145*****67"),
        ("042-512-3456", "+81425123456", "042-512-3456", "042", "fixed", "+8142*****56"),
        ("044-212-3456", "+81442123456", "044-212-3456", "044", "fixed", "+8144*****56"),
        ("047-412-3456", "+81474123456", "047-412-3456", "047", "fixed", "+8147*****56"),
        ("048-612-3456", "+81486123456", "048-612-3456", "048", "fixed", "+8148*****56"),
        ("052-212-3456", "+81522123456", "052-212-3456", "052", "fixed", "+8152*****56"),
        ("075-212-3456", "+81752123456", "075-212-3456", "075", "fixed", "+8175*****56"),
        ("0422-22-3456", "+81422223456", "0422-22-3456", "0422", "fixed", "+8142*****56"),
        ("011-212-3456", "+81112123456", "011-212-3456", "011", "fixed", "+8111*****56"),
        ("01267-2-3456", "+81126723456", "01267-2-3456", "01267", "fixed", "+8112*****56"),
        ("0980-72-3456", "+81980723456", "0980-72-3456", "0980", "fixed", "+8198*****56"),
        ("090-1234-5678", "+819012345678", "090-1234-5678", None, "mobile", "+8190******78"),
        ("080-1234-5678", "+818012345678", "080-1234-5678", None, "mobile", "+8180******78"),
        ("070-1234-5678", "+817012345678", "070-1234-5678", None, "mobile", "+8170******78"),
        ("060-1234-5678", "+816012345678", "060-1234-5678", None, "mobile", "+8160******78"),
        ("050-1234-5678", "+815012345678", "050-1234-5678", None, "ip", "+8150******78"),
        ("0120-123-456", "+81120123456", "0120-123-456", None, "toll-free", "+8112*****56"),
        ("0800-123-4567", "+818001234567", "0800-123-4567", None, "toll-free", "+8180******67"),
        ("0570-012-345", "+81570012345", "0570-012-345", None, "shared-cost", "+8157*****45"),
        ("0990-123-456", "+81990123456", "0990-123-456", None, "premium", "+8199*****56"),
        ("020-1234-5678", "+812012345678", "020-1234-5678", None, "m2m", "+8120******78"),
        ("0200-12345-67890", "+812001234567890", "0200-12345-67890", None, "m2m", "+8120*********90"),
        ("0180-99-1234", "+81180991234", "0180-99-1234", None, "special", "+8118*****34"),
        ("+1 212-555-0100", "+12125550100", "+12125550100", None, "foreign", "+1212*****00"),
        ("010-44-20-7946-0958", "+442079460958", "+442079460958", None, "foreign", "+4420******58"),
        ("+870 773 111 632", "+870773111632", "+870773111632", None, "satellite", "+8707******32"),
        ("+290 2345", "+2902345", "+2902345", None, "foreign", "+*****45"),
    ],
)
def test_what_a_number_knows_of_itself(
    text: str, e164: str, national: str, area_code: str | None, number_class: str, masked: str
) -> None:
    number = parse_phone(text)
    assert number == from_e164(e164)
    assert number.e164 == e164
    assert number.national == national
    assert number.area_code == area_code
    assert number.number_class == number_class == classify(text)
    assert number.masked == masked
    assert parse_phone(number.national) == number


def test_forwardable_classes() -> None:
    assert {NumberClass.FIXED, NumberClass.MOBILE, NumberClass.IP} == FORWARDABLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "8190",
        "819012345678",
        "+81",
        "+810312345678",
        "+81 90 1234 5678",
        "+819012345678 ",
        "+8190123456789",
        "+81901234567",
        "+81901234567８",
        "+８１9012345678",
        "+8190_1234567",
        "+81-901234567",
        "+81110",
        "+81131234567",
        "+999123456789",
        "+123456",
        "+1234567890123456",
        "anonymous",
        "sip:+819012345678",
    ],
)
def test_the_fast_path_takes_e164_and_nothing_else(text: str) -> None:
    with pytest.raises(InvalidPhoneNumber):
        from_e164(text)


def test_a_number_is_never_written_out_whole() -> None:
    number = from_e164("+819012345678")
    for written in (str(number), repr(number), f"{number}", repr([number]), "%s" % number):  # noqa: UP031 - this way too
        assert "12345" not in written
    with pytest.raises(InvalidPhoneNumber) as raised:
        parse_phone("090-1234-56789")
    assert "1234" not in repr(raised.value) + str(raised.value)


def test_numbers_are_values() -> None:
    number = from_e164("+819012345678")
    assert len({number, from_e164("+819012345678"), from_e164("+819012345679")}) == 2
    assert pickle.loads(pickle.dumps(number)) == copy.deepcopy(number) == number
    with pytest.raises(AttributeError):
        number.e164 = "+819012345679"


def test_numbers_and_table_need_no_library() -> None:
    program = (
        "import sys; from coworking.kit.phone import classify, from_e164, parse_phone;"
        "from_e164('+819012345678').national; parse_phone('045-123-4567'); classify('110'); from_e164('+12125550100');"
        "sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- the table and the library agree


def library_reading(national: str) -> tuple[NumberClass, str, str | None] | None:
    """Class, national form and area code as the library has them; None where it calls the number invalid."""
    number = phonenumbers.PhoneNumber(country_code=81, national_number=int(national))
    kind = phonenumbers.number_type(number)
    if kind not in LIBRARY_CLASSES:
        return None
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    area_code = written.split("-")[0] if kind == PhoneNumberType.FIXED_LINE else None
    return LIBRARY_CLASSES[kind], written, area_code


def our_reading(national: str) -> tuple[NumberClass, str, str | None] | None:
    try:
        number = from_e164(f"+81{national}")
    except InvalidPhoneNumber:
        return None
    return number.number_class, number.national, number.area_code


def numbers_under_test() -> list[str]:
    seeded = random.Random(20260601)
    numbers = [
        str(seeded.randrange(10 ** (n - 1), 10**n))
        for n in seeded.choices((8, 9, 10, 11), (1, 9, 9, 1), k=20_000)
    ]
    for name, prefixes in PREFIXES.items():
        digits = int(name.partition("/")[2])
        for prefix in prefixes.split():
            numbers += [
                prefix + "".join(seeded.choices("0123456789", k=digits - len(prefix))) for _ in range(2)
            ]
    return [number for number in numbers if not number.startswith(BEYOND_LIBRARY)]


def test_table_and_library_agree() -> None:
    numbers = numbers_under_test()
    assert len(numbers) > 21_000
    differences = [number for number in numbers if our_reading(number) != library_reading(number)]
    assert differences == []


def test_the_table_was_built_from_the_pinned_library() -> None:
    pinned = re.search(r"^phonenumbers==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == version("phonenumbers") == LIBRARY_VERSION


def test_calling_codes_are_the_librarys() -> None:
    assert {int(code) for code in CALLING_CODES.split()} == set(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def test_no_prefix_begins_with_another() -> None:
    prefixes = sorted(prefix for row in PREFIXES.values() for prefix in row.split())
    assert not [a for a, b in pairwise(prefixes) if b.startswith(a)]


def test_what_the_library_does_not_know() -> None:
    for text in ("0170-12-3456", "0180-99-1234", "0200-12345-67890"):
        assert library_reading(re.sub(r"\D", "", text)[1:]) is None
        assert parse_phone(text).national == text


# --- any text at all

LIKELY = st.text(
    st.sampled_from("+＋0123456789０１８９-ー−—()（） \u3000\u00a0\u200b#＃*.,abc一\n"), max_size=40
)
E164_LIKE = st.from_regex(r"\+(81|1|44|870|999)[0-9]{0,14}", fullmatch=True)


@settings(deadline=None)
@given(st.one_of(st.text(), LIKELY, E164_LIKE, st.text(st.characters(categories=["Nd"]), max_size=16)))
@example("\ud800")
@example("+" * 20)
@example("०९०-१२३४-५६७८")
@example("0" * 10_000)
@example("𝟎𝟗𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖")
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    number_class = classify(text)
    assert number_class is None or number_class in NumberClass
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber:
        assert number_class not in FORWARDABLE
    else:
        assert number.number_class is number_class
        assert parse_phone(number.e164) == from_e164(number.e164) == number
        assert number.masked.count("*") >= 5
        assert number.masked != number.e164


@settings(deadline=None)
@given(st.one_of(st.text(), E164_LIKE))
def test_the_fast_path_agrees_with_the_parser(text: str) -> None:
    try:
        number = from_e164(text)
    except InvalidPhoneNumber:
        return
    if number.number_class is not NumberClass.FOREIGN:
        assert parse_phone(text) == number
    assert isinstance(number, PhoneNumber)
