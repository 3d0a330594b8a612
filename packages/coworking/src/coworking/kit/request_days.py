"""Days and instants that a request may name. Beyond them no calendar says which days are holidays."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2098, 12, 31)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Instant = Annotated[
    AwareDatetime,
    Field(
        ge=datetime.combine(FIRST_DAY, datetime.min.time(), UTC),
        le=datetime.combine(LAST_DAY, datetime.min.time(), UTC),
    ),
]
