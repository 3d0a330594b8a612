"""POSTs to addresses that strangers chose, without lending them our place in the network (R24).

An address has a name, never digits, and https. The name is looked up once; every address that it has must be a public
one, and the connection goes to the address that was looked at, while the certificate must be for the name. Of the
answer the status alone counts: nothing is followed, and little is read. All of it takes at most `TIMEOUT_SECONDS`.

HTTP is written here by hand, because the libraries limit the time of each read and not that of the whole: somebody who
answers a byte at a time would hold a worker.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

TIMEOUT_SECONDS = 5.0
MOST_ANSWER_BYTES = 1024
LONGEST_URL = 500
PORTS = frozenset({443, 8443})
SIGNATURE_HEADER = "Rusuban-Signature"
MOST_LOOK_UPS = 4

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: no spelling of an IP address (decimal, hexadecimal, octal, short) is a name.
_URL = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<target>[/?][A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?",
    re.ASCII | re.IGNORECASE,
)
_OUR_OWN_NAMES = ("localhost", "local", "internal", "lan", "home", "corp", "intranet", "arpa", "onion")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([2-5][0-9][0-9])[ \r]")

_PUBLIC_V6 = IPv6Network("2000::/3")
# Addresses of the public range that lead somewhere else: Teredo and the rest of 2001::/23, 6to4 and its relays.
_DETOURS_V6 = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))
_DETOURS_V4 = (IPv4Network("192.88.99.0/24"),)

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. May raise OSError or UnicodeError."""
Connect = Callable[[str, int, str, float], socket.socket]
"""A connection to an address and port, encrypted, with who proved to be the host of this name, within so many seconds.
May raise OSError."""


class NotDelivered(Exception):
    """Nobody took it. `reason` is a word: url-refused, name-unknown, address-refused, timeout, certificate,
    unreachable, not-http, or status-302 and the like."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address that may be asked, as far as its form tells."""

    host: str
    port: int
    target: str


def read_url(text: str) -> WebhookUrl | None:
    """The parts of an https address of a named host on one of `PORTS`; None for every other text. Nobody is asked."""
    found = _URL.fullmatch(text) if len(text) <= LONGEST_URL else None
    if found is None:
        return None
    host, port = found["host"].lower(), int(found["port"] or 443)
    if port not in PORTS or len(host) > 253 or host.rpartition(".")[2] in _OUR_OWN_NAMES:
        return None
    target = found["target"] or "/"
    return WebhookUrl(host, port, target if target.startswith("/") else f"/{target}")


def is_public(text: str) -> bool:
    """Whether an IP address leads to the public network and to one machine there."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv6Address):
        return address in _PUBLIC_V6 and not any(address in network for network in _DETOURS_V6)
    return not any(address in network for network in _DETOURS_V4)


def signature(secret: str, at: datetime, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<hexadecimal HMAC-SHA256 of t, a full stop and the body>`."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={digest.hexdigest()}"


class SystemResolver:
    """The machine's resolver. It knows no time limit of its own, so it is asked in a thread."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_LOOK_UPS, thread_name_prefix="look-up")

    def __call__(self, host: str, port: int) -> Sequence[str]:
        asked = self._threads.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            return [str(answer[4][0]) for answer in asked.result(TIMEOUT_SECONDS)]
        except TooLate as error:
            asked.cancel()
            raise TimeoutError from error


def connect_tls(
    address: str, port: int, host: str, seconds: float, *, context: ssl.SSLContext | None = None
) -> socket.socket:
    """Connect to this very address; the certificate must be for `host`."""
    deadline = time.monotonic() + seconds
    plain = socket.create_connection((address, port), timeout=seconds)
    try:
        plain.settimeout(_left(deadline))
        return (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


class WebhookSender:
    """Sends what was signed. A test gives it a resolver and a connection of its own; which addresses are public is not
    to be chosen."""

    def __init__(self, resolve: Resolve | None = None, connect: Connect = connect_tls) -> None:
        self._resolve = resolve or SystemResolver()
        self._connect = connect

    def post(self, url: str, body: bytes, *, secret: str, at: datetime) -> int:
        """POST JSON, signed; the status of the answer, which is from 200 to 299. Raises `NotDelivered`."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        to = read_url(url)
        if to is None:
            raise NotDelivered("url-refused")
        request = _request(to, body, signature(secret, at, body))
        try:
            address = self._address(to)
            with self._connect(address, to.port, to.host, _left(deadline)) as connection:
                connection.settimeout(_left(deadline))
                connection.sendall(request)
                status = _status(connection, deadline)
        except TimeoutError as error:
            raise NotDelivered("timeout") from error
        except ssl.SSLCertVerificationError as error:
            raise NotDelivered("certificate") from error
        except OSError as error:
            raise NotDelivered("unreachable") from error
        if not 200 <= status < 300:
            raise NotDelivered(f"status-{status}")
        return status

    def _address(self, to: WebhookUrl) -> str:
        try:
            addresses = self._resolve(to.host, to.port)
        except (socket.gaierror, UnicodeError) as error:
            raise NotDelivered("name-unknown") from error
        if not addresses:
            raise NotDelivered("name-unknown")
        if not all(is_public(address) for address in addresses):
            raise NotDelivered("address-refused")
        return addresses[0]


def _request(to: WebhookUrl, body: bytes, signed: str) -> bytes:
    host = to.host if to.port == 443 else f"{to.host}:{to.port}"
    head = (
        f"POST {to.target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Rusuban",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"{SIGNATURE_HEADER}: {signed}",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body


def _status(connection: socket.socket, deadline: float) -> int:
    """Of the first line of the answer. Raises `NotDelivered`, TimeoutError and other OSErrors."""
    answer = b""
    while b"\n" not in answer and len(answer) < MOST_ANSWER_BYTES:
        connection.settimeout(_left(deadline))
        more = connection.recv(MOST_ANSWER_BYTES - len(answer))
        if not more:
            break
        answer += more
    found = _STATUS_LINE.match(answer)
    if found is None:
        raise NotDelivered("not-http")
    return int(found[1])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
