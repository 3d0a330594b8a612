import pickle
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field

from coworking.kit.profile import (
    LARGEST_FILE_BYTES,
    LONGEST_VALUE_SHOWN,
    Document,
    Problem,
    ProfileError,
    did_you_mean,
    dotted,
    read_document,
    validated,
)
from coworking.kit.profile_fields import (
    AreaCode,
    Bilingual,
    Day,
    Misfit,
    Name,
    Rate,
    Table,
    TimeOfDay,
    Weekday,
    Words,
    Yen,
    ZoneName,
    distinct,
    out_of_order,
    version_on,
)

Days = Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=3), AfterValidator(distinct)]


class Round(Table):
    kind: Literal["round"]
    radius: Annotated[int, Field(ge=1, le=9)]


class Square(Table):
    kind: Literal["square"]
    side: int


class Step(Table):
    valid_from: Day
    price: Yen


class Shop(Table):
    title: Bilingual
    shapes: Mapping[Name, Annotated[Round | Square, Field(discriminator="kind")]]
    open_on: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=3), AfterValidator(distinct)] = (
        Weekday.MONDAY,
    )
    steps: tuple[Step, ...] = ()
    discount: Rate = Decimal(0)
    zone: ZoneName = "Asia/Tokyo"
    area_code: AreaCode | None = None
    opens_at: TimeOfDay = time(9)
    closes_at: TimeOfDay = time(17)
    seats: Annotated[int, Field(ge=1)] = 1

    def misfits(self) -> Iterator[Misfit]:
        yield from out_of_order("steps", self.steps)
        if self.closes_at <= self.opens_at:
            yield Misfit(("closes_at",), Words("逆です", "is not later"), Words("後の時刻", "a later time"))


GOOD = """
title = { ja = "店", en = "Shop" }
open_on = ["monday", "sunday"]
discount = "0.05"

[shapes.coin]
kind = "round"
radius = 3

[[steps]]
valid_from = 2026-01-01
price = "14.30"
[[steps]]
valid_from = 2026-04-01
price = 15
"""


def read(folder: Path, text: str | bytes) -> Shop:
    file = folder / "shop.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return validated(Shop, read_document(file))


def only_line(folder: Path, text: str | bytes, language: str = "en") -> str:
    with pytest.raises(ProfileError) as caught:
        read(folder, text)
    (line,) = caught.value.lines(language)
    return line.removeprefix(str(folder / "shop.toml"))


def test_a_good_file(tmp_path: Path) -> None:
    shop = read(tmp_path, GOOD)
    assert shop.open_on == (Weekday.MONDAY, Weekday.SUNDAY)
    assert [day.number for day in shop.open_on] == [0, 6]
    assert shop.discount == Decimal("0.05")
    assert shop.title.spoken("ja") == "店"
    assert shop.title.spoken("en") == "Shop"
    assert version_on(shop.steps, date(2025, 12, 31)) is None
    assert version_on(shop.steps, date(2026, 3, 31)) == shop.steps[0]
    assert version_on(shop.steps, date(2026, 4, 1)) == shop.steps[1]


def test_amounts_are_stored_in_one_spelling(tmp_path: Path) -> None:
    values = read(tmp_path, GOOD).model_dump(mode="json")
    assert [step["price"] for step in values["steps"]] == ["14.3", "15"]
    assert validated(Shop, Document("stored", values, {})) == read(tmp_path, GOOD)


def test_a_table_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(tmp_path, GOOD).seats = 3


WRONG = [
    (
        "radius = 3",
        "radius = 12",
        ":8: shapes.coin.radius = 12: is not allowed; allowed: a whole number from 1 to 9",
    ),
    (
        "radius = 3",
        "radius = true",
        ":8: shapes.coin.radius = true: is not allowed; allowed: a whole number",
    ),
    (
        "radius = 3",
        "radius = 3\nradios = 3",
        ":9: shapes.coin.radios = 3: is an unknown key (did you mean radius?)",
    ),
    ("radius = 3\n", "", ":6: shapes.coin.radius: is missing; allowed: a whole number from 1 to 9"),
    (
        'kind = "round"',
        'kind = "oval"',
        ':7: shapes.coin.kind = "oval": is not allowed; allowed: one of "round"',
    ),
    ('kind = "round"\n', "", ':6: shapes.coin.kind: is missing; allowed: one of "round", "square"'),
    ("[shapes.coin]", "[shapes.Coin]", ":6: shapes.Coin"),
    ("[shapes.coin]", '[shapes."a coin"]', ':6: shapes."a coin"'),
    (
        '"sunday"]',
        '"someday"]',
        ':3: open_on[1] = "someday": is not allowed; allowed: one of "monday", "tuesday"',
    ),
    (
        '"sunday"]',
        '"monday"]',
        ':3: open_on = ["monday", "monday"]: is not allowed; allowed: each value once',
    ),
    (
        '["monday", "sunday"]',
        "[]",
        ":3: open_on = []: is not allowed; allowed: a list of 1 to 3, each element: one of",
    ),
    ('["monday", "sunday"]', '"monday"', ':3: open_on = "monday": is not allowed; allowed: a list of 1 to 3'),
    (
        'price = "14.30"',
        "price = 14.3",
        ":12: steps[0].price = 14.3: is not allowed; allowed: a whole number of yen",
    ),
    ('price = "14.30"', 'price = "14.3333"', ':12: steps[0].price = "14.3333": is not allowed'),
    ('price = "14.30"', 'price = "1e3"', ':12: steps[0].price = "1e3": is not allowed'),
    ('price = "14.30"', 'price = "１４"', ':12: steps[0].price = "１４": is not allowed'),
    ("price = 15", "price = -15", ":15: steps[1].price = -15: is not allowed"),
    ("price = 15", "price = true", ":15: steps[1].price = true: is not allowed"),
    ("price = 15", "price = nan", ":15: steps[1].price = NaN: is not allowed"),
    ("price = 15", "price = 1_000_000_000", ":15: steps[1].price = 1000000000: is not allowed"),
    (
        "2026-04-01",
        "2026-01-01",
        ":14: steps[1].valid_from = 2026-01-01: is not later than the version before it",
    ),
    (
        "2026-04-01",
        '"spring"',
        ':14: steps[1].valid_from = "spring": is not allowed; allowed: a date such as',
    ),
    ("2026-04-01", "2026-04-01T00:00:00", ":14: steps[1].valid_from = 2026-04-01T00:00:00: is not allowed"),
    (
        'discount = "0.05"',
        "discount = 0.05",
        ":4: discount = 0.05: is not allowed; allowed: a rate from 0 to 1",
    ),
    (
        'discount = "0.05"',
        'discount = "1.5"',
        ':4: discount = "1.5": is not allowed; allowed: a rate from 0 to 1',
    ),
    (
        'discount = "0.05"',
        'zone = "Asia/Edo"',
        ':4: zone = "Asia/Edo": is not allowed; allowed: an IANA time zone',
    ),
    (
        'discount = "0.05"',
        'zone = "../Tokyo"',
        ':4: zone = "../Tokyo": is not allowed; allowed: an IANA time zone',
    ),
    (
        'discount = "0.05"',
        "area_code = 45",
        ":4: area_code = 45: is not allowed; allowed: an area code in quotes",
    ),
    (
        'discount = "0.05"',
        'area_code = "45"',
        ':4: area_code = "45": is not allowed; allowed: an area code in quotes',
    ),
    (
        'discount = "0.05"',
        'opens_at = "10:00Z"',
        ':4: opens_at = "10:00Z": is not allowed; allowed: a time of day',
    ),
    (
        'discount = "0.05"',
        "closes_at = 08:00:00",
        ":4: closes_at = 08:00:00: is not later; allowed: a later time",
    ),
    ('discount = "0.05"', "seats = 0", ":4: seats = 0: is not allowed; allowed: a whole number of 1 or more"),
    ('ja = "店"', 'ja = " "', ':2: title.ja = " ": is not allowed; allowed: a text of 1 to 600 characters'),
    ('ja = "店", ', "", ":2: title.ja: is missing; allowed: a text of 1 to 600 characters"),
    (
        'title = { ja = "店", en = "Shop" }\n',
        "",
        ": title: is missing; allowed: a table with the keys ja, en",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_a_mistake_is_named_by_line_key_value_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert GOOD.count(old) == 1
    line = only_line(tmp_path, GOOD.replace(old, new))
    assert line.startswith(expected)


def test_japanese(tmp_path: Path) -> None:
    line = only_line(tmp_path, GOOD.replace("radius = 3", "radius = 12"), "ja")
    assert line == ":8: shapes.coin.radius = 12: 使えない値です。使えるもの: 1から9までの整数"


def test_all_problems_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = (
        GOOD.replace("price = 15", "price = 1.5")
        .replace("radius = 3", "radius = 0")
        .replace('en = "Shop"', "en = 1")
    )
    with pytest.raises(ProfileError) as caught:
        read(tmp_path, broken)
    assert [problem.key for problem in caught.value.problems] == [
        "title.en",
        "shapes.coin.radius",
        "steps[1].price",
    ]
    assert len(str(caught.value).splitlines()) == 3


UNREADABLE = [
    (GOOD + "x = \n", ":16: not valid TOML: "),
    (GOOD + "seats = 3\nseats = 4\n", ":17: not valid TOML: "),
    ('a = "open', ":1: not valid TOML: "),
    ("a = [1,\n2", ":2: not valid TOML: "),
    (b"a = 1\nb = '\xff'\n", ":2: the file is not UTF-8 text"),
    ("a = " + "9" * 5000, ":1: not valid TOML: "),
    ("a = " + "[" * 5000 + "]" * 5000, ": lists or tables are nested too deeply"),
    (b"#" * (LARGEST_FILE_BYTES + 1), f": the file is over {LARGEST_FILE_BYTES} bytes"),
]


@pytest.mark.parametrize(("text", "expected"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_broken_file_is_one_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    line = only_line(tmp_path, text)
    assert line.startswith(expected)
    assert "\n" not in line


@pytest.mark.parametrize("name", ["absent.toml", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProfileError) as caught:
        read_document(tmp_path / name)
    assert len(caught.value.lines("ja")) == 1
    assert "the file cannot be read: " in str(caught.value)


def test_long_values_are_cut(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        read(tmp_path, GOOD.replace('"Shop"', f'"{"x" * 5000}"'))
    (problem,) = caught.value.problems
    assert len(problem.value) == LONGEST_VALUE_SHOWN


def test_dotted_keys() -> None:
    assert dotted(("a", 0, "b c", "d-e")) == 'a[0]."b c".d-e'


def test_hints() -> None:
    assert did_you_mean("unit_second", ("unit_seconds", "price")).en == " (did you mean unit_seconds?)"
    assert did_you_mean("zzz", ("unit_seconds", "price")) == Words("", "")


def test_an_error_survives_pickling() -> None:
    error = ProfileError("f", [Problem(3, "a", "1", Words("だめ", "no"))])
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "f:3: a = 1: no"
