"""An operator's profile as readable rules, in Japanese or English: what `operators show` prints."""

from __future__ import annotations

from collections.abc import Iterator

from app.profiles import Profile
from app.rulebook_addresses import address_rows, identity_rows
from app.rulebook_calls import forwarding_rows, metering_rows
from app.rulebook_collection import collection_rows
from app.rulebook_community import community_rows
from app.rulebook_contracts import contract_rows, joining_rows
from app.rulebook_doors import door_rows
from app.rulebook_lines import line_rows
from app.rulebook_mail import mail_rows
from app.rulebook_members import house_rows, member_rows
from app.rulebook_money import arrears_rows, money_rows, paper_rows
from app.rulebook_prices import price_rows
from app.rulebook_reader import Reader, Row, Section
from app.rulebook_reservations import reservation_rows

__all__ = ["Row", "Section", "rulebook"]


def rulebook(profile: Profile, language: str) -> tuple[Section, ...]:
    """The profile's rules by subject; `language` is "ja" or "en"."""
    return tuple(_sections(Reader(profile, language)))


def _sections(reader: Reader) -> Iterator[Section]:
    yield reader.section("会員とオフィス", "Members and offices", member_rows(reader))
    yield reader.section("入会", "Joining", joining_rows(reader))
    yield reader.section("本人確認", "Identity checks", identity_rows(reader))
    yield reader.section("契約", "Contracts", contract_rows(reader))
    yield reader.section("施設の利用", "The house", house_rows(reader))
    yield reader.section("会員の活動と届出", "Members' life and reports", community_rows(reader))
    yield reader.section("料金", "Prices", price_rows(reader))
    yield reader.section("支払い", "Payment", (*money_rows(reader), *collection_rows(reader)))
    yield reader.section("未払い", "Arrears", arrears_rows(reader))
    yield reader.section("請求書", "Invoices", paper_rows(reader))
    if reader.profile.registered_address is not None:
        yield reader.section("住所の利用", "Use of the address", address_rows(reader))
    if reader.profile.reservations is not None:
        yield reader.section("予約", "Reservations", reservation_rows(reader, reader.profile.reservations))
    if reader.profile.doors is not None:
        yield reader.section("入退室", "Doors", door_rows(reader, reader.profile.doors))
    if reader.profile.mail is not None:
        yield reader.section("郵便物", "Mail", mail_rows(reader, reader.profile.mail))
    if reader.profile.lends_lines:
        yield reader.section("回線", "Lines", line_rows(reader))
        yield reader.section("通話料", "Call charges", metering_rows(reader))
        yield reader.section("転送", "Forwarding", forwarding_rows(reader))
