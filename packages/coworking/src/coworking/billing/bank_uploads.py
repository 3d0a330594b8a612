"""Files that people upload to the API: the body itself, or the one file of a multipart form."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from coworking.billing.zengin.errors import BankFileRefused
from coworking.billing.zengin.records import LARGEST_FILE
from coworking.kit.web.uploads import UPLOAD_MEDIA_TYPE, read_upload

ANY_FILE = "application/octet-stream"
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            ANY_FILE: {"schema": {"type": "string", "format": "binary"}},
            UPLOAD_MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}
"""How the description shows an operation that takes a file."""


async def uploaded(request: Request) -> bytes:
    """Raises `BankFileRefused` for more than LARGEST_FILE bytes, and what `read_upload` raises for a broken form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == UPLOAD_MEDIA_TYPE:
        _, content = await read_upload(request, most_bytes=LARGEST_FILE)
    else:
        content = await request.body()
    if len(content) > LARGEST_FILE:
        raise BankFileRefused(record=0, field="size")
    return content


Uploaded = Annotated[bytes, Depends(uploaded)]
