"""Who is written to, in batches, and that each copy stands on record."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import VirtualClock
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources, TaskContext
from coworking.membership import MemberRules, RulesOfMembers
from coworking.membership.applications import read_texts
from coworking.membership.community import announcements
from coworking.membership.community.announcements import (
    NewAnnouncement,
    announce,
    deliver_announcement,
)
from coworking.membership.community.errors import GroupUnknown, NewsletterNotImportant
from coworking.membership.community.groups import OpenGroup, open_group
from coworking.membership.community.models import Announcement, AnnouncementCopy
from coworking.membership.community.preferences import postal_addresses, set_preferences
from coworking.membership.models import Member
from coworking.membership.texts import BilingualText
from tests.factories.membership import NOW, make_member, make_operator, nex

ACTOR = "account:1"
SUBJECT = BilingualText("総会のご案内", "The general meeting")
BODY = BilingualText("6月30日に開きます。", "It is held on 30 June.")


class Association:
    """An operator with two members, one of whom wants to be left alone."""

    def __init__(self, session: Session) -> None:
        read_texts()
        self.session = session
        self.operator_id = make_operator(session)
        self.calendar: BusinessCalendar = nex().calendar()
        self.first = make_member(session, self.operator_id, name="佐藤")
        self.quiet = make_member(session, self.operator_id, name="鈴木")
        open_group(
            session,
            nex().membership,
            OpenGroup("security", "working-group", nex().title, None),
            operator_id=self.operator_id,
            actor=ACTOR,
            now=NOW,
        )
        self.prefer(self.quiet, newsletters=False, postal_mailings=False, groups=["security"])

    def prefer(self, member: Member, **wishes: object) -> None:
        set_preferences(self.session, nex().membership, member.id, actor=ACTOR, now=NOW, **wishes)

    def announce(self, new: NewAnnouncement) -> Announcement:
        made = announce(
            self.session, nex().membership, new, operator_id=self.operator_id, actor=ACTOR, now=NOW
        )
        while made.finished_at is None:
            self.deliver(made)
        return made

    def deliver(self, made: Announcement) -> None:
        rules = RulesOfMembers({self.operator_id: MemberRules(nex().membership, self.calendar)})
        context = TaskContext(self.session, VirtualClock(NOW), self.operator_id, Resources(rules))
        deliver_announcement.run(context, announcement_id=made.id)

    def told(self, made: Announcement) -> set[int]:
        statement = select(AnnouncementCopy.member_id).where(AnnouncementCopy.announcement_id == made.id)
        return set(self.session.scalars(statement))


@pytest.fixture
def association(session: Session) -> Association:
    return Association(session)


def announcement(kind: str = "notice", group: str | None = None, important: bool = False) -> NewAnnouncement:
    return NewAnnouncement(
        "newsletter" if kind == "newsletter" else "notice", SUBJECT, BODY, group, important
    )


@pytest.mark.parametrize(
    ("new", "reaches_first", "reaches_quiet"),
    [
        (announcement("notice"), True, True),
        (announcement("notice", important=True), True, True),
        (announcement("notice", "security"), False, True),
        (announcement("newsletter"), True, False),
        (announcement("newsletter", "security"), False, False),
    ],
)
def test_preferences_stop_newsletters_and_nothing_else(
    association: Association, new: NewAnnouncement, reaches_first: bool, reaches_quiet: bool
) -> None:
    expected = {association.first.id: reaches_first, association.quiet.id: reaches_quiet}
    assert association.told(association.announce(new)) == {one for one, told in expected.items() if told}


@pytest.mark.parametrize("status", ["applied", "refused", "ended", "struck"])
def test_who_is_no_member_is_not_told(association: Association, status: str) -> None:
    association.first.status = status
    association.session.flush()
    assert association.told(association.announce(announcement())) == {association.quiet.id}


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_everybody_is_told_once_whatever_the_batch_and_however_often_it_runs(
    association: Association, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(announcements, "MEMBERS_A_BATCH", batch)
    made = association.announce(announcement())
    association.deliver(made)
    notices = association.session.scalars(select(Notice).where(Notice.kind == "notice")).all()
    assert sorted(notice.recipient for notice in notices) == sorted(
        f"member:{member.id}" for member in (association.first, association.quiet)
    )
    assert made.told == 2
    assert {notice.subject for notice in notices} == {SUBJECT.ja}


def test_what_cannot_be_announced_is_refused(association: Association) -> None:
    with pytest.raises(GroupUnknown) as unknown:
        association.announce(announcement("notice", "knitting"))
    assert unknown.value.facts["allowed"] == "security"
    with pytest.raises(NewsletterNotImportant):
        association.announce(announcement("newsletter", important=True))


def test_postal_mailings_have_a_switch_of_their_own(association: Association) -> None:
    for member in (association.first, association.quiet):
        member.person.address = "神奈川県横浜市中区1-2-3"
    association.session.flush()
    found = postal_addresses(association.session, after_id=0, limit=10)
    assert [one.member_id for one in found] == [association.first.id]
