from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.telephony.metering.books import Books


@pytest.fixture
def books(session: Session) -> Books:
    return Books(session)
