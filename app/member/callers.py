"""Lists of callers: who is turned away, and who is put through whatever the hour and the switch."""

from __future__ import annotations

from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.month_calls import one_call
from app.member.notes import Note
from app.member.visits import MemberVisit, id_in
from coworking.kit.errors import NotFound, UserError
from coworking.kit.web.forms import Form
from telephony.forwarding.caller_rules import add_rule, remove_rule, rules_of_line
from telephony.forwarding.card import RuleAction

LONGEST_LABEL = 40
LISTS: dict[str, tuple[RuleAction, ...]] = {
    "block": ("block",),
    "first": ("forward", "voicemail", "announcement"),
}
"""The first is what the list is for."""


def show_callers(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    return _page(visit, _list(visit))


def add_caller(visit: MemberVisit, form: Form) -> Response:
    name = _list(visit)
    wish = form.get("action", "")
    action = next((one for one in LISTS[name] if one == wish), LISTS[name][0])
    _add(visit, form.get("number", ""), form.get("label", ""), action, is_prefix="is_prefix" in form)
    return visit.go(f"/forwarding/callers/{name}", Note("caller-added"))


def caller_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, _list(visit), problem=error.sentence(visit.reader.language), form=form)


def remove_caller(visit: MemberVisit, form: Form) -> Response:
    name = _list(visit)
    remove_rule(
        visit.session,
        visit.rules,
        visit.own_line(),
        id_in(form.get("rule", "")),
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    return visit.go(f"/forwarding/callers/{name}", Note("caller-removed"))


def block_caller(visit: MemberVisit, form: Form) -> Response:
    """Turn away whoever made a call from now on, on the line that was called."""
    one = one_call(visit.session, visit.member_id, id_in(visit.request.path_params["call_id"]))
    number = CallWords.other_number(one) if one else None
    if one is None or number is None:
        raise NotFound
    line = next((line for line in visit.lines if line.id == one.record.call.line_id), None)
    if line is None:
        raise NotFound
    visit.line = line
    _add(visit, number, "", "block", is_prefix=False)
    return visit.go(f"/forwarding/callers/block?line={line.id}", Note("caller-blocked"))


def _list(visit: MemberVisit) -> str:
    name = str(visit.request.path_params["list"])
    if name not in LISTS:
        raise NotFound
    return name


def _add(visit: MemberVisit, number: str, label: str, action: RuleAction, *, is_prefix: bool) -> None:
    add_rule(
        visit.session,
        visit.rules,
        visit.own_line(),
        number=number,
        is_prefix=is_prefix,
        action=action,
        label=label[:LONGEST_LABEL],
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )


def _page(visit: MemberVisit, name: str, *, problem: str = "", form: Form | None = None) -> Response:
    words = CallWords(visit.reader, visit.now.date(), {})
    return visit.render(
        "member/callers.html",
        tab="forwarding",
        status=422 if problem else 200,
        list=name,
        rows=[
            (rule, words.number(rule.prefix) if rule.is_whole else rule.prefix)
            for rule in rules_of_line(visit.session, visit.own_line().id)
            if rule.action in LISTS[name]
        ],
        problem=problem,
        form=form or {},
    )
