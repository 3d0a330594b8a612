"""What the carrier has for sale. Nobody waits for a carrier in a request: the first question queues the search and says
that it was asked, the next ones within `FRESH_FOR` show its answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from telephony.carrier import AvailableNumber, CarrierError, Carriers
from telephony.numbers.errors import PrefixRefused
from telephony.numbers.purchase_models import NumberSearch
from telephony.numbers.stock import LENDABLE

FRESH_FOR = timedelta(minutes=10)
ASKED_ANEW_AFTER = timedelta(minutes=1)
KEPT_FOR = timedelta(days=1)
_PREFIX = re.compile(r"0[1-9][0-9]{0,4}", re.ASCII)

log = structlog.get_logger(__name__)


def numbers_for_sale(session: Session, operator_id: int, prefix: str, now: datetime) -> NumberSearch:
    """The search under a prefix as Japan dials it (`045`), asked anew where there is no fresh answer. Raises
    `PrefixRefused`."""
    if not _PREFIX.fullmatch(prefix):
        raise PrefixRefused
    session.execute(delete(NumberSearch).where(NumberSearch.asked_at < now - KEPT_FOR))
    row = insert(NumberSearch).values(
        operator_id=operator_id, prefix=prefix, status="asked", asked_at=now, numbers=[]
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(NumberSearch.id))
    search = session.scalars(
        select(NumberSearch)
        .where(NumberSearch.operator_id == operator_id, NumberSearch.prefix == prefix)
        .with_for_update()
    ).one()
    lasts = FRESH_FOR if search.status == "found" else ASKED_ANEW_AFTER
    if added is not None or now - search.asked_at >= lasts:
        search.status, search.asked_at, search.answered_at, search.numbers = "asked", now, None, []
        ask_carrier.enqueue(
            session, operator_id=operator_id, now=now, key=f"search:{search.id}", search_id=search.id
        )
    session.flush()
    return search


@task("numbers.search-for-sale")
def ask_carrier(context: TaskContext, search_id: int) -> None:
    """Ask the carrier, without repeating it: a search that failed is asked anew by who looks again."""
    search = context.session.get(NumberSearch, search_id)
    if search is None or search.status != "asked":
        return
    try:
        found = context.resource(Carriers)[search.operator_id].search_numbers(f"+81{search.prefix[1:]}")
    except CarrierError as error:
        log.warning("numbers for sale could not be asked for", operation=error.operation, detail=error.detail)
        search.status = "failed"
    else:
        search.status = "found"
        search.numbers = [_kept(number) for number in found if _can_be_lent(number)]
    search.answered_at = context.clock.now()


def _can_be_lent(number: AvailableNumber) -> bool:
    try:
        return number.takes_calls and from_e164(number.e164).number_class in LENDABLE
    except InvalidPhoneNumber:
        return False


def _kept(number: AvailableNumber) -> dict[str, object]:
    return {"number": number.e164, "locality": number.locality, "takes_sms": number.takes_sms}
