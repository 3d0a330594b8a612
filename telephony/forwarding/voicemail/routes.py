"""Messages, announcements and rules by caller, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, Visit
from telephony.forwarding.caller_rules import add_rule, remove_rule, rules_of_line
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.voicemail.announcements import (
    MOST_UPLOAD_BYTES,
    Announcement,
    Kind,
    announce_as_usual,
    announce_sound,
    announce_words,
    announced_sound,
    announcement_of,
)
from telephony.forwarding.voicemail.errors import PartNotThere
from telephony.forwarding.voicemail.messages import (
    Mailed,
    delete_message,
    get_message,
    list_messages,
    mailed_of,
    mark_heard,
    set_mailed,
    sound_of,
)
from telephony.forwarding.voicemail.models import VoicemailMessage
from telephony.forwarding.voicemail.ranges import NotSatisfiable, asked_part
from telephony.forwarding.voicemail.schemas import (
    AnnouncementAnswer,
    CallerRuleAnswer,
    CallerRuleBody,
    MailsAnswer,
    MailsBody,
    MessageAnswer,
    WordsBody,
)
from telephony.numbers import Line, get_line

router = APIRouter(prefix="/api")

MessageListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=VoicemailMessage.left_at,
            equal={"member_id": (VoicemailMessage.member_id, AnId)},
            lacking={"is_unheard": VoicemailMessage.heard_at},
            left_at=VoicemailMessage.left_at,
            seconds=VoicemailMessage.seconds,
        )
    ),
]

API = "api"
WAV = "audio/wav"
_WAV_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {WAV: {}}, "description": "The sound, or with 206 the part that was asked for."}
}
_WAV_BODY = {
    "requestBody": {"required": True, "content": {WAV: {"schema": {"type": "string", "format": "binary"}}}}
}
AskedRange = Annotated[str, Header(alias="range", max_length=200)]


async def uploaded(request: Request) -> bytes:
    """The body, read to just over its limit: who sends more is refused later, after it is known who they are."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_UPLOAD_BYTES:
            break
    return bytes(data[: MOST_UPLOAD_BYTES + 1])


Uploaded = Annotated[bytes, Depends(uploaded)]


@router.get("/voicemail", tags=["voicemail"], summary="List messages that callers left")
def get_messages(
    visit: SignedIn,
    listing: MessageListing,
    line_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[MessageAnswer]:
    messages = list_messages(
        visit.session,
        member_id=visit.own_member_id(),
        line_id=line_id,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(messages, limit, _message_answer, lambda message: message.id)


@router.get("/voicemail/{message_id}", tags=["voicemail"], summary="One message")
def get_one_message(message_id: int, visit: SignedIn) -> MessageAnswer:
    return _message_answer(_message(visit, message_id))


@router.get(
    "/voicemail/{message_id}/sound",
    tags=["voicemail"],
    summary="What the caller said",
    response_class=Response,
    responses=_WAV_ANSWER,
)
def get_sound(message_id: int, visit: SignedIn, asked: AskedRange = "") -> Response:
    sound = sound_of(
        visit.session,
        _message(visit, message_id),
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return wav_answer(sound.wav, asked)


@router.post("/voicemail/{message_id}/heard", tags=["voicemail"], summary="Mark a message as heard")
def post_heard(message_id: int, visit: SignedIn) -> MessageAnswer:
    message = _message(visit, message_id)
    mark_heard(visit.session, message, actor=visit.actor.reference, channel=API, now=visit.now)
    return _message_answer(message)


@router.delete(
    "/voicemail/{message_id}", status_code=204, tags=["voicemail"], summary="Delete a message for good"
)
def delete_one_message(message_id: int, visit: SignedIn) -> None:
    message = _message(visit, message_id)
    delete_message(visit.session, message, actor=visit.actor.reference, channel=API, now=visit.now)


@router.get(
    "/lines/{line_id}/voicemail-mails",
    tags=["voicemail"],
    summary="What is mailed of messages and missed calls",
)
def get_mails(line_id: int, visit: SignedIn) -> MailsAnswer:
    mailed = mailed_of(visit.session, _rules(visit).forwarding.voicemail, _line(visit, line_id).id)
    return MailsAnswer(recording=mailed.recording, missed=mailed.missed)


@router.put("/lines/{line_id}/voicemail-mails", tags=["voicemail"], summary="Choose what is mailed")
def put_mails(line_id: int, body: MailsBody, visit: SignedIn) -> MailsAnswer:
    set_mailed(
        visit.session,
        _line(visit, line_id),
        Mailed(body.recording, body.missed),
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return MailsAnswer(recording=body.recording, missed=body.missed)


@router.put(
    "/lines/{line_id}/announcements/{kind}/sound",
    tags=["voicemail"],
    summary="Let callers hear a sound of the member's own",
    openapi_extra=_WAV_BODY,
)
def put_sound(line_id: int, kind: Kind, data: Uploaded, visit: SignedIn) -> AnnouncementAnswer:
    announcement = announce_sound(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        kind,
        data,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return _announcement_answer(announcement)


@router.get(
    "/lines/{line_id}/announcements/{kind}/sound",
    tags=["voicemail"],
    summary="The sound that callers hear",
    response_class=Response,
    responses=_WAV_ANSWER,
)
def get_announced_sound(line_id: int, kind: Kind, visit: SignedIn, asked: AskedRange = "") -> Response:
    return wav_answer(announced_sound(visit.session, _line(visit, line_id), kind).wav, asked)


@router.get("/lines/{line_id}/announcements/{kind}", tags=["voicemail"], summary="What callers hear")
def get_announcement(line_id: int, kind: Kind, visit: SignedIn) -> AnnouncementAnswer:
    return _announcement_answer(announcement_of(visit.session, _rules(visit), _line(visit, line_id), kind))


@router.put(
    "/lines/{line_id}/announcements/{kind}",
    tags=["voicemail"],
    summary="Let callers hear words of the member's own",
)
def put_words(line_id: int, kind: Kind, body: WordsBody, visit: SignedIn) -> AnnouncementAnswer:
    announcement = announce_words(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        kind,
        language=body.language,
        words=body.words,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return _announcement_answer(announcement)


@router.delete(
    "/lines/{line_id}/announcements/{kind}",
    tags=["voicemail"],
    summary="Let callers hear the operator's announcement again",
)
def delete_announcement(line_id: int, kind: Kind, visit: SignedIn) -> AnnouncementAnswer:
    announcement = announce_as_usual(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        kind,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return _announcement_answer(announcement)


@router.get("/lines/{line_id}/caller-rules", tags=["forwarding"], summary="Rules by caller, the block list")
def get_caller_rules(line_id: int, visit: SignedIn) -> list[CallerRuleAnswer]:
    rules = rules_of_line(visit.session, _line(visit, line_id).id)
    return [CallerRuleAnswer.model_validate(rule) for rule in rules]


@router.post(
    "/lines/{line_id}/caller-rules",
    status_code=201,
    tags=["forwarding"],
    summary="Say what happens to calls from a number",
)
def post_caller_rule(line_id: int, body: CallerRuleBody, visit: SignedIn) -> CallerRuleAnswer:
    rule = add_rule(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        number=body.number,
        is_prefix=body.is_prefix,
        action=body.action,
        label=body.label,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )
    return CallerRuleAnswer.model_validate(rule)


@router.delete(
    "/lines/{line_id}/caller-rules/{rule_id}",
    status_code=204,
    tags=["forwarding"],
    summary="Take a rule by caller away",
)
def delete_caller_rule(line_id: int, rule_id: int, visit: SignedIn) -> None:
    remove_rule(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        rule_id,
        actor=visit.actor.reference,
        channel=API,
        now=visit.now,
    )


def wav_answer(wav: bytes, asked: str) -> Response:
    """The sound or the part that a Range header asks for, for a player in a browser and for nobody's cache. Raises
    `PartNotThere`."""
    try:
        part = asked_part(asked, len(wav))
    except NotSatisfiable as error:
        raise PartNotThere from error
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "no-store",
        "content-disposition": "inline",
        "x-content-type-options": "nosniff",
    }
    if part is None:
        return Response(wav, media_type=WAV, headers=headers)
    first, last = part
    headers["content-range"] = f"bytes {first}-{last}/{len(wav)}"
    return Response(wav[first : last + 1], status_code=206, media_type=WAV, headers=headers)


def _message(visit: Visit, message_id: int) -> VoicemailMessage:
    return get_message(visit.session, message_id, member_id=visit.own_member_id())


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]


def _message_answer(message: VoicemailMessage) -> MessageAnswer:
    return MessageAnswer(
        id=message.id,
        line_id=message.line_id,
        member_id=message.member_id,
        call_sid=message.call_sid,
        from_number=message.from_number,
        seconds=message.seconds,
        left_at=message.left_at,
        state=message.state,
        heard_at=message.heard_at,
    )


def _announcement_answer(announcement: Announcement) -> AnnouncementAnswer:
    return AnnouncementAnswer(
        kind=announcement.kind,
        is_own=announcement.is_own,
        language=announcement.language,
        words=announcement.words,
        seconds=announcement.seconds,
    )
