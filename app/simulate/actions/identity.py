"""Actions on the identity of members."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import DAY, TEXT, Field, name_of

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

DEFAULT_METHOD = "in-person"
ADDRESS = "東京都千代田区丸の内1-1-1"
BORN_ON = "1990-04-01"


def verify_identity(world: "World", step: "Step") -> None:
    """Staff check the member's identity; where another person approves, another of the staff does."""
    member = world.member(step.text("member"))
    check_identity(
        world,
        member.reference,
        by=step.by or "staff",
        method=step.text("method", DEFAULT_METHOD),
        document=step.text("document") or None,
        expires_on=str(step.day("expires_on")) if step.has("expires_on") else None,
    )


def check_identity(
    world: "World",
    reference: int | str,
    *,
    by: str,
    method: str = DEFAULT_METHOD,
    document: str | None = None,
    expires_on: str | None = None,
) -> None:
    """With everything that a complete record says."""
    shown = world.pages(f"/api/members/{reference}")
    facts = _company(shown) if shown["kind"] == "company" else _person(shown)
    facts["purpose"] = "郵便物の受け取りと事務所の住所、電話の転送"
    facts["paper"] = {"title": document or _usual_paper(shown), "expires_on": expires_on}
    path = f"/api/members/{reference}/identity-records"
    entry = world.api("POST", path, {"method": method, "facts": facts}, by=by)
    if entry["status"] == "checked":
        world.api("POST", f"/api/identity-records/{entry['id']}/approve", None, by="reception")


def _person(shown: dict[str, Any]) -> dict[str, Any]:
    person = {"name": shown["name"], "address": ADDRESS, "birth_date": BORN_ON}
    return {"person": person, "occupation": "自営業"}


def _company(shown: dict[str, Any]) -> dict[str, Any]:
    person = {"name": f"{shown['name']} 代表者", "address": ADDRESS, "birth_date": BORN_ON}
    return {
        "company": {
            "name": shown["name"],
            "address": ADDRESS,
            "business": "ソフトウェアの開発",
            "business_paper": "登記事項証明書",
        },
        "acting": {
            **person,
            "relation": "代表取締役",
            "authority": "registered-representative",
            "method": DEFAULT_METHOD,
            "paper": {"title": "運転免許証"},
        },
        "holdings": [{"name": person["name"], "votes_percent": 100}],
        "owners": [{**person, "ground": "over-half"}],
    }


def _usual_paper(shown: dict[str, Any]) -> str:
    return "登記事項証明書" if shown["kind"] == "company" else "運転免許証"


ACTIONS = (
    Action(
        "verify-identity",
        verify_identity,
        {
            "member": Field(name_of("member"), required=True),
            "method": Field(TEXT),
            "document": Field(TEXT),
            "expires_on": Field(DAY),
        },
    ),
)
