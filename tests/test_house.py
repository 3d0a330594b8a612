"""The rules of the house hold, and each rule finds what it is there to find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from tests import house
from tests.house import DEVELOPMENT, KIT, SHIPPED, Module, modules

Rule = Callable[[Module], Iterator[str]]


def broken(rule: Rule, among: Iterable[Module]) -> list[str]:
    return [fault for module in among for fault in rule(module)]


@pytest.mark.parametrize(
    "rule",
    [
        house.too_long,
        house.wall_clock,
        house.sql_clock,
        house.back_doors,
        house.relative_imports,
        house.vague_names,
    ],
    ids=lambda rule: rule.__name__,
)
def test_what_is_shipped_keeps(rule: Rule) -> None:
    assert broken(rule, modules(SHIPPED)) == []


def test_the_kit_knows_nothing_of_what_stands_above_it() -> None:
    kit = [module for module in modules(SHIPPED) if module.path.startswith(KIT)]
    assert broken(house.words_above_the_kit, kit) == []


def test_tests_and_scripts_are_short_and_well_named() -> None:
    development = modules(DEVELOPMENT)
    assert broken(house.too_long, development) == []
    assert broken(house.vague_names, development) == []


def test_no_check_is_off_without_a_reason() -> None:
    assert broken(house.unexplained, modules((*SHIPPED, *DEVELOPMENT))) == []


def test_what_the_documentation_names_is_there() -> None:
    pages = [house.ROOT / "README.md", house.ROOT / "CONTRIBUTING.md", *(house.ROOT / "docs").rglob("*.md")]
    named = [(page.relative_to(house.ROOT).as_posix(), page.read_text(encoding="utf-8")) for page in pages]
    assert [fault for path, content in named for fault in house.lost_names(path, content)] == []


@pytest.mark.parametrize(
    "content", ["see [it](lost.md)", "in `app/lost.py`", "run `make lost`", "do\n\n    make lost\n"]
)
def test_a_name_that_leads_nowhere_is_found(content: str) -> None:
    assert list(house.lost_names("docs/locks.md", content))
    assert not list(house.lost_names("docs/locks.md", "[it](../README.md) `app/pages.py` `make test`\n"))


def test_no_test_is_skipped() -> None:
    assert broken(house.skipped_tests, modules(["tests", "packages/coworking/tests"])) == []


def test_nothing_is_left_open_and_no_registry_is_named() -> None:
    assert [fault for path, content in house.texts() for fault in house.forbidden_text(path, content)] == []


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (house.too_long, "app/a.py", "x = 1\n" * 401),
        (house.too_long, "app/a.py", "def f():\n" + "    x = 1\n" * 60),
        (house.wall_clock, "app/a.py", "from datetime import datetime\nat = datetime.now(UTC)"),
        (house.wall_clock, "app/a.py", "import datetime\nat = datetime.datetime.utcnow()"),
        (house.wall_clock, "app/a.py", "created_at = column(default=datetime.now)"),
        (house.wall_clock, "app/a.py", "from time import time"),
        (house.wall_clock, "app/a.py", "import time\ntime.time()"),
        (house.wall_clock, "app/a.py", "date.today()"),
        (house.sql_clock, "app/a.py", "text('SELECT now()')"),
        (house.sql_clock, "app/a.py", "text(f'{x} < CURRENT_TIMESTAMP')"),
        (house.sql_clock, "app/a.py", "server_default(sa.func.now())"),
        (house.words_above_the_kit, KIT + "a.py", "plan = 1"),
        (house.words_above_the_kit, KIT + "a.py", "class InvoiceNumber: ..."),
        (house.words_above_the_kit, KIT + "a.py", "mail_item_id = 1"),
        (house.words_above_the_kit, KIT + "a.py", "# of a rented line"),
        (house.words_above_the_kit, KIT + "a.py", "ja = '回線を選んでください'"),
        (house.back_doors, "telephony/forwarding/a.py", "from telephony.numbers.models import Line"),
        (house.back_doors, "telephony/forwarding/a.py", "from telephony.numbers import models"),
        (house.back_doors, "telephony/numbers/a.py", "import coworking.membership.models"),
        (house.relative_imports, "app/a.py", "from .b import c"),
        (house.vague_names, "app/call_helpers.py", ""),
        (house.vague_names, "app/core/calls.py", ""),
        (house.vague_names, "app/a.py", "class NumberRepository: ..."),
        (house.vague_names, "app/a.py", "def date_utils(): ..."),
        (house.skipped_tests, "tests/test_a.py", "@pytest.mark." + "skip"),
        (house.unexplained, "app/a.py", "import os  # no" + "qa: F401"),
        (house.unexplained, "app/a.py", "x = y  # type: ig" + "nore[attr-defined]"),
    ],
)
def test_a_rule_finds_what_breaks_it(rule: Rule, path: str, source: str) -> None:
    assert list(rule(Module(path, source)))


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (house.wall_clock, house.CLOCK_MODULE, "datetime.now(UTC)"),
        (house.wall_clock, "app/a.py", "at = clock.now()\nwaited = time.monotonic()"),
        (house.sql_clock, "app/a.py", '"""Nothing here uses now()."""\nclock.now()\nfunc.count()'),
        (house.words_above_the_kit, KIT + "a.py", "lines = text.splitlines()\noutline = planned = inline"),
        (house.back_doors, "telephony/forwarding/a.py", "from telephony.numbers import Line"),
        (house.back_doors, "telephony/numbers/a.py", "from telephony.numbers.models import Line"),
        (house.back_doors, "telephony/numbers/a.py", "from coworking.kit.phone import PhoneNumber"),
        (house.back_doors, "app/a.py", "from telephony.numbers.models import Line"),
        (house.vague_names, "app/scores.py", "class Corelation: ..."),
        (house.unexplained, "app/a.py", "import os  # no" + "qa: F401 - its tables"),
        (house.unexplained, "app/a.py", "x = y  # type: ig" + "nore[attr-defined]  # a stub"),
    ],
)
def test_a_rule_leaves_alone_what_keeps_it(rule: Rule, path: str, source: str) -> None:
    assert list(rule(Module(path, source))) == []


def test_forbidden_words_are_found_in_any_text() -> None:
    assert list(house.forbidden_text("README.md", "see files.python" + "hosted and FIX" + "ME"))
    assert not list(house.forbidden_text("README.md", "plain words"))
