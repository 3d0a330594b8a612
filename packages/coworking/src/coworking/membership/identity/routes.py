"""Identity records over HTTP: staff enter, check and approve them; a member sees that, not what, was confirmed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import select

from coworking.kit.errors import NotFound
from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from coworking.membership.access import PersonsStaff, SignedIn, Visit
from coworking.membership.identity.facts import IdentityFacts, missing
from coworking.membership.identity.letters import code_is_right, write_letter
from coworking.membership.identity.methods import methods
from coworking.membership.identity.models import AddressLetter, IdentityRecord
from coworking.membership.identity.papers_shown import add_paper, open_paper, papers_of
from coworking.membership.identity.record_sheet import Sheet, record_sheet, sheet_csv, sheet_pdf
from coworking.membership.identity.records import (
    IdentityRules,
    approve_record,
    complete_record,
    enter_record,
    facts_of,
    records_of,
    refuse_record,
)
from coworking.membership.identity.schemas import (
    CodeAnswer,
    CodeBody,
    FactsBody,
    LetterBody,
    MethodAnswer,
    OwnRecordAnswer,
    PaperAnswer,
    PaperBody,
    RecordAnswer,
    RecordBody,
    RefuseRecordBody,
    Status,
    WholeRecordAnswer,
)
from coworking.membership.members import get_member
from coworking.membership.passwords import Passwords
from coworking.membership.rules import RulesOfMembers

router = APIRouter(prefix="/api", tags=["members"])

RecordListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=IdentityRecord.entered_at,
            equal={"method": (IdentityRecord.method, AText)},
            entered_at=IdentityRecord.entered_at,
            repeat_on=IdentityRecord.repeat_on,
        )
    ),
]

RecordId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PaperId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
LanguageOfSheet = Annotated[str, Query(pattern="^(ja|en)$")]
FILES = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@router.get("/identity-methods", summary="The ways to confirm an identity, with their days")
def get_methods(
    visit: SignedIn,
    on: Annotated[date | None, Query(description="Only those that hold on this day.")] = None,
) -> list[MethodAnswer]:
    """Article 6 of the ordinance, version by version."""
    return [MethodAnswer.of(one) for one in methods() if on is None or one.holds(on)]


@router.post(
    "/members/{member_id}/identity-records", status_code=201, summary="Enter a check of a member's identity"
)
def post_record(member_id: int, body: RecordBody, visit: PersonsStaff) -> RecordAnswer:
    """With complete facts it is checked at once, and approved where the operator asks for no second person and the way
    for no letter to the address. Services that need it start then."""
    entry = enter_record(
        visit.session,
        _rules(visit),
        member_id,
        body.method,
        body.facts,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _answer(visit, entry)


@router.get("/members/{member_id}/identity-records", summary="A member's identity records")
def get_own_records(
    member_id: int, visit: SignedIn, listing: RecordListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[OwnRecordAnswer]:
    """How and when the identity was confirmed; staff read the rest with each record."""
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    found = records_of(
        visit.session, member_id=member_id, status=None, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, OwnRecordAnswer.model_validate, lambda entry: entry.id)


@router.get("/identity-records", summary="List identity records")
def get_records(
    visit: PersonsStaff,
    listing: RecordListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    status: Annotated[Status | None, Query()] = None,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Page[RecordAnswer]:
    found = records_of(
        visit.session, member_id=member_id, status=status, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, RecordAnswer.of, lambda entry: entry.id)


@router.get("/identity-records/{record_id}", summary="One identity record, with what it says")
def get_record(record_id: RecordId, visit: PersonsStaff) -> WholeRecordAnswer:
    entry = _record(visit, record_id)
    answer = _answer(visit, entry)
    papers = papers_of(visit.session, [record_id]).get(record_id, [])
    return WholeRecordAnswer(
        **answer.model_dump(),
        facts=facts_of(visit.resources[FieldKeys], entry),
        papers=[PaperAnswer.of(paper) for paper in papers],
    )


@router.put("/identity-records/{record_id}/facts", summary="Complete a draft of an identity record")
def put_facts(record_id: RecordId, body: FactsBody, visit: PersonsStaff) -> RecordAnswer:
    """As a whole, in place of what it said; complete, it is checked at once."""
    entry = complete_record(
        visit.session, _rules(visit), record_id, body.facts, actor=visit.actor.reference, now=visit.now
    )
    return _answer(visit, entry)


@router.post("/identity-records/{record_id}/approve", summary="Approve a checked identity record")
def post_approve(record_id: RecordId, visit: PersonsStaff) -> RecordAnswer:
    """By another than who checked it, where the operator has it so."""
    entry = approve_record(
        visit.session, _rules(visit), record_id, actor=visit.actor.reference, now=visit.now
    )
    return _answer(visit, entry)


@router.post("/identity-records/{record_id}/refuse", summary="Refuse an identity record")
def post_refuse(record_id: RecordId, body: RefuseRecordBody, visit: PersonsStaff) -> RecordAnswer:
    entry = refuse_record(visit.session, record_id, body.reason, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, entry)


@router.post(
    "/identity-records/{record_id}/papers", status_code=201, summary="Keep a picture or PDF of a paper"
)
def post_paper(record_id: RecordId, body: PaperBody, visit: PersonsStaff) -> PaperAnswer:
    """Pictures are encoded anew and kept without metadata; everything is kept encrypted."""
    paper = add_paper(
        visit.session,
        visit.resources[FieldKeys],
        visit.resources[VirusScanner],
        record_id,
        body.content,
        body.what,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return PaperAnswer.of(paper)


@router.get(
    "/identity-records/{record_id}/papers/{paper_id}",
    summary="A paper of an identity record",
    response_class=Response,
    responses={200: {"content": {**FILES, "image/jpeg": {}}, "description": "Each look is on record."}},
)
def get_paper(record_id: RecordId, paper_id: PaperId, visit: PersonsStaff) -> Response:
    file = open_paper(
        visit.session,
        visit.resources[FieldKeys],
        record_id,
        paper_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    ending = "pdf" if file.media_type == "application/pdf" else "jpg"
    name = f"identity-{record_id}-{paper_id}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"', **NO_STORE}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get(
    "/identity-records/{record_id}/sheet.csv",
    summary="An identity record as a sheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark."}},
)
def get_sheet_csv(record_id: RecordId, visit: PersonsStaff, language: LanguageOfSheet = "ja") -> Response:
    """The fields of the record that Article 20 of the ordinance asks for."""
    headers = {"content-disposition": f'attachment; filename="identity-{record_id}.csv"', **NO_STORE}
    content = sheet_csv(_sheet(visit, record_id, language))
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/identity-records/{record_id}/sheet.pdf",
    summary="An identity record as a sheet on paper",
    response_class=Response,
    responses={200: {"content": FILES, "description": "The same fields."}},
)
def get_sheet_pdf(record_id: RecordId, visit: PersonsStaff, language: LanguageOfSheet = "ja") -> Response:
    content = sheet_pdf(_sheet(visit, record_id, language), _title(visit, language), now=visit.now)
    headers = {"content-disposition": f'attachment; filename="identity-{record_id}.pdf"', **NO_STORE}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post(
    "/address-letters",
    status_code=201,
    summary="Write a letter with a code to the address of an identity record",
    response_class=Response,
    responses={201: {"content": FILES, "description": "The code is on it and nowhere else: print it now."}},
)
def post_letter(body: LetterBody, visit: PersonsStaff) -> Response:
    """To be sent so that it is not forwarded. It takes the place of an earlier one."""
    content = write_letter(
        visit.session,
        _rules(visit),
        visit.resources[Passwords],
        body.record_id,
        sender=_title(visit, "ja"),
        actor=visit.actor.reference,
        now=visit.now,
    )
    headers = {"content-disposition": f'attachment; filename="letter-{body.record_id}.pdf"', **NO_STORE}
    return Response(content, status_code=201, media_type="application/pdf", headers=headers)


@router.post("/members/{member_id}/address-code", summary="Enter the code of the letter to one's address")
def post_code(member_id: int, body: CodeBody, visit: SignedIn) -> CodeAnswer:
    """Every try counts; after some the letter is over."""
    visit.require_member(member_id)
    confirmed = code_is_right(
        visit.session,
        _rules(visit),
        visit.resources[Passwords],
        member_id,
        body.code,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return CodeAnswer(confirmed=confirmed)


def _answer(visit: Visit, entry: IdentityRecord) -> RecordAnswer:
    lacking = []
    if entry.status == "draft":
        member = get_member(visit.session, entry.member_id)
        facts = facts_of(visit.resources[FieldKeys], entry) or IdentityFacts()
        lacking = list(missing(facts, member.kind))
    return RecordAnswer.of(entry, lacking)


def _sheet(visit: Visit, record_id: int, language: str) -> Sheet:
    entry = _record(visit, record_id)
    rules = _rules(visit)
    letters = visit.session.scalars(
        select(AddressLetter.made_at).where(AddressLetter.record_id == record_id).order_by(AddressLetter.id)
    ).all()
    return record_sheet(
        entry, facts_of(rules.keys, entry), rules.members.calendar, letters=letters, language=language
    )


def _record(visit: Visit, record_id: int) -> IdentityRecord:
    entry = visit.session.get(IdentityRecord, record_id)
    if entry is None:
        raise NotFound
    return entry


def _title(visit: Visit, language: str) -> str:
    title = _rules(visit).members.title
    return title.spoken(language) if title is not None else ""


def _rules(visit: Visit) -> IdentityRules:
    return IdentityRules(visit.resources[RulesOfMembers][visit.operator_id], visit.resources[FieldKeys])
