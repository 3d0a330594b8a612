"""An identity record of a company says how its acting person and its owners were confirmed as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coworking.kit.errors import UserError, ValidationFailed
from coworking.membership.identity.errors import MethodNotValid, PaperExpired
from coworking.membership.identity.facts import IdentityFacts
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.identity.record_sheet import record_sheet, sheet_csv
from coworking.membership.identity.records import enter_record, facts_of
from coworking.membership.models import Member
from tests.factories.addresses import TODAY
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.sakura_address import KEYS, identity_rules

PERSON = {"name": "佐藤 花子", "address": "富山県富山市新桜町1-1", "birth_date": "1990-04-01"}
PAPER = {"title": "運転免許証"}
RULES = identity_rules()


@pytest.fixture
def company(session: Session) -> Member:
    return make_member(session, make_operator(session), kind="company", name="株式会社さくら", identity=False)


def enter(session: Session, company: Member, **acting: Any) -> IdentityRecord:
    facts = {
        "company": {
            "name": "株式会社さくら",
            "address": "富山県富山市",
            "business": "開発",
            "business_paper": "定款",
        },
        "purpose": "登記",
        "paper": {"title": "登記事項証明書"},
        "acting": {
            **PERSON,
            "relation": "代表取締役",
            "authority": "registered-representative",
            "method": "chip-and-face",
            "paper": PAPER,
            **acting,
        },
        "owners": [
            {**PERSON, "ground": "over-half", "confirmed_by": "株主名簿"},
            {**PERSON, "name": "鈴木 一郎", "ground": "represents"},
        ],
    }
    read = IdentityFacts.model_validate(facts)
    return enter_record(session, RULES, company.id, "in-person", read, actor="account:7", now=NOW)


def test_the_sheet_tells_each_way_by_whose_it_is(session: Session, company: Member) -> None:
    record = enter(session, company)
    assert (record.status, record.letter) == ("approved", "イ")
    sheet = record_sheet(record, facts_of(KEYS, record), RULES.members.calendar, letters=[], language="ja")
    lines = sheet_csv(sheet).decode("utf-8-sig").splitlines()
    for told in (
        "確認,確認の方法,対面で登記事項証明書などの原本を提示",
        "取引の任に当たる者,確認の方法,写真付き本人確認書類のICチップ情報と容貌の画像の送信",
        "取引の任に当たる者,本人確認書類の名称,運転免許証",
        f"取引の任に当たる者,提示または送付を受けた日,{TODAY.isoformat()}",
        "実質的支配者,確認の方法と書類,株主名簿",
        "実質的支配者,確認の方法と書類,取引の任に当たる者の申告",
    ):
        assert told in lines


@pytest.mark.parametrize(
    ("acting", "refused"),
    [
        ({"method": "original-and-letter"}, ValidationFailed),
        ({"method": "palmistry"}, ValidationFailed),
        ({"method": "non-resident-in-person"}, MethodNotValid),
        ({"paper": {**PAPER, "expires_on": (TODAY - timedelta(days=1)).isoformat()}}, PaperExpired),
    ],
)
def test_the_acting_person_is_confirmed_by_a_way_and_a_paper_that_stand(
    session: Session, company: Member, acting: dict[str, object], refused: type[UserError]
) -> None:
    with pytest.raises(refused):
        enter(session, company, **acting)


def test_without_them_the_record_is_a_draft(session: Session, company: Member) -> None:
    assert enter(session, company, method=None, paper=None).status == "draft"
