from __future__ import annotations

import pytest

from coworking.kit.db import Database
from tests.telephony.forwarding.member_webhooks.receiving import WebhookLine


@pytest.fixture
def line(clean_database: Database) -> WebhookLine:
    return WebhookLine(clean_database)
