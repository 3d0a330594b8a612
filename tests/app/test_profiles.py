"""Profiles as a whole: any change gives a profile or a placed error; a copy with other values works."""

import copy
import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.profiles import (
    SHIPPED,
    Profile,
    ProfileTables,
    load_profile,
    profile_from_document,
    shipped_profiles,
)
from coworking.kit.profile import Document, ProfileError, dotted, validated
from coworking.kit.toml_lines import KeyPath
from telephony.metering.profile import CallClass

NEX_TOML = (SHIPPED / "nex.toml").read_text("utf-8")
NEX_VALUES = tomllib.loads(NEX_TOML)
VALUES = {name: tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8")) for name in shipped_profiles()}

# Deleting a key


OPTIONAL = {
    "closing_days", "opening_days", "on_holidays", "has_private_office", "prohibited_acts", "terms", "purposes",
    "member_plans", "suspension_after_days", "rates", "days_in_year", "interest_floor", "fees", "last_line_required",
    "on_business_day_at", "within_month", "least", "rule", "control_rule", "desk-to-fixed", "desk-to-mobile",
    "mobile-to-fixed", "mobile-to-mobile", "pin", "least_digits", "most_digits",
    "failures_before_delay", "first_delay_seconds", "failures_before_lock", "control", "wrong_inputs", "input_seconds",
    "texts_a_day", "undo_hours", "reception", "announcements", "rules",
    "caps", "line", "member", "operator", "warning_share", "pause_minutes", "comparing", "tolerance_seconds", "unusual",
    "foreign_share", "foreign_calls", "night", "night_calls", "long_seconds", "loop_calls", "burst_calls",
    "burst_seconds", "purchase", "bundle_id", "address_id", "most_per_purchase", "most_per_month",
    "reception_phone", "whisper", "shows", "when_off", "outside_hours", "voicemail", "longest_seconds",
    "silence_seconds", "kept_days", "mails_recording", "mails_missed", "missed_mails_an_hour", "desk_phones",
    "may_name_later_month", "has_contract", "most_people", "hours", "hours_a_month", "free_space_hours", "evidence",
    "of_company", "linked_card_required", "can_pause", "office_changes_only", "includes", "listed_publicly", "options",
    "needs", "most_per_member", "stock", "at", "plan_change", "pause", "least_months", "until_address_moved",
    "confirmation_required", "least_age", "declarations", "reason_disclosed", "staffed", "area_code", "limit_reasons",
    "inquiry_categories", "left_things", "kept_months", "house", "free_talk", "notes", "kinds", "means", "brands",
    "at_reception", "refunds", "payment_changed_by", "dues", "uses", "charged_as", "unit_minutes", "most_a_day",
    "staffed_only", "due", "shift", "forced_end_after_days", "cards", "retry_after_days", "slips",
    "direct_debit", "file_days_before", "phone", "registration_number", "is_corporation", "bank_account",
    "included_in", "community", "company_list", "groups", "community_link", "incidents", "partner_facilities",
    "link", "kind", "retention", "notice_days", "door_event_days", "visit_days", "reservation_days", "mail",
    "refused_kinds", "refused_contents", "handed_over_when_staffed", "grant_minutes", "distribution", "storage",
    "warning_days_before", "disposal", "waiting_days", "handling_fee", "weekdays", "forwarding", "lends",
    "reservations", "spaces", "seats", "least_people", "months_ahead", "via", "unstaffed_via", "note",
    "step_minutes", "longest_minutes", "changed_days_before", "released_days", "payment_minutes", "doors",
    "must_check_in", "card_needs_plan_hours_unstaffed", "qr_seconds", "drop_in", "lends_card", "extra",
    "vouchers", "identity", "identity_required", "four_eyes", "address_letter_always", "letter_days",
    "repeat_years", "expires_after_days", "registered_address", "proof_days", "certificate_days",
}  # fmt: skip
"""Keys with a default, as docs/new-operator.md lists them."""
ENTRIES = {"spaces", "lends", "addresses", "exit_steps", "groups", "doors", "partner_facilities", "offices",
           "declarations", "options", "dues", "uses", "limit_reasons", "inquiry_categories", "notes",
           "plans", "prohibited_acts", "fees", "refusal_reasons", "suspension_reasons",
           "interruption_reasons", "refused_contents", "ways", "announcements", "rules", "line_plans",
           "quotas"}  # fmt: skip
"""Tables of named entries: an operator has the ones it has."""


def keys_of(value: Any, key: KeyPath = ()) -> Iterator[KeyPath]:
    if key and isinstance(key[-1], str):
        yield key
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from keys_of(inner, (*key, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from keys_of(inner, (*key, index))


def table_of(values: Any, key: KeyPath) -> Any:
    for part in key[:-1]:
        values = values[part]
    return values


def loaded(values: dict[str, Any]) -> Profile:
    return Profile(validated(ProfileTables, Document("copy.toml", values, {})))


def outcome(values: dict[str, Any]) -> Profile | ProfileError:
    try:
        return loaded(values)
    except ProfileError as error:
        return error


ALL_KEYS = [(name, key) for name, values in VALUES.items() for key in keys_of(values)]


def test_without_any_one_key_there_is_a_default_or_an_error_that_names_it() -> None:
    for name, key in ALL_KEYS:
        values = copy.deepcopy(VALUES[name])
        del table_of(values, key)[key[-1]]
        found = outcome(values)
        if isinstance(found, ProfileError):
            if key[-1] in ENTRIES:  # then whatever refers to an entry of it is what is named
                continue
            named = key[-2:] if len(key) > 1 and key[-2] in ENTRIES else key[-1:]
            assert any(str(part) in str(found) for part in named), (name, dotted(key), str(found))
        else:
            assert key[-1] in OPTIONAL or (len(key) > 1 and key[-2] in ENTRIES), (name, dotted(key))


JUNK = st.one_of(
    st.none().map(lambda _: {}),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    st.just({"kind": "unheard-of"}),
)


@given(st.sampled_from(ALL_KEYS), JUNK)
@settings(max_examples=400, deadline=None)
def test_with_any_value_at_any_key_there_is_a_profile_or_a_placed_error(
    place: tuple[str, KeyPath], junk: object
) -> None:
    name, key = place
    values = copy.deepcopy(VALUES[name])
    table_of(values, key)[key[-1]] = junk
    found = outcome(values)
    if isinstance(found, Profile):
        assert profile_from_document(found.document).digest == found.digest
        return
    assert found.problems
    for problem in found.problems:
        assert problem.key
        assert problem.allowed is not None
        assert problem.allowed.en not in ("", "a value as the guide describes it")
        assert "\n" not in problem.sentence("ja")


@pytest.mark.parametrize("key", sorted(OPTIONAL))
def test_every_default_is_documented(key: str) -> None:
    guide = (SHIPPED.parent / "docs" / "new-operator.md").read_text("utf-8")
    defaults = guide.partition("## Defaults")[2]
    start, arrow, _ = key.partition("-to-")
    assert (f"`{start}-to-…`" if arrow else key) in defaults


# Swapping


def test_a_copy_with_other_values_works(tmp_path: Path) -> None:
    swaps = [
        ('name = "nex"', 'name = "harbor"'),
        ('tax_mode = "excluded"', 'tax_mode = "included"'),
        ("limit = 3                       # (open) read", "limit = 5 #"),
        ("unit_seconds = 60, unit_price = 32", 'unit_seconds = 30, unit_price = "17.6"'),
        ('coworking = { kind = "fixed-count", most = 1 }', 'coworking = { kind = "fixed-count", most = 2 }'),
        ('area_codes = "own-office"', 'area_codes = "any-offered"'),
        ("closing_days = [] ", "closing_days = [2026-12-29, 2026-12-30] "),
        ("suspension_after_days = 30 ", "# "),
    ]
    text = NEX_TOML
    for old, new in swaps:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = tmp_path / "harbor.toml"
    file.write_text(text, "utf-8")
    harbor, nex = load_profile(file), load_profile("nex")

    assert harbor.name == "harbor"
    assert harbor.digest != nex.digest
    price = harbor.metering.rate_cards[0].price("incoming-outgoing", CallClass.FORWARD_TO_MOBILE)
    assert price is not None
    assert (price.unit_seconds, price.unit_price) == (30, Decimal("17.6"))
    assert harbor.billing.arrears.suspension_after_days is None
    assert len(harbor.calendar().closing_days) == 2


def test_a_second_rate_card_follows_the_first(tmp_path: Path) -> None:
    values = copy.deepcopy(NEX_VALUES)
    later = copy.deepcopy(values["metering"]["rate_cards"][0])
    later["valid_from"] = values["metering"]["rate_cards"][0]["valid_from"].replace(year=2027)
    values["metering"]["rate_cards"].append(later)
    cards = loaded(values).metering.rate_cards
    assert [card.valid_from.year for card in cards] == [2019, 2027]
    values["metering"]["rate_cards"].reverse()
    with pytest.raises(ProfileError, match=r"metering.rate_cards\[1\].valid_from = 2019-10-01: is not later"):
        loaded(values)


# Loading and storing


def test_shipped_profiles_load_by_name_and_by_path() -> None:
    assert shipped_profiles() == ("jsug", "netsugen", "nex", "sakura")
    for name in shipped_profiles():
        assert load_profile(name).name == name
        assert load_profile(SHIPPED / f"{name}.toml").digest == load_profile(name).digest


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ProfileError, match=r"is no shipped profile \(did you mean nex\?\); allowed: .*nex"):
        load_profile("nexx")


def test_a_stored_profile_is_the_same_profile() -> None:
    nex = load_profile("nex")
    stored = json.loads(json.dumps(nex.document))
    assert profile_from_document(stored).tables == nex.tables
    assert profile_from_document(stored).digest == nex.digest


def test_the_digest_is_of_the_rules_not_of_their_spelling(tmp_path: Path) -> None:
    nex = load_profile("nex")
    file = tmp_path / "same.toml"
    spelled = NEX_TOML.replace("unit_price = 32", 'unit_price = "32.0"').replace("on_holidays = false", "")
    file.write_text("# another comment\n" + spelled, "utf-8")
    assert load_profile(file).digest == nex.digest
    file.write_text(NEX_TOML.replace("unit_price = 32", "unit_price = 33"), "utf-8")
    assert load_profile(file).digest != nex.digest


def test_a_broken_stored_profile_says_so() -> None:
    with pytest.raises(ProfileError, match="stored profile"):
        profile_from_document({})
