"""What came of a run: one JSON object for programs, a short table for people. Both are written entry by entry, so that
ten thousand calls need no more memory than ten."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TextIO

from app.simulate.comparisons import COLLECTIONS, FACTS
from app.simulate.errors import Place, ScenarioError, Sentences
from app.simulate.results import Result
from coworking.kit.money import plain

MOST_ROWS: Final = 40

_TITLES: Final = {
    "steps": Sentences(
        "手順 {count} 件、拒否 {refused} 件、終了時刻 {ended_at}",
        "{count} steps, {refused} refusals, ended at {ended_at}",
    ),
    "refused": Sentences("拒否された手順", "Refused steps"),
    "lines": Sentences("回線", "Lines"),
    "calls": Sentences("通話", "Calls"),
    "charges": Sentences("料金（月別）", "Charges by month"),
    "more": Sentences("ほか {count} 件", "and {count} more"),
    "passed": Sentences("期待どおりです", "as expected"),
    "failed": Sentences("期待と違います", "not as expected"),
}


def write_json(result: Result, out: TextIO, failure: ScenarioError | None, language: str) -> None:
    """The result object on one line."""
    out.write("{")
    for position, fact in enumerate(FACTS):
        out.write(f"{', ' if position else ''}{_json(fact)}: {_json(result.fact(fact))}")
    for key in COLLECTIONS:
        out.write(f", {_json(key)}: {{")
        for position, (name, entry) in enumerate(result.collection(key).items()):
            out.write(f"{', ' if position else ''}{_json(name)}: {_json(entry)}")
        out.write("}")
    failures = [_failure(failure, language)] if failure else []
    out.write(f', "failures": {_json(failures)}}}\n')


def _failure(failure: ScenarioError, language: str) -> dict[str, object]:
    place: Place = failure.place
    return {
        "file": place.file,
        "line": place.line,
        "code": failure.code,
        "sentence": failure.sentence(language),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    assert isinstance(value, Decimal)
    return plain(value)


def write_table(
    result: Result, out: TextIO, failure: ScenarioError | None, language: str, steps_count: int
) -> None:
    """Steps, refusals, lines, calls with their price and reason, charges by month."""
    verdict = _TITLES["failed" if failure else "passed"].say(language)
    out.write(f"{result.fact('scenario')} ({result.fact('operator')}): {verdict}\n")
    refused = list(result.collection("refused").entries())
    out.write(
        _TITLES["steps"]
        .say(language)
        .format(count=steps_count, refused=len(refused), ended_at=result.fact("ended_at"))
        + "\n"
    )
    _section(
        "refused", ([str(entry["step"]), entry["do"], entry["code"]] for entry in refused), out, language
    )
    _section(
        "lines", (_line(name, entry) for name, entry in result.collection("lines").items()), out, language
    )
    _section(
        "calls", (_call(name, entry) for name, entry in result.collection("calls").items()), out, language
    )
    _section("charges", _charges(result), out, language)


def _line(name: str, entry: Mapping[str, Any]) -> list[str]:
    return [
        name,
        entry["number"],
        entry["line_plan"],
        entry["status"],
        entry["starts_at"] or "",
        entry["ends_at"] or "",
    ]


def _call(name: str, entry: Mapping[str, Any]) -> list[str]:
    price = f"{entry['units']} × {entry['unit_price']} = {entry['amount']}" if entry["units"] else ""
    seconds = f"{entry['seconds']} s" if entry["seconds"] else ""
    return [name, entry["line"] or "", entry["started_at"], entry["outcome"] or "", seconds, price]


def _charges(result: Result) -> Iterable[list[str]]:
    totals: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
    for entry in result.collection("charges").entries():
        key = (entry["service_month"], entry["member"], entry["what"])
        count, amount = totals.get(key, (0, Decimal(0)))
        totals[key] = (count + 1, amount + Decimal(entry["amount"]))
    for (month, member, what), (count, amount) in sorted(totals.items()):
        yield [month, member, what, str(count), plain(amount)]


def _section(title: str, rows: Iterable[list[str]], out: TextIO, language: str) -> None:
    remaining = iter(rows)
    shown = list(islice(remaining, MOST_ROWS))
    if not shown:
        return
    out.write(f"\n{_TITLES[title].say(language)}\n")
    for line in aligned(shown):
        out.write(f"{line}\n")
    more = sum(1 for _ in remaining)
    if more:
        out.write(f"  {_TITLES['more'].say(language).format(count=more)}\n")


def aligned(rows: Sequence[list[str]]) -> Iterator[str]:
    """Lines of rows of as many cells each."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells).rstrip()}"


def _width(text: str) -> int:
    """Columns on a terminal: a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
