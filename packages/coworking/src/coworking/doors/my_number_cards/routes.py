"""Reading My Number Cards over HTTP."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.doors.door_log import Attempt
from coworking.doors.errors import EntryRefused
from coworking.doors.my_number_cards.authority import AuthorityFiles
from coworking.doors.my_number_cards.challenges import LASTS, make_challenge
from coworking.doors.my_number_cards.errors import CardNotLinked, CertificateUnreadable
from coworking.doors.my_number_cards.proofs import Proof, prove_card
from coworking.doors.profile import Means
from coworking.doors.requests import answer_of_reader, rules_of
from coworking.doors.schemas import DoorEventAnswer, People, ReaderAct
from coworking.kit.errors import NotFound
from coworking.kit.paging import LARGEST_ID
from coworking.membership import (
    SignedIn,
    Staff,
    Visit,
    card_holder,
    get_member,
    hold_member,
    link_card,
    offices_of,
)

router = APIRouter(prefix="/api", tags=["doors"])

LONGEST_CERTIFICATE = 8_000
BASE64 = r"^[A-Za-z0-9+/]+={0,2}$"
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Door = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
Bytes = Annotated[str, StringConstraints(pattern=BASE64, max_length=LONGEST_CERTIFICATE)]


class ChallengeAnswer(BaseModel):
    challenge: str = Field(description="32 bytes in Base64, for the card to sign.")
    expires_at: datetime


class ProofBody(BaseModel):
    """What a card answered. The individual number is in none of it."""

    model_config = ConfigDict(extra="forbid")

    challenge: Bytes = Field(description="As it was given.", examples=["AAAA"])
    certificate: Bytes = Field(description="DER in Base64, for user authentication.", examples=["MIIB"])
    signature: Bytes = Field(
        description="Over the challenge's bytes, with SHA-256: PKCS#1 v1.5 or ECDSA.", examples=["MEUC"]
    )


class ShownBody(ProofBody):
    """At a door."""

    act: ReaderAct = Field(default="unlock", examples=["unlock"])
    people: People = Field(default=1, examples=[1])


class LinkedAnswer(BaseModel):
    member_id: int
    linked_at: datetime


@router.post("/card-challenges", status_code=201, summary="Ask for what a My Number Card is to sign")
def post_challenge(visit: SignedIn) -> ChallengeAnswer:
    visit.resources[AuthorityFiles].authority()
    challenge = make_challenge(visit.session, visit.operator_id, visit.now)
    return ChallengeAnswer(challenge=base64.b64encode(challenge).decode(), expires_at=visit.now + LASTS)


@router.put("/members/{member_id}/my-number-card", summary="Link a My Number Card that is there")
def put_card(member_id: MemberId, body: ProofBody, visit: SignedIn) -> LinkedAnswer:
    """By the card's own signature, in place of one that was linked before."""
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    reference = _proven(visit, body)
    hold_member(visit.session, member_id)
    linked = link_card(visit.session, member_id, reference, actor=visit.actor.reference, now=visit.now)
    return LinkedAnswer(member_id=member_id, linked_at=linked.linked_at)


@router.post(
    "/doors/{door}/card-proofs",
    status_code=201,
    response_model=DoorEventAnswer,
    summary="Check in, unlock a door or check out by a My Number Card",
)
def post_card_proof(
    door: Door, body: ShownBody, visit: Staff, request: Request
) -> DoorEventAnswer | Response:
    """As the reader at the door has it. Refusals are on record, those of a card that is not taken as nobody's; a
    check-out is never refused."""
    rules = rules_of(visit)
    found = rules.profile.doors.get(door)
    if found is None:
        raise NotFound
    office_id = offices_of(visit.session)[found.site]
    member_id, refusal = None, None
    try:
        member_id = _holder(visit, body)
    except EntryRefused as error:
        refusal = error
    attempt = Attempt(
        member_id,
        office_id,
        Means.MY_NUMBER,
        visit.actor.reference,
        visit.now,
        door=door if body.act == "unlock" else None,
        people=body.people,
    )
    return answer_of_reader(request, visit, attempt, body.act, refusal)


def _holder(visit: Visit, body: ProofBody) -> int:
    """Raises what `prove_card` does, `CardNotLinked`."""
    holder = card_holder(visit.session, _proven(visit, body))
    if holder is None:
        raise CardNotLinked
    return holder


def _proven(visit: Visit, body: ProofBody) -> str:
    """The card's reference. Raises what `prove_card` does."""
    try:
        proof = Proof(*(base64.b64decode(text, validate=True) for text in _parts(body)))
    except binascii.Error as error:
        raise CertificateUnreadable from error
    authority = visit.resources[AuthorityFiles].authority()
    return prove_card(visit.session, authority, proof, visit.now)


def _parts(body: ProofBody) -> tuple[str, str, str]:
    return body.challenge, body.certificate, body.signature
