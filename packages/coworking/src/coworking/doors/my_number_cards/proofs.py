"""Proof that a card is there: its certificate, and its signature over a challenge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from sqlalchemy.orm import Session

from coworking.doors.my_number_cards.authority import CardAuthority
from coworking.doors.my_number_cards.challenges import use_challenge
from coworking.doors.my_number_cards.errors import (
    CertificateUnreadable,
    IndividualNumberRefused,
    SignatureWrong,
)

DIGITS_OF_MY_NUMBER = 12
LEAST_RSA_BITS = 2048
PROVEN = "mnc:"
"""Begins the reference of a card that has proven itself."""


@dataclass(frozen=True)
class Proof:
    """`certificate` is DER, of the card's key for user authentication; `signature` is over `challenge`: PKCS#1 v1.5 or
    ECDSA, with SHA-256."""

    challenge: bytes
    certificate: bytes
    signature: bytes


def prove_card(session: Session, authority: CardAuthority, proof: Proof, now: datetime) -> str:
    """The reference under which the card can be linked to a member and found again: a digest of who issued its
    certificate and of its serial number. The challenge is used up once the card has proven itself. Raises
    `CertificateUnreadable`, `IndividualNumberRefused`, `OtherAuthority`, `CertificateExpired`, `RevocationsOld`,
    `CertificateRevoked`, `SignatureWrong`, `ChallengeOver`."""
    certificate = _read(proof.certificate)
    authority.require_valid(certificate, now)
    _require_signature(certificate, proof)
    use_challenge(session, proof.challenge, now)
    return reference_of(certificate)


def reference_of(certificate: x509.Certificate) -> str:
    issued = certificate.issuer.public_bytes() + certificate.serial_number.to_bytes(32, "big")
    return f"{PROVEN}{hashlib.sha256(issued).hexdigest()}"


def _read(content: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(content)
        subject = [attribute.value for attribute in certificate.subject]
    except (ValueError, x509.InvalidVersion) as error:
        raise CertificateUnreadable from error
    if any(_is_individual_number(value) for value in subject):
        raise IndividualNumberRefused
    return certificate


def _is_individual_number(value: str | bytes) -> bool:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    digits = text.replace(" ", "").replace("-", "")
    return digits.isdigit() and len(digits) == DIGITS_OF_MY_NUMBER


def _require_signature(certificate: x509.Certificate, proof: Proof) -> None:
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
            key.verify(proof.signature, proof.challenge, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(proof.signature, proof.challenge, ec.ECDSA(hashes.SHA256()))
        else:
            raise SignatureWrong
    except (InvalidSignature, ValueError) as error:
        raise SignatureWrong from error
