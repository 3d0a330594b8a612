"""What an operator's profile says about live calls: destinations, limits, what callers hear. Pure data."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from string import Formatter
from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.kit.phone import FORWARDABLE, NumberClass
from coworking.kit.profile_fields import (
    Bilingual,
    Distinct,
    Misfit,
    Name,
    SomeDistinct,
    Table,
    Words,
    not_among,
)
from telephony.forwarding.control_profile import ControlRules, PinRules


class Strategy(StrEnum):
    IN_TURN = "in-turn"
    AT_ONCE = "at-once"


class Instead(StrEnum):
    """What a caller gets instead of a person."""

    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"
    HANG_UP = "hang-up"


class WithheldCaller(StrEnum):
    """What a caller without a number gets."""

    FORWARD = "forward"
    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"


class Shows(StrEnum):
    """Whose number a destination's phone shows."""

    LINE = "line"
    CALLER = "caller"


class Destinations(Table):
    limit: Annotated[int, Field(ge=1, le=10)]
    classes: SomeDistinct[NumberClass]

    def misfits(self) -> Iterator[Misfit]:
        for index, number_class in enumerate(self.classes):
            if number_class not in FORWARDABLE:
                yield not_among(("classes", index), sorted(FORWARDABLE))


class Ringing(Table):
    """Seconds that one destination rings."""

    default_seconds: Annotated[int, Field(ge=5, le=120)]
    least_seconds: Annotated[int, Field(ge=5, le=120)]
    most_seconds: Annotated[int, Field(ge=5, le=120)]

    def misfits(self) -> Iterator[Misfit]:
        if self.most_seconds < self.least_seconds:
            least = self.least_seconds
            yield Misfit(
                ("most_seconds",),
                Words("least_seconds より短くなっています", "is under least_seconds"),
                Words(f"{least}から120までの整数", f"a whole number from {least} to 120"),
            )
        elif not self.least_seconds <= self.default_seconds <= self.most_seconds:
            yield Misfit(
                ("default_seconds",),
                Words("範囲の外です", "is outside the range"),
                Words(
                    f"{self.least_seconds}から{self.most_seconds}までの整数",
                    f"a whole number from {self.least_seconds} to {self.most_seconds}",
                ),
            )


class Defaults(Table):
    """Settings of a line until its member changes them."""

    strategy: Strategy
    press_one: bool
    whisper: bool = False
    """Who picks up hears which line the call is for."""
    shows: Shows = Shows.LINE
    unanswered: Instead
    when_off: Instead = Instead.ANNOUNCEMENT
    outside_hours: Instead = Instead.ANNOUNCEMENT
    withheld_caller: WithheldCaller


class Limits(Table):
    """The longest that a leg may last."""

    call_seconds: Annotated[int, Field(ge=60, le=14_400)]
    control_call_seconds: Annotated[int, Field(ge=60, le=3_600)]
    accept_seconds: Annotated[int, Field(ge=3, le=60)]
    """How long who picked up has to press 1."""


class Announcements(Table):
    """What callers hear instead of being put through. A profile may replace any of them."""

    unanswered: Bilingual = Bilingual(
        ja="ただいま電話に出ることができません。恐れ入りますが、のちほどおかけ直しください。",
        en="No one can take your call right now. Please call again later.",
    )
    not_in_service: Bilingual = Bilingual(
        ja="おかけになった電話番号は現在使われておりません。番号をお確かめのうえ、おかけ直しください。",
        en="The number you have dialed is not in service. Please check the number and call again.",
    )
    not_started: Bilingual = Bilingual(
        ja="おかけになった電話番号は、まだご利用いただけません。",
        en="The number you have dialed is not in service yet.",
    )
    ended: Bilingual = Bilingual(
        ja="おかけになった電話番号のご利用は終了いたしました。",
        en="The number you have dialed is no longer in use.",
    )
    suspended: Bilingual = Bilingual(
        ja="おかけになった電話番号は、お客様のご都合によりおつなぎできません。",
        en="The number you have dialed cannot be reached at present.",
    )
    interrupted: Bilingual = Bilingual(
        ja="ただいま電話サービスを一時中止しております。ご迷惑をおかけいたします。",
        en="The telephone service is interrupted at the moment. We apologize for the inconvenience.",
    )
    restricted: Bilingual = Bilingual(
        ja="ただいま緊急の通話を優先しているため、おつなぎできません。",
        en="Emergency calls have priority at the moment, and your call cannot be connected.",
    )
    forwarding_off: Bilingual = Bilingual(
        ja="ただいま電話をおつなぎできません。恐れ入りますが、のちほどおかけ直しください。",
        en="Your call cannot be connected right now. Please call again later.",
    )
    withheld_refused: Bilingual = Bilingual(
        ja="恐れ入りますが、番号の前に186をつけて、電話番号を通知しておかけ直しください。",
        en="Please call again with your number shown, by dialing 186 first.",
    )
    outside_hours: Bilingual = Bilingual(
        ja="ただいまの時間は受付時間外です。恐れ入りますが、のちほどおかけ直しください。",
        en="We are closed at the moment. Please call again during our hours.",
    )
    voicemail_greeting: Bilingual = Bilingual(
        ja="ただいま電話に出ることができません。発信音のあとに、ご用件をお話しください。",
        en="No one can take your call right now. Please leave a message after the tone.",
    )
    apology: Bilingual = Bilingual(
        ja="申し訳ございません。ただいま電話をおつなぎできません。しばらくしてからおかけ直しください。",
        en="We are sorry. Your call cannot be connected at the moment. Please try again in a while.",
    )


def _fields_of(text: str) -> set[str]:
    """Names in braces; a text with broken braces has one that is never known."""
    try:
        return {
            name + (spec or "") + (conversion or "")
            for _, name, spec, conversion in Formatter().parse(text)
            if name is not None
        }
    except ValueError:
        return {"broken"}


class Prompts(Table):
    """What who picks up a forwarded call hears. {line} is the line's number, {caller} the caller's."""

    whisper: Bilingual = Bilingual(ja="{line} へのお電話です。", en="A call to {line}.")
    press_one: Bilingual = Bilingual(
        ja="お話しになるには、1を押してください。", en="Press 1 to take the call."
    )
    not_accepted: Bilingual = Bilingual(ja="電話をお切りします。", en="Goodbye.")

    def misfits(self) -> Iterator[Misfit]:
        for name in type(self).model_fields:
            for language in ("ja", "en"):
                text: str = getattr(getattr(self, name), language)
                if not _fields_of(text) <= {"line", "caller"}:
                    yield Misfit(
                        (name, language),
                        Words("知らない差し込みがあります", "has an unknown placeholder"),
                        Words(
                            "差し込みは {line} と {caller} だけ",
                            "{line} and {caller} as placeholders, no other braces",
                        ),
                    )


class Reception(Table):
    """The reception phone at an office rings the line of the member that a visitor asks for."""

    member_plans: Distinct[Name] = ()


DOMAIN_WORDS = Words(
    "英小文字・数字・ハイフン・ピリオドだけのドメイン名（例 desk.example.jp）",
    "a domain name of small letters, digits, hyphens and periods, such as desk.example.jp",
)


class DeskPhones(Table):
    """Desk phones that are lent with a line register at this domain of the carrier's, over SIP."""

    sip_domain: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{1,251})[a-z0-9]$"),
        WithJsonSchema({"type": "string", "allowed": list(DOMAIN_WORDS)}),
    ]


class Voicemail(Table):
    """Messages that callers leave, and what members are written about missed calls. The two `mails_…` are what a line
    does until its member chooses."""

    longest_seconds: Annotated[int, Field(ge=10, le=600)] = 180
    silence_seconds: Annotated[int, Field(ge=2, le=30)] = 5
    """Silence that ends a message."""
    kept_days: Annotated[int, Field(ge=1, le=3_660)] = 90
    mails_recording: bool = False
    mails_missed: bool = True
    missed_mails_an_hour: Annotated[int, Field(ge=1, le=60)] = 10
    """Of one line; what is over that is counted in one mail at the hour's end."""


class ForwardingProfile(Table):
    """[forwarding]"""

    destinations: Destinations
    ringing: Ringing
    defaults: Defaults
    limits: Limits
    reception: Reception = Reception()
    interruption_reasons: Annotated[Mapping[Name, Bilingual], Field(min_length=1)]
    announcements: Announcements = Announcements()
    prompts: Prompts = Prompts()
    voicemail: Voicemail = Voicemail()
    desk_phones: DeskPhones | None = None
    pin: PinRules = PinRules()
    control: ControlRules = ControlRules()
