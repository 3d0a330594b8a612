"""R24: what strangers chose is asked without lending them our place in the network."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coworking.kit import outgoing_webhooks
from coworking.kit.outgoing_webhooks import (
    NotDelivered,
    WebhookSender,
    connect_tls,
    is_public,
    read_url,
    signature,
)

URL = "https://hooks.example.jp/rusuban?key=1"
PUBLIC, OTHER_PUBLIC = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
SECRET = "whs_a-secret"
AT = datetime(2026, 6, 10, 3, tzinfo=UTC)
BODY = b'{"id":"evt_1"}'


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "no address",
        "",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(NotDelivered, match="address-refused"):
        WebhookSender(lambda *_: [PUBLIC, address], refuse_to_connect).post(URL, BODY, secret=SECRET, at=AT)


@pytest.mark.parametrize("address", [PUBLIC, OTHER_PUBLIC, "8.8.8.8", "172.32.0.1", "100.128.0.1"])
def test_a_public_address_is_taken(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.jp/",
        "ftp://hooks.example.jp/",
        "//hooks.example.jp/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.0x1/",
        "https://localhost/",
        "https://app.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://hooks.example.jp./",
        "https://user@hooks.example.jp/",
        "https://user:password@hooks.example.jp/",
        "https://hooks.example.jp@10.0.0.1/",
        "https://10.0.0.1#@hooks.example.jp/",
        "https://hooks.example.jp\\@10.0.0.1/",
        "https://hooks.example.jp:22/",
        "https://hooks.example.jp:80/",
        "https://hooks.example.jp:0443/",
        "https://hooks.example.jp:+443/",
        "https://hooks.example.jp:443:22/",
        "https://hooks.example.jp:65979/",
        "https://hooks.example.jp:/",
        "https://hooks.example.jp/#part",
        "https://hooks.example.jp/ HTTP/1.1\r\nHost: x",
        "https://hooks.example.jp/\n",
        "https://hooks。example。jp/",
        "https://１２７.0.0.1/",
        "https://hooks.example.jp/留守",
        "https://-hooks.example.jp/",
        "https://" + "a" * 64 + ".jp/",
        "https://hooks.example.jp/" + "x" * 500,
        " https://hooks.example.jp/",
        "",
    ],
)
def test_a_url_that_is_not_of_a_public_name_is_refused(url: str) -> None:
    assert read_url(url) is None
    with pytest.raises(NotDelivered, match="url-refused"):
        WebhookSender(refuse_to_resolve, refuse_to_connect).post(url, BODY, secret=SECRET, at=AT)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        (URL, ("hooks.example.jp", 443, "/rusuban?key=1")),
        ("https://hooks.example.jp", ("hooks.example.jp", 443, "/")),
        ("https://HOOKS.example.jp:8443?a=b", ("hooks.example.jp", 8443, "/?a=b")),
        ("https://xn--n8jub8754b.example.jp:443/%E7%95%99", ("xn--n8jub8754b.example.jp", 443, "/%E7%95%99")),
    ],
)
def test_a_url_is_taken_apart(url: str, parts: tuple[str, int, str]) -> None:
    found = read_url(url)
    assert found is not None
    assert (found.host, found.port, found.target) == parts


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])  # a name that leads elsewhere when it is asked again
    with Receiver(b"HTTP/1.1 204 No Content\r\n\r\n") as receiver:
        sender = WebhookSender(lambda *_: next(answers), receiver.connect)
        assert sender.post(URL, BODY, secret=SECRET, at=AT) == 204
        assert receiver.asked == [(PUBLIC, 443, "hooks.example.jp")]
        with pytest.raises(NotDelivered, match="address-refused"):
            sender.post(URL, BODY, secret=SECRET, at=AT)
        assert len(receiver.asked) == 1


def test_what_is_sent_is_signed_with_its_time() -> None:
    with Receiver(b"HTTP/1.1 200 OK\r\n\r\n") as receiver:
        WebhookSender(lambda *_: [PUBLIC], receiver.connect).post(URL, BODY, secret=SECRET, at=AT)
        head, _, body = receiver.received().partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[:2] == ["POST /rusuban?key=1 HTTP/1.1", "Host: hooks.example.jp"]
    assert body == BODY
    headers = dict(line.split(": ", 1) for line in lines[1:])
    seconds, found = (part.partition("=")[2] for part in headers["Rusuban-Signature"].split(","))
    wanted = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert (int(seconds), found) == (int(AT.timestamp()), wanted)
    assert signature(SECRET, AT, BODY + b" ") != headers["Rusuban-Signature"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/\r\n\r\n", "status-302"),
        (b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\n\r\n", "status-307"),
        (b"HTTP/1.1 500 Oops\r\n\r\n", "status-500"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "not-http"),
        (b"220 mail.example.jp ESMTP\r\n", "not-http"),
        (b"x" * 100_000, "not-http"),
        (b"", "not-http"),
    ],
)
def test_only_a_good_status_is_a_delivery_and_nothing_is_followed(answer: bytes, reason: str) -> None:
    with Receiver(answer) as receiver:
        with pytest.raises(NotDelivered, match=reason):
            WebhookSender(lambda *_: [PUBLIC], receiver.connect).post(URL, BODY, secret=SECRET, at=AT)
        assert len(receiver.asked) == 1


def raising(error: Exception) -> Callable[..., list[str]]:
    def resolve(*_: object) -> list[str]:
        raise error

    return resolve


@pytest.mark.parametrize(
    ("resolve", "reason"),
    [
        (raising(socket.gaierror()), "name-unknown"),
        (lambda *_: [], "name-unknown"),
        (raising(TimeoutError()), "timeout"),
    ],
)
def test_a_name_that_leads_nowhere(resolve: Callable[..., list[str]], reason: str) -> None:
    with pytest.raises(NotDelivered, match=reason):
        WebhookSender(resolve, refuse_to_connect).post(URL, BODY, secret=SECRET, at=AT)


def test_who_answers_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing_webhooks, "TIMEOUT_SECONDS", 0.05)
    with Receiver(None) as receiver, pytest.raises(NotDelivered, match="timeout"):
        WebhookSender(lambda *_: [PUBLIC], receiver.connect).post(URL, BODY, secret=SECRET, at=AT)


def test_the_machine_that_sends_refuses_itself() -> None:
    sender = WebhookSender(lambda *_: ["127.0.0.1"])
    with pytest.raises(NotDelivered, match="address-refused"):
        sender.post(URL, BODY, secret=SECRET, at=AT)


@pytest.mark.parametrize(
    ("name", "reason"), [("hooks.example.jp", None), ("other.example.jp", "certificate")]
)
def test_the_certificate_must_be_for_the_name(tmp_path: Path, name: str, reason: str | None) -> None:
    certificate, key = make_certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    trust = ssl.create_default_context(cafile=str(certificate))
    with Receiver(b"HTTP/1.1 200 OK\r\n\r\n", server) as receiver:

        def connect(_address: str, _port: int, host: str, seconds: float) -> socket.socket:
            return connect_tls("127.0.0.1", receiver.port, host, seconds, context=trust)

        sender = WebhookSender(lambda *_: [PUBLIC], connect)
        if reason is None:
            assert sender.post(URL, BODY, secret=SECRET, at=AT) == 200
        else:
            with pytest.raises(NotDelivered, match=reason):
                sender.post(URL, BODY, secret=SECRET, at=AT)


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def refuse_to_resolve(*_: object) -> list[str]:
    raise AssertionError("a name was looked up")


def refuse_to_connect(*_: object) -> socket.socket:
    raise AssertionError("somebody was connected to")


class Receiver:
    """Takes connections on loopback, whatever address was asked for, and answers each with the same bytes; None: with
    nothing, ever."""

    def __init__(self, answer: bytes | None, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self._answer, self._context = answer, context
        self._requests: list[bytes] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> Receiver:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def connect(self, address: str, port: int, host: str, seconds: float) -> socket.socket:
        self.asked.append((address, port, host))
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def received(self) -> bytes:
        (request,) = self._requests
        return request

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            # Who gets no answer that pleases, or no certificate, hangs up.
            with closing(connection), suppress(OSError):
                secured = (
                    self._context.wrap_socket(connection, server_side=True) if self._context else connection
                )
                with closing(secured):
                    self._requests.append(secured.recv(10_000))
                    self._reply(secured)

    def _reply(self, connection: socket.socket) -> None:
        if self._answer is None:
            self._open.append(connection.dup())
        else:
            connection.sendall(self._answer)
