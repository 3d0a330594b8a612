"""Whose certificates are accepted, and which of them are revoked.

Both files come from the deployment: in production from a contracted verifier of the public personal authentication
service, in the sandbox from the test authority of `sandbox_authority`. They are read again when they have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from coworking.doors.my_number_cards.errors import (
    CardsNotRead,
    CertificateExpired,
    CertificateRevoked,
    OtherAuthority,
    RevocationsOld,
)

MOST_AUTHORITIES = 20
LONGEST_CRL_BYTES = 64 * 1024 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CardAuthority:
    """`issuers` sign cards; a revocation list is of one of them."""

    issuers: Sequence[x509.Certificate]
    revocations: Sequence[x509.CertificateRevocationList]

    def require_valid(self, certificate: x509.Certificate, now: datetime) -> None:
        """Raises `OtherAuthority`, `CertificateExpired`, `RevocationsOld`, `CertificateRevoked`."""
        issuer = self._issuer_of(certificate)
        for one in (issuer, certificate):
            if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
                raise CertificateExpired
        revocations = self._revocations_of(issuer, now)
        if revocations.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise CertificateRevoked

    def _issuer_of(self, certificate: x509.Certificate) -> x509.Certificate:
        for issuer in self.issuers:
            try:
                certificate.verify_directly_issued_by(issuer)
            except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
                continue
            return issuer
        raise OtherAuthority

    def _revocations_of(self, issuer: x509.Certificate, now: datetime) -> x509.CertificateRevocationList:
        """The latest. Without a list of the issuer's that is in force nobody is let in: a revoked card would be."""
        in_force = [
            listed
            for listed in self.revocations
            if listed.issuer == issuer.subject
            and listed.next_update_utc is not None
            and listed.last_update_utc <= now < listed.next_update_utc
        ]
        if not in_force:
            raise RevocationsOld
        return max(in_force, key=lambda listed: listed.last_update_utc)


class AuthorityFiles:
    """The authority of a deployment's two PEM files, read again when one of them is another; without files no cards are
    read."""

    def __init__(self, issuers: Path | None = None, revocations: Path | None = None) -> None:
        self._paths = None if issuers is None or revocations is None else (issuers, revocations)
        self._read: tuple[tuple[float, ...], CardAuthority] | None = None

    def authority(self) -> CardAuthority:
        """Raises `CardsNotRead`; `RevocationsOld` while the files cannot be read, which the log explains."""
        if self._paths is None:
            raise CardsNotRead
        try:
            changed = tuple(path.stat().st_mtime for path in self._paths)
            if self._read is None or self._read[0] != changed:
                self._read = changed, read_authority(*self._paths)
        except (OSError, ValueError) as error:
            log.error("the authority of My Number Cards cannot be read", problem=str(error))
            raise RevocationsOld from error
        return self._read[1]


def read_authority(issuers: Path, revocations: Path) -> CardAuthority:
    """From PEM files. Raises ValueError, which says what is wrong with which file, and OSError."""
    found = x509.load_pem_x509_certificates(issuers.read_bytes())
    if not 0 < len(found) <= MOST_AUTHORITIES:
        raise ValueError(f"{issuers}: 1 to {MOST_AUTHORITIES} certificates")
    for one in found:
        if not _may_issue(one):
            raise ValueError(f"{issuers}: {one.subject.rfc4514_string()} is no authority's certificate")
    return CardAuthority(found, _read_revocations(revocations, found))


def _read_revocations(
    path: Path, issuers: Sequence[x509.Certificate]
) -> list[x509.CertificateRevocationList]:
    if path.stat().st_size > LONGEST_CRL_BYTES:
        raise ValueError(f"{path}: over {LONGEST_CRL_BYTES} bytes")
    end = b"-----END X509 CRL-----"
    parts = [part + end for part in path.read_bytes().split(end) if b"-----BEGIN X509 CRL-----" in part]
    listed = [x509.load_pem_x509_crl(part) for part in parts]
    for one in listed:
        signers = [issuer for issuer in issuers if issuer.subject == one.issuer]
        if not any(_is_signed_by(one, issuer) for issuer in signers):
            raise ValueError(
                f"{path}: the list of {one.issuer.rfc4514_string()} is not signed by an authority"
            )
    if not listed:
        raise ValueError(f"{path}: no revocation list")
    return listed


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_signed_by(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and listed.is_signature_valid(key)
