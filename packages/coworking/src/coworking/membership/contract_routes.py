"""What members agree to over time, over HTTP: members act for themselves, staff for any."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from coworking.kit.errors import NotFound
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import PersonsStaff, SignedIn, Visit
from coworking.membership.addresses import release_address
from coworking.membership.application_models import Application
from coworking.membership.applications import applications_of, record_evidence
from coworking.membership.changes_of_plan import change_plan
from coworking.membership.contract_schemas import (
    ApplicationAnswer,
    CardAnswer,
    CardBody,
    ContractAnswer,
    EvidenceBody,
    LeavingBody,
    OptionBody,
    PauseBody,
    PlanChangeBody,
    ProofBody,
    ReturnBody,
    SpanAnswer,
)
from coworking.membership.contracts import contracts_of
from coworking.membership.leaving import leave
from coworking.membership.linked_cards import link_card
from coworking.membership.members import get_member
from coworking.membership.options import add_option, drop_option
from coworking.membership.pauses import ask_for_pause, come_back
from coworking.membership.rules import MemberRules, RulesOfMembers

router = APIRouter(prefix="/api", tags=["contracts"])

ApplicationListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Application.applied_at,
            lacking={"is_open": Application.decision},
            applied_at=Application.applied_at,
            starts_on=Application.starts_on,
        )
    ),
]


@router.get("/members/{member_id}/contract", summary="What is agreed with a member")
def get_contract(member_id: int, visit: SignedIn) -> ContractAnswer:
    visit.require_member(member_id)
    return _contract(visit, member_id)


@router.get("/members/{member_id}/applications", summary="What a member has applied for")
def get_applications(
    member_id: int, visit: SignedIn, listing: ApplicationListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[ApplicationAnswer]:
    """With what was decided; the reason of a refusal for staff, and for members where the operator discloses it."""
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    found = applications_of(visit.session, member_id, after_id=after, limit=limit, listing=listing)
    shows_reason = visit.actor.is_staff or _rules(visit).profile.joining.reason_disclosed

    def shown(application: Application) -> ApplicationAnswer:
        answer = ApplicationAnswer.model_validate(application)
        answer.reason = answer.reason if shows_reason else None
        return answer

    return page(found, limit, shown, lambda application: application.id)


@router.post("/members/{member_id}/evidence", status_code=204, summary="Record evidence that a plan asks for")
def post_evidence(member_id: int, body: EvidenceBody, visit: PersonsStaff) -> None:
    record_evidence(visit.session, member_id, body.evidence, actor=visit.actor.reference, now=visit.now)


@router.put("/members/{member_id}/linked-card", summary="Link a My Number Card that an app has read")
def put_linked_card(member_id: int, body: CardBody, visit: SignedIn) -> CardAnswer:
    """It takes the place of one that was linked before."""
    visit.require_member(member_id)
    card = link_card(visit.session, member_id, body.card, actor=visit.actor.reference, now=visit.now)
    return CardAnswer(linked_at=card.linked_at)


@router.post("/members/{member_id}/change-plan", summary="Change to another plan")
def post_change_plan(member_id: int, body: PlanChangeBody, visit: SignedIn) -> ContractAnswer:
    """From the 1st of a month, by the operator's deadline."""
    visit.require_member(member_id)
    change_plan(
        visit.session,
        _rules(visit),
        member_id,
        body.plan,
        from_month=_month(body.from_month),
        evidence=body.evidence,
        by_staff=visit.actor.is_staff,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _contract(visit, member_id)


@router.post("/members/{member_id}/options", status_code=201, summary="Add an option")
def post_option(member_id: int, body: OptionBody, visit: SignedIn) -> ContractAnswer:
    """From today."""
    visit.require_member(member_id)
    add_option(
        visit.session, _rules(visit), member_id, body.option, actor=visit.actor.reference, now=visit.now
    )
    return _contract(visit, member_id)


@router.post("/members/{member_id}/drop-option", summary="Drop an option")
def post_drop_option(member_id: int, body: OptionBody, visit: SignedIn) -> ContractAnswer:
    """It ends with this month; of several, the latest."""
    visit.require_member(member_id)
    drop_option(
        visit.session, _rules(visit), member_id, body.option, actor=visit.actor.reference, now=visit.now
    )
    return _contract(visit, member_id)


@router.post("/members/{member_id}/pause", status_code=201, summary="Suspend a membership for months")
def post_pause(member_id: int, body: PauseBody, visit: SignedIn) -> ContractAnswer:
    """From the 1st of a month, by the operator's deadline."""
    visit.require_member(member_id)
    ask_for_pause(
        visit.session, _rules(visit), member_id, body.months, actor=visit.actor.reference, now=visit.now
    )
    return _contract(visit, member_id)


@router.post("/members/{member_id}/return", summary="Come back from a suspension")
def post_return(member_id: int, body: ReturnBody, visit: SignedIn) -> ContractAnswer:
    visit.require_member(member_id)
    come_back(visit.session, _rules(visit), member_id, body.on, actor=visit.actor.reference, now=visit.now)
    return _contract(visit, member_id)


@router.post("/members/{member_id}/leave", summary="End a membership")
def post_leave(member_id: int, body: LeavingBody, visit: SignedIn) -> ContractAnswer:
    """At the end of a month, by the operator's deadline, or at once, as the operator has it."""
    visit.require_member(member_id)
    leave(
        visit.session,
        _rules(visit),
        member_id,
        on_month=_month(body.on_month),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _contract(visit, member_id)


@router.post("/members/{member_id}/address-moved", summary="Prove that a registered address has moved away")
def post_address_moved(member_id: int, body: ProofBody, visit: PersonsStaff) -> ContractAnswer:
    """Staff have seen the proof. Until then fees go on after the end of a membership that lent the address."""
    rules = _rules(visit)
    release_address(
        visit.session,
        rules.profile,
        member_id,
        body.proof,
        today=rules.calendar.local_date(visit.now),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _contract(visit, member_id)


def _contract(visit: Visit, member_id: int) -> ContractAnswer:
    contract = contracts_of(visit.session, [member_id]).get(member_id)
    if contract is None:
        raise NotFound
    return ContractAnswer(
        member_id=member_id,
        status=contract.status,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        plans=[SpanAnswer.model_validate(span) for span in contract.plans],
        options=[SpanAnswer.model_validate(span) for span in contract.options],
        pauses=[SpanAnswer.model_validate(span) for span in contract.pauses],
        address_moved_on=contract.address_released_on,
    )


def _month(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month is not None else None


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]
