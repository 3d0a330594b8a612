"""Debian's Mosquitto on a free port, with TLS of an authority of its own and one account."""

from __future__ import annotations

import ipaddress
import os
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from coworking.doors.locks.mqtt_lock import MqttBroker
from tests.processes import free_port, listens, start, unprivileged, wait_for

PROGRAM = Path("/usr/sbin/mosquitto")
ACCOUNT = "rusuban"
VALID_FOR = timedelta(days=1)


def start_mosquitto(run_folder: Path) -> Path:
    """Start the broker; returns its folder, for `broker_in`."""
    folder = run_folder / "mosquitto-files"
    folder.mkdir()
    password, port = secrets.token_urlsafe(16), free_port()
    (folder / "passwords").write_text(f"{ACCOUNT}:{password}\n", encoding="ascii")
    subprocess.run(["mosquitto_passwd", "-U", folder / "passwords"], check=True)
    (folder / "password").write_text(password, encoding="ascii")
    (folder / "port").write_text(str(port), encoding="ascii")
    _write_certificate(folder)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\n"
        "allow_anonymous false\n"
        f"password_file {folder}/passwords\n"
        f"certfile {folder}/server.pem\n"
        f"keyfile {folder}/server.key\n"
        "persistence false\n",
        encoding="ascii",
    )
    account = unprivileged()
    for path in (folder, *folder.iterdir()):
        if account:
            os.chown(path, account.pw_uid, account.pw_gid)
    log = run_folder / "mosquitto.log"
    broker = start([PROGRAM, "-c", folder / "mosquitto.conf"], run_folder, log=log, account=account)
    wait_for(lambda: listens(port), broker, log)
    return folder


def broker_in(folder: Path, prefix: str) -> MqttBroker:
    """The broker as our side is told of it. Tests choose topics of their own by `prefix`."""
    return MqttBroker(
        host="127.0.0.1",
        port=int((folder / "port").read_text(encoding="ascii")),
        tls=True,
        ca_file=folder / "authority.pem",
        username=ACCOUNT,
        password=(folder / "password").read_text(encoding="ascii"),
        prefix=prefix,
    )


def _write_certificate(folder: Path) -> None:
    now = datetime.now(UTC)
    authority_key, server_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test authority")])
    server = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    for name, subject, key in (("authority", authority, authority_key), ("server", server, server_key)):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - VALID_FOR)
            .not_valid_after(now + VALID_FOR)
            .add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(authority_key, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
