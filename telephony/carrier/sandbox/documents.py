"""Voice documents (TwiML) as values: reading the XML, the verbs with their attributes and defaults.

What Twilio refuses is refused (a document that is no XML, error 12100); what Twilio only warns of (an unknown
verb, an attribute out of its range, error 12200) is left out and told in `Document.warnings`.
"""

from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree

MAX_DOCUMENT_BYTES = 65_536
MAX_VERBS = 200
MAX_NOUNS = 10
MAX_LOOPS = 1_000
"""`loop="0"` means for ever at Twilio; here it ends."""
MAX_TEXT_CHARACTERS = 4_096

Method = Literal["GET", "POST"]

SECONDS_PER_CHARACTER = {"ja": 0.16, "zh": 0.16, "ko": 0.16, "en": 0.065}
"""About 375 Japanese characters or 920 English ones a minute, the usual pace of announcements."""
OTHER_SECONDS_PER_CHARACTER = 0.07
SHORTEST_SPEECH_SECONDS = 0.5
PLAY_SECONDS = 5.0
"""Length of a medium that nobody has told the sandbox."""


class InvalidDocument(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str = "en-US"
    loop: int = 1

    @property
    def seconds(self) -> float:
        pace = SECONDS_PER_CHARACTER.get(self.language[:2].lower(), OTHER_SECONDS_PER_CHARACTER)
        return round(max(SHORTEST_SPEECH_SECONDS, len(self.text) * pace), 2)


@dataclass(frozen=True, slots=True)
class Play:
    url: str
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: int = 1


@dataclass(frozen=True, slots=True)
class Gather:
    prompts: tuple["Say | Play | Pause", ...] = ()
    action: str | None = None
    method: Method = "POST"
    timeout_seconds: int = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False


@dataclass(frozen=True, slots=True)
class Noun:
    """A <Number> or <Sip> of a <Dial>."""

    kind: Literal["number", "sip"]
    to: str
    url: str | None = None
    method: Method = "POST"
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Dial:
    nouns: tuple[Noun, ...]
    action: str | None = None
    method: Method = "POST"
    timeout_seconds: int = 30
    time_limit_seconds: int = 14_400
    caller_id: str | None = None
    sequential: bool = False
    answer_on_bridge: bool = False
    hangup_on_star: bool = False
    record: str = "do-not-record"
    recording_callback: str | None = None
    recording_callback_method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Record:
    action: str | None = None
    method: Method = "POST"
    max_seconds: int = 3_600
    silence_seconds: int = 5
    finish_on_key: str = "1234567890*#"
    play_beep: bool = True
    recording_callback: str | None = None
    recording_callback_method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str
    method: Method = "POST"


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: Literal["rejected", "busy"] = "rejected"


Verb = Say | Play | Pause | Gather | Dial | Record | Redirect | Hangup | Reject


@dataclass(frozen=True, slots=True)
class Document:
    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The verbs by name for the feed: "Say, Dial 2"."""
        words = []
        for verb in self.verbs:
            name = type(verb).__name__
            words.append(f"{name} {len(verb.nouns)}" if isinstance(verb, Dial) else name)
        return ", ".join(words) or "(empty)"


def parse(body: bytes) -> Document:
    """Raises InvalidDocument with Twilio's error code."""
    if len(body) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(11750, "the document is longer than 64 kB")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise InvalidDocument(12100, "a document may not declare entities")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - declarations were refused above
    except (ElementTree.ParseError, ValueError) as problem:
        raise InvalidDocument(12100, f"the document is no XML: {problem}") from problem
    if root.tag != "Response":
        raise InvalidDocument(12100, f"the document begins with <{root.tag}>, not with <Response>")
    reading = _Reading()
    verbs = reading.verbs(root)
    return Document(verbs, tuple(reading.warnings))


@dataclass(slots=True)
class _Reading:
    warnings: list[str] = field(default_factory=list)

    def verbs(self, parent: ElementTree.Element) -> tuple[Verb, ...]:
        if len(parent) > MAX_VERBS:
            raise InvalidDocument(12100, f"more than {MAX_VERBS} verbs")
        verbs = (self.verb(element) for element in parent)
        return tuple(verb for verb in verbs if verb is not None)

    def verb(self, element: ElementTree.Element) -> Verb | None:
        tag = element.tag
        match tag:
            case "Say":
                return Say(
                    _text(element)[:MAX_TEXT_CHARACTERS], element.get("language", "en-US"), self.loop(element)
                )
            case "Play":
                return Play(_text(element), self.loop(element), element.get("digits", ""))
            case "Pause":
                return Pause(self.number(element, "length", 1, 0, 600))
            case "Gather":
                return self.gather(element)
            case "Dial":
                return self.dial(element)
            case "Record":
                return self.record(element)
            case "Redirect":
                return Redirect(_text(element), self.method(element))
            case "Hangup":
                return Hangup()
            case "Reject":
                return Reject("busy" if element.get("reason") == "busy" else "rejected")
        self.warnings.append(f"<{tag}> is not carried out")
        return None

    def gather(self, element: ElementTree.Element) -> Gather:
        prompts = tuple(verb for verb in self.verbs(element) if isinstance(verb, Say | Play | Pause))
        if len(prompts) != len(element):
            self.warnings.append("<Gather> holds only <Say>, <Play> and <Pause>")
        num_digits = self.number(element, "numDigits", 0, 1, 1_000) if "numDigits" in element.attrib else None
        return Gather(
            prompts=prompts,
            action=element.get("action"),
            method=self.method(element),
            timeout_seconds=self.number(element, "timeout", 5, 0, 600, words={"auto": 5}),
            num_digits=num_digits or None,
            finish_on_key=element.get("finishOnKey", "#"),
            action_on_empty_result=self.flag(element, "actionOnEmptyResult"),
        )

    def dial(self, element: ElementTree.Element) -> Dial:
        nouns = []
        if (element.text or "").strip():
            nouns.append(Noun("number", (element.text or "").strip()))
        for child in element:
            if child.tag in ("Number", "Sip"):
                nouns.append(self.noun(child))
            else:
                self.warnings.append(f"<{child.tag}> in <Dial> is not carried out")
        if len(nouns) > MAX_NOUNS:
            self.warnings.append(f"<Dial> rings at most {MAX_NOUNS} numbers")
        return Dial(
            nouns=tuple(nouns[:MAX_NOUNS]),
            action=element.get("action"),
            method=self.method(element),
            timeout_seconds=self.number(element, "timeout", 30, 1, 600),
            time_limit_seconds=self.number(element, "timeLimit", 14_400, 1, 86_400),
            caller_id=element.get("callerId"),
            sequential=self.flag(element, "sequential"),
            answer_on_bridge=self.flag(element, "answerOnBridge"),
            hangup_on_star=self.flag(element, "hangupOnStar"),
            record={"true": "record-from-answer", "false": "do-not-record"}.get(
                element.get("record", "false"), element.get("record", "")
            ),
            recording_callback=element.get("recordingStatusCallback"),
            recording_callback_method=self.method(element, "recordingStatusCallbackMethod"),
        )

    def noun(self, element: ElementTree.Element) -> Noun:
        events = element.get("statusCallbackEvent", "completed").split()
        known = frozenset(events) & {"initiated", "ringing", "answered", "completed"}
        if len(known) != len(set(events)):
            self.warnings.append(f"unknown statusCallbackEvent among {' '.join(events)}")
        return Noun(
            kind="sip" if element.tag == "Sip" else "number",
            to=_text(element),
            url=element.get("url"),
            method=self.method(element),
            status_callback=element.get("statusCallback"),
            status_callback_method=self.method(element, "statusCallbackMethod"),
            status_callback_events=known,
        )

    def record(self, element: ElementTree.Element) -> Record:
        return Record(
            action=element.get("action"),
            method=self.method(element),
            max_seconds=self.number(element, "maxLength", 3_600, 1, 14_400),
            silence_seconds=self.number(element, "timeout", 5, 0, 600) or 600,
            finish_on_key=element.get("finishOnKey", "1234567890*#"),
            play_beep=self.flag(element, "playBeep", default="true"),
            recording_callback=element.get("recordingStatusCallback"),
            recording_callback_method=self.method(element, "recordingStatusCallbackMethod"),
        )

    def loop(self, element: ElementTree.Element) -> int:
        return self.number(element, "loop", 1, 0, MAX_LOOPS) or MAX_LOOPS

    def method(self, element: ElementTree.Element, name: str = "method") -> Method:
        return "GET" if element.get(name, "POST").upper() == "GET" else "POST"

    def flag(self, element: ElementTree.Element, name: str, *, default: str = "false") -> bool:
        return element.get(name, default).lower() == "true"

    def number(
        self,
        element: ElementTree.Element,
        name: str,
        default: int,
        least: int,
        most: int,
        *,
        words: dict[str, int] | None = None,
    ) -> int:
        text = element.get(name)
        if text is None:
            return default
        if words and text in words:
            return words[text]
        if text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most:
            return int(text)
        self.warnings.append(f'<{element.tag} {name}="{text[:20]}"> is not between {least} and {most}')
        return default


def _text(element: ElementTree.Element) -> str:
    """With what stands in nested elements (SSML), white space folded."""
    return " ".join("".join(element.itertext()).split())
