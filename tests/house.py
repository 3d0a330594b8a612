"""Rules of this house that no linter knows. Each takes the modules and returns what breaks it, as `path:line: what`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = (
    "app",
    "telephony",
    "virtual_office",
    "mail_handling",
    "packages/coworking/src/coworking",
    "migrations",
)
DEVELOPMENT = ("bench", "scripts", "tests", "packages/coworking/tests")
# Neither ours nor kept: environments, data, caches, what is copied in.
NOT_OURS = {".git", ".venv", "var", "build", "dist", "node_modules", "vendor", "__pycache__"}

# A migration is one step, written by a program and then read: its length is that of the change.
GENERATED = ("migrations/versions/",)

MOST_MODULE_LINES = 400
MOST_FUNCTION_LINES = 60

CLOCK_MODULE = "packages/coworking/src/coworking/kit/clock.py"
WALL_CLOCK = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
}
SQL_CLOCK = re.compile(
    r"\bnow\s*\(\s*\)|\bcurrent_(?:timestamp|date|time)\b|\blocaltime(?:stamp)?\b"
    r"|\b(?:clock|statement|transaction)_timestamp\b",
    re.IGNORECASE,
)

KIT = "packages/coworking/src/coworking/kit/"
# Words of what stands above the kit. A telephone line is told from a line of text by the words that go with it; a
# numbering plan is a term of telephony that no operator sells.
KIT_KNOWS_NOT = re.compile(
    r"(?<![a-z])(?:(?<!numbering )plans?|invoices?|mail[ _-]?items?|(?:phone|telephone|rented)[ _-]?lines?"
    r"|line[ _-]?(?:plans?|ids?|states?|numbers?_of_phone))(?![a-z])|プラン|請求書|回線|郵便物",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

VAGUE = {"manager", "helper", "util", "service", "repository", "core", "base", "common", "misc"}
VAGUE_IN_NAMES = {"manager", "helper", "util", "repository"}

PACKAGES = (
    "telephony.carrier",
    "telephony.numbers",
    "telephony.metering",
    "telephony.forwarding",
    "coworking.membership",
    "coworking.billing",
)
REGISTRY = re.compile(
    "|".join((r"pypi\.o" + "rg", "python" + "hosted", r"registry\.np" + "mjs", r"deb\.deb" + "ian"))
)
SUPPRESSED = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9]+(?:,\s*[A-Z0-9]+)*)?|type:\s*ignore(?:\[[^\]]*\])?)(.*)")
DOC_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
DOC_PATH = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:css|js|md|py|sh|toml|yaml))`")
DOC_TARGET = re.compile(r"(?:`|^ {4})make ([\w-]+)", re.MULTILINE)
LEFT_OPEN = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
SKIPPED = re.compile(
    r"pytest\.(?:skip|xfail|importorskip)|mark\.(?:skip|xfail)|@(?:unittest\.)?skip|\.skip" + r"Test\("
)


@dataclass(frozen=True)
class Module:
    """A Python file of ours; `path` is relative to the root of the repository."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def name(self) -> str:
        """Its dotted name, for what is importable."""
        path = self.path.removeprefix("packages/coworking/src/").removesuffix(".py").removesuffix("/__init__")
        return path.replace("/", ".")

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"


def modules(folders: Iterable[str]) -> list[Module]:
    return [
        Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not NOT_OURS.intersection(path.relative_to(ROOT).parts)
    ]


def texts() -> Iterator[tuple[str, str]]:
    """Path and content of every text file that is ours."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        ours = not NOT_OURS.intersection(parts) and not any(part.endswith("_cache") for part in parts)
        if ours and parts[0] != ".hypothesis" and path.is_file():
            try:
                yield "/".join(parts), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def too_long(module: Module) -> Iterator[str]:
    if module.path.startswith(GENERATED):
        return
    lines = module.source.count("\n")
    if lines > MOST_MODULE_LINES:
        yield f"{module.path}:1: {lines} lines; split it by noun (at most {MOST_MODULE_LINES})"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                yield module.at(node, f"{node.name} has {length} lines (at most {MOST_FUNCTION_LINES})")


def wall_clock(module: Module) -> Iterator[str]:
    """Time is an argument; also a mere mention counts, as in `default=datetime.now`."""
    if module.path == CLOCK_MODULE:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if node.attr in WALL_CLOCK.get(owner, ()):
                yield module.at(node, f"{owner}.{node.attr}: take the time from a clock")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if alias.name in WALL_CLOCK["time"]:
                    yield module.at(node, f"time.{alias.name}: take the time from a clock")


def sql_clock(module: Module) -> Iterator[str]:
    prose = {id(node) for node in _docstrings(module.tree)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if found := SQL_CLOCK.search(node.value):
                yield module.at(node, f"{found[0]} in SQL: pass the time in")
        elif (
            isinstance(node, ast.Attribute)
            and getattr(node.value, "id", getattr(node.value, "attr", "")) == "func"
            and SQL_CLOCK.search(f"{node.attr}()")
        ):
            yield module.at(node, f"func.{node.attr}: pass the time in")


def words_above_the_kit(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.source.splitlines(), 1):
        if found := KIT_KNOWS_NOT.search(CAMEL.sub("_", line)):
            yield f"{module.path}:{number}: the kit knows no {found[0]!r}"


def back_doors(module: Module) -> Iterator[str]:
    """A package is entered by its `__init__`; only the application, which wires all of them, may go further in."""
    if module.path.startswith("app/"):
        return
    for node in ast.walk(module.tree):
        targets: list[str] = []
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            targets = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for target in targets:
            package = next((name for name in PACKAGES if target.startswith(f"{name}.")), None)
            inside = package and (module.name == package or module.name.startswith(f"{package}."))
            if package and not inside and _is_module(target) and target not in _shown_at(package):
                yield module.at(node, f"{target}: enter {package} by its front door")


@cache
def _shown_at(package: str) -> frozenset[str]:
    """What a front door shows by its `__all__`, modules among it."""
    path = package.replace(".", "/") + "/__init__.py"
    file = next(above / path for above in (ROOT, ROOT / "packages/coworking/src") if (above / path).exists())
    tree = ast.parse(file.read_text(encoding="utf-8"))
    shown = next(
        (
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and _is_all(node)
        ),
        (),
    )
    return frozenset(f"{package}.{name}" for name in shown)


def _is_all(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)


def relative_imports(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield module.at(node, "a relative import hides where it leads")


def vague_names(module: Module) -> Iterator[str]:
    for part in module.path.removesuffix(".py").split("/"):
        if VAGUE.intersection(_singular_words(part)):
            yield f"{module.path}:1: the name {part!r} says nothing"
    for node in ast.walk(module.tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                for vague in VAGUE_IN_NAMES.intersection(_singular_words(name)):
                    yield module.at(node, f"{name}: {vague!r} says nothing")


def unexplained(module: Module) -> Iterator[str]:
    """What a linter or mypy is told not to say has its reason on the same line."""
    for number, line in enumerate(module.source.splitlines(), 1):
        found = SUPPRESSED.search(line)
        if found and not re.search(r"\w", found[1]):
            yield f"{module.path}:{number}: say why the check is off"


def lost_names(path: str, content: str) -> Iterator[str]:
    """Links, paths and make targets in a page of the documentation that lead nowhere."""
    page, targets = ROOT / path, (ROOT / "Makefile").read_text(encoding="utf-8")
    for link in DOC_LINK.findall(content):
        if not (page.parent / link).exists():
            yield f"{path}: the link {link} leads nowhere"
    for name in DOC_PATH.findall(content):
        places = (
            ROOT,
            page.parent,
            ROOT / "packages/coworking/src",
            ROOT / "packages/coworking/src/coworking",
        )
        if not any((place / name).exists() for place in places):
            yield f"{path}: there is no {name}"
    for target in DOC_TARGET.findall(content):
        if not re.search(rf"^{target}:", targets, re.MULTILINE):
            yield f"{path}: there is no make target {target}"


def skipped_tests(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.source.splitlines(), 1):
        if SKIPPED.search(line):
            yield f"{module.path}:{number}: a test that does not run tests nothing"


def forbidden_text(path: str, content: str) -> Iterator[str]:
    for number, line in enumerate(content.splitlines(), 1):
        if found := REGISTRY.search(line) or LEFT_OPEN.search(line):
            yield f"{path}:{number}: {found[0]}"


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _singular_words(name: str) -> set[str]:
    words = CAMEL.sub("_", name).lower().split("_")
    return {word.removesuffix("s") for word in words} | {word.removesuffix("ies") + "y" for word in words}


def _is_module(target: str) -> bool:
    """Whether the dotted name is a module or package of ours, and not a name within one."""
    for above in (ROOT, ROOT / "packages/coworking/src"):
        path = above / target.replace(".", "/")
        if path.with_name(path.name + ".py").exists() or (path / "__init__.py").exists():
            return True
    return False
