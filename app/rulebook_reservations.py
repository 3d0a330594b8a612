"""How an operator's rules about reserving spaces read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rulebook_reader import Reader, Row, part
from app.rulebook_words import YES_OR_NO
from coworking.kit.profile_fields import Words
from coworking.reservations import ReservationsProfile
from coworking.reservations.profile import Space, SpaceKind, UnstaffedReservation, Via

KINDS: Final = {
    SpaceKind.ROOM: Words("部屋", "room"),
    SpaceKind.BOOTH: Words("ブース", "booth"),
    SpaceKind.SEAT: Words("席", "seats"),
}
VIAS: Final = {
    Via.PHONE: Words("電話", "phone"),
    Via.FORM: Words("フォーム", "form"),
    Via.SITE: Words("サイト", "site"),
    Via.APP: Words("アプリ", "app"),
}
UNSTAFFED: Final = {
    UnstaffedReservation.OUTSIDE_PLAN_HOURS: Words(
        "プランの時間外だけ必要", "needed outside the plan's hours"
    ),
    UnstaffedReservation.ALWAYS: Words("いつも必要", "always needed"),
    UnstaffedReservation.NEVER: Words("不要", "not needed"),
}


def reservation_rows(reader: Reader, reservations: ReservationsProfile) -> Iterator[Row]:
    for name, space in reservations.spaces.items():
        yield from _space(reader, name, space)
    key = "reservations"
    yield reader.row(
        f"{key}.unstaffed_reservation",
        Words("無人時間の席の予約", "Seats in unstaffed hours"),
        UNSTAFFED[reservations.unstaffed_reservation],
    )
    yield reader.row(
        f"{key}.unstaffed_paid_ahead",
        Words("無人時間は登録カードで前払い", "Unstaffed hours are paid ahead by card"),
        YES_OR_NO[reservations.unstaffed_paid_ahead],
    )
    minutes = reservations.payment_minutes
    yield reader.row(
        f"{key}.payment_minutes",
        Words("前払いの時間を押さえておく長さ", "Held for a payment ahead that does not come"),
        Words(f"{minutes}分、その後は取消・料金なし", f"{minutes} minutes, then released without charge"),
    )
    yield reader.row(
        f"{key}.changed_days_before", Words("変更・取消の期限", "Changed or cancelled"), _until(reservations)
    )
    days = reservations.released_days
    yield reader.row(
        f"{key}.released_days",
        Words("緊急閉鎖で取り消す予約", "Released by an emergency closing"),
        Words(f"当日から{days}日分、料金なし", f"what begins within {days} days, without charge"),
    )
    least, most = reservations.step_minutes, reservations.longest_minutes
    length = Words(f"{least}分単位、{most}分まで", f"in steps of {least} minutes, {most} at most")
    yield reader.row(f"{key}.step_minutes", Words("予約の長さ", "Length of a reservation"), length)


def _space(reader: Reader, name: str, space: Space) -> Iterator[Row]:
    key, offices = f"reservations.spaces.{name}", reader.profile.membership.offices
    people = Words(
        f"{space.least_people}〜{space.most_people}人", f"{space.least_people} to {space.most_people} people"
    )
    counted = f" x {space.seats}" if space.kind is SpaceKind.SEAT else ""
    where = reader.say(offices[space.site].place)
    facts = f"{where}: {reader.say(KINDS[space.kind])}{counted} / {reader.say(people)}"
    yield reader.row(key, space.title, f"{facts} / {reader.plans(space.member_plans)}")
    ahead = Words(f"{space.months_ahead}か月先まで", f"{space.months_ahead} months ahead")
    yield reader.row(f"{key}.months_ahead", part(space.title, "予約できる期間", "how far ahead"), ahead)
    vias = reader.listed(VIAS[via] for via in space.via)
    if set(space.unstaffed_via) != set(space.via):
        unstaffed = reader.listed(VIAS[via] for via in space.unstaffed_via)
        vias += reader.say(Words(f"（無人時間は{unstaffed}）", f" (unstaffed: {unstaffed})"))
    yield reader.row(f"{key}.via", part(space.title, "予約方法", "reserved by"), vias)
    if space.note is not None:
        yield reader.row(f"{key}.note", part(space.title, "ご案内", "note"), space.note)


def _until(reservations: ReservationsProfile) -> Words:
    days = reservations.changed_days_before
    if not days:
        return Words("始まる前まで", "until it begins")
    return Words(f"利用日の{days}日前まで", f"until {days} {'day' if days == 1 else 'days'} before its day")
