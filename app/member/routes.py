"""The member's routes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.routing import BaseRoute

from app.member import (
    announcements,
    call_out,
    callers,
    calls,
    forwarding,
    home,
    mail,
    mail_standing,
    one_call,
    phones,
    preferences,
    schedule,
    switch,
    trying,
    undo,
    voicemail,
)
from app.member.visits import Endpoint, MemberDoor
from app.portal.sign_in import START_PATH, Place
from app.wiring import Composition
from coworking.kit.web.pages import Pages
from telephony.forwarding.voicemail.announcements import MOST_UPLOAD_BYTES


def member_routes(
    pages: Pages, composition: Composition, *, start: Endpoint, places: Sequence[Place]
) -> list[BaseRoute]:
    """All pages of members. `start` answers at `/` for everybody else; `places` are shown under "More"."""
    door, lines = MemberDoor(pages, composition), MemberDoor(pages, composition, of_lines=True)
    return [
        door.page(START_PATH, home.show_home, name="member-home", for_others=start),
        *_forwarding_routes(lines),
        *_schedule_routes(lines),
        *_call_routes(lines),
        *_phone_routes(lines),
        *_mail_routes(door),
        door.page("/more", partial(preferences.show_more, places=tuple(places)), name="member-more"),
        door.page("/preferences", preferences.show_preferences, name="member-preferences"),
        door.form("/preferences", preferences.save_preferences, name="member-preferences-form"),
        *undo.undo_routes(pages, composition),
    ]


def _forwarding_routes(door: MemberDoor) -> list[BaseRoute]:
    refused = forwarding.forwarding_refused
    sound, words = announcements.save_sound, announcements.save_words
    return [
        door.form("/forwarding/switch", switch.turn, name="member-switch", refused=switch.turn_refused),
        door.page("/forwarding", forwarding.show_forwarding, name="member-forwarding"),
        door.form("/forwarding", forwarding.save_forwarding, name="member-forwarding-form", refused=refused),
        door.page("/forwarding/try", trying.show_trial, name="member-trial"),
        door.page("/forwarding/callers/{list}", callers.show_callers, name="member-callers"),
        door.form(
            "/forwarding/callers/{list}",
            callers.add_caller,
            name="member-callers-form",
            refused=callers.caller_refused,
        ),
        door.form("/forwarding/callers/{list}/remove", callers.remove_caller, name="member-caller-removed"),
        door.page("/forwarding/announcements", announcements.show_announcements, name="member-announcements"),
        door.form(
            "/forwarding/announcements/{kind}",
            words,
            name="member-announcement-form",
            refused=announcements.announcement_refused,
        ),
        door.page(
            "/forwarding/announcements/{kind}/sound",
            announcements.hear_announcement,
            name="member-announcement-sound",
        ),
        door.upload(
            "/forwarding/announcements/{kind}/sound",
            sound,
            name="member-announcement-upload",
            most_bytes=MOST_UPLOAD_BYTES,
            refused=announcements.announcement_refused,
        ),
    ]


def _schedule_routes(door: MemberDoor) -> list[BaseRoute]:
    path, refused = schedule.SCHEDULE_PATH, schedule.schedule_refused
    return [
        door.page(path, schedule.show_schedule, name="member-schedule"),
        door.form(path, schedule.save_schedule, name="member-schedule-form", refused=refused),
        door.form(
            f"{path}/exceptions", schedule.add_exception, name="member-exception-form", refused=refused
        ),
        door.form(f"{path}/exceptions/remove", schedule.remove_exception, name="member-exception-removed"),
    ]


def _call_routes(door: MemberDoor) -> list[BaseRoute]:
    message = "/voicemail/{message_id}"
    return [
        door.page("/calls", calls.show_calls, name="member-calls"),
        door.page("/calls.csv", calls.calls_file, name="member-calls-file"),
        door.page("/calls/{call_id}", one_call.show_call, name="member-call"),
        door.form("/calls/{call_id}/block", callers.block_caller, name="member-caller-blocked"),
        door.page("/voicemail", voicemail.show_voicemail, name="member-voicemail"),
        door.page(f"{message}/sound", voicemail.hear_message, name="member-message-sound"),
        door.form(f"{message}/heard", voicemail.mark_message, name="member-message-heard"),
        door.form(f"{message}/delete", voicemail.drop_message, name="member-message-deleted"),
    ]


def _mail_routes(door: MemberDoor) -> list[BaseRoute]:
    standing = mail_standing.STANDING_PATH
    item, refused = f"{mail.MAIL_PATH}/{{item_id}}", mail.mail_refused
    return [
        door.page(mail.MAIL_PATH, mail.show_mail, name="member-mail"),
        door.page(standing, mail_standing.show_standing, name="member-standing"),
        door.form(
            standing,
            mail_standing.add_standing,
            name="member-standing-form",
            refused=mail_standing.standing_refused,
        ),
        door.form(f"{standing}/end", mail_standing.drop_standing, name="member-standing-ended"),
        door.form(f"{mail.MAIL_PATH}/code", mail.make_code, name="member-mail-code", refused=refused),
        door.page(f"{mail.MAIL_PATH}/pictures/{{picture_id}}", mail.see_picture, name="member-mail-picture"),
        door.page(item, mail.show_item, name="member-mail-item"),
        door.page(f"{item}/scan", mail.see_scan, name="member-mail-scan"),
        door.form(
            f"{item}/instruction", mail.give_instruction, name="member-mail-instruction", refused=refused
        ),
        door.form(f"{item}/confirm", mail.confirm, name="member-mail-confirmed", refused=refused),
        door.form(f"{item}/not-mine", mail.say_not_mine, name="member-mail-not-mine", refused=refused),
    ]


def _phone_routes(door: MemberDoor) -> list[BaseRoute]:
    refused = phones.phone_refused
    return [
        door.page("/phones", phones.show_phones, name="member-phones"),
        door.form("/phones", phones.add_phone, name="member-phone-form", refused=refused),
        door.form("/phones/remove", phones.remove_phone, name="member-phone-removed", refused=refused),
        door.form("/phones/pin", phones.change_pin, name="member-pin-form", refused=phones.pin_refused),
        door.page("/call-out", call_out.show_call_out, name="member-call-out"),
        door.form(
            "/call-out", call_out.call_out, name="member-call-out-form", refused=call_out.call_out_refused
        ),
    ]
