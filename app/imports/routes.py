"""Files from another system, over HTTP."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Annotated

from fastapi import APIRouter, Header

from app.imports.errors import ImportFileUnreadable
from app.imports.reading import decoded
from app.imports.running import take_over
from app.imports.schemas import ImportAnswer, ImportBody
from app.imports.taking import Taking
from coworking.billing import RulesOfBilling
from coworking.kit.web.language import preferred_language
from coworking.membership import Passwords, RulesOfMembers
from coworking.membership.access import Administrator

router = APIRouter(prefix="/api", tags=["imports"])


@router.post("/imports", summary="Take over members, contracts, open items or deposits from another system")
def post_import(
    body: ImportBody, visit: Administrator, accept_language: Annotated[str, Header(max_length=200)] = ""
) -> ImportAnswer:
    """Every line is reported. With `dry_run` nothing is written. Otherwise all lines are taken over or, where one is
    refused, none; a line that was taken over before is left as it is."""
    taking = Taking(
        session=visit.session,
        operator_id=visit.operator_id,
        member_rules=visit.resources[RulesOfMembers][visit.operator_id],
        billing_rules=visit.resources[RulesOfBilling][visit.operator_id],
        actor=visit.actor.reference,
        now=visit.now,
        password_hash=visit.resources[Passwords].hash(secrets.token_urlsafe()),
    )
    report = take_over(taking, body.kind, _text(body), applies=not body.dry_run)
    return ImportAnswer.of(report, preferred_language(accept_language))


def _text(body: ImportBody) -> str:
    if body.csv is not None and body.file is None:
        return body.csv
    if body.csv is not None or body.file is None:
        raise ImportFileUnreadable
    try:
        return decoded(base64.b64decode(body.file, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ImportFileUnreadable from error
