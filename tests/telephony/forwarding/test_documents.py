from __future__ import annotations

from dataclasses import replace
from typing import Literal
from xml.etree import ElementTree as ET

import pytest

from coworking.kit.phone import from_e164
from telephony.forwarding import documents
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.card import Card
from telephony.forwarding.routing import Announce, Decision, Ring
from telephony.forwarding.rules import CallRules
from tests.factories.forwarding import call_rules
from tests.factories.membership import nex
from tests.telephony.forwarding.cards import CALLER, CARD, IP, MOBILE, OFFICE, RENTED

CALL = "CA" + "0" * 32
CALLBACKS = Callbacks("https://rusuban.example")
Language = Literal["ja", "en"]
SPOKEN = {"ja": "ja-JP", "en": "en-US"}


def verbs(document: bytes) -> list[ET.Element]:
    response = ET.fromstring(document)
    assert response.tag == "Response"
    return list(response)


def the_dial(document: bytes) -> ET.Element:
    [dial] = verbs(document)
    assert dial.tag == "Dial"
    return dial


def carried_out(decision: Decision, card: Card | None, rules: CallRules | None = None) -> bytes:
    return documents.of_decision(
        decision, card, rules or call_rules(), CALLBACKS, call_sid=CALL, caller=CALLER
    )


def test_ringing_shows_the_rented_number_and_is_told_of_each_step() -> None:
    dial = the_dial(documents.ringing(Ring((MOBILE,)), CARD, CALLBACKS, CALL, CALLER))
    assert dial.attrib == {
        "action": "https://rusuban.example/carrier/twilio/voice/next?line=7&rung=0",
        "method": "POST",
        "timeout": "20",
        "timeLimit": "14400",
        "answerOnBridge": "true",
        "callerId": RENTED,
    }
    [number] = dial
    assert (number.tag, number.text) == ("Number", MOBILE.number)
    assert number.attrib == {
        "statusCallback": "https://rusuban.example/carrier/twilio/status?line=7&asks=0",
        "statusCallbackMethod": "POST",
        "statusCallbackEvent": "initiated ringing answered completed",
    }


def test_ringing_at_once_is_as_patient_as_the_most_patient() -> None:
    dial = the_dial(documents.ringing(Ring((MOBILE, OFFICE, IP)), CARD, CALLBACKS, CALL, CALLER))
    assert [number.text for number in dial] == [MOBILE.number, OFFICE.number, IP.number]
    assert dial.get("timeout") == "30"
    assert str(dial.get("action")).endswith("rung=2")
    assert dial.get("sequential") is None


def test_ringing_with_press_1_asks_first() -> None:
    dial = the_dial(
        documents.ringing(Ring((MOBILE,)), replace(CARD, press_one=True), CALLBACKS, CALL, CALLER)
    )
    [number] = dial
    assert number.get("url") == f"https://rusuban.example/carrier/twilio/voice/whisper?line=7&call={CALL}"
    assert str(number.get("statusCallback")).endswith("asks=1")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_whisper_names_the_line_asks_for_1_and_ends_the_leg(language: Language) -> None:
    card = replace(CARD, language=language, press_one=True, whisper=True)
    gather, goodbye, end = verbs(documents.whisper(card, nex().forwarding, CALLBACKS, CALL))
    assert gather.tag == "Gather"
    assert gather.get("action") == f"https://rusuban.example/carrier/twilio/voice/accept?line=7&call={CALL}"
    assert (gather.get("numDigits"), gather.get("timeout"), gather.get("input")) == ("1", "10", "dtmf")
    assert [say.get("language") for say in gather] == [SPOKEN[language]] * 2
    assert "045-411-0001" in str(gather[0].text)
    assert "1" in str(gather[1].text)
    assert goodbye.tag == "Say"
    assert end.tag == "Hangup"


def test_the_whisper_may_name_the_caller() -> None:
    profile = nex().forwarding
    prompts = profile.prompts.model_copy(
        update={"whisper": profile.prompts.whisper.model_copy(update={"ja": "{caller} から {line} へ"})}
    )
    named = profile.model_copy(update={"prompts": prompts})
    document = documents.whisper(replace(CARD, press_one=True, whisper=True), named, CALLBACKS, CALL, CALLER)
    assert verbs(document)[0][0].text == f"{from_e164(CALLER).national} から 045-411-0001 へ"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_not_accepted_says_goodbye_in_the_lines_language(language: Language) -> None:
    say, end = verbs(documents.not_accepted(replace(CARD, language=language), nex().forwarding))
    assert say.get("language") == SPOKEN[language]
    assert say.text == getattr(nex().forwarding.prompts.not_accepted, language)
    assert end.tag == "Hangup"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "says",
    [
        "not_in_service",
        "not_started",
        "ended",
        "suspended",
        "forwarding_off",
        "withheld_refused",
        "unanswered",
    ],
)
def test_every_announcement_is_said_and_ends_the_call(says: str, language: Language) -> None:
    card = replace(CARD, language=language)
    document = carried_out(Announce("decided", says=says), card)
    say, end = verbs(document)
    assert (say.tag, end.tag) == ("Say", "Hangup")
    assert say.get("language") == SPOKEN[language]
    assert say.text == getattr(getattr(nex().forwarding.announcements, says), language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_apology_is_the_operators(language: Language) -> None:
    say, end = verbs(documents.apology(nex().forwarding, language))
    assert say.text == getattr(nex().forwarding.announcements.apology, language)
    assert end.tag == "Hangup"


def test_the_apology_of_nobody_in_particular_is_in_both_languages() -> None:
    ja, en, end = verbs(documents.APOLOGY)
    assert (ja.get("language"), en.get("language"), end.tag) == ("ja-JP", "en-US", "Hangup")


def test_connect_and_hang_up() -> None:
    assert verbs(documents.CONNECT) == []
    assert [verb.tag for verb in verbs(documents.HANG_UP)] == ["Hangup"]


def test_what_an_operator_writes_cannot_become_a_verb() -> None:
    profile = nex().forwarding
    wicked = profile.announcements.ended.model_copy(update={"ja": "</Say><Dial>+14155550100</Dial>"})
    announcements = profile.announcements.model_copy(update={"ended": wicked})
    changed = profile.model_copy(update={"announcements": announcements})
    rules = replace(call_rules(), forwarding=changed)
    say, end = verbs(carried_out(Announce("ended", says="ended"), CARD, rules))
    assert (say.text, end.tag) == ("</Say><Dial>+14155550100</Dial>", "Hangup")
