"""How often the first suggestion is right on printed labels, and what a picture takes: the real reader, fonts apart."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.label_names import KINDS, Named, make_named
from bench.label_pictures import HELD_OUT_FONTS, TUNING_FONTS, make_label
from coworking.kit.images import draw_anew
from mail_handling.addressees.matching import Addressee
from mail_handling.addressees.suggesting import read_and_match
from mail_handling.pictures.text_reader import TextReader

LABELS = 500
MEMBERS = 1_000
SEED = 2_026
GOAL = 0.95


@dataclass(frozen=True)
class Read:
    """Of the labels in one set of fonts. `wrong_alone`: the single suggestion was somebody else."""

    fonts: str
    labels: int
    right: Counter[str]
    of_kind: Counter[str]
    wrong_alone: int
    codes_right: int
    codes: int
    median_seconds: float
    slowest_seconds: float

    @property
    def share_right(self) -> float:
        return sum(self.right.values()) / self.labels


def read_labels(
    many: int = LABELS, *, seed: int = SEED, sets: Sequence[str] = ("tuning", "held out")
) -> list[Read]:
    """Half of the labels in the fonts with which thresholds were chosen, half in fonts that were held out."""
    members = make_named(MEMBERS, seed)
    known = [
        Addressee(one.member_id, tuple(name for name in (one.name, one.kana) if name)) for one in members
    ]
    fonts = {"tuning": TUNING_FONTS, "held out": HELD_OUT_FONTS}
    return [
        _read_set(name, members, known, fonts[name], many // len(sets), seed + number)
        for number, name in enumerate(sets)
    ]


def _read_set(
    name: str,
    members: Sequence[Named],
    known: Sequence[Addressee],
    fonts: Sequence[tuple[str, int]],
    many: int,
    seed: int,
) -> Read:
    reader = TextReader("tesseract")
    right: Counter[str] = Counter()
    of_kind: Counter[str] = Counter()
    seconds: list[float] = []
    wrong_alone = codes = codes_right = 0
    for number in range(many):
        label = make_label(members, fonts, number=number, seed=seed)
        began = time.perf_counter()
        reading, found = read_and_match(draw_anew(label.jpeg), reader, known)
        seconds.append(time.perf_counter() - began)
        if reading.unavailable is not None:
            raise RuntimeError(f"no text was read: {reading.unavailable}")
        is_right = bool(found) and found[0].member_id == label.member_id
        of_kind[label.kind] += 1
        right[label.kind] += is_right
        wrong_alone += bool(found) and found[0].is_single and not is_right
        if label.tracking_number is not None:
            codes += 1
            codes_right += reading.tracking_number == label.tracking_number
    return Read(
        fonts=name,
        labels=many,
        right=right,
        of_kind=of_kind,
        wrong_alone=wrong_alone,
        codes_right=codes_right,
        codes=codes,
        median_seconds=statistics.median(seconds),
        slowest_seconds=max(seconds),
    )


def print_labels(many: int) -> None:
    print(f"Printed labels of {MEMBERS:,} members, seed {SEED}; the first suggestion is right")
    print(
        f"{'fonts':>9} {'labels':>7} {'right':>7} {'wrong alone':>12} {'barcodes':>9} {'median s':>9} {'slowest s':>10}"
    )
    for read in read_labels(many):
        print(
            f"{read.fonts:>9} {read.labels:7} {read.share_right:7.1%} {read.wrong_alone:12}"
            f" {read.codes_right:>4}/{read.codes:<4} {read.median_seconds:9.2f} {read.slowest_seconds:10.2f}"
        )
        print("          " + ", ".join(f"{kind} {read.right[kind]}/{read.of_kind[kind]}" for kind in KINDS))
    print(f"goal: {GOAL:.0%}, photo to notice under 2 s")
