"""A certificate as PDF, in Japanese or English."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import segno

from coworking.kit.profile_fields import Words
from coworking.kit.typesetting import typeset
from virtual_office.models import AddressCertificate
from virtual_office.rules import AddressRules

TEMPLATE = Path(__file__).parent / "papers" / "certificate.typ"
TITLE = Words("住所利用証明書", "Certificate of use of an address")
ADDRESSEE = Words("{name} 様", "{name}")
OPENING = Words(
    "下記のとおり、当社の住所の利用を認めていることを証明します。",
    "We certify that the following use of our address is agreed with us.",
)
ADDRESS = Words("住所", "Address")
USE = Words("利用の内容", "Use")
NAME = Words("登記上の名称", "Registered name")
PROVEN = Words("登記を確認した日", "Registration seen on")
SINCE = Words("契約の開始日", "Agreed since")
UNTIL = Words("照会できる期限", "Can be checked until")
CHECK = Words(
    "この証明書が有効かどうかは、次のページで確かめられます。",
    "Whether this certificate holds can be checked on this page.",
)


def certificate_pdf(rules: AddressRules, certificate: AddressCertificate, language: str) -> bytes:
    shown = certificate.facts
    rows = [
        (ADDRESS, shown[f"address_{language}"]),
        (USE, shown[f"use_{language}"]),
        (NAME, shown["registered_name"]),
        (PROVEN, shown["proven_on"]),
        (SINCE, shown["since"]),
        (UNTIL, certificate.valid_until.isoformat() if certificate.valid_until is not None else None),
    ]
    url = check_url(rules, certificate.code)
    facts: dict[str, Any] = {
        "lang": language,
        "title": TITLE.spoken(language),
        "addressee": ADDRESSEE.spoken(language).format(name=shown["name"]),
        "opening": OPENING.spoken(language),
        "rows": [[label.spoken(language), value] for label, value in rows if value is not None],
        "issued_on": certificate.issued_on.isoformat(),
        "operator": rules.title.spoken(language),
        "check": CHECK.spoken(language),
        "url": url,
        "code": spaced(certificate.code),
        "qr": _qr(url),
    }
    return typeset(TEMPLATE, facts, written_at=certificate.issued_at)


def check_url(rules: AddressRules, code: str) -> str:
    return f"{rules.public_url.rstrip('/')}/published/{rules.operator}/certificates/{code}"


def spaced(code: str) -> str:
    """In groups of four, as people read it."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _qr(url: str) -> str:
    file = io.BytesIO()
    segno.make(url, error="m").save(file, kind="svg", border=0, xmldecl=False, svgns=True)
    return file.getvalue().decode()
