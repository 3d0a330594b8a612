from __future__ import annotations

import pytest

from coworking.kit.db import Database
from tests.telephony.forwarding.voicemail.mail_room import MailRoom


@pytest.fixture
def room(clean_database: Database) -> MailRoom:
    return MailRoom(clean_database)
