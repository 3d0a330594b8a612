"""The address label of a batch as PDF, A6: to whom, from whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coworking.kit.typesetting import typeset
from mail_handling.models import MailBatch
from mail_handling.rules import MailRules

TEMPLATE = Path(__file__).parent / "label.typ"


def label_pdf(rules: MailRules, batch: MailBatch) -> bytes:
    """In the operator's language: the carrier reads it."""
    return typeset(TEMPLATE, _facts(rules, batch), written_at=batch.sent_at)


def _facts(rules: MailRules, batch: MailBatch) -> dict[str, Any]:
    language = rules.membership.language.value
    issuer = rules.billing.profile.papers.issuer
    forwarding = rules.profile.forwarding
    way = forwarding.ways.get(batch.way) if forwarding is not None else None
    return {
        "lang": language,
        "way": way.title.spoken(language) if way is not None else batch.way,
        "number": str(batch.id),
        "to": {
            "name": f"{batch.addressee} 様" if language == "ja" else batch.addressee,
            "address": batch.address,
        },
        "from": {"name": issuer.name.spoken(language), "address": issuer.address.spoken(language)},
        "tracking": batch.tracking_number or "",
    }
