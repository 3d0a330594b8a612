import pytest

from app.profiles import Profile, load_profile
from coworking.kit.phone import NumberClass
from telephony.forwarding.profile import Announcements, Instead, Prompts, Strategy, WithheldCaller


@pytest.fixture(scope="module")
def nex() -> Profile:
    return load_profile("nex")


def test_destinations_nex_03_nex_26(nex: Profile) -> None:
    assert nex.forwarding.destinations.limit == 3
    assert nex.forwarding.destinations.classes == (NumberClass.FIXED, NumberClass.MOBILE, NumberClass.IP)


def test_defaults_of_a_line(nex: Profile) -> None:
    defaults = nex.forwarding.defaults
    assert defaults.strategy is Strategy.IN_TURN
    assert defaults.press_one is False
    assert defaults.unanswered is Instead.ANNOUNCEMENT
    assert defaults.withheld_caller is WithheldCaller.FORWARD
    ringing = nex.forwarding.ringing
    assert (ringing.least_seconds, ringing.default_seconds, ringing.most_seconds) == (5, 20, 60)
    limits = nex.forwarding.limits
    assert (limits.call_seconds, limits.control_call_seconds, limits.accept_seconds) == (14_400, 600, 10)


def test_interruption_and_reception_nex_20_nex_24(nex: Profile) -> None:
    assert list(nex.forwarding.interruption_reasons) == [
        "maintenance",
        "failure",
        "disaster",
        "carrier-trouble",
    ]
    assert nex.forwarding.reception.member_plans == ("rental-office",)


@pytest.mark.parametrize("texts", [Announcements(), Prompts()])
def test_every_text_is_there_in_both_languages(texts: Announcements | Prompts) -> None:
    spoken = [getattr(texts, name) for name in type(texts).model_fields]
    assert all(text.ja and text.en and text.ja != text.en for text in spoken)
    assert all(text.en.isascii() and not text.ja.isascii() for text in spoken)


def test_the_whisper_names_the_line() -> None:
    assert Prompts().whisper.en.format(line="045-000-0000", caller="") == "A call to 045-000-0000."
