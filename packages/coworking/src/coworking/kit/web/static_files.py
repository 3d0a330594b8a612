"""Static files under addresses that carry their content's hash, so that a browser may keep them for ever."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

STATIC_PATH = "/static"
HASH_DIGITS = 12
LARGEST_FILE_BYTES = 512 * 1024  # they are held in memory
KEEP_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    media_type: str
    digest: str


class StaticFiles:
    """All static files of the pages, read once at the start. Names are unique over all folders.

    Raises ValueError at the start for a name that occurs twice or a file that is too large.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._files: dict[str, _File] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.name.startswith("."):
                    self._add(path.relative_to(folder).as_posix(), path.read_bytes())

    def _add(self, name: str, data: bytes) -> None:
        if name in self._files:
            raise ValueError(f"two static files are called {name}")
        if len(data) > LARGEST_FILE_BYTES:
            raise ValueError(
                f"static file {name} has {len(data)} bytes, at most {LARGEST_FILE_BYTES} are allowed"
            )
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._files[name] = _File(data, media_type, hashlib.sha256(data).hexdigest()[:HASH_DIGITS])

    def url(self, name: str) -> str:
        """The address of a file; KeyError when there is none (a template names a file that is not there)."""
        return f"{STATIC_PATH}/{self._files[name].digest}/{name}"

    def answer(self, request: Request) -> Response:
        """The file; 404 for an unknown name and for a hash that is no longer its own."""
        file = self._files.get(request.path_params["name"])
        if file is None or request.path_params["digest"] != file.digest:
            return PlainTextResponse("Not found", status_code=404)
        etag = f'"{file.digest}"'
        headers = {"Cache-Control": KEEP_FOR_EVER, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(file.data, media_type=file.media_type, headers=headers)

    def route(self) -> Route:
        async def static_file(request: Request) -> Response:
            return self.answer(request)

        return Route(STATIC_PATH + "/{digest}/{name:path}", static_file, methods=["GET"], name="static")
