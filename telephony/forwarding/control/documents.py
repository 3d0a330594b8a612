"""The dialogue of a control call as voice documents. What is asked hangs on the dialogue alone, so that a repeated
webhook is answered with the same words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coworking.kit.errors import Language
from coworking.kit.profile_fields import Words
from telephony.carrier import voice_document as xml
from telephony.forwarding.control import prompts
from telephony.forwarding.control.ivr import OTHER, Dialogue, State
from telephony.forwarding.destinations import Forwarding
from telephony.forwarding.documents import SPOKEN
from telephony.forwarding.rules import CallRules

ONE_KEY: frozenset[State] = frozenset({"line", "menu", "confirm"})
"""Questions that one key answers, # among them; the others end with #."""


def asking(dialogue: Dialogue, rules: CallRules, action: str, *, choices: Sequence[str] = ()) -> bytes:
    """What was said last, the question, and where its answer goes; `choices` are the numbers (E.164) of the lines to
    choose from."""
    language = dialogue.language
    said = [_say(dialogue.said, language)] if dialogue.said else []
    if dialogue.state == "ended":
        return xml.document(*said, _say(prompts.GOODBYE.spoken(language), language), xml.hangup())
    other = OTHER[language]
    asks = [_say(text, language) for text in _questions(dialogue, rules, choices)]
    if dialogue.state == "pin":
        asks.append(_say(prompts.OTHER_LANGUAGE.spoken(other), other))
    one_key = dialogue.state in ONE_KEY
    return xml.document(
        xml.gather(
            *said,
            *asks,
            action=action,
            digits=1 if one_key else None,
            finish_key="" if one_key else "#",
            timeout_seconds=rules.forwarding.control.input_seconds,
            action_without_digits=True,
        )
    )


def described(
    forwarding: Forwarding,
    language: Language,
    spell: Callable[[str, Language], str] = prompts.digit_by_digit,
) -> str:
    """A line's present setting in words, numbers as `spell` has them."""
    parts = [(prompts.IS_ON if forwarding.is_on else prompts.IS_OFF).spoken(language)]
    for one in forwarding.destinations:
        number = spell(one.number, language)
        parts.append(prompts.GOES_TO.spoken(language).format(number=number, seconds=one.ring_seconds))
    if not forwarding.destinations:
        parts.append(prompts.GOES_NOWHERE.spoken(language))
    return " ".join(parts)


def _questions(dialogue: Dialogue, rules: CallRules, choices: Sequence[str]) -> list[str]:
    language, ringing = dialogue.language, rules.forwarding.ringing
    match dialogue.state:
        case "pin":
            welcome = () if dialogue.said else (prompts.WELCOME,)
            return _in(language, *welcome, prompts.ASK_PIN)
        case "line":
            return [prompts.CHOOSE_LINE.spoken(language), *_choices(choices, language)]
        case "destination":
            return _in(language, prompts.ASK_DESTINATION)
        case "confirm" if dialogue.pending is not None:
            number = prompts.digit_by_digit(dialogue.pending, language)
            return [prompts.CONFIRM.spoken(language).format(number=number)]
        case "seconds":
            asks = prompts.ASK_SECONDS.spoken(language)
            return [asks.format(least=ringing.least_seconds, most=ringing.most_seconds)]
        case "callee":
            return _in(language, prompts.ASK_CALLEE)
        case _:
            return _in(language, prompts.MENU)


def _choices(numbers: Sequence[str], language: Language) -> list[str]:
    return [
        prompts.ONE_LINE.spoken(language).format(number=prompts.digit_by_digit(number, language), key=key)
        for key, number in enumerate(numbers, start=1)
    ]


def _in(language: Language, *words: Words) -> list[str]:
    return [one.spoken(language) for one in words]


def _say(text: str, language: Language) -> xml.Verb:
    return xml.say(text, language=SPOKEN[language])
