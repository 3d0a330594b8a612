"""Exit cases and misuse of the address over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from coworking.membership import PersonsStaff, SignedIn, Staff, Visit
from virtual_office.evidence import Subject, add_evidence, evidence_with
from virtual_office.exit_cases import case_of, cases, items_of, settle_step
from virtual_office.misuses import Found, misuse_of, misuses, record_misuse, settle_misuse
from virtual_office.models import AddressMisuse, ExitCase, ExitItem
from virtual_office.routes import rules_of
from virtual_office.schemas import (
    EvidenceAnswer,
    ExitCaseAnswer,
    ExitItemAnswer,
    FileBody,
    MisuseAnswer,
    MisuseBody,
    SettlementBody,
    StepBody,
    WholeExitCaseAnswer,
    WholeMisuseAnswer,
    item_answer,
)

router = APIRouter(prefix="/api", tags=["registered address"])

CaseListing = Annotated[Listing, Depends(listing_of(span=ExitCase.leaves_on, leaves_on=ExitCase.leaves_on))]
MisuseListing = Annotated[
    Listing, Depends(listing_of(span=AddressMisuse.found_on, found_on=AddressMisuse.found_on))
]

CaseId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
MisuseId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
StepName = Annotated[str, Path(min_length=1, max_length=40, description="A step of the case.")]
MemberFilter = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
OpenFilter = Annotated[bool | None, Query(description="Not finished yet.")]


@router.get("/exit-cases", summary="List exit cases")
def get_cases(
    visit: Staff,
    listing: CaseListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    member_id: MemberFilter = None,
    is_open: OpenFilter = None,
) -> Page[ExitCaseAnswer]:
    found = cases(
        visit.session, member_id=member_id, is_open=is_open, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, ExitCaseAnswer.of, lambda case: case.id)


@router.get("/exit-cases/{exit_case_id}", summary="One exit case, with its steps")
def get_case(exit_case_id: CaseId, visit: SignedIn) -> WholeExitCaseAnswer:
    case = case_of(visit.session, exit_case_id)
    visit.require_member(case.member_id)
    return _whole(visit, case)


@router.post("/exit-cases/{exit_case_id}/steps/{exit_step}", summary="Record that a step of an exit is done")
def post_step(
    exit_case_id: CaseId, exit_step: StepName, body: StepBody, visit: PersonsStaff
) -> WholeExitCaseAnswer:
    """With what was seen, and a file where there is one. The proof that a registration has moved ends the fees that go
    on until then; the last step closes the case."""
    case = settle_step(
        visit.session,
        rules_of(visit),
        exit_case_id,
        exit_step,
        body.evidence,
        done_on=body.done_on,
        actor=visit.actor.reference,
        now=visit.now,
    )
    if body.content is not None:
        item = next(one for one in items_of(visit.session, case.id) if one.step == exit_step)
        add_evidence(
            visit.session,
            visit.resources[FieldKeys],
            visit.resources[VirusScanner],
            _subject(case, item),
            body.content,
            body.what or exit_step,
            actor=visit.actor.reference,
            now=visit.now,
        )
    return _whole(visit, case)


@router.post("/address-misuses", status_code=201, summary="Record a use of the address without the service")
def post_misuse(body: MisuseBody, visit: PersonsStaff) -> MisuseAnswer:
    found = Found(
        name=body.name,
        where_found=body.where_found,
        found_on=body.found_on,
        member_id=body.member_id,
        charges=body.charges,
    )
    misuse = record_misuse(
        visit.session,
        rules_of(visit),
        found,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return MisuseAnswer.of(misuse)


@router.get("/address-misuses", summary="List uses of the address without the service")
def get_misuses(
    visit: Staff,
    listing: MisuseListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    member_id: MemberFilter = None,
    is_open: OpenFilter = None,
) -> Page[MisuseAnswer]:
    found = misuses(
        visit.session, member_id=member_id, is_open=is_open, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, MisuseAnswer.of, lambda misuse: misuse.id)


@router.get("/address-misuses/{misuse_id}", summary="One use of the address without the service")
def get_misuse(misuse_id: MisuseId, visit: Staff) -> WholeMisuseAnswer:
    misuse = misuse_of(visit.session, misuse_id)
    files = evidence_with(visit.session, Subject(misuse.operator_id, None, misuse_id=misuse.id))
    return WholeMisuseAnswer(
        **MisuseAnswer.of(misuse).model_dump(), evidence=[EvidenceAnswer.of(file) for file in files]
    )


@router.post("/address-misuses/{misuse_id}/evidence", status_code=201, summary="Keep a proof of a misuse")
def post_misuse_evidence(misuse_id: MisuseId, body: FileBody, visit: PersonsStaff) -> EvidenceAnswer:
    """Such as a picture of the page; for staff only."""
    misuse = misuse_of(visit.session, misuse_id)
    evidence = add_evidence(
        visit.session,
        visit.resources[FieldKeys],
        visit.resources[VirusScanner],
        Subject(misuse.operator_id, None, misuse_id=misuse.id),
        body.content,
        body.what,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return EvidenceAnswer.of(evidence)


@router.post("/address-misuses/{misuse_id}/settle", summary="Say what came of a misuse")
def post_settlement(misuse_id: MisuseId, body: SettlementBody, visit: PersonsStaff) -> MisuseAnswer:
    misuse = settle_misuse(
        visit.session, misuse_id, body.settlement, actor=visit.actor.reference, now=visit.now
    )
    return MisuseAnswer.of(misuse)


def _whole(visit: Visit, case: ExitCase) -> WholeExitCaseAnswer:
    shown = ExitCaseAnswer.of(case)
    steps = [_item(visit, case, item) for item in items_of(visit.session, case.id)]
    return WholeExitCaseAnswer(**shown.model_dump(), steps=steps)


def _item(visit: Visit, case: ExitCase, item: ExitItem) -> ExitItemAnswer:
    step = rules_of(visit).profile.exit_steps.get(item.step)
    titles = (step.title.ja, step.title.en) if step is not None else (item.step, item.step)
    return item_answer(item, titles, evidence_with(visit.session, _subject(case, item)))


def _subject(case: ExitCase, item: ExitItem) -> Subject:
    return Subject(case.operator_id, case.member_id, exit_item_id=item.id)
