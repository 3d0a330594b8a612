"""How an operator's rules about caps, the carrier's records and unusual months read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_words import percent, yen_words
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Words
from telephony.metering.profile import Caps, CapSet, MeteringProfile, Unusual


def use_rules(metering: MeteringProfile, tax_mode: TaxMode) -> Iterator[tuple[str, Words, Words]]:
    """Key, label and value of each row."""
    yield from _caps(metering.caps, tax_mode)
    tolerance = metering.comparing.tolerance_seconds
    yield (
        "metering.comparing",
        Words("通信事業者の記録との差", "Difference from the carrier's records"),
        Words(f"{tolerance}秒までは同じとみなす", f"up to {tolerance} s counts as none"),
    )
    yield from _unusual(metering.unusual)


def _caps(caps: Caps, tax_mode: TaxMode) -> Iterator[tuple[str, Words, Words]]:
    for name, label, cap_set in (
        ("line", Words("1回線の上限", "Caps of a line"), caps.line),
        ("member", Words("1会員の上限", "Caps of a member"), caps.member),
        ("operator", Words("全回線の上限", "Caps of all lines"), caps.operator),
    ):
        yield f"metering.caps.{name}", label, _cap_set(cap_set, tax_mode)
    warned = percent(caps.warning_share)
    yield (
        "metering.caps",
        Words("上限の予告", "Warning of a cap"),
        Words(f"1日の通話時間・料金の{warned}から", f"from {warned} of the minutes and yen of a day"),
    )
    paused = caps.pause_minutes
    yield (
        "metering.caps",
        Words("同時通話数・毎分通話数の上限での停止", "Stopped by too many calls at once or a minute"),
        Words(f"{paused}分間", f"for {paused} min"),
    )
    if caps.staff_address is not None:
        told = Words(caps.staff_address, caps.staff_address)
        yield "metering.caps", Words("上限を知らせる担当者", "Staff told of caps"), told


def _cap_set(caps: CapSet, tax_mode: TaxMode) -> Words:
    yen = yen_words(caps.yen_per_day, tax_mode)
    return Words(
        f"同時{caps.concurrent_calls:,}通話、毎分{caps.calls_per_minute:,}通話、"
        f"1日{caps.minutes_per_day:,}分、1日{yen.ja}",
        f"{caps.concurrent_calls:,} calls at once, {caps.calls_per_minute:,} calls a minute, "
        f"{caps.minutes_per_day:,} minutes a day, {yen.en} a day",
    )


def _unusual(unusual: Unusual) -> Iterator[tuple[str, Words, Words]]:
    share = percent(unusual.foreign_share)
    night = f"{unusual.night.starts_at:%H:%M}-{unusual.night.ends_at:%H:%M}"
    for label, value in (
        (
            Words("目立つ月 海外からの着信", "Unusual month, calls from abroad"),
            Words(
                f"{unusual.foreign_calls}件以上で、番号を通知した着信の{share}以上",
                f"{unusual.foreign_calls} or more, and {share} or more of callers with a number",
            ),
        ),
        (
            Words("目立つ月 深夜の通話", "Unusual month, calls at night"),
            Words(
                f"{night}に{unusual.night_calls}件以上、前月はなし",
                f"{unusual.night_calls} or more in {night}, none the month before",
            ),
        ),
        (
            Words("目立つ月 長い通話", "Unusual month, long calls"),
            Words(f"{unusual.long_seconds}秒以上", f"{unusual.long_seconds} s or more"),
        ),
        (
            Words("目立つ月 自社の回線からの着信・往復する通話", "Unusual month, calls in a loop"),
            Words(f"{unusual.loop_calls}件以上", f"{unusual.loop_calls} or more"),
        ),
        (
            Words("目立つ月 短い通話の集中", "Unusual month, bursts of short calls"),
            Words(
                f"{unusual.burst_seconds}秒以下の通話が1時間に{unusual.burst_calls}件以上",
                f"{unusual.burst_calls} or more within an hour, each of {unusual.burst_seconds} s at most",
            ),
        ),
    ):
        yield "metering.unusual", label, value
