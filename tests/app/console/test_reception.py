from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.models import Call
from tests.console_stand import NOW, Stand
from tests.visitor import Visitor

PAGE = "/reception"


def test_a_member_is_found_by_a_part_of_the_name(as_role: Callable[[str], Visitor]) -> None:
    reception = as_role("reception")
    for text, name in {
        "みつ": "みつば商会",
        "ミツ": "みつば商会",
        "ﾐﾂ": "みつば商会",
        "佐藤": "佐藤デザイン",
    }.items():
        assert name in reception.get(f"{PAGE}?q={text}").text, text
    for text in ("", " ", "%", "_", "\\", "誰もいない", "x" * 500):
        page = reception.get(PAGE, params={"q": text})
        assert page.status_code == 200
        assert "doorbell" not in page.text, text


def test_the_line_rings_and_the_page_says_how_it_goes(
    stand: Stand, as_role: Callable[[str], Visitor]
) -> None:
    reception = as_role("reception")
    member = stand.members[2]
    answer = reception.post_form(PAGE, f"{PAGE}?q=みつ", member=str(member.id))
    page = answer.headers["location"]
    assert page.startswith(f"{PAGE}/calls/")
    assert "受付の電話がまもなく鳴ります" in reception.get(page).text
    again = reception.post_form(PAGE, PAGE, member=str(member.id))
    assert (again.status_code, "すでに発信中" in again.text) == (409, True)
    assert "会員を呼び出しています" in tell(stand, reception, page, None)
    assert "つながりました" in tell(stand, reception, page, ("in-progress", None))
    over = tell(stand, reception, page, ("ended", "answered"))
    assert "通話が終わりました" in over
    assert "every 2s" not in over


def tell(stand: Stand, reception: Visitor, page: str, call: tuple[str, str | None] | None) -> str:
    """The page after the reception phone was picked up, or after the call was told to be in that state."""
    with stand.composition.database.transaction(stand.operator_id) as session:
        attempt = session.scalars(select(CallAttempt)).one()
        attempt.state, attempt.carrier_sid = "answered", f"CA{7:032x}"
        if call is not None:
            found = session.scalar(select(Call).where(Call.carrier_sid == attempt.carrier_sid))
            found = found or Call(
                operator_id=stand.operator_id,
                line_id=attempt.line_id,
                member_id=stand.members[2].id,
                carrier_sid=attempt.carrier_sid,
                direction="reception",
                to_number=attempt.phone,
                started_at=NOW,
            )
            found.status, found.outcome = call
            found.ended_at = NOW + timedelta(minutes=1) if call[0] == "ended" else None
            session.add(found)
    return reception.get(page).text


def test_who_cannot_be_rung_is_said_in_a_sentence(stand: Stand, as_role: Callable[[str], Visitor]) -> None:
    reception = as_role("reception")
    answer = reception.post_form(PAGE, PAGE, member=str(stand.members[0].id))
    assert (answer.status_code, "オフィスをご利用の会員だけ" in answer.text) == (403, True)
    assert "disabled" in reception.get(f"{PAGE}?q=佐藤").text
    for member in ("", "x", "0", "9" * 30):
        assert reception.post_form(PAGE, PAGE, member=member).status_code == 404, member
    assert reception.get(f"{PAGE}/calls/nothing").status_code == 404
