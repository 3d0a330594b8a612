"""Mistakes in a profile: each is named by its line, key, value and what is allowed."""

from pathlib import Path

import pytest

from app.profiles import SHIPPED, load_profile
from coworking.kit.profile import ProfileError
from tests.app.broken_coworking import BROKEN_COWORKING
from tests.app.broken_telephony import BROKEN_TELEPHONY, YEN

NEX_TOML = (SHIPPED / "nex.toml").read_text("utf-8")

PLAN_NAMES = "one of rental-office, coworking, virtual-office, spot-use"
# What stands in the file, what is written instead, and the key, value and allowed text of the first problem.
BROKEN = [
    (
        'name = "nex"',
        'name = "Nex!"',
        "operator.name",
        '"Nex!"',
        "a name of small letters, digits and single hyphens",
    ),
    ('name = "nex"', "name = 3", "operator.name", "3", "a name of small letters"),
    ("[operator]", "[operater]", "operater", '{"name"', "one of"),
    ('language = "ja"', 'language = "fr"', "membership.language", '"fr"', 'one of "ja", "en"'),
    (
        'default_office = "tokyo"',
        'default_office = "toyko"',
        "membership.default_office",
        '"toyko"',
        "one of tokyo, tachikawa, kawasaki, yokohama, funabashi, saitama, nagoya, osaka, kyoto",
    ),
    ("Asia/Tokyo", "Tokyo", "membership.calendar.zone", '"Tokyo"', "an IANA time zone such as Asia/Tokyo"),
    (
        '"sunday"]',
        '"sundays"]',
        "membership.calendar.closed_weekdays[1]",
        '"sundays"',
        'one of "monday", "tuesday"',
    ),
    ("closing_days = []", "closing_days = [8]", "membership.calendar.closing_days[0]", "8", "a date such as"),
    (
        "closing_days = []               # NEX-21: the operator's own closing days (open: none is in the source)\n"
        "opening_days = []",
        "closing_days = [2026-08-13]\nopening_days = [2026-08-13]",
        "membership.calendar.opening_days[0]",
        "2026-08-13",
        "a date that is not in closing_days",
    ),
    (
        "closes_at = 18:30:00",
        "closes_at = 09:00:00",
        "membership.office_hours[0].closes_at",
        "09:00:00",
        "a time after",
    ),
    (
        "opens_at = 10:00:00",
        "opens_at = 10",
        "membership.office_hours[0].opens_at",
        "10",
        "a time of day such as",
    ),
    (
        'reception_phone = "sip:reception-kyoto@desk.nex.example"',
        'reception_phone = "03-1234-5678"',
        "membership.offices.kyoto.reception_phone",
        '"03-1234-5678"',
        "a telephone number that starts with + and the country code",
    ),
    (
        'area_code = "047"',
        'area_code = "47"',
        "membership.offices.funabashi.area_code",
        '"47"',
        "an area code in quotes",
    ),
    (
        'area_code = "047"',
        'area_code = "0466"',
        "membership.offices.funabashi.area_code",
        '"0466"',
        "one of 03, 042, 044, 045, 047, 048, 052, 06, 075",
    ),
    (
        "has_private_office = true",
        "has_private_office = false",
        "numbers.quotas.rental-office.kind",
        '"office-capacity"',
        '"fixed-count", or membership.plans.rental-office.has_private_office = true',
    ),
    (
        "[membership.plans.spot-use]",
        "[membership.plans.spot_use]",
        "membership.plans.spot_use",
        "{",
        "a name of small",
    ),
    (
        'tax_mode = "excluded"',
        'tax_mode = "exclusive"',
        "billing.tax_mode",
        '"exclusive"',
        'one of "excluded", "included", "outside"',
    ),
    ('rate = "0.10"', "rate = 0.10", "billing.tax_rates[0].rate", "0.1", "a rate from 0 to 1 in quotes"),
    ('rate = "0.10"', 'rate = "10"', "billing.tax_rates[0].rate", '"10"', "a rate from 0 to 1 in quotes"),
    (
        "from_day = 1,",
        "from_day = 5,",
        "billing.first_payment.monthly_fees[0].from_day",
        "5",
        "1 in the first row",
    ),
    ("months = 2 }]", "months = 24 }]", "billing.first_payment.monthly_fees[0].months", "24", "from 0 to 12"),
    (
        'due = { kind = "days-after", days = 7 }',
        'due = { kind = "days", days = 7 }',
        "billing.first_payment.due.kind",
        '"days"',
        'one of "day-of-month", "days-after", "month-end"',
    ),
    (
        'due = { kind = "days-after", days = 7 }',
        'due = { kind = "day-of-month", day = 31, months = 0 }',
        "billing.first_payment.due.day",
        "31",
        "a whole number from 1 to 28",
    ),
    (
        'member_plans = ["coworking", "virtual-office"]\ncloses',
        'member_plans = ["co-working", "virtual-office"]\ncloses',
        "billing.schedules[1].member_plans[0]",
        '"co-working"',
        PLAN_NAMES,
    ),
    (
        'closes = { kind = "month-end", months = 0 }',
        'purposes = ["call"]\ncloses = { kind = "month-end", months = 0 }',
        "billing.schedules[2]",
        "{",
        "a last schedule without purposes, member_plans and means",
    ),
    (
        'means = "card"',
        'means = "cheque"',
        "billing.payment_choices[1].means",
        '"cheque"',
        'one of "card", "bank-',
    ),
    (
        "suspension_after_days = 30 ",
        "suspension_after_days = 5 ",
        "billing.arrears.suspension_after_days",
        "5",
        "a whole number over 7",
    ),
    (
        "claimed = false",
        "claimed = true",
        "billing.arrears.late_interest.rates",
        "[]",
        "at least one dated rate",
    ),
    ("amount = 35_000", "amount = 35_000.5", "billing.fees.technician.amount", "35000.5", YEN),
    ("amount = 35_000", 'amount = "35,000"', "billing.fees.technician.amount", '"35,000"', YEN),
    (
        "[billing.fees.recovery] ",
        "[billing.fees.Recovery] ",
        "billing.fees.Recovery",
        "{",
        "what a charge is for",
    ),
    (
        'NEX-11 = ["numbers.start"',
        'NEX-11 = ["numbers.begin"',
        "rules.NEX-11[0]",
        '"numbers.begin"',
        "a dotted key such as",
    ),
    (
        "NEX-12 = [",
        "rule-12 = [",
        "rules.rule-12",
        '["numbers.proration"]',
        "the ID of a rule, such as NEX-09",
    ),
]


def problems_of(text: str, folder: Path) -> ProfileError:
    file = folder / "copy.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(file)
    return caught.value


@pytest.mark.parametrize(("old", "new", "key", "value", "allowed"), [*BROKEN, *BROKEN_TELEPHONY])
def test_a_broken_profile_names_line_key_value_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    names_what_is_wrong(tmp_path, NEX_TOML, old, new, key, value, allowed)


@pytest.mark.parametrize(("name", "old", "new", "key", "value", "allowed"), BROKEN_COWORKING)
def test_a_profile_that_contradicts_itself_is_refused(
    tmp_path: Path, name: str, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    text = (SHIPPED / f"{name}.toml").read_text("utf-8")
    names_what_is_wrong(tmp_path, text, old, new, key, value, allowed)


def names_what_is_wrong(
    folder: Path, sound: str, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    assert sound.count(old) == 1, sound.count(old)
    text = sound.replace(old, new)
    error = problems_of(text, folder)
    problem = next(each for each in error.problems if each.key == key)
    assert problem.value.startswith(value)
    assert bool(problem.value) == bool(value)
    assert problem.allowed is not None
    assert allowed in problem.allowed.en
    assert problem.allowed.ja
    assert problem.line is not None or problem.key.count(".") == 0
    if value:
        assert problem.line is not None
        near = text.split("\n")[problem.line - 1 : problem.line + 1]
        last_name = key.rsplit(".", 1)[-1].partition("[")[0]
        assert last_name in "\n".join(near) or value in "\n".join(near)
    assert all(line.startswith(error.file) for line in str(error).splitlines())


def test_there_are_enough_broken_profiles() -> None:
    assert len(BROKEN) + len(BROKEN_TELEPHONY) >= 40


@pytest.mark.parametrize("missing", ["numbers", "metering", "forwarding"])
def test_the_tables_of_telephony_stand_together_or_not_at_all(tmp_path: Path, missing: str) -> None:
    lines = NEX_TOML.splitlines(keepends=True)
    table = ""
    kept = []
    for line in lines:
        table = line.strip("[").split("]")[0].split(".")[0] if line.startswith("[") else table
        if table != missing:
            kept.append(line)
    error = problems_of("".join(kept), tmp_path)
    problem = next(each for each in error.problems if each.key == missing)
    assert "is missing although there is" in problem.wrong.en
    assert problem.allowed is not None
    assert "none of them where no lines are lent" in problem.allowed.en


def test_an_office_of_an_operator_that_lends_lines_has_an_area_code(tmp_path: Path) -> None:
    error = problems_of(NEX_TOML.replace('area_code = "075"\n', ""), tmp_path)
    [problem] = error.problems
    assert problem.key == "membership.offices.kyoto.area_code"
    assert problem.wrong.en == "is missing although lines are lent"
