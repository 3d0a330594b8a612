"""Items over HTTP: the counter takes them in and finds them, members see their own and say what shall be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from coworking.kit.errors import NotFound
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, MOST_ITEMS, USUAL_ITEMS, After, Limit, Page
from coworking.kit.spreadsheets import csv_file
from coworking.membership import SignedIn, Staff, Visit, member_names
from mail_handling.assigning import assign, members_named, put_back
from mail_handling.endings import dispose, move, send_back
from mail_handling.errors import MailNotOffered
from mail_handling.instructions import confirm_disposal, instruct
from mail_handling.items import NewItem, get_item, histories_of, take_in
from mail_handling.models import MailItem
from mail_handling.profile import Choice, MailKind
from mail_handling.rules import MailRules, RulesOfMail
from mail_handling.schemas import (
    AssignBody,
    CandidateAnswer,
    InstructionBody,
    ItemAnswer,
    ItemBody,
    MoveBody,
    Status,
)
from mail_handling.searching import Wanted, list_items

router = APIRouter(prefix="/api", tags=["mail"])

ItemListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=MailItem.received_on, received_on=MailItem.received_on, disposable_on=MailItem.disposable_on
        )
    ),
]

ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
OfMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Of this member only.")]
Named = Annotated[
    str | None,
    Query(min_length=1, max_length=60, description="How a word of addressee, sender or member begins."),
]
Tracked = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9-]+$", max_length=40)]
EXPORTED = (
    "id", "received_at", "kind", "status", "member_id", "member", "addressee", "sender", "tracking_number", "weight_g",
    "location", "instruction",
)  # fmt: skip


@router.post("/mail", status_code=201, summary="Take in an item")
def post_mail(body: ItemBody, visit: Staff) -> ItemAnswer:
    """With a member, who is told at once; otherwise it waits in the queue that members never see. What the operator
    does not take in is refused."""
    rules = rules_of(visit)
    new = NewItem(**body.model_dump(exclude={"member_id"}))
    item = take_in(
        visit.session,
        rules,
        new,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    if body.member_id is not None:
        assign(visit.session, rules, item.id, body.member_id, actor=visit.actor.reference, now=visit.now)
    return shown(visit, item)


@router.get("/mail", summary="List items")
def get_mail(
    visit: SignedIn,
    listing: ItemListing,
    member_id: OfMember = None,
    status: Status | None = None,
    instruction: Choice | None = None,
    kind: MailKind | None = None,
    name: Named = None,
    tracking_number: Tracked = None,
    received_on: date | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ItemAnswer]:
    """In the order of arrival. A member sees their own, whatever `member_id` says."""
    wanted = Wanted(
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        status=status,
        instruction=instruction,
        kind=kind,
        name=name,
        tracking_number=tracking_number,
        received_on=received_on,
    )
    found = list_items(visit.session, wanted, after_id=after, limit=limit, listing=listing)
    full = len(found) == limit and bool(found)
    return Page(items=_all_shown(visit, found), next=found[-1].id if full else None)


@router.get(
    "/mail.csv",
    summary="Export the items of a day",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark."}},
)
def get_mail_csv(visit: Staff, received_on: date | None = None, status: Status | None = None) -> Response:
    """What came on one local day; today if left out."""
    rules = rules_of(visit)
    day = received_on or rules.calendar.local_date(visit.now)
    rows = _exported(visit, Wanted(status=status, received_on=day))
    return Response(
        csv_file(EXPORTED, rows),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="mail-{day}.csv"'},
    )


@router.get("/mail/candidates", summary="Members of a name")
def get_candidates(visit: Staff, name: Annotated[str, Query(max_length=200)] = "") -> list[CandidateAnswer]:
    """Whose name or reading is exactly this one. Who confirms the member picks; with several it has to be known from
    elsewhere."""
    rules_of(visit)
    ids = members_named(visit.session, name)[:MOST_ITEMS]
    names = member_names(visit.session, ids)
    return [CandidateAnswer(member_id=member_id, name=names[member_id]) for member_id in ids]


@router.get("/mail/{mail_item_id}", summary="One item")
def get_one_item(mail_item_id: ItemId, visit: SignedIn) -> ItemAnswer:
    return shown(visit, own_item(visit, mail_item_id))


@router.post("/mail/{mail_item_id}/assign", summary="Say whose an item is")
def post_assign(mail_item_id: ItemId, body: AssignBody, visit: Staff) -> ItemAnswer:
    """The member is told."""
    item = assign(
        visit.session,
        rules_of(visit),
        mail_item_id,
        body.member_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return shown(visit, item)


@router.post("/mail/{mail_item_id}/not-mine", summary="Put an item back into the queue")
def post_not_mine(mail_item_id: ItemId, visit: SignedIn) -> None:
    """It was assigned to the wrong member, who does not see it any more."""
    own_item(visit, mail_item_id)
    put_back(
        visit.session,
        mail_item_id,
        actor=visit.actor.reference,
        by_staff=visit.actor.is_staff,
        now=visit.now,
    )


@router.post("/mail/{mail_item_id}/instruction", summary="Say what shall be done with an item")
def post_instruction(mail_item_id: ItemId, body: InstructionBody, visit: SignedIn) -> ItemAnswer:
    """Staff write down what a member told them; opening and disposal are the member's own word only."""
    own_item(visit, mail_item_id)
    item = instruct(
        visit.session,
        rules_of(visit),
        mail_item_id,
        body.choice,
        actor=visit.actor.reference,
        by_staff=visit.actor.is_staff,
        now=visit.now,
    )
    return shown(visit, item)


@router.post("/mail/{mail_item_id}/confirm-disposal", summary="Confirm a disposal")
def post_confirmation(mail_item_id: ItemId, visit: SignedIn) -> ItemAnswer:
    """Once more, by the member; after the operator's waiting days staff destroy the item."""
    own_item(visit, mail_item_id)
    item = confirm_disposal(
        visit.session,
        rules_of(visit),
        mail_item_id,
        actor=visit.actor.reference,
        by_staff=visit.actor.is_staff,
        now=visit.now,
    )
    return shown(visit, item)


@router.post("/mail/{mail_item_id}/move", summary="Put an item on another shelf")
def post_move(mail_item_id: ItemId, body: MoveBody, visit: Staff) -> ItemAnswer:
    rules_of(visit)
    item = move(visit.session, mail_item_id, body.location, actor=visit.actor.reference, now=visit.now)
    return shown(visit, item)


@router.post("/mail/{mail_item_id}/dispose", summary="Record that an item was destroyed")
def post_dispose(mail_item_id: ItemId, visit: Staff) -> ItemAnswer:
    """On the member's confirmed instruction when the waiting days are over, or after the end of a membership."""
    item = dispose(visit.session, rules_of(visit), mail_item_id, actor=visit.actor.reference, now=visit.now)
    return shown(visit, item)


@router.post("/mail/{mail_item_id}/return", summary="Record that an item went back to its sender")
def post_return(mail_item_id: ItemId, visit: Staff) -> ItemAnswer:
    """An item that is nobody's, or on an instruction."""
    rules_of(visit)
    item = send_back(visit.session, mail_item_id, actor=visit.actor.reference, now=visit.now)
    return shown(visit, item)


def rules_of(visit: Visit) -> MailRules:
    """Raises `MailNotOffered`."""
    rules = visit.resources[RulesOfMail].get(visit.operator_id)
    if rules is None:
        raise MailNotOffered
    return rules


def own_item(visit: Visit, item_id: int) -> MailItem:
    """For members their own only; what is another's, or nobody's, is not there. Raises `NotFound`."""
    item = get_item(visit.session, item_id)
    if not visit.actor.is_staff and item.member_id != visit.own_member_id():
        raise NotFound
    return item


def shown(visit: Visit, item: MailItem) -> ItemAnswer:
    return _all_shown(visit, [item])[0]


def _all_shown(visit: Visit, items: Sequence[MailItem]) -> list[ItemAnswer]:
    histories = histories_of(visit.session, [item.id for item in items])
    return [ItemAnswer.of(item, histories[item.id]) for item in items]


def _exported(visit: Visit, wanted: Wanted) -> Iterator[tuple[object, ...]]:
    after_id = 0
    while found := list_items(visit.session, wanted, after_id=after_id, limit=MOST_ITEMS):
        names = member_names(visit.session, {item.member_id for item in found if item.member_id is not None})
        for item in found:
            cells = {
                "received_at": item.received_at.isoformat(),
                "member": names.get(item.member_id or 0),
            }
            yield tuple(cells[key] if key in cells else getattr(item, key) for key in EXPORTED)
        after_id = found[-1].id
