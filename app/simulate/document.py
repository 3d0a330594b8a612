"""A YAML 1.2 file as values that know their line.

ruamel.yaml parses; what a plain scalar means is decided here, because a scenario is stricter than YAML's
usual readers: only `true` and `false` are booleans, what looks like a date or a time stays text, and a duplicate
key is refused. The source text of every scalar is kept, so that an area code keeps its zero even where somebody
forgot the quotes.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from app.simulate.errors import MalformedScenario, Place

LARGEST_FILE_BYTES: Final = 2_000_000
DEEPEST_NESTING: Final = 20
MOST_NODES: Final = 500_000

_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is its source text; `plain` says that it stood without quotes."""

    text: str
    plain: bool
    line: int

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS

    @property
    def is_integer(self) -> bool:
        return self.plain and _INTEGER.fullmatch(self.text) is not None

    @property
    def is_number(self) -> bool:
        return self.is_integer or (self.plain and _DECIMAL.fullmatch(self.text) is not None)

    @property
    def is_boolean(self) -> bool:
        return self.plain and self.text in ("true", "false")


@dataclass(frozen=True, slots=True)
class Sequence:
    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping; `line` is the key's."""

    line: int
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: dict[str, Entry]
    line: int


Node = Scalar | Sequence | Mapping


def read_document(path: Path, *, shown_as: str | None = None) -> Node:
    """The file's only document. Raises MalformedScenario with the line at which reading stopped."""
    file = shown_as or str(path)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise MalformedScenario(Place(file, 0), "too-large", limit=LARGEST_FILE_BYTES)
        content = path.read_bytes()
    except OSError as error:
        raise MalformedScenario(Place(file, 0), "unreadable", problem=error.strerror) from error
    return parse_document(content, file)


def parse_document(content: bytes, file: str) -> Node:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MalformedScenario(Place(file, line), "not-utf8") from error
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1 if mark else 0)
        raise MalformedScenario(place, "not-yaml", problem=error.problem or error.context) from error
    except (YAMLError, ValueError) as error:
        # A character that YAML forbids, or a directive that it cannot read: neither carries a mark.
        problem = getattr(error, "reason", None) or str(error).splitlines()[0]
        line = text[: getattr(error, "position", 0) or 0].count("\n") + 1
        raise MalformedScenario(Place(file, line), "not-yaml", problem=problem) from error
    except RecursionError as error:
        raise MalformedScenario(Place(file, 0), "too-deep") from error
    if root is None:
        return Scalar("", plain=True, line=1)
    return _Reader(file).read(root, depth=0)


class _Reader:
    """Turns composed nodes into values; counts them, because an alias may stand for many."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0

    def read(self, node: YamlNode, depth: int) -> Node:
        line = node.start_mark.line + 1
        self._count += 1
        if depth > DEEPEST_NESTING or self._count > MOST_NODES:
            raise MalformedScenario(Place(self._file, line), "too-deep")
        if isinstance(node, ScalarNode):
            return Scalar(str(node.value), plain=node.style is None, line=line)
        if isinstance(node, SequenceNode):
            return Sequence(tuple(self.read(item, depth + 1) for item in node.value), line)
        assert isinstance(node, MappingNode)
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise MalformedScenario(
                    Place(self._file, key_line), "not-yaml", problem="a key must be one word"
                )
            key = str(key_node.value)
            if key in entries:
                raise MalformedScenario(
                    Place(self._file, key_line), "duplicate-key", key=key, first=entries[key].line
                )
            value = self.read(value_node, depth + 1)
            if isinstance(value, Scalar) and not value.text and value.plain:
                # Where nothing was written, the parser marks the token that comes next.
                value = replace(value, line=key_line)
            entries[key] = Entry(key_line, value)
        return Mapping(entries, line)
