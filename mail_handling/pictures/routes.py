"""Pictures of mail over HTTP: the counter takes them and gets a suggestion, members see those of their own items."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from coworking.kit.images import JPEG, LARGEST_UPLOAD_BYTES
from coworking.kit.paging import LARGEST_ID
from coworking.kit.stored_files import Files
from coworking.kit.virus_check import VirusScanner
from coworking.membership import SignedIn, Staff, Visit, member_names
from mail_handling.addressees.suggesting import read_and_suggest
from mail_handling.item_routes import ItemId, own_item, rules_of
from mail_handling.items import get_item
from mail_handling.pictures.scans import PDF, add_page, finish_scan, read_scan
from mail_handling.pictures.schemas import (
    BarcodeAnswer,
    PictureAnswer,
    ReadingAnswer,
    ScanAnswer,
    SuggestionAnswer,
)
from mail_handling.pictures.taking import (
    Taking,
    attach_picture,
    keep_picture,
    pictures_of,
    read_picture,
    receive,
)
from mail_handling.pictures.text_reader import TextReader

router = APIRouter(prefix="/api", tags=["mail"])

API = "api"
PictureId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_IMAGE = {"schema": {"type": "string", "format": "binary"}}
_IMAGE_BODY = {
    "requestBody": {"required": True, "content": dict.fromkeys((JPEG, "image/png", "image/webp"), _IMAGE)}
}


def _file_answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: _IMAGE}, "description": "As an attachment."}}


async def sent_picture(request: Request) -> bytes:
    """The body, read to just over its limit: who sends more is refused later, after it is known who they are."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST_UPLOAD_BYTES:
            break
    return bytes(data[: LARGEST_UPLOAD_BYTES + 1])


SentPicture = Annotated[bytes, Depends(sent_picture)]


@router.post(
    "/mail-pictures",
    status_code=201,
    summary="Photograph an item and have its label read",
    openapi_extra=_IMAGE_BODY,
)
def post_picture(data: SentPicture, visit: Staff) -> ReadingAnswer:
    """The picture is kept for a day until its item is entered. Members of one name are all suggested, none alone."""
    rules_of(visit)
    taking = taking_of(visit)
    picture = receive(taking, data)
    reading, suggestions = read_and_suggest(visit.session, picture, visit.resources[TextReader])
    row = keep_picture(
        visit.session,
        taking,
        picture,
        kind="outside",
        item=None,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    names = member_names(visit.session, {one.member_id for one in suggestions})
    return ReadingAnswer(
        picture=PictureAnswer.model_validate(row),
        tracking_number=reading.tracking_number,
        barcodes=[BarcodeAnswer.model_validate(code) for code in reading.barcodes],
        lines=list(reading.lines),
        unavailable=reading.unavailable,
        suggestions=[
            SuggestionAnswer(
                member_id=one.member_id,
                name=names[one.member_id],
                score=one.score,
                matched_text=one.matched_text,
                is_single=one.is_single,
            )
            for one in suggestions
        ],
    )


@router.put("/mail/{mail_item_id}/pictures/{picture_id}", summary="Say which item a picture shows")
def put_picture(mail_item_id: ItemId, picture_id: PictureId, visit: Staff) -> PictureAnswer:
    rules_of(visit)
    item = get_item(visit.session, mail_item_id)
    row = attach_picture(visit.session, picture_id, item, actor=visit.actor.reference, now=visit.now)
    return PictureAnswer.model_validate(row)


@router.get("/mail/{mail_item_id}/pictures", summary="Pictures of an item's outside")
def get_pictures(mail_item_id: ItemId, visit: SignedIn) -> list[PictureAnswer]:
    item = own_item(visit, mail_item_id)
    return [PictureAnswer.model_validate(row) for row in pictures_of(visit.session, item.id)]


@router.get(
    "/mail-pictures/{picture_id}/image",
    summary="A picture",
    response_class=Response,
    responses=_file_answers(JPEG),
)
def get_image(
    picture_id: PictureId, visit: SignedIn, size: Literal["full", "thumbnail"] = "full"
) -> Response:
    jpeg = read_picture(
        visit.session,
        visit.resources[Files],
        picture_id,
        member_id=visit.own_member_id(),
        size=size,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return file_answer(jpeg, JPEG, f"mail-picture-{picture_id}.jpg")


@router.post(
    "/mail/{mail_item_id}/scan-pages",
    status_code=201,
    summary="Add a page of an item that its member wants opened",
    openapi_extra=_IMAGE_BODY,
)
def post_scan_page(mail_item_id: ItemId, data: SentPicture, visit: Staff) -> PictureAnswer:
    """Refused without the member's recorded instruction."""
    rules_of(visit)
    page = add_page(
        visit.session, taking_of(visit), mail_item_id, data, actor=visit.actor.reference, now=visit.now
    )
    return PictureAnswer.model_validate(page)


@router.post("/mail/{mail_item_id}/scan", status_code=202, summary="Make one PDF of the pages")
def post_scan(mail_item_id: ItemId, visit: Staff) -> ScanAnswer:
    """The member is told, without the file; it is read after signing in."""
    scan = finish_scan(
        visit.session, rules_of(visit), mail_item_id, actor=visit.actor.reference, now=visit.now
    )
    return ScanAnswer.of(scan)


@router.get(
    "/mail/{mail_item_id}/scan",
    summary="What was in an item, as PDF",
    response_class=Response,
    responses=_file_answers(PDF),
)
def get_scan(mail_item_id: ItemId, visit: SignedIn) -> Response:
    pdf = read_scan(
        visit.session,
        visit.resources[Files],
        mail_item_id,
        member_id=visit.own_member_id(),
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return file_answer(pdf, PDF, f"mail-{mail_item_id}.pdf")


def taking_of(visit: Visit) -> Taking:
    return Taking(visit.resources[Files], visit.resources[VirusScanner])


def file_answer(content: bytes, media_type: str, name: str) -> Response:
    """For who asked and nobody's cache; a browser saves it and takes it for nothing else."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "cache-control": "no-store",
            "content-disposition": f'attachment; filename="{name}"',
            "x-content-type-options": "nosniff",
        },
    )
