"""Mistakes in a profile: each is named by its line, key, value and what is allowed."""

from pathlib import Path

import pytest

from app.profiles import SHIPPED, load_profile
from coworking.kit.profile import ProfileError

NEX_TOML = (SHIPPED / "nex.toml").read_text("utf-8")

YEN = "a whole number of yen, or a decimal in quotes with up to 3 places"
PLAN_NAMES = "one of rental-office, coworking, virtual-office, spot-use"
CLASSES = "one of fixed, ip, mobile"

CARD = "metering.rate_cards[0].line_plans"
PRICES = "[metering.rate_cards.line_plans.incoming-outgoing]"
TEXTS = "[forwarding.announcements] "
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
        "a last schedule without purposes and member_plans",
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
    ("quarantine_days = 180", "quarantine_days = -1", "numbers.quarantine_days", "-1", "from 0 to 3650"),
    ("transferable = false", 'transferable = "no"', "numbers.transferable", '"no"', "true or false"),
    (
        'number_zone_check = "office"',
        'number_zone_check = "none"',
        "numbers.number_zone_check",
        '"none"',
        '"base-address"',
    ),
    ('kind = "next-free"', 'kind = "chosen"', "numbers.assignment.kind", '"chosen"', '"next-free"'),
    (
        "after_closed_day_at = 10:00:00",
        "after_closed_day = 10:00:00",
        "numbers.start.after_closed_day",
        "10:00:00",
        "one of",
    ),
    (
        "ends_at = 15:00:00",
        'ends_at = "3pm"',
        "numbers.end.ends_at",
        '"3pm"',
        "a time of day such as 10:00:00",
    ),
    (
        "limit = 3                       # (open) read",
        "limit = 0 #",
        "numbers.registered_phones.limit",
        "0",
        "from 1 to 20",
    ),
    (
        'classes = ["mobile", "fixed", "ip"]',
        'classes = ["mobile", "toll-free"]',
        "numbers.registered_phones.classes[1]",
        '"toll-free"',
        CLASSES,
    ),
    (
        '"048", "052"',
        '"048", "048"',
        "numbers.line_plans.incoming-outgoing.area_codes",
        '["03"',
        "each value once",
    ),
    (
        "monthly_fee = 2_000",
        "monthly_fee = 2_000.0",
        "numbers.line_plans.incoming-outgoing.monthly_fee",
        "2000.0",
        YEN,
    ),
    (
        "monthly_fee = 2_000",
        "montly_fee = 2_000",
        "numbers.line_plans.incoming-outgoing.montly_fee",
        "2000",
        "one of",
    ),
    (
        "desk_phones = 1\n",
        "desk_phones = 0\n",
        "numbers.line_plans.fixed-phone.monthly_fee_per",
        '"desk-phone"',
        '"line"',
    ),
    (
        'virtual-office = { kind = "fixed-count", most = 1 }\n',
        "",
        "numbers.line_plans.incoming-outgoing.member_plans[2]",
        '"virtual-office"',
        "a plan of numbers.quotas (add virtual-office)",
    ),
    (
        'coworking = { kind = "fixed-count", most = 1 }',
        'coworking = { kind = "fixed-count", most = 1, least = 2 }',
        "numbers.quotas.coworking.least",
        "2",
        "a whole number from 0 to 1",
    ),
    (
        "[numbers.quotas] ",
        '[numbers.quotas]\nspot-use = { kind = "fixed-count", most = 1 } ',
        "numbers.quotas.spot-use",
        "{",
        "one of coworking, rental-office, virtual-office",
    ),
    ("unpaid = {", "unpayed = {", "numbers.suspension_reasons.unpaid", "", "a table with the keys ja, en"),
    (
        'bundle_id = "BU0000',
        'bundle_id = "bundle',
        "numbers.purchase.bundle_id",
        '"bundle',
        "a reference of the carrier: two capital letters and 32 hexadecimal digits",
    ),
    ('ip = "fixed" ', 'ip = "voip" ', "metering.counts_as.ip", '"voip"', 'one of "fixed", "mobile", "ip"'),
    (
        'ip = "fixed"',
        'sip = "fixed"',
        "metering.counts_as.sip",
        '"fixed"',
        'one of "fixed", "mobile", "ip", "toll-free"',
    ),
    (
        "unit_price = 32 }",
        "unit_price = 35.2 }",
        f"{CARD}.incoming-outgoing.forward-to-mobile.unit_price",
        "35.2",
        YEN,
    ),
    (
        "unit_seconds = 60, unit_price = 32",
        "unit_seconds = 0, unit_price = 32",
        f"{CARD}.incoming-outgoing.forward-to-mobile.unit_seconds",
        "0",
        "from 1 to 3600",
    ),
    (
        f"{PRICES}\nforward-to-fixed",
        f"{PRICES}\nforward-to-land",
        f"{CARD}.incoming-outgoing.forward-to-land",
        "{",
        'one of "forward-to-fixed"',
    ),
    (
        PRICES,
        "[metering.rate_cards.line_plans.in-out]",
        f"{CARD}.in-out",
        "{",
        "one of fixed-phone, incoming-outgoing",
    ),
    (
        f"{PRICES}\n",
        PRICES + "\ndesk-to-mobile = { unit_seconds = 60, unit_price = 47 }\n",
        f"{CARD}.incoming-outgoing.desk-to-mobile",
        "{",
        "no such price, or numbers.line_plans.incoming-outgoing.desk_phones = 1",
    ),
    (
        'classes = ["fixed", "mobile", "ip"] ',
        'classes = ["fixed", "premium"] ',
        "forwarding.destinations.classes[1]",
        '"premium"',
        CLASSES,
    ),
    (
        "default_seconds = 20",
        "default_seconds = 90",
        "forwarding.ringing.default_seconds",
        "90",
        "from 5 to 60",
    ),
    ("most_seconds = 60", "most_seconds = 500", "forwarding.ringing.most_seconds", "500", "from 5 to 120"),
    ("least_seconds = 5", "least_seconds = 90", "forwarding.ringing.most_seconds", "60", "from 90 to 120"),
    (
        'strategy = "in-turn"',
        'strategy = "random"',
        "forwarding.defaults.strategy",
        '"random"',
        '"in-turn", "at-once"',
    ),
    ("kept_days = 90", "kept_days = 0", "forwarding.voicemail.kept_days", "0", "from 1 to 3660"),
    (
        "call_seconds = 14_400",
        "call_seconds = 14_401",
        "forwarding.limits.call_seconds",
        "14401",
        "from 60 to 14400",
    ),
    (
        TEXTS,
        "[forwarding.prompts]\nwhisper = { ja = '{name}です', en = 'A call' }\n" + TEXTS,
        "forwarding.prompts.whisper.ja",
        '"{name}です"',
        "{line} and {caller}",
    ),
    (
        TEXTS,
        "[forwarding.prompts]\nwhisper = { ja = '{line です', en = 'A call' }\n" + TEXTS,
        "forwarding.prompts.whisper.ja",
        '"{line です"',
        "{line} and {caller}",
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


@pytest.mark.parametrize(("old", "new", "key", "value", "allowed"), BROKEN)
def test_a_broken_profile_names_line_key_value_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    assert NEX_TOML.count(old) == 1, NEX_TOML.count(old)
    text = NEX_TOML.replace(old, new)
    error = problems_of(text, tmp_path)
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
        assert last_name in "\n".join(near)
    assert all(line.startswith(error.file) for line in str(error).splitlines())


def test_there_are_enough_broken_profiles() -> None:
    assert len(BROKEN) >= 40
