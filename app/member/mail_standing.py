"""The member's standing instructions for mail."""

from __future__ import annotations

from starlette.responses import Response

from app.member.mail import CHOICES, KINDS, MAIL_PATH, mail_rules_of
from app.member.notes import Note
from app.member.visits import MemberVisit, id_in
from coworking.kit.errors import NotFound, UserError
from coworking.kit.web.forms import Form
from mail_handling import Choice, MailKind
from mail_handling.standing import NewStanding, end_standing, give_standing, standing_of

STANDING_PATH = f"{MAIL_PATH}/standing"
AGES = (7, 14, 30)
"""Days after which an instruction can begin to hold."""
LONGEST_SENDER = 60


def show_standing(visit: MemberVisit) -> Response:
    return _page(visit)


def add_standing(visit: MemberVisit, form: Form) -> Response:
    choice = next((each for each in Choice if each.value == form.get("choice")), None)
    if choice is None:
        raise NotFound
    when = form.get("when", "")
    new = NewStanding(
        choice,
        sender=_sender(form),
        kind=next((each for each in MailKind if each.value == form.get("kind")), None),
        after_days=next((days for days in AGES if when == str(days)), None),
        before_storage=when == "storage",
    )
    give_standing(
        visit.session,
        mail_rules_of(visit),
        visit.member_id,
        new,
        actor=visit.actor.reference,
        by_staff=False,
        now=visit.now,
    )
    return visit.go(STANDING_PATH, Note("saved"))


def drop_standing(visit: MemberVisit, form: Form) -> Response:
    end_standing(
        visit.session,
        id_in(form.get("standing", "")),
        own_member_id=visit.member_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return visit.go(STANDING_PATH, Note("saved"))


def standing_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _sender(form: Form) -> str | None:
    printable = "".join(one if one.isprintable() else " " for one in form.get("sender", ""))
    return " ".join(printable.split())[:LONGEST_SENDER] or None


def _page(visit: MemberVisit, *, problem: str = "", status: int = 200) -> Response:
    rules, reader = mail_rules_of(visit), visit.reader
    return visit.render(
        "member/mail_standing.html",
        tab="mail",
        status=status,
        problem=problem,
        path=STANDING_PATH,
        standing=standing_of(visit.session, visit.member_id),
        choices={
            choice.value: reader.gettext(CHOICES[choice][0])
            for choice in CHOICES
            if choice in rules.profile.choices
        },
        kinds={kind: reader.gettext(word) for kind, word in KINDS.items()},
        ages=AGES,
        charges_storage=rules.profile.storage is not None,
    )
