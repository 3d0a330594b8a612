"""What can be wrong with a scenario, as a place and a sentence in two languages.

Two outcomes: a scenario that cannot be understood is *malformed* (exit code 2, nothing was run), a scenario that
was understood but did not come out as it says is a *failed run* (exit code 1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LISTED_AT_MOST = 40


@dataclass(frozen=True, slots=True)
class Sentences:
    """One sentence in both languages."""

    ja: str
    en: str

    def say(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a scenario file, counted from 1; line 0 is the file as a whole."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


MALFORMED: dict[str, Sentences] = {
    "unreadable": Sentences("ファイルを読めません（{problem}）", "cannot be read ({problem})"),
    "too-large": Sentences(
        "ファイルが大きすぎます。{limit} バイトまでにしてください",
        "is too large: keep it within {limit} bytes",
    ),
    "not-utf8": Sentences("UTF-8 で保存してください", "save it as UTF-8"),
    "not-yaml": Sentences("YAML として読めません（{problem}）", "is not valid YAML ({problem})"),
    "too-deep": Sentences(
        "入れ子が深すぎるか、項目が多すぎます", "is nested too deeply or has too many items"
    ),
    "no-scenario-files": Sentences("フォルダーに *.yaml がありません", "this folder has no *.yaml file"),
    "duplicate-key": Sentences(
        "「{key}」が二度あります（先は {first} 行目）。一つにしてください",
        "“{key}” stands here twice (first in line {first}): keep one",
    ),
    "not-a-mapping": Sentences(
        "ここには「名前: 値」の組が要ります（{what}）", "{what} must be a mapping of names to values"
    ),
    "not-a-list": Sentences("{what} は並び（- で始まる行）にしてください", "{what} must be a list"),
    "unknown-key": Sentences(
        "「{key}」という項目はありません。使えるもの: {allowed}{hint}",
        "unknown key “{key}”; allowed: {allowed}{hint}",
    ),
    "missing-key": Sentences("「{key}」がありません", "“{key}” is missing"),
    "missing-do": Sentences(
        "手順に do がありません。使えるもの: {allowed}", "the step has no “do”; allowed: {allowed}"
    ),
    "unknown-action": Sentences(
        "「{name}」という動作はありません。使えるもの: {allowed}{hint}",
        "unknown action “{name}”; allowed: {allowed}{hint}",
    ),
    "unknown-field": Sentences(
        "{action} に「{field}」という項目はありません。使えるもの: {allowed}{hint}",
        "{action} has no field “{field}”; allowed: {allowed}{hint}",
    ),
    "missing-field": Sentences("{action} には「{field}」が要ります", "{action} needs “{field}”"),
    "wrong-value": Sentences(
        "{field} の値「{value}」は使えません。{allowed}", "“{value}” is no value for {field}: {allowed}"
    ),
    "unknown-name": Sentences(
        "{field}:「{name}」という名前の{kind}は、ここまでにありません。あるもの: {allowed}{hint}",
        "{field}: no {kind} named “{name}” up to here; known: {allowed}{hint}",
    ),
    "name-taken": Sentences(
        "名前「{name}」は {first} 行目で使っています", "the name “{name}” is taken by line {first}"
    ),
    "goes-back": Sentences(
        "{at} は前の手順の時刻 {before} より前です。時計は戻りません",
        "{at} is before the earlier step's {before}: the clock never goes back",
    ),
    "two-times": Sentences(
        "at と after_days/after_hours は一緒に使えません", "use either “at” or “after_days”/“after_hours”"
    ),
    "bad-comparison": Sentences(
        "比較式「{text}」が読めません。{problem}", "cannot read the comparison “{text}”: {problem}"
    ),
    "unknown-operator": Sentences(
        "事業者の設定「{name}」が見つかりません。使えるもの: {allowed}{hint}",
        "no operator profile “{name}”; allowed: {allowed}, or the path of a profile{hint}",
    ),
    "bad-profile": Sentences(
        "事業者の設定が使えません: {problem}", "the operator profile is not valid: {problem}"
    ),
}

FAILED: dict[str, Sentences] = {
    "step-refused": Sentences(
        "手順「{step}」が拒まれました: {code}（{sentence}）", "step “{step}” was refused: {code} ({sentence})"
    ),
    "not-refused": Sentences(
        "手順「{step}」は {expected} で拒まれるはずが、通りました",
        "step “{step}” should have been refused with {expected} but went through",
    ),
    "refused-otherwise": Sentences(
        "手順「{step}」は {expected} で拒まれるはずが、{code} で拒まれました（{sentence}）",
        "step “{step}” should have been refused with {expected} but was refused with {code} ({sentence})",
    ),
    "expectation": Sentences(
        "成り立ちません: {text}（左は {left}、右は {right}）",
        "does not hold: {text} (left is {left}, right is {right})",
    ),
    "no-answer-to-path": Sentences(
        "比べられません: {text}（{problem}）", "cannot be compared: {text} ({problem})"
    ),
    "clock-back": Sentences(
        "{at} は今の時刻 {now} より前です。時計は戻りません",
        "{at} is before the present {now}: the clock never goes back",
    ),
    "too-far": Sentences(
        "一度に {limit} 日より先へは進めません", "the clock moves at most {limit} days ahead in one step"
    ),
    "call-unknown": Sentences(
        "通話「{name}」はサービスに届いていません", "the call “{name}” never reached the service"
    ),
    "not-by-telephone": Sentences(
        "via: {via} では {fields} を設定できません。via: web で書いてください",
        "via: {via} cannot set {fields}: use via: web",
    ),
    "service-failed": Sentences(
        "手順「{step}」でサービスが失敗しました: {problem}", "the service failed in step “{step}”: {problem}"
    ),
    "work-failed": Sentences("予定の処理が失敗しました: {problem}", "scheduled work failed: {problem}"),
    "database-not-empty": Sentences(
        "データベースが空ではありません。空のものを指定してください",
        "the database is not empty: name an empty one",
    ),
    "database-unavailable": Sentences(
        "データベースを使えません: {problem}", "the database cannot be used: {problem}"
    ),
}


class ScenarioError(Exception):
    """A place, a stable code and a sentence; `exit_code` says which of the two outcomes it is."""

    exit_code: int
    table: dict[str, Sentences]

    def __init__(self, place: Place, code: str, /, **facts: object) -> None:
        self.place = place
        self.code = code
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        facts = {
            name: fact.say(language) if isinstance(fact, Sentences) else fact
            for name, fact in self.facts.items()
        }
        return f"{self.place}: {self.table[self.code].say(language).format(**facts)}"


class MalformedScenario(ScenarioError):
    exit_code = 2
    table = MALFORMED


class FailedRun(ScenarioError):
    exit_code = 1
    table = FAILED


def listed(names: Iterable[str]) -> str:
    """`a, b, c`: what is allowed, in the order given; a long list is cut with its length."""
    all_names = list(names)
    shown = ", ".join(all_names[:LISTED_AT_MOST]) or "–"
    rest = len(all_names) - LISTED_AT_MOST
    return f"{shown} … (+{rest})" if rest > 0 else shown


def hint(wrong: str, names: Iterable[str]) -> Sentences:
    """A closing remark with the name that was probably meant, or nothing."""
    close = get_close_matches(wrong, list(names), n=1, cutoff=0.6)
    if not close:
        return Sentences("", "")
    return Sentences(f"。もしかして「{close[0]}」", f"; did you mean “{close[0]}”?")
