"""One's own account, for members and staff alike: passkeys, second factor, password, mail address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.portal.doors import credential_in, is_address, require_password
from app.portal.errors import AddressNeeded
from app.portal.sign_in import ACCOUNT_PATH, SESSION_COOKIE, SIGN_IN_PATH
from app.wiring import Composition
from coworking.kit.errors import UserError
from coworking.kit.outbox import Resources
from coworking.kit.sealing import FieldKeys
from coworking.kit.web.cookies import read_cookie
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.membership import AccountRules, Actor, PasswordGuesses, Passwords, actor_of, operator_of
from coworking.membership.accounts import has_second_factor
from coworking.membership.models import Account
from coworking.membership.signing_in.entries import raise_factors, require_fresh
from coworking.membership.signing_in.entry_routes import origin_of
from coworking.membership.signing_in.mail_addresses import ask_for_change
from coworking.membership.signing_in.passkeys import (
    list_passkeys,
    register_passkey,
    registration_options,
    remove_passkey,
)
from coworking.membership.signing_in.password_resets import change_password
from coworking.membership.signing_in.second_factors import (
    begin_enrolment,
    finish_enrolment,
    recovery_codes_left,
    take_off,
)

LONGEST_NAME = 200
LONGEST_DIGITS = 18


@dataclass(frozen=True)
class AccountVisit:
    """One request about one's own account. `form` is empty for a page that is only looked at."""

    request: Request
    session: Session
    actor: Actor
    now: datetime
    resources: Resources
    form: Form

    @property
    def account(self) -> Account:
        return self.session.get_one(Account, self.actor.account_id)

    def fresh(self) -> Account:
        """Raises as `require_fresh` does; the form's password is asked for only where the sign-in is not fresh."""
        password = self.form.get("shown") or None
        return require_fresh(self.session, self.resources, self.actor, password, self.now)


Work = Callable[[AccountVisit], dict[str, Any]]


def account_routes(pages: Pages, composition: Composition) -> list[BaseRoute]:
    desk = _AccountDesk(pages, composition)
    return [
        Route(ACCOUNT_PATH, desk.page, methods=["GET"], name="account"),
        form_route(pages, f"{ACCOUNT_PATH}/passkey-options", desk.passkey_options, name="account-options"),
        *(
            form_route(pages, f"{ACCOUNT_PATH}/{name}", desk.answering(work), name=f"account-{name}")
            for name, work in WORKS.items()
        ),
    ]


def _passkey(visit: AccountVisit) -> dict[str, Any]:
    register_passkey(
        visit.session,
        visit.resources[AccountRules],
        visit.account,
        name=visit.form.get("name", "").strip()[:LONGEST_NAME] or "-",
        credential=credential_in(visit.form),
        now=visit.now,
    )
    return {"done": "passkey"}


def _remove_passkey(visit: AccountVisit) -> dict[str, Any]:
    digits = visit.form.get("passkey", "")
    passkey_id = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_DIGITS else 0
    remove_passkey(visit.session, visit.fresh(), passkey_id, visit.now)
    return {"done": "passkey-removed"}


def _password(visit: AccountVisit) -> dict[str, Any]:
    password = visit.form.get("password", "")
    require_password(password)
    passwords = visit.resources[Passwords]
    change_password(
        visit.session, passwords, visit.fresh(), password, visit.now, token_id=visit.actor.token_id
    )
    return {"done": "password"}


def _mail_address(visit: AccountVisit) -> dict[str, Any]:
    email = visit.form.get("email", "").strip()
    if not is_address(email):
        raise AddressNeeded
    rules = visit.resources[AccountRules]
    origin = origin_of(visit.request)
    ask_for_change(visit.session, rules, visit.fresh(), email, origin=origin, now=visit.now)
    return {"done": "mail-address"}


def _second_factor(visit: AccountVisit) -> dict[str, Any]:
    enrolment = begin_enrolment(visit.session, visit.resources[FieldKeys], visit.fresh(), visit.now)
    return {"enrolment": enrolment, "qr": Markup(enrolment.qr_svg)}  # noqa: S704 - drawn here, of our own text


def _code(visit: AccountVisit) -> dict[str, Any]:
    account = visit.account
    with visit.resources[PasswordGuesses].codes_counted(visit.actor.operator_id, account.id, visit.now):
        codes = finish_enrolment(
            visit.session, visit.resources[FieldKeys], account, visit.form.get("code", "")[:40], visit.now
        )
    raise_factors(visit.session, visit.actor, 2, visit.now)
    return {"done": "second-factor", "recovery_codes": codes}


def _no_second_factor(visit: AccountVisit) -> dict[str, Any]:
    take_off(visit.session, visit.fresh(), visit.now)
    return {"done": "second-factor-off"}


WORKS: dict[str, Work] = {
    "passkey": _passkey,
    "passkey-removal": _remove_passkey,
    "password": _password,
    "mail-address": _mail_address,
    "second-factor": _second_factor,
    "code": _code,
    "second-factor-removal": _no_second_factor,
}


class _AccountDesk:
    def __init__(self, pages: Pages, composition: Composition) -> None:
        self._pages = pages
        self._composition = composition

    async def page(self, request: Request) -> Response:
        return await self._answer(request, {}, lambda _visit: {})

    async def passkey_options(self, request: Request, form: Form) -> Response:
        def made(visit: AccountVisit) -> dict[str, Any]:
            return registration_options(
                visit.session, visit.resources[AccountRules], visit.fresh(), visit.now
            )

        options = await run_in_threadpool(self._visit, request, form, made)
        return RedirectResponse(SIGN_IN_PATH, 303) if options is None else JSONResponse(options)

    def answering(self, work: Work) -> Callable[[Request, Form], Any]:
        async def answer(request: Request, form: Form) -> Response:
            return await self._answer(request, form, work)

        return answer

    async def _answer(self, request: Request, form: Form, work: Work) -> Response:
        problem, status = "", 200
        try:
            shown = await run_in_threadpool(self._visit, request, form, self._showing(work))
        except UserError as error:
            problem, status = error.sentence(self._pages.reader(request).language), error.status
            shown = await run_in_threadpool(self._visit, request, form, self._showing(lambda _visit: {}))
        if shown is None:
            return RedirectResponse(SIGN_IN_PATH, 303)
        return self._pages.render(request, "portal/account.html", status=status, problem=problem, **shown)

    def _showing(self, work: Work) -> Work:
        """What the page shows after the work."""

        def show(visit: AccountVisit) -> dict[str, Any]:
            facts: dict[str, Any] = {"done": "", "enrolment": None, "qr": "", "recovery_codes": []}
            facts.update(work(visit))
            visit.session.flush()
            account = visit.account
            return {
                **facts,
                "account": account,
                "passkeys": list_passkeys(visit.session, account.id),
                "second_factor": has_second_factor(visit.session, account.id),
                "codes_left": recovery_codes_left(visit.session, account.id),
            }

        return show

    def _visit(self, request: Request, form: Form, work: Work) -> dict[str, Any] | None:
        """What the work returned, in one transaction; None for who has to sign in."""
        token = read_cookie(request, SESSION_COOKIE, https=self._pages.https)
        operator_id = operator_of(token) if token else None
        if token is None or operator_id is None:
            return None
        now = self._composition.clock.now()
        with self._composition.database.transaction(operator_id) as session:
            actor = actor_of(session, token, now)
            if actor is None:
                return None
            return work(AccountVisit(request, session, actor, now, self._composition.resources, form))
