"""A scenario file read into steps, and what is said of one that is malformed."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulate.actions import ACTIONS
from app.simulate.document import parse_document
from app.simulate.errors import MALFORMED, MalformedScenario
from app.simulate.reading import _KIND_WORDS, _Reader, read_scenario
from app.simulate.references import NAMED_KINDS
from app.simulate.scenario import Repeat, Scenario

HEAD = """\
scenario: a title
operator: nex
rules: [NEX-01]
starts: 2026-06-01T09:00
steps:
"""
SATO = "  - {do: join, as: sato, plan: coworking}\n"
DESK = "  - {do: rent-line, as: desk, member: sato, line_plan: incoming-outgoing}\n"
CALL = '  - {do: call, as: c, from: "03-6666-7777", to: desk, repeat: {times: 3}}\n'


def _read(text: str) -> Scenario:
    return _Reader("s.yaml").scenario(parse_document(text.encode(), "s.yaml"))


def test_the_example_of_the_format(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(
        HEAD
        + """\
  - {do: join, as: sato, plan: virtual-office, kind: person, office: yokohama}
  - {do: rent-line, as: desk, member: sato, line_plan: incoming-outgoing, area_code: "045"}
  - {do: register-phone, line: desk, number: "090-1234-5678"}
  - {do: set-forwarding, line: desk, to: ["090-1234-5678"], on: true}
  - {at: 2026-07-02T10:00, do: call, as: c1, from: "03-6666-7777", to: desk, answered_by: "090-1234-5678", after: 8,
     talks: 61}
  - {at: 2026-07-02T10:05, do: rent-line, member: sato, line_plan: fixed-phone, area_code: 045,
     refused: plan-not-allowed}
expect:
  - calls.c1.units == 2
""",
        encoding="utf-8",
    )
    scenario = read_scenario(path)
    assert (scenario.title, scenario.operator, scenario.rules) == ("a title", "nex", ("NEX-01",))
    assert scenario.starts == datetime(2026, 6, 1, 9)
    assert [step.line for step in scenario.steps] == [6, 7, 8, 9, 10, 12]
    assert scenario.steps[3].flag("on", otherwise=False)
    call = scenario.steps[4]
    assert (call.at, call.as_, call.whole("after", 0), call.whole("talks", 0)) == (
        datetime(2026, 7, 2, 10),
        "c1",
        8,
        61,
    )
    assert (scenario.steps[5].text("area_code"), scenario.steps[5].refused) == ("045", "plan-not-allowed")
    assert [str(expected.place) for expected in scenario.expect] == [f"{path}:15"]


def test_times_repeats_and_actors() -> None:
    scenario = _read(
        HEAD
        + SATO
        + DESK
        + CALL
        + """\
  - {do: wait, days: 3, hours: 0.5, after_days: 2, after_hours: 1.5, by: sato}
  - {do: call, from: anonymous, to: "045-111-2222", repeat: {times: 2, every: 30s}, by: anyone}
  - {do: carrier-repeats, call: c.3, drop: [completed], by: staff}
  - {do: join, plan: rental-office, office: {place: tokyo, capacity: 4}, starts_on: 2026-07-01, without: [card]}
  - {do: expect, that: [count(calls) == 5, "charges[member=sato,what=call].amount == 1"]}
"""
    )
    assert scenario.steps[2].repeat == Repeat(3, None)
    wait, call, again, office, expect = scenario.steps[3:]
    assert (wait.after_days, wait.after_hours, wait.amount("hours")) == (2, Decimal("1.5"), Decimal("0.5"))
    assert wait.by == "sato"
    assert call.repeat == Repeat(2, timedelta(seconds=30))
    assert again.text("call") == "c.3"
    assert office.fields["office"] == {"place": "tokyo", "capacity": 4}
    assert office.day("starts_on") == date(2026, 7, 1)
    assert office.texts("without") == ("card",)
    assert len(expect.expectations) == 2


def test_a_member_and_a_line_may_share_a_name() -> None:
    scenario = _read(HEAD + SATO + DESK.replace("as: desk", "as: sato"))
    assert scenario.steps[1].as_ == "sato"


def test_the_name_of_a_refused_step_stays_free() -> None:
    refused = DESK.replace("}", ", refused: line-quota-reached}")
    assert len(_read(HEAD + SATO + refused + DESK).steps) == 3


_MALFORMED = [
    # The file as a whole.
    ("", "s.yaml:1: a scenario must be a mapping of names to values"),
    ("- 1\n", "s.yaml:1: a scenario must be a mapping"),
    ("scenario: x\nscenario: y\n", "s.yaml:2: “scenario” stands here twice (first in line 1)"),
    ("scenario: [\n", "s.yaml:2: is not valid YAML"),
    ("scenario: x\noperator: nex\nstarts: 2026-06-01\n", "s.yaml:1: “steps” is missing"),
    ("operator: nex\nstarts: 2026-06-01\nsteps: []\n", "s.yaml:1: “scenario” is missing"),
    ("scenario: x\nstarts: 2026-06-01\nsteps: []\n", "s.yaml:1: “operator” is missing"),
    ("scenario: x\noperator: nex\nsteps: []\n", "s.yaml:1: “starts” is missing"),
    (
        HEAD.replace("rules:", "rule:") + SATO,
        "s.yaml:3: unknown key “rule”; allowed: scenario, operator, rules",
    ),
    (HEAD.replace("rules:", "rule:") + SATO, "did you mean “rules”"),
    (HEAD.replace("a title", "[]") + SATO, "s.yaml:1: “[…]” is no value for scenario: write a text"),
    (HEAD.replace("nex", "") + SATO, "s.yaml:2: “” is no value for operator"),
    (HEAD.replace("2026-06-01T09:00", "tomorrow") + SATO, "s.yaml:4: “tomorrow” is no value for starts"),
    (
        HEAD.replace("2026-06-01T09:00", "2026-06-31T09:00"),
        "s.yaml:4: “2026-06-31T09:00” is no value for starts",
    ),
    (HEAD.replace("2026-06-01T09:00", "2026-06-01T25:00"), "a local time such as 2026-06-01T09:00"),
    (HEAD.replace("2026-06-01T09:00", "2026-06-01T09:00Z"), "s.yaml:4: “2026-06-01T09:00Z” is no value"),
    (HEAD, "s.yaml:5: steps must be a list"),
    (HEAD + "  do: join\n", "s.yaml:5: steps must be a list"),
    # Steps.
    (HEAD + "  - join\n", "s.yaml:6: a step must be a mapping"),
    (HEAD + "  - {as: sato}\n", "s.yaml:6: the step has no “do”; allowed: join, "),
    (HEAD + "  - {do: jion, plan: coworking}\n", "s.yaml:6: unknown action “jion”; allowed: join, "),
    (HEAD + "  - {do: jion, plan: coworking}\n", "did you mean “join”"),
    (HEAD + SATO + "  - do: reserv\n    member: sato\n", "s.yaml:7: unknown action “reserv”"),
    (HEAD + "  - {do: [join], plan: x}\n", "s.yaml:6: unknown action “[…]”"),
    (HEAD + "  - {do: join, plan: x, plan: y}\n", "s.yaml:6: “plan” stands here twice"),
    (HEAD + "  - {do: join,\n     plam: x}\n", "s.yaml:7: join has no field “plam”; allowed: plan, "),
    (HEAD + "  - {do: join,\n     plam: x}\n", "did you mean “plan”"),
    (HEAD + "  - {do: join}\n", "s.yaml:6: join needs “plan”"),
    (HEAD + "  - {do: join, plan: }\n", "s.yaml:6: “” is no value for plan"),
    (HEAD + "  - {do: join, plan: x, kind: firm}\n", "“firm” is no value for kind: allowed: person, company"),
    (HEAD + "  - {do: join, plan: x, starts_on: 2026-02-30}\n", "“2026-02-30” is no value for starts_on"),
    (HEAD + "  - {do: join, plan: x, capacity: many}\n", "a whole number from 1 to 1000"),
    (HEAD + "  - {do: join, plan: x, capacity: '3'}\n", "s.yaml:6: “3” is no value for capacity"),
    (
        HEAD + "  - {do: join, plan: x, without: [cart]}\n",
        "“cart” is no value for without: allowed: registration",
    ),
    (
        HEAD + "  - {do: join, plan: x, office: {town: y}}\n",
        "“{…}” is no value for office: the name of a place",
    ),
    (HEAD + "  - {do: join, plan: x, as: 'two words'}\n", "s.yaml:6: “two words” is no value for as"),
    (HEAD + "  - {do: join, plan: x, as: a.b}\n", "“a.b” is no value for as"),
    (HEAD + SATO + SATO, "s.yaml:7: the name “sato” is taken by line 6"),
    # Names.
    (
        HEAD + SATO + DESK.replace("sato", "saito"),
        "s.yaml:7: member: no member named “saito” up to here; known: sato",
    ),
    (HEAD + SATO + DESK.replace("sato", "saito"), "did you mean “sato”"),
    (HEAD + DESK + SATO, "s.yaml:6: member: no member named “sato” up to here; known: –"),
    (HEAD + SATO + DESK + "  - {do: end-line, line: sato}\n", "s.yaml:8: line: no line named “sato”"),
    (HEAD + SATO + DESK + '  - {do: call, from: "03", to: dusk}\n', "s.yaml:8: to: no line named “dusk”"),
    (HEAD + SATO + DESK + "  - {do: call, from: somebody, to: desk}\n", "from: no line named “somebody”"),
    (
        HEAD + SATO + DESK + CALL + "  - {do: carrier-repeats, call: c.4}\n",
        "no call named “c.4” up to here; known: c.1 … c.3",
    ),
    (HEAD + SATO + DESK + CALL + "  - {do: carrier-repeats, call: c}\n", "no call named “c” up to here"),
    (
        HEAD + "  - {do: join, plan: x, by: stuff}\n",
        "by: no member named “stuff” up to here; known: staff, billing",
    ),
    (
        HEAD + SATO + DESK.replace("}", ", refused: x-y}") + "  - {do: end-line, line: desk}\n",
        "s.yaml:8: line: no line named “desk”",
    ),
    (
        HEAD + SATO + "  - {do: hand-over, item: m, to: sato}\n",
        "s.yaml:7: item: no item of mail named “m” up to here; known: –",
    ),
    (
        HEAD + SATO + "  - {do: cancel-reservation, reservation: sato}\n",
        "s.yaml:7: reservation: no reservation named “sato”",
    ),
    (
        HEAD + SATO + "  - {do: check-in, member: sato, by: foot}\n",
        "s.yaml:7: by: no member named “foot” up to here; known: sato, qr, ",
    ),
    (HEAD + SATO + "  - {do: unlock, member: sato, by: key}\n", "s.yaml:7: by: no member named “key”"),
    # Values of the telephone's actions.
    (
        HEAD + SATO + DESK + "  - {do: set-forwarding, line: desk, on: yes}\n",
        "“yes” is no value for on: true or false",
    ),
    (HEAD + SATO + DESK + "  - {do: set-forwarding, line: desk, on: True}\n", "“True” is no value for on"),
    (HEAD + SATO + DESK + '  - {do: set-forwarding, line: desk, on: "true"}\n', "“true” is no value for on"),
    (HEAD + SATO + DESK + "  - {do: interrupt, lines: [desk, dusk]}\n", "lines: no line named “dusk”"),
    (HEAD + SATO + DESK + "  - {do: report-breach, kind: crime}\n", "report-breach needs “member / line”"),
    (
        HEAD + SATO + DESK + "  - {do: set-forwarding, line: desk, via: fax}\n",
        "“fax” is no value for via: allowed: web",
    ),
    (
        HEAD + SATO + DESK + "  - {do: set-forwarding, line: desk, strategy: all}\n",
        "allowed: in-turn, at-once",
    ),
    (
        HEAD + SATO + DESK + "  - {do: set-forwarding, line: desk, to: [[a]]}\n",
        "“[…]” is no value for to: write a text",
    ),
    (HEAD + SATO + DESK + CALL.replace("from:", "form:"), "call has no field “form”"),
    (
        HEAD + SATO + DESK + CALL.replace("}}", "}, talks: -1}"),
        "“-1” is no value for talks: a whole number from 0",
    ),
    (HEAD + SATO + DESK + CALL.replace("}}", "}, talks: 1.5}"), "“1.5” is no value for talks"),
    (HEAD + SATO + DESK + CALL.replace("}}", "}, hangs_up: both}"), "allowed: caller, callee"),
    (HEAD + SATO + DESK.replace("}", ", starts_month: 2026-13}"), "“2026-13” is no value for starts_month"),
    # Times, repeats, refusals.
    (
        HEAD + "  - {do: join, plan: x, at: 2026-05-31}\n",
        "2026-05-31T00:00 is before the earlier step's 2026-06-01T09:00",
    ),
    (
        HEAD + "  - {do: wait, days: 1, after_days: 2}\n  - {do: join, plan: x, at: 2026-06-02}\n",
        "s.yaml:7: 2026-06-02T00:00 is before the earlier step's 2026-06-03T09:00",
    ),
    (HEAD + "  - {do: join, plan: x, at: 2026-06-02, after_days: 1}\n", "use either “at” or “after_days”"),
    (HEAD + "  - {do: join, plan: x, after_days: -1}\n", "“-1” is no value for after_days"),
    (HEAD + "  - {do: wait}\n", "s.yaml:6: wait needs “until / days / hours”"),
    (HEAD + "  - {do: join, plan: x, repeat: 3}\n", "s.yaml:6: repeat must be a mapping"),
    (HEAD + "  - {do: join, plan: x, repeat: {every: 1s}}\n", "“times” is missing"),
    (HEAD + "  - {do: join, plan: x, repeat: {times: 0}}\n", "“0” is no value for times"),
    (
        HEAD + "  - {do: join, plan: x, repeat: {times: 2, every: 30}}\n",
        "a duration such as 30s, 5m, 2h or 1d",
    ),
    (HEAD + "  - {do: join, plan: x, repeat: {time: 2}}\n", "unknown key “time”; allowed: times, every"),
    (HEAD + "  - {do: join, plan: x, refused: true love}\n", "“true love” is no value for refused"),
    # Comparisons.
    (HEAD + SATO + "expect: {a: b}\n", "s.yaml:7: expect must be a list"),
    (
        HEAD + SATO + "expect:\n  - members.sato.plan = x\n",
        "s.yaml:8: cannot read the comparison “members.sato.plan = x”",
    ),
    (HEAD + SATO + "expect:\n  - member.sato.plan == x\n", "did you mean “members”"),
    (HEAD + SATO + "expect:\n  - a: b\n", "s.yaml:8: cannot read the comparison “{…}”: write it as one text"),
    (HEAD + "  - {do: expect}\n", "s.yaml:6: expect needs “that”"),
    (HEAD + "  - do: expect\n    that:\n      - count(calls) 1\n", "s.yaml:8: cannot read the comparison"),
    (HEAD + "  - {do: expect, that: [charges[what=x].amount == 1]}\n", "s.yaml:6: is not valid YAML"),
]


@pytest.mark.parametrize(("text", "said"), _MALFORMED)
def test_malformed(text: str, said: str) -> None:
    with pytest.raises(MalformedScenario) as refused:
        _read(text)
    assert said in refused.value.sentence("en")
    assert refused.value.exit_code == 2
    japanese = refused.value.sentence("ja")
    assert japanese.startswith("s.yaml:")
    assert "{" not in japanese.replace("{…}", "").replace("{place", "")


def test_every_kind_of_thing_with_names_has_a_word() -> None:
    assert set(_KIND_WORDS) == set(NAMED_KINDS)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MalformedScenario) as refused:
        read_scenario(tmp_path / "none.yaml")
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize("code", sorted(MALFORMED))
def test_both_languages_name_the_same_facts(code: str) -> None:
    sentences = MALFORMED[code]
    fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (sentences.ja, sentences.en)]
    assert fields[0] == fields[1]


def test_every_action_declares_what_it_needs() -> None:
    for name, action in ACTIONS.items():
        assert name == action.name
        assert set(action.one_of) <= set(action.fields)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(sorted(ACTIONS)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["do", "as", "at", "by", "member", "line", "to", "repeat", "that", "plan", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_any_step_is_read_or_refused(step: object) -> None:
    import json

    text = HEAD + "  - " + json.dumps(step, ensure_ascii=True) + "\n"
    wrong: MalformedScenario | None = None
    try:
        _read(text)
    except MalformedScenario as error:
        wrong = error
    assert wrong is None or (wrong.place.line >= 1 and wrong.sentence("ja"))
