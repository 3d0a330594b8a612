"""What in a line's month is worth a look, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from coworking.kit.errors import Language
from telephony.metering.profile import Unusual

AnomalyKind = Literal["countries", "hours", "lengths", "loops", "bursts"]
HIGHEST_SCORE = 100
SCORE_AT_THRESHOLD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMonth:
    """What the calls of a line did in a month. Foreign ones are counted among callers who show a number; calls at the
    limit lasted as long as a call can; `most_short_calls` came within one hour."""

    line_id: int
    shown_calls: int = 0
    foreign_calls: int = 0
    night_calls: int = 0
    night_calls_before: int = 0
    long_calls: int = 0
    calls_at_limit: int = 0
    longest_seconds: int = 0
    calls_from_own_lines: int = 0
    calls_back_and_forth: int = 0
    most_short_calls: int = 0


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing about a line; the higher the score (1 to 100), the further it is from what is usual."""

    line_id: int
    kind: AnomalyKind
    score: int
    ja: str
    en: str

    def sentence(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


def find_anomalies(months: Iterable[LineMonth], unusual: Unusual) -> list[Anomaly]:
    """The furthest from usual first."""
    found = [anomaly for month in months for anomaly in _of_line(month, unusual)]
    return sorted(found, key=lambda anomaly: (-anomaly.score, anomaly.line_id, anomaly.kind))


def _of_line(month: LineMonth, unusual: Unusual) -> Iterator[Anomaly]:
    line_id = month.line_id
    share = Decimal(month.foreign_calls) / max(month.shown_calls, 1)
    if month.foreign_calls >= unusual.foreign_calls and share >= unusual.foreign_share:
        percent = round(share * 100)
        yield Anomaly(
            line_id,
            "countries",
            _score(share, unusual.foreign_share),
            f"番号を通知した{month.shown_calls}件のうち{month.foreign_calls}件（{percent}%）が海外からです。",
            f"{month.foreign_calls} of {month.shown_calls} callers with a number ({percent} %) are abroad.",
        )
    if month.night_calls >= unusual.night_calls and not month.night_calls_before:
        yield Anomaly(
            line_id,
            "hours",
            _score(month.night_calls, unusual.night_calls),
            f"前月には深夜の通話がなかった回線で、深夜に{month.night_calls}件つながりました。",
            f"{month.night_calls} calls were connected at night, on a line that had none the month before.",
        )
    if month.long_calls:
        yield _lengths(month)
    loops = max(month.calls_from_own_lines, month.calls_back_and_forth)
    if loops >= unusual.loop_calls:
        yield Anomaly(
            line_id,
            "loops",
            _score(loops, unusual.loop_calls),
            f"自社の番号からの着信が{month.calls_from_own_lines}件、"
            f"同じ二つの番号の間を行き来した通話が{month.calls_back_and_forth}件あります。",
            f"{month.calls_from_own_lines} calls came from numbers of ours,"
            f" {month.calls_back_and_forth} went back and forth between the same two numbers.",
        )
    if month.most_short_calls >= unusual.burst_calls:
        yield Anomaly(
            line_id,
            "bursts",
            _score(month.most_short_calls, unusual.burst_calls),
            f"1時間のうちに、ごく短い通話が{month.most_short_calls}件ありました。",
            f"{month.most_short_calls} very short calls came within one hour.",
        )


def _lengths(month: LineMonth) -> Anomaly:
    minutes = month.longest_seconds // 60
    at_limit_ja = f"うち{month.calls_at_limit}件は上限で切れています。" if month.calls_at_limit else ""
    at_limit_en = f" {month.calls_at_limit} were cut at the limit." if month.calls_at_limit else ""
    return Anomaly(
        month.line_id,
        "lengths",
        HIGHEST_SCORE if month.calls_at_limit else _score(month.long_calls, 1),
        f"長い通話が{month.long_calls}件あり、最長は{minutes}分です。{at_limit_ja}",
        f"{month.long_calls} calls were long, the longest {minutes} minutes.{at_limit_en}",
    )


def _score(value: Decimal | int, threshold: Decimal | int) -> int:
    """Half of the highest at the threshold, the highest at twice of it."""
    if not threshold:
        return HIGHEST_SCORE
    return max(1, min(HIGHEST_SCORE, int(SCORE_AT_THRESHOLD * Decimal(value) / Decimal(threshold))))
