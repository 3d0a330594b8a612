from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from coworking.membership.models import Account
from coworking.membership.signing_in.models import Passkey
from tests.factories.membership import NOW


def make_passkey(session: Session, account: Account) -> Passkey:
    """On record, with a key that nobody has."""
    passkey = Passkey(
        operator_id=account.operator_id,
        account_id=account.id,
        credential_id=hashlib.sha256(str(account.id).encode()).digest(),
        public_key=b"",
        sign_count=0,
        is_synced=False,
        name="電話",
        created_at=NOW,
    )
    session.add(passkey)
    session.flush()
    return passkey
