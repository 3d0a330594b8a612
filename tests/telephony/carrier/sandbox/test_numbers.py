"""The inventory: numbers that Japan's plan has, the same ones for the same seed."""

import phonenumbers
import pytest

from telephony.carrier.sandbox import Store
from telephony.carrier.sandbox.numbers import Inventory, area_code, is_japanese_number


@pytest.fixture
def inventory():
    store = Store()
    yield Inventory(store, 0)
    store.close()


@pytest.mark.parametrize("area", ["3", "42", "44", "45", "47", "48", "52", "6", "75"])
def test_offered_numbers_belong_to_their_area(inventory, area):
    found = inventory.offered("local", f"+81{area}*", 50)
    assert len(set(found)) == 50
    for e164 in found:
        assert phonenumbers.is_valid_number(phonenumbers.parse(e164))
        assert area_code(e164) == area
        assert e164[3 + len(area)] not in "01"


@pytest.mark.parametrize("contains", ["+8150*", "+81466*", "8111*", "0985*", "+8145*99", "+8145*"])
def test_any_prefix_may_be_asked_for(inventory, contains):
    found = inventory.offered("local", contains, 5)
    assert len(found) == 5
    assert all(is_japanese_number(e164) for e164 in found)
    prefix = contains.lstrip("+").removeprefix("81").lstrip("0").partition("*")[0]
    assert all(e164[3:].startswith(prefix) for e164 in found)


def test_the_kinds_of_numbers(inventory):
    assert all(e164[3:5] in ("70", "80", "90") for e164 in inventory.offered("mobile", None, 9))
    assert all(e164[3:6] in ("120", "800") for e164 in inventory.offered("toll-free", None, 9))
    assert all(e164[3:5] == "50" for e164 in inventory.offered("voip", None, 9))
    assert inventory.offered("mobile", "+8145*", 3) == []
    assert inventory.offered("local", "+81110*", 3) == []
    assert inventory.offered("local", "+81451234567890*", 3) == []


def test_the_same_seed_offers_the_same():
    offers = []
    for seed in (1, 1, 2):
        store = Store()
        offers.append(Inventory(store, seed).offered("local", "+813*", 5))
        store.close()
    assert offers[0] == offers[1] != offers[2]


@pytest.mark.parametrize(
    "text", ["", "+81", "+8145", "+81110", "0453498023", "+12025550123", "+81４５３４９８０２３"]
)
def test_what_is_no_japanese_number(text):
    assert not is_japanese_number(text)
