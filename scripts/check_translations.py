"""Fails when a sentence that a person reads is not there in both languages.

    python scripts/check_translations.py                        one line per problem, exit status 1 if there is any
    python scripts/check_translations.py --update app/portal    first add new message ids to that package's
                                                                catalogue and drop dead ones

For each package with pages (a folder with `locale/`): every message id in its templates and Python has a Japanese
text, no catalogue entry is dead or fuzzy, both use the same placeholders, English ids hold no Japanese, templates hold
no text outside a message and no inline script or style. Sentences of errors (`ja` and `en` of a UserError) stand in
the class and are checked there.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SEARCHED = ("app", "telephony", "virtual_office", "mail_handling", "packages/coworking/src")
CATALOGUE = "locale/ja/LC_MESSAGES/messages.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "translatable": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
FACT = re.compile(r"\{(\w+?)(?:_ja|_en)?[}:!]")  # a fact may itself come in both languages
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(r"[^\W\d_]{2,}")
READ_ATTRIBUTES = frozenset({"alt", "aria-label", "placeholder", "title"})
CODE_TAGS = frozenset({"code", "kbd", "pre"})  # the same in every language
LANGUAGE_NAMES = frozenset({"English", "日本語"})  # each language names itself in itself
JINJA = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

Ids = str | tuple[str, ...]
Found = dict[tuple[str | None, Ids], list[tuple[str, int]]]


def packages() -> list[Path]:
    """Folders of packages with pages."""
    return sorted(
        locale.parent
        for name in SEARCHED
        for locale in (ROOT / name).rglob("locale")
        if locale.is_dir() and "templates" in {entry.name for entry in locale.parent.iterdir()}
    )


def messages_of(package: Path) -> Found:
    """(context, id or its singular and plural) → where it is used."""
    found: Found = {}
    inner = [other for other in packages() if other != package and package in other.parents]
    for file in sorted(package.rglob("*")):
        if file.suffix not in (".py", ".html") or any(other in file.parents for other in inner):
            continue
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {"silent": "false", "trimmed": "true"} if file.suffix == ".html" else {}
        for line, ids, _, context in extract(
            method, BytesIO(file.read_bytes()), keywords=KEYWORDS, options=options
        ):
            key: Ids = ids if isinstance(ids, str) else tuple(ids)
            found.setdefault((context, key), []).append((file.relative_to(ROOT).as_posix(), line))
    return found


def read_catalogue(package: Path) -> Catalog:
    file = package / CATALOGUE
    if not file.exists():
        return Catalog(locale="ja")
    with file.open("rb") as opened:
        return read_po(opened, locale="ja", abort_invalid=True)


def update(package: Path) -> None:
    """Writes the catalogue with the ids that are used now; what was translated stays."""
    known = {_key(entry): entry.string for entry in read_catalogue(package) if entry.id}
    fresh = Catalog(locale="ja", charset="utf-8")
    for (context, ids), uses in sorted(messages_of(package).items(), key=lambda item: item[1]):
        locations = sorted({(file, 0) for file, _ in uses})
        fresh.add(ids, known.get((context, ids), ""), locations, context=context)
    file = package / CATALOGUE
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, fresh, omit_header=True, include_lineno=False, width=110)


def catalogue_problems(package: Path) -> Iterator[str]:
    name = package.relative_to(ROOT).as_posix()
    used = messages_of(package)
    entries = {_key(entry): entry for entry in read_catalogue(package) if entry.id}
    for (context, ids), uses in used.items():
        file, line = uses[0]
        entry = entries.get((context, ids))
        if entry is None or not all(_strings(entry)):
            yield f"{file}:{line}: no Japanese for {_first(ids)!r}"
        if any(JAPANESE.search(text) for text in _texts(ids)):
            yield f"{file}:{line}: the message id is not English: {_first(ids)!r}"
    for key, entry in entries.items():
        if key not in used:
            yield f"{name}/{CATALOGUE}: dead entry {_first(entry.id)!r}"
        elif entry.fuzzy:
            yield f"{name}/{CATALOGUE}: fuzzy entry {_first(entry.id)!r}"
        elif all(_strings(entry)):
            yield from _placeholder_problems(f"{name}/{CATALOGUE}", entry)


def _placeholder_problems(place: str, entry: Message) -> Iterator[str]:
    wanted = set(PLACEHOLDER.findall(_texts(entry.id)[-1]))
    for text in [*_texts(entry.id), *_strings(entry)]:
        if set(PLACEHOLDER.findall(text)) != wanted:
            yield f"{place}: {_first(entry.id)!r} and its Japanese do not have the same placeholders"
            return


def _strings(entry: Message) -> list[str]:
    return _texts(entry.string or "")


def _texts(ids: Ids | list[str]) -> list[str]:
    return [ids] if isinstance(ids, str) else list(ids)


def _key(entry: Message) -> tuple[str | None, Ids]:
    return entry.context, entry.id if isinstance(entry.id, str) else tuple(entry.id)


def _first(ids: Ids | list[str]) -> str:
    return _texts(ids)[0]


class _Untranslated(HTMLParser):
    """Collects what a person would read in a template outside of any message, and what the policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[tuple[int, str]] = []
        self._within_code = 0

    def handle_data(self, data: str) -> None:
        if self._within_code:
            return
        if data.strip() not in LANGUAGE_NAMES and (WORD.search(data) or JAPANESE.search(data)):
            self._note(f"text outside of a message: {data.strip()!r}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self._within_code += tag in CODE_TAGS
        if tag == "style" or (tag == "script" and "src" not in names):
            self._note(f"an inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self._note(f"an inline {name} attribute")
            if name in READ_ATTRIBUTES and WORD.search(value or ""):
                self._note(f"{name} outside of a message: {value!r}")

    def handle_endtag(self, tag: str) -> None:
        self._within_code -= tag in CODE_TAGS

    def _note(self, problem: str) -> None:
        self.problems.append((self.getpos()[0], problem))


def template_problems(package: Path) -> Iterator[str]:
    for file in sorted((package / "templates").rglob("*.html")):
        parser = _Untranslated()
        source = file.read_text(encoding="utf-8")
        # Jinja's own parts go, the lines stay, so that a problem names its line.
        parser.feed(JINJA.sub(lambda match: "\n" * match[0].count("\n"), source))
        parser.close()
        for line, problem in parser.problems:
            yield f"{file.relative_to(ROOT).as_posix()}:{line}: {problem}"
    for file in sorted((package / "static").glob("*.js")):
        for line, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if JAPANESE.search(text):
                yield f"{file.relative_to(ROOT).as_posix()}:{line}: Japanese in a script: it belongs in a message"


def error_problems() -> Iterator[str]:
    """Classes that say a sentence in one language (`ja = …`) and not, or differently, in the other."""
    for name in SEARCHED:
        for file in sorted((ROOT / name).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.ClassDef):
                    said = dict(_sentences(node))
                    place = f"{file.relative_to(ROOT).as_posix()}:{node.lineno}: {node.name}"
                    if len(said) == 1:
                        yield f"{place} has no sentence in {'English' if 'ja' in said else 'Japanese'}"
                    elif said and not JAPANESE.search(said["ja"]):
                        yield f"{place}: ja is not Japanese"
                    elif said and JAPANESE.search(said["en"]):
                        yield f"{place}: en is not English"
                    elif said and set(FACT.findall(said["ja"])) != set(FACT.findall(said["en"])):
                        yield f"{place}: its sentences do not name the same facts"


def _sentences(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id="ja" | "en" as language)], value=ast.Constant(value=str(text))
            ):
                yield language, text


def conflicts() -> Iterator[str]:
    """At run time the catalogues are one: the same id must say the same everywhere."""
    said: dict[tuple[str | None, Ids], tuple[str, object]] = {}
    for package in packages():
        name = package.relative_to(ROOT).as_posix()
        for entry in read_catalogue(package):
            if not entry.id:
                continue
            other, text = said.setdefault(_key(entry), (name, entry.string))
            if text != entry.string:
                yield f"{name}/{CATALOGUE}: {_first(entry.id)!r} has another Japanese than in {other}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Check that every text is there in Japanese and English.")
    parser.add_argument(
        "--update", metavar="FOLDER", help="rewrite a package's catalogue with the ids in use"
    )
    updated: str | None = parser.parse_args().update
    if updated is not None:
        update(ROOT / updated)
    problems = [
        problem
        for package in packages()
        for problem in [*catalogue_problems(package), *template_problems(package)]
    ]
    problems += [*conflicts(), *error_problems()]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
