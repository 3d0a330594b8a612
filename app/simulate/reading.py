"""A scenario file, read strictly: what is wrong is said with its line before anything is run."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from app.simulate.actions import ACTIONS
from app.simulate.actions.declaration import Action
from app.simulate.comparisons import Unreadable, parse_comparison
from app.simulate.document import Entry, Mapping, Node, Scalar, Sequence, read_document
from app.simulate.errors import MalformedScenario, Place, Sentences, hint, listed
from app.simulate.fields import (
    ANONYMOUS,
    DURATION,
    MOMENT,
    TEXT,
    TEXTS,
    Field,
    WrongValue,
    integer,
    looks_like_number,
    number,
    shown,
)
from app.simulate.names import KnownNames
from app.simulate.scenario import ANYONE, STAFF_ROLES, Expectation, Repeat, Scenario, Step

MOST_REPEATS: Final = 1_000_000
MOST_DAYS_AFTER: Final = 36_500
COMMON_FIELDS: Final = ("at", "after_days", "after_hours", "as", "by", "refused", "repeat")

_NAME = re.compile(r"\w[\w-]*")
_CODE = re.compile(r"[a-z][a-z-]*[a-z]")
_KIND_WORDS: Final = {
    "member": Sentences("会員", "member"),
    "line": Sentences("回線", "line"),
    "call": Sentences("通話", "call"),
    "payment": Sentences("入金", "payment"),
    "deposit": Sentences("銀行の入金", "deposit"),
    "event": Sentences("イベント", "event"),
    "lost-thing": Sentences("忘れ物", "thing left behind"),
    "service-stop": Sentences("サービスの停止", "stop of the service"),
    "reservation": Sentences("予約", "reservation"),
    "lent-thing": Sentences("貸出品", "thing lent"),
    "mail": Sentences("郵便物", "item of mail"),
    "voucher": Sentences("駐車券", "car-park voucher"),
    "registration": Sentences("住所の届け出", "registration of the address"),
    "certificate": Sentences("住所の証明書", "certificate of the address"),
    "misuse": Sentences("住所の無断使用", "misuse of the address"),
    "door-event": Sentences("入退室の記録", "event at a door"),
    "charge": Sentences("料金", "charge"),
}


def read_scenario(path: Path, *, shown_as: str | None = None) -> Scenario:
    """Raises MalformedScenario."""
    file = shown_as or str(path)
    return _Reader(file).scenario(read_document(path, shown_as=file))


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._known = KnownNames()
        self._latest: datetime | None = None

    def _wrong(self, line: int, code: str, /, **facts: object) -> MalformedScenario:
        return MalformedScenario(Place(self._file, line), code, **facts)

    def scenario(self, root: Node) -> Scenario:
        entries = self._mapping(root, Sentences("シナリオ", "a scenario"))
        allowed = ("scenario", "operator", "rules", "starts", "steps", "expect")
        for key, entry in entries.items():
            if key not in allowed:
                raise self._wrong(
                    entry.line, "unknown-key", key=key, allowed=listed(allowed), hint=hint(key, allowed)
                )
        for key in ("scenario", "operator", "starts", "steps"):
            if key not in entries:
                raise self._wrong(root.line, "missing-key", key=key)
        title = self._value("scenario", Field(TEXT), entries["scenario"])
        operator = self._value("operator", Field(TEXT), entries["operator"])
        rules = self._value("rules", Field(TEXTS), entries["rules"]) if "rules" in entries else ()
        starts = self._value("starts", Field(MOMENT), entries["starts"])
        assert isinstance(title, str)
        assert isinstance(operator, str)
        assert isinstance(starts, datetime)
        assert isinstance(rules, tuple)
        self._latest = starts
        steps = entries["steps"].value
        if not isinstance(steps, Sequence):
            raise self._wrong(entries["steps"].line, "not-a-list", what="steps")
        return Scenario(
            file=self._file,
            title=title,
            operator=operator,
            operator_place=Place(self._file, entries["operator"].line),
            rules=rules,
            starts=starts,
            steps=tuple(self._step(node, position) for position, node in enumerate(steps.items, start=1)),
            expect=self._expectations("expect", entries["expect"]) if "expect" in entries else (),
        )

    def _mapping(self, node: Node, what: Sentences) -> dict[str, Entry]:
        if not isinstance(node, Mapping):
            raise self._wrong(node.line, "not-a-mapping", what=what)
        return node.entries

    def _value(self, name: str, declared: Field, entry: Entry) -> object:
        try:
            return declared.kind.read(entry.value)
        except WrongValue as error:
            line = entry.value.line
            raise self._wrong(
                line, "wrong-value", field=name, value=error.shown, allowed=error.allowed
            ) from error

    def _step(self, node: Node, position: int) -> Step:
        entries = dict(self._mapping(node, Sentences("手順", "a step")))
        line = node.line
        action = self._action(entries.pop("do", None), line)
        at, after_days, after_hours = self._times(entries)
        as_ = self._name(entries.pop("as", None))
        by = None if "by" in action.fields else self._actor(entries.pop("by", None))
        refused = self._code(entries.pop("refused", None))
        repeat = self._repeat(entries.pop("repeat", None))
        fields = self._fields(action, entries, line)
        if as_ is not None and refused is None and action.makes is not None:
            self._keep_name(action.makes, as_, line, repeat)
        return Step(
            file=self._file,
            line=line,
            number=position,
            do=action.name,
            fields=fields,
            at=at,
            after_days=after_days,
            after_hours=after_hours,
            as_=as_,
            by=by,
            refused=refused,
            repeat=repeat,
        )

    def _action(self, entry: Entry | None, line: int) -> Action:
        if entry is None:
            raise self._wrong(line, "missing-do", allowed=listed(ACTIONS))
        name = entry.value.text if isinstance(entry.value, Scalar) else shown(entry.value)
        if name not in ACTIONS:
            raise self._wrong(
                entry.line, "unknown-action", name=name, allowed=listed(ACTIONS), hint=hint(name, ACTIONS)
            )
        return ACTIONS[name]

    def _times(self, entries: dict[str, Entry]) -> tuple[datetime | None, int, Decimal]:
        at_entry = entries.pop("at", None)
        days_entry = entries.pop("after_days", None)
        hours_entry = entries.pop("after_hours", None)
        if at_entry is not None and (days_entry or hours_entry):
            raise self._wrong(at_entry.line, "two-times")
        if at_entry is None:
            days = (
                self._value("after_days", Field(integer(0, MOST_DAYS_AFTER)), days_entry) if days_entry else 0
            )
            hours = (
                self._value("after_hours", Field(number(MOST_DAYS_AFTER * 24)), hours_entry)
                if hours_entry
                else Decimal(0)
            )
            assert isinstance(days, int)
            assert isinstance(hours, Decimal)
            if self._latest is not None:
                self._latest += timedelta(days=days, hours=float(hours))
            return None, days, hours
        at = self._value("at", Field(MOMENT), at_entry)
        assert isinstance(at, datetime)
        if self._latest is not None and at < self._latest:
            raise self._wrong(at_entry.line, "goes-back", at=_readable(at), before=_readable(self._latest))
        self._latest = at
        return at, 0, Decimal(0)

    def _name(self, entry: Entry | None) -> str | None:
        if entry is None:
            return None
        name = entry.value.text if isinstance(entry.value, Scalar) and not entry.value.is_null else ""
        if not _NAME.fullmatch(name):
            allowed = Sentences("文字・数字・_・- だけの名前を", "a name of letters, digits, _ and -")
            raise self._wrong(
                entry.line, "wrong-value", field="as", value=shown(entry.value), allowed=allowed
            )
        return name

    def _keep_name(self, kind: str, name: str, line: int, repeat: Repeat | None) -> None:
        first = self._known.keep(kind, name, line, repeat.times if repeat else None)
        if first is not None:
            raise self._wrong(line, "name-taken", name=name, first=first)

    def _actor(self, entry: Entry | None) -> str | None:
        if entry is None:
            return None
        by = self._value("by", Field(TEXT), entry)
        assert isinstance(by, str)
        if by not in (*STAFF_ROLES, ANYONE) and not self._known.has("member", by):
            allowed = [*STAFF_ROLES, ANYONE, *self._known.names("member")]
            raise self._wrong(
                entry.line,
                "unknown-name",
                field="by",
                name=by,
                kind=_KIND_WORDS["member"],
                allowed=listed(allowed),
                hint=hint(by, allowed),
            )
        return by

    def _code(self, entry: Entry | None) -> str | None:
        if entry is None:
            return None
        text = entry.value.text if isinstance(entry.value, Scalar) else ""
        if not _CODE.fullmatch(text):
            allowed = Sentences(
                "plan-not-allowed のような拒否コードを", "a refusal code such as plan-not-allowed"
            )
            raise self._wrong(
                entry.line, "wrong-value", field="refused", value=shown(entry.value), allowed=allowed
            )
        return text

    def _repeat(self, entry: Entry | None) -> Repeat | None:
        if entry is None:
            return None
        entries = self._mapping(entry.value, Sentences("repeat", "repeat"))
        for key, inner in entries.items():
            if key not in ("times", "every"):
                raise self._wrong(
                    inner.line,
                    "unknown-key",
                    key=key,
                    allowed="times, every",
                    hint=hint(key, ("times", "every")),
                )
        if "times" not in entries:
            raise self._wrong(entry.line, "missing-key", key="times")
        times = self._value("times", Field(integer(1, MOST_REPEATS)), entries["times"])
        every = self._value("every", Field(DURATION), entries["every"]) if "every" in entries else None
        assert isinstance(times, int)
        assert every is None or isinstance(every, timedelta)
        if self._latest is not None and every is not None:
            self._latest += every * (times - 1)
        return Repeat(times, every)

    def _fields(self, action: Action, entries: dict[str, Entry], line: int) -> dict[str, object]:
        fields: dict[str, object] = {}
        for name, entry in entries.items():
            declared = action.fields.get(name)
            if declared is None:
                raise self._wrong(
                    entry.line,
                    "unknown-field",
                    action=action.name,
                    field=name,
                    allowed=listed([*action.fields, *COMMON_FIELDS]),
                    hint=hint(name, [*action.fields, *COMMON_FIELDS]),
                )
            if name == "that":
                fields[name] = self._expectations(name, entry)
                continue
            value = self._value(name, declared, entry)
            self._check_name(name, declared, value, entry)
            fields[name] = value
        for name, declared in action.fields.items():
            if declared.required and name not in fields:
                raise self._wrong(line, "missing-field", action=action.name, field=name)
        if action.one_of and not any(name in fields for name in action.one_of):
            raise self._wrong(line, "missing-field", action=action.name, field=" / ".join(action.one_of))
        return fields

    def _check_name(self, name: str, declared: Field, value: object, entry: Entry) -> None:
        kind = declared.kind.refers_to
        if kind is None:
            return
        for text in value if isinstance(value, tuple) else (value,):
            assert isinstance(text, str)
            if self._known.has(kind, text) or text in declared.kind.also:
                continue
            if declared.kind.or_number and (text == ANONYMOUS or looks_like_number(text)):
                continue
            known = [*self._known.names(kind), *declared.kind.also]
            raise self._wrong(
                entry.value.line,
                "unknown-name",
                field=name,
                name=text,
                kind=_KIND_WORDS[kind],
                allowed=listed(known),
                hint=hint(text, known),
            )

    def _expectations(self, name: str, entry: Entry) -> tuple[Expectation, ...]:
        nodes: tuple[Node, ...]
        if isinstance(entry.value, Sequence):
            nodes = entry.value.items
        elif isinstance(entry.value, Scalar) and not entry.value.is_null:
            nodes = (entry.value,)
        else:
            raise self._wrong(entry.line, "not-a-list", what=name)
        return tuple(self._expectation(node) for node in nodes)

    def _expectation(self, node: Node) -> Expectation:
        if not isinstance(node, Scalar):
            problem = Sentences(
                "一つの文字として書いてください（[ ] の中では引用符で囲みます）",
                "write it as one text (inside [ ] put it in quotes)",
            )
            raise self._wrong(node.line, "bad-comparison", text=shown(node), problem=problem)
        try:
            return Expectation(Place(self._file, node.line), parse_comparison(node.text))
        except Unreadable as error:
            raise self._wrong(node.line, "bad-comparison", text=node.text, problem=error.problem) from error


def _readable(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
