"""A small S3-compatible store for tests: objects in memory, path-style addresses, signatures that are checked."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "AKTESTS", "a secret/of+tests", "ap-northeast-1", "office-files"
WRITTEN_AT = datetime(2026, 6, 10, 3, tzinfo=UTC)


class ObjectServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.is_broken = False

    def url(self, secret: str = SECRET_KEY) -> str:
        port = self.server_address[1]
        return f"s3+plain://{ACCESS_KEY}:{quote(secret, safe='')}@127.0.0.1:{port}/{BUCKET}?region={REGION}"


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    server = ObjectServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: ObjectServer
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._refused(body):
            return
        self.server.objects[self._key()] = body
        self._answer(200, b"", etag=f'"{hashlib.sha256(body).hexdigest()}"')

    def do_GET(self) -> None:
        if self._refused(b""):
            return
        if not self._key():
            self._answer(200, self._listed(), etag="")
        elif self._key() in self.server.objects:
            self._answer(200, self.server.objects[self._key()], etag='"e"')
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", etag="")

    def do_DELETE(self) -> None:
        if not self._refused(b""):
            self.server.objects.pop(self._key(), None)
            self._answer(204, b"", etag="")

    def do_POST(self) -> None:
        """Of several objects at once, as S3 has it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._refused(body):
            return
        keys = [part.partition("</Key>")[0] for part in body.decode().split("<Key>")[1:]]
        for key in keys:
            self.server.objects.pop(key, None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        answer = f'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{deleted}</DeleteResult>'
        self._answer(200, answer.encode(), etag="")

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").strip("/")

    def _refused(self, body: bytes) -> bool:
        if self.server.is_broken:
            self._answer(500, b"<Error><Code>InternalError</Code></Error>", etag="")
            return True
        if not self._is_signed(body):
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", etag="")
            return True
        return False

    def _is_signed(self, body: bytes) -> bool:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
        given = dict(
            part.strip().split("=", 1)
            for part in self.headers.get("authorization", " ").partition(" ")[2].split(",")
        )
        access_key, day, region, service, end = given["Credential"].split("/")
        address = urlsplit(self.path)
        query = sorted(parse_qsl(address.query, keep_blank_values=True))
        digest = self.headers["x-amz-content-sha256"]
        canonical = "\n".join(
            [
                self.command,
                quote(unquote(address.path)),
                "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query),
                *(f"{name}:{self.headers[name].strip()}" for name in given["SignedHeaders"].split(";")),
                "",
                given["SignedHeaders"],
                digest,
            ]
        )
        told = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                f"{day}/{region}/{service}/{end}",
                hashlib.sha256(canonical.encode()).hexdigest(),
            ]
        )
        key = f"AWS4{SECRET_KEY}".encode()
        for part in (day, REGION, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        is_body = digest in {hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"}
        signature = hmac.digest(key, told.encode(), "sha256").hex()
        return is_body and access_key == ACCESS_KEY and hmac.compare_digest(signature, given["Signature"])

    def _listed(self) -> bytes:
        prefix = dict(parse_qsl(urlsplit(self.path).query)).get("prefix", "")
        contents = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{WRITTEN_AT:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f'<ETag>"e"</ETag><Size>{len(data)}</Size></Contents>'
            for key, data in sorted(self.server.objects.items())
            if key.startswith(prefix)
        )
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        ).encode()

    def _answer(self, status: int, body: bytes, *, etag: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "application/xml")
        self.send_header("last-modified", format_datetime(WRITTEN_AT, usegmt=True))
        if etag:
            self.send_header("etag", etag)
        self.end_headers()
        self.wfile.write(body)
