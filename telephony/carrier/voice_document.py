"""Voice documents: the XML by which a carrier is told what to do with a call (TwiML).

Each function returns one verb or noun as XML; `document` joins verbs to the answer of a webhook:

    document(
        say("お待ちください。", language="ja-JP"),
        dial(number("+819012345678"), action=next_url, ring_seconds=20, longest_seconds=3600),
    )

The result equals that of the SDK's VoiceResponse (https://www.twilio.com/docs/voice/twiml) at a tenth of its
cost, which counts while a caller hears silence: docs/decisions/0002-own-voice-document-and-signature.md.

Text may come from people: it is escaped, and control characters, which XML cannot hold, are removed. Limits
are the carrier's; breaking one is a mistake of the caller and raises ValueError. Seconds are whole.
"""

import re
from collections.abc import Sequence
from typing import Literal, NewType

Verb = NewType("Verb", str)
Noun = NewType("Noun", str)

Language = Literal["ja-JP", "en-US"]
Event = Literal["initiated", "ringing", "answered", "completed"]

TEXT_LIMIT = 4096
"""Characters of one Say."""
NOUN_LIMIT = 10
"""Destinations of one Dial."""
DOCUMENT_LIMIT_BYTES = 64 * 1024
RING_SECONDS_LIMIT = 600
CALL_SECONDS_LIMIT = 24 * 60 * 60

_HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
_TAIL = "</Response>"

# What XML 1.0 cannot hold (2.2 Char), and DEL and the C1 controls, which it may hold but nobody can say.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def document(*verbs: Verb) -> bytes:
    """The document as it is sent, in UTF-8. No verbs at all hang the call up."""
    document = (_HEAD + "".join(verbs) + _TAIL).encode()
    if len(document) > DOCUMENT_LIMIT_BYTES:
        raise ValueError(
            f"a voice document of {len(document)} bytes; the carrier takes {DOCUMENT_LIMIT_BYTES}"
        )
    return document


def say(text: str, *, language: Language, voice: str | None = None, loop: int | None = None) -> Verb:
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"a text of {len(text)} characters; the carrier speaks {TEXT_LIMIT}")
    options = f' language="{language}"'
    if voice is not None:
        options += f' voice="{_quoted(voice)}"'
    if loop is not None:
        options += f' loop="{loop:d}"'
    return Verb(f"<Say{options}>{_escaped(text)}</Say>")


def play(url: str, *, loop: int | None = None) -> Verb:
    options = "" if loop is None else f' loop="{loop:d}"'
    return Verb(f"<Play{options}>{_escaped(url)}</Play>")


def pause(seconds: int) -> Verb:
    return Verb(f'<Pause length="{seconds:d}" />')


def hangup() -> Verb:
    return Verb("<Hangup />")


def reject(reason: Literal["rejected", "busy"] = "rejected") -> Verb:
    """Ends an unanswered call without a charge; only as the first verb."""
    return Verb(f'<Reject reason="{reason}" />')


def redirect(url: str) -> Verb:
    return Verb(f'<Redirect method="POST">{_escaped(url)}</Redirect>')


def gather(
    *prompts: Verb,
    action: str,
    digits: int | None = None,
    finish_key: str | None = None,
    timeout_seconds: int = 5,
    action_without_digits: bool = False,
) -> Verb:
    """Plays `prompts` (Say, Play, Pause) and sends the keys pressed to `action`.

    It ends after `digits` keys, at `finish_key` (an empty text: no key ends it) or `timeout_seconds` after
    the last key. If no key was pressed the document goes on after it, unless `action_without_digits`.
    """
    options = f' action="{_quoted(action)}" input="dtmf" method="POST" timeout="{timeout_seconds:d}"'
    if digits is not None:
        options += f' numDigits="{digits:d}"'
    if finish_key is not None:
        options += f' finishOnKey="{_quoted(finish_key)}"'
    if action_without_digits:
        options += ' actionOnEmptyResult="true"'
    return Verb(_element("Gather", options, prompts))


def record(
    *,
    action: str,
    longest_seconds: int,
    silence_seconds: int | None = None,
    finish_key: str | None = None,
    beep: bool = True,
    status_url: str | None = None,
) -> Verb:
    """Records the caller. `status_url` hears when the recording is ready; its call is the parent leg."""
    options = f' action="{_quoted(action)}" maxLength="{longest_seconds:d}" method="POST"'
    if silence_seconds is not None:
        options += f' timeout="{silence_seconds:d}"'
    if finish_key is not None:
        options += f' finishOnKey="{_quoted(finish_key)}"'
    if not beep:
        options += ' playBeep="false"'
    if status_url is not None:
        options += f' recordingStatusCallback="{_quoted(status_url)}" recordingStatusCallbackMethod="POST"'
    return Verb(f"<Record{options} />")


def dial(
    *nouns: Noun,
    action: str,
    caller_id: str | None = None,
    ring_seconds: int,
    longest_seconds: int,
    sequential: bool = False,
    answer_on_bridge: bool = True,
) -> Verb:
    """Calls `nouns` at once, or one after another if `sequential`, and goes on with the document of `action`.

    The carrier adds about 5 s to `ring_seconds`. `longest_seconds` ends the connected call (the carrier's own
    default is 4 h). With `answer_on_bridge` the caller hears ringing, and is not answered, until someone is
    connected.
    """
    if not 1 <= len(nouns) <= NOUN_LIMIT:
        raise ValueError(f"{len(nouns)} destinations of one Dial; the carrier takes 1 to {NOUN_LIMIT}")
    if not 1 <= ring_seconds <= RING_SECONDS_LIMIT or not 1 <= longest_seconds <= CALL_SECONDS_LIMIT:
        raise ValueError("ring or call seconds out of range")
    options = f' action="{_quoted(action)}" method="POST"'
    options += f' timeLimit="{longest_seconds:d}" timeout="{ring_seconds:d}"'
    if answer_on_bridge:
        options += ' answerOnBridge="true"'
    if caller_id is not None:
        options += f' callerId="{_quoted(caller_id)}"'
    if sequential:
        options += ' sequential="true"'
    return Verb(_element("Dial", options, nouns))


def number(
    e164: str, *, url: str | None = None, status_url: str | None = None, status_events: Sequence[Event] = ()
) -> Noun:
    """A destination by number. The document of `url` (a whisper) is played to whoever picks up, before the
    caller is connected; `status_url` hears of `status_events` (of completion only, if none are named).
    """
    return Noun(f"<Number{_noun_options(url, status_url, status_events)}>{_escaped(e164)}</Number>")


def sip(
    address: str,
    *,
    url: str | None = None,
    status_url: str | None = None,
    status_events: Sequence[Event] = (),
) -> Noun:
    """A destination by SIP address (`sip:name@host`); otherwise as `number`."""
    return Noun(f"<Sip{_noun_options(url, status_url, status_events)}>{_escaped(address)}</Sip>")


def _noun_options(url: str | None, status_url: str | None, status_events: Sequence[Event]) -> str:
    options = ""
    if url is not None:
        options = f' method="POST" url="{_quoted(url)}"'
    if status_url is not None:
        options += f' statusCallback="{_quoted(status_url)}" statusCallbackMethod="POST"'
    if status_events:
        options += f' statusCallbackEvent="{" ".join(status_events)}"'
    return options


def _element(name: str, options: str, children: Sequence[str]) -> str:
    if not children:
        return f"<{name}{options} />"
    return f"<{name}{options}>{''.join(children)}</{name}>"


def _escaped(text: str) -> str:
    if (
        text.isprintable()
    ):  # so nothing to remove: isprintable is false for every control and for lone surrogates
        if "&" not in text and "<" not in text and ">" not in text:
            return text
    else:
        text = _UNSPEAKABLE.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(value: str) -> str:
    value = _escaped(value)
    if '"' in value:
        value = value.replace('"', "&quot;")
    if "\t" in value or "\n" in value:
        value = value.replace("\t", "&#09;").replace("\n", "&#10;")
    return value
