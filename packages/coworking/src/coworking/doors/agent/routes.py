"""Door computers over HTTP: staff make and revoke them, they fetch their lists and tell their events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from coworking.doors.agent.agents import agent_of, list_agents, make_agent, operator_of_agent, revoke_agent
from coworking.doors.agent.models import DoorAgent
from coworking.doors.agent.receiving import receive
from coworking.doors.agent.schemas import (
    AgentAnswer,
    EventsAnswer,
    EventsBody,
    NewAgentAnswer,
    NewAgentBody,
)
from coworking.doors.agent.signed_lists import SignedList, sign_list, signer_of
from coworking.doors.agent.writing_lists import Reservations, ReservingMembers, write_list
from coworking.doors.codes import CodeSigner
from coworking.doors.requests import rules_of
from coworking.doors.rules import DoorRules, DoorSecrets, ReservedTimes, RulesOfDoors
from coworking.kit.errors import NotFound, SignInRequired
from coworking.kit.listing import Listing, listing_of
from coworking.kit.outbox import Resources
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import Administrator, Staff, doorway_of

router = APIRouter(prefix="/api", tags=["door agents"])

AgentListing = Annotated[
    Listing,
    Depends(
        listing_of(lacking={"is_valid": DoorAgent.revoked_at}, name=DoorAgent.name, seen_at=DoorAgent.seen_at)
    ),
]
agent_token = HTTPBearer(
    auto_error=False, scheme_name="DoorAgent", description="`POST /api/door-agents` gives the token."
)


@dataclass(frozen=True)
class AgentVisit:
    """One request of a door's computer."""

    session: Session
    agent: DoorAgent
    rules: DoorRules
    now: datetime
    resources: Resources


def known_agent(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(agent_token)]
) -> Iterator[AgentVisit]:
    token = credentials.credentials if credentials else ""
    operator_id = operator_of_agent(token)
    if operator_id is None:
        raise SignInRequired
    doorway = doorway_of(request)
    rules = doorway.resources[RulesOfDoors].of(operator_id)
    with doorway.database.transaction(operator_id) as session:
        agent = agent_of(session, token)
        if agent is None:
            raise SignInRequired
        if rules is None:
            raise NotFound
        yield AgentVisit(session, agent, rules, doorway.clock.now(), doorway.resources)


KnownAgent = Annotated[AgentVisit, Depends(known_agent, scope="function")]


@router.post("/door-agents", status_code=201, summary="Make a door's computer known and give its token")
def post_door_agent(body: NewAgentBody, visit: Administrator) -> NewAgentAnswer:
    agent, token = make_agent(
        visit.session,
        rules_of(visit),
        visit.operator_id,
        body.name,
        body.doors,
        actor=visit.actor.reference,
        now=visit.now,
    )
    known = AgentAnswer.model_validate(agent).model_dump()
    signer = CodeSigner(visit.resources[DoorSecrets].code_seed)
    return NewAgentAnswer(**known, token=token, public_key=signer.public_key.hex())


@router.get("/door-agents", summary="List door computers with when they were heard last")
def get_door_agents(
    visit: Staff, listing: AgentListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[AgentAnswer]:
    agents = list_agents(visit.session, after_id=after, limit=limit, listing=listing)
    return page(agents, limit, AgentAnswer.model_validate, lambda agent: agent.id)


@router.delete("/door-agents/{door_agent_id}", status_code=204, summary="Revoke a door computer's token")
def delete_door_agent(
    door_agent_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], visit: Administrator
) -> Response:
    revoke_agent(visit.session, door_agent_id, actor=visit.actor.reference, now=visit.now)
    return Response(status_code=204)


@router.get("/door-agent/list", summary="Fetch the signed list of who may come in")
def get_door_list(visit: KnownAgent) -> SignedList:
    secrets = visit.resources[DoorSecrets]
    visit.agent.seen_at = visit.now
    reserved = Reservations(visit.resources[ReservingMembers], visit.resources[ReservedTimes])
    wanted = write_list(visit.session, visit.rules, secrets, reserved, visit.agent, visit.now)
    return sign_list(signer_of(secrets.code_seed), wanted)


@router.post("/door-agent/events", summary="Tell what happened at the doors, each event once")
def post_door_events(body: EventsBody, visit: KnownAgent) -> EventsAnswer:
    new = receive(
        visit.session,
        visit.rules,
        visit.resources[ReservedTimes],
        visit.agent,
        [event.told() for event in body.events],
        sent_at=body.sent_at,
        corrected_seconds=body.clock_ahead_seconds,
        now=visit.now,
    )
    return EventsAnswer(new=new, now=visit.now)
