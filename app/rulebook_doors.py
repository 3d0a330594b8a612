"""How an operator's rules about doors, drop-ins and car-park vouchers read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rulebook_reader import Reader, Row
from app.rulebook_words import YES_OR_NO
from coworking.doors import DoorsProfile, Means
from coworking.kit.profile_fields import Words

MEANS: Final = {
    Means.APP: Words("アプリのボタン", "the app's button"),
    Means.ENTRANCE_CODE: Words("入口のQRを読む", "scanning the QR at the entrance"),
    Means.QR: Words("会員のQR", "the member's QR"),
    Means.CARD: Words("カード", "card"),
    Means.MY_NUMBER: Words("マイナンバーカード", "My Number Card"),
    Means.RECEPTION: Words("受付", "reception"),
}


def door_rows(reader: Reader, doors: DoorsProfile) -> Iterator[Row]:
    offices = reader.profile.membership.offices
    for name, door in doors.doors.items():
        opened = reader.listed(MEANS[means] for means in door.opened_by)
        at = reader.say(offices[door.site].place)
        yield reader.row(f"doors.doors.{name}.opened_by", door.title, f"{at}: {opened}")
    yield reader.row(
        "doors.checked_in_by",
        Words("入退室の記録", "Checking in and out"),
        reader.listed(MEANS[means] for means in doors.checked_in_by),
    )
    for key, label, is_so in (
        (
            "must_check_in",
            Words("入室の記録をしてから解錠する", "Doors open only after checking in"),
            doors.must_check_in,
        ),
        (
            "card_needs_plan_hours_unstaffed",
            Words(
                "無人時間のカード解錠はプラン時間内だけ",
                "Unstaffed, cards open in the plan's hours only",
            ),
            doors.card_needs_plan_hours_unstaffed,
        ),
        (
            "drop_in.lends_card",
            Words("ドロップインにカードを貸す", "Drop-ins are lent a card"),
            doors.drop_in.lends_card,
        ),
    ):
        yield reader.row(f"doors.{key}", label, YES_OR_NO[is_so])
    lasts = Words(f"{doors.qr_seconds}秒、1回限り", f"{doors.qr_seconds} seconds, once")
    yield reader.row("doors.qr_seconds", Words("会員のQRの有効時間", "A member's QR lasts"), lasts)
    for price in reader.profile.billing.uses.get(doors.drop_in.extra, ())[:1]:
        yield reader.row(
            "doors.drop_in.extra", Words("予定を超えた時間", "Time beyond what was paid"), price.title
        )
    for step in doors.vouchers:
        used = Words(f"{step.from_minutes}分以上の利用", f"{step.from_minutes} minutes of use or more")
        voucher = Words(f"{step.voucher_minutes}分の駐車券", f"a voucher of {step.voucher_minutes} minutes")
        yield reader.row("doors.vouchers", used, voucher)
