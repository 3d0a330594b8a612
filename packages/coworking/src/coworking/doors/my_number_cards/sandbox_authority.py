"""A test authority that issues cards for the sandbox. Nobody else accepts what it signs: never name its files in a
deployment that serves people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coworking.doors.my_number_cards.proofs import Proof

NAME = "Rusuban sandbox authority: not for production"
CARD_LASTS = timedelta(days=5 * 365)
LIST_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class SandboxCard:
    """What is on the chip: the key never leaves a real one."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, challenge: bytes) -> Proof:
        return Proof(
            challenge,
            self.certificate.public_bytes(serialization.Encoding.DER),
            self.key.sign(challenge, ec.ECDSA(hashes.SHA256())),
        )


@dataclass
class SandboxAuthority:
    made_at: datetime
    name: str = NAME
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    revoked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.certificate = self._signed(self.name, self.key.public_key(), CARD_LASTS * 2, is_authority=True)

    def issue(self, holder: str, *, lasts: timedelta = CARD_LASTS) -> SandboxCard:
        key = ec.generate_private_key(ec.SECP256R1())
        return SandboxCard(key, self._signed(holder, key.public_key(), lasts, is_authority=False))

    def revoke(self, card: SandboxCard) -> None:
        """On the next list."""
        self.revoked.append(card.certificate.serial_number)

    def revocations(self, now: datetime) -> x509.CertificateRevocationList:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_named(self.name))
            .last_update(now)
            .next_update(now + LIST_LASTS)
        )
        for serial in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256())

    def write(self, issuers: Path, revocations: Path, now: datetime) -> None:
        """The two files that a sandbox's settings name."""
        issuers.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        revocations.write_bytes(self.revocations(now).public_bytes(serialization.Encoding.PEM))

    def _signed(
        self, holder: str, key: ec.EllipticCurvePublicKey, lasts: timedelta, *, is_authority: bool
    ) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(_named(holder))
            .issuer_name(_named(self.name))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.made_at)
            .not_valid_after(self.made_at + lasts)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
