"""What the tests of accounts ask of the API, and where they find what was mailed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.asgi import Answer
from coworking.kit.notices import Notice
from coworking.membership.models import Account
from tests.api_house import ApiHouse
from tests.factories.authenticators import Authenticator
from tests.factories.membership import PASSWORD, make_account, make_member

ORIGIN, HOST = "http://localhost:8000", "localhost"
_LINK = re.compile(r"rsl_\d+_[A-Za-z0-9_-]{43}")


@dataclass
class AccountDesk:
    house: ApiHouse

    @property
    def operator_id(self) -> int:
        return self.house.first.operator_id

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, Any]:
        """Status, and the answer's JSON or the code of the problem."""
        answer: Answer = self.house.ask(method, f"/api{path}", token=token, body=body)
        found = json.loads(answer.body) if answer.body else None
        return answer.status, found["code"] if answer.status >= 400 else found

    def member(self, email: str = "sato@example.jp", **facts: Any) -> Account:
        """A member's account, with `PASSWORD`."""
        with self.house.composition.database.transaction(self.operator_id) as session:
            member = make_member(session, self.operator_id, email=email, **facts)
            role = "company-representative" if member.kind == "company" else "member"
            name = facts.get("sign_in_name", email if member.kind == "person" else f"{email}/company")
            return make_account(session, self.operator_id, member=member, sign_in_name=name, role=role)

    def staff(self, role: str, email: str) -> Account:
        with self.house.composition.database.transaction(self.operator_id) as session:
            return make_account(session, self.operator_id, role=role, sign_in_name=email)

    def token(self, name: str, password: str = PASSWORD, **more: str) -> str:
        status, found = self.sign_in(name, password, **more)
        assert status == 200, found
        token: str = found["token"]
        return token

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> tuple[int, Any]:
        body = {"operator": "nex", "email": name, "password": password, **more}
        return self.ask("POST", "/sign-in", body)

    def letters(self, address: str, kind: str | None = None) -> list[Notice]:
        with self.house.composition.database.transaction(self.operator_id) as session:
            statement = select(Notice).where(Notice.address == address).order_by(Notice.id)
            return [one for one in session.scalars(statement) if kind is None or one.kind == kind]

    def link(self, address: str, kind: str) -> str:
        """Of the latest letter."""
        found = _LINK.search(self.letters(address, kind)[-1].body)
        assert found is not None
        return found[0]

    def with_passkey(self, token: str, authenticator: Authenticator, name: str = "電話") -> tuple[int, Any]:
        status, found = self.ask("POST", "/account/passkeys/options", {}, token)
        assert status == 200, found
        credential = authenticator.make(found["options"])
        return self.ask("POST", "/account/passkeys", {"name": name, "credential": credential}, token)

    def passkey_options(self) -> dict[str, Any]:
        status, found = self.ask("POST", "/passkey-sign-ins/options", {"operator": "nex"})
        assert status == 200, found
        options: dict[str, Any] = found["options"]
        return options

    def enter_by(self, credential: dict[str, Any]) -> tuple[int, Any]:
        return self.ask("POST", "/passkey-sign-ins", {"credential": credential})


def authenticator(**facts: Any) -> Authenticator:
    return Authenticator(ORIGIN, HOST, **facts)
