"""Registering a card: the member enters it at the provider's page, and we keep how the provider calls it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.cards.models import Card, CardCustomer, CardSetup
from coworking.billing.cards.provider import CardProvider, CardProviders
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts, hold_member


def ask_for_setup(session: Session, member_id: int, *, actor: str, now: datetime) -> CardSetup:
    """Let a member register a card, instead of the one that is there. One that waits to be opened is given again.
    Raises `NotFound`."""
    member = hold_member(session, member_id)
    waiting = session.scalar(
        select(CardSetup).where(CardSetup.member_id == member_id, CardSetup.status == "asked")
    )
    if waiting is not None:
        return waiting
    setup = CardSetup(operator_id=member.operator_id, member_id=member_id, status="asked", asked_at=now)
    session.add(setup)
    session.flush()
    open_setup.enqueue(session, operator_id=member.operator_id, now=now, setup_id=setup.id)
    _audit(session, setup.operator_id, member_id, "card.asked", actor, now)
    return setup


@task("billing.open-card-setup")
def open_setup(context: TaskContext, *, setup_id: int) -> None:
    """Get the page of the provider's on which the member enters the card."""
    session = context.session
    setup = session.get(CardSetup, setup_id, with_for_update=True)
    if setup is None or setup.status != "asked":
        return
    provider = context.resource(CardProviders)[setup.operator_id]
    customer = session.get(CardCustomer, setup.member_id)
    if customer is None:
        reference = provider.open_customer(
            key=f"rusuban-{setup.operator_id}-member-{setup.member_id}",
            email=facts(session, setup.member_id).email,
        )
        customer = CardCustomer(member_id=setup.member_id, operator_id=setup.operator_id, reference=reference)
        session.add(customer)
    opened = provider.open_setup(customer.reference, key=f"rusuban-{setup.operator_id}-setup-{setup.id}")
    setup.status, setup.reference, setup.address = "open", opened.reference, opened.address


def finish_setup(session: Session, provider: CardProvider, reference: str, now: datetime) -> int | None:
    """Keep the card that came of a setup; returns whose it is, None where nothing (more) came of it."""
    setup = session.scalar(select(CardSetup).where(CardSetup.reference == reference).with_for_update())
    if setup is None or setup.status == "done":
        return None
    registered = provider.find_setup(reference)
    if registered is None:
        return None
    row = {
        "operator_id": setup.operator_id,
        "member_id": setup.member_id,
        "method": registered.method,
        "brand": registered.brand,
        "last_four": registered.last_four,
        "expires": registered.expires,
        "registered_at": now,
    }
    statement = insert(Card).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id"],
            set_={name: statement.excluded[name] for name in row if name not in ("operator_id", "member_id")},
        )
    )
    setup.status = "done"
    _audit(session, setup.operator_id, setup.member_id, "card.registered", "card-provider", now)
    return setup.member_id


def card_of(session: Session, member_id: int) -> Card | None:
    return session.scalar(select(Card).where(Card.member_id == member_id))


def members_with_card(session: Session) -> set[int]:
    """All of them at once."""
    return set(session.scalars(select(Card.member_id)))


def latest_setup(session: Session, member_id: int) -> CardSetup | None:
    return session.scalar(
        select(CardSetup).where(CardSetup.member_id == member_id).order_by(CardSetup.id.desc()).limit(1)
    )


def remove_card(session: Session, member_id: int, *, actor: str, now: datetime) -> None:
    """From now on no card of the member is charged. Raises `NotFound`."""
    card = card_of(session, member_id)
    if card is None:
        raise NotFound
    session.execute(delete(Card).where(Card.id == card.id))
    _audit(session, card.operator_id, member_id, "card.removed", actor, now)


def _audit(
    session: Session, operator_id: int, member_id: int, action: str, actor: str, now: datetime
) -> None:
    record(
        session, operator_id=operator_id, at=now, actor=actor, action=action, subject=f"member:{member_id}"
    )
