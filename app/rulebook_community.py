"""How an operator's groups, partner facilities and reports to its staff read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from app.rulebook_words import YES_OR_NO
from coworking.kit.profile_fields import Words

GROUP_KINDS = {
    "working-group": Words("分科会", "Group"),
    "regional-forum": Words("地域フォーラム", "Regional forum"),
}
KEPT = {
    "notice_days": Words("お知らせの本文", "what notices said"),
    "inquiry_days": Words("お問い合わせ", "inquiries"),
    "mailed_link_days": Words("メールで送ったリンク", "links that were mailed"),
    "sign_in_days": Words("サインインの途中の記録", "sign-ins that were begun"),
    "mail_picture_days": Words("郵便物の外側の写真", "pictures of mail that left"),
    "mail_scan_days": Words("開封スキャンのPDF", "scans of opened mail"),
    "mail_item_days": Words(
        "お渡し・転送などが済んだ郵便物の宛名・差出人・転送先・受取サイン",
        "names on mail that left, where it was sent, signatures of who took it",
    ),
    "door_event_days": Words("入退室とドアの記録", "what happened at doors"),
    "visit_days": Words("滞在の記録", "visits"),
    "reservation_days": Words("終わった予約", "reservations that are over"),
}


def community_rows(reader: Reader) -> Iterator[Row]:
    membership = reader.profile.membership
    community, incidents = membership.community, membership.incidents
    label = Words("会員企業一覧の公開（会員に）", "Members see the list of member companies")
    yield reader.row("membership.community.company_list", label, YES_OR_NO[community.company_list])
    for name, group in community.groups.items():
        value = reader.say(group.title)
        if group.community_link is not None:
            value += f" / {group.community_link}"
        yield reader.row(f"membership.community.groups.{name}", GROUP_KINDS[group.kind], value)
    for name, facility in incidents.partner_facilities.items():
        value = f"{reader.say(facility.title)} / {reader.say(facility.rules)}"
        if facility.link is not None:
            value += f" / {facility.link}"
        label = Words("提携施設", "Partner facility")
        yield reader.row(f"membership.incidents.partner_facilities.{name}", label, value)
    everybody = Words("管理者全員", "every administrator")
    label = Words("届出・連絡の受け取り", "Staff are told at")
    yield reader.row("membership.incidents.staff_address", label, incidents.staff_address or everybody)
    for field, what in KEPT.items():
        days = getattr(membership.retention, field)
        label = Words(f"保存期間 {what.ja}", f"Kept: {what.en}")
        yield reader.row(f"membership.retention.{field}", label, Words(f"{days}日", f"{days} days"))
