"""Answers kept under the key that a client gave its change, so that sending it again has the same answer and no second
effect (R01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Select,
    Text,
    UniqueConstraint,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.outbox import TaskContext, task
from coworking.membership.errors import IdempotencyKeyReused
from coworking.membership.tokens import Actor

KEPT = timedelta(hours=24)
LONGEST_KEY = 200  # characters
MOST_A_ROUND = 10_000


class KeptAnswer(Base):
    """`answer` is None only inside the transaction that is giving it."""

    __tablename__ = "kept_answers"
    __table_args__ = (
        UniqueConstraint("operator_id", "account_id", "key"),
        Index("ix_kept_answers_given_at", "operator_id", "given_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str] = mapped_column(Text)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(Integer)
    content_type: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


def answer_kept(
    session: Session, actor: Actor, key: str, request_digest: bytes, now: datetime
) -> Answer | None:
    """The answer that this account's key was given; None for a new key, which from here on is this transaction's alone:
    who sends it meanwhile waits for the end. Raises `IdempotencyKeyReused` where the key came with another request."""
    row = {
        "operator_id": actor.operator_id,
        "account_id": actor.account_id,
        "key": key,
        "request_digest": request_digest,
        "given_at": now,
    }
    statement = insert(KeptAnswer).values(row).on_conflict_do_nothing()
    if session.scalar(statement.returning(KeptAnswer.id)) is not None:
        return None
    kept = session.scalars(_of(actor, key)).one()
    if kept.request_digest != request_digest:
        raise IdempotencyKeyReused
    assert kept.status is not None
    assert kept.content_type is not None
    assert kept.answer is not None
    return Answer(kept.status, kept.content_type, kept.answer)


def keep_answer(session: Session, actor: Actor, key: str, answer: Answer) -> None:
    """Keep what is about to be answered, in the transaction of the change."""
    kept = session.scalars(_of(actor, key)).one()
    kept.status, kept.content_type, kept.answer = answer.status, answer.content_type, answer.body
    session.flush()


@task("membership.forget-answers")
def forget_answers(context: TaskContext, *, day: str) -> None:
    """A daily step: answers are kept for a day. It comes again at once if there were too many."""
    now = context.clock.now()
    old = (
        select(KeptAnswer.id)
        .where(KeptAnswer.given_at < now - KEPT)
        .order_by(KeptAnswer.given_at)
        .limit(MOST_A_ROUND)
    )
    gone = context.session.scalars(
        delete(KeptAnswer).where(KeptAnswer.id.in_(old.scalar_subquery())).returning(KeptAnswer.id)
    ).all()
    if len(gone) == MOST_A_ROUND:
        forget_answers.enqueue(context.session, operator_id=context.operator_id, now=now, day=day)


def _of(actor: Actor, key: str) -> Select[KeptAnswer]:
    return select(KeptAnswer).where(KeptAnswer.account_id == actor.account_id, KeptAnswer.key == key)
