"""The other ways through the door: passkeys, the second step, links in mails. Each form works without JavaScript but
the passkey's, which only a script can ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.portal.errors import StepOver
from app.portal.sign_in import LONGEST_EMAIL, SESSION_COOKIE, SIGN_IN_PATH, START_PATH, STEP_COOKIE, STEP_PATH
from app.wiring import Composition
from coworking.kit.errors import UserError
from coworking.kit.web.cookies import clear_cookie, read_cookie, set_cookie
from coworking.kit.web.forms import Form, form_route
from coworking.kit.web.pages import Pages
from coworking.membership import AccountRules, Passwords, RulesOfMembers, SignInRefused
from coworking.membership.signing_in.entries import sign_in_with_code, sign_in_with_passkey
from coworking.membership.signing_in.entry_routes import origin_of
from coworking.membership.signing_in.errors import LinkOver, PasskeyRefused, PasswordNeeded
from coworking.membership.signing_in.mail_addresses import change_mail_address, undo_mail_address
from coworking.membership.signing_in.mailed_links import Purpose, look_at_link, operator_of_link
from coworking.membership.signing_in.passkeys import sign_in_options
from coworking.membership.signing_in.password_resets import ask_for_reset, reset_password
from coworking.membership.signing_in.registrations import (
    NewRegistration,
    Registrar,
    confirm,
    needs_password,
    register,
    unknown_password,
)

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 256
LONGEST_NAME = 200
LONGEST_CREDENTIAL = 12_000

InTransaction = Callable[[Session, int], Any]


def door_routes(pages: Pages, composition: Composition) -> list[BaseRoute]:
    doors = Doors(pages, composition)
    links: Sequence[tuple[str, Callable[..., Any], Callable[..., Any]]] = (
        ("confirm", doors.confirm_page, doors.confirm),
        ("reset", doors.reset_page, doors.reset),
        ("mail-address", doors.address_page, doors.change_address),
        ("mail-address-undo", doors.undo_page, doors.undo_address),
    )
    routes: list[BaseRoute] = [
        form_route(pages, "/sign-in/passkey-options", doors.passkey_options, name="passkey-options"),
        form_route(pages, "/sign-in/passkey", doors.passkey, name="passkey-form"),
        Route(STEP_PATH, doors.code_page, methods=["GET"], name="code"),
        form_route(pages, STEP_PATH, doors.code, name="code-form"),
        Route("/forgotten", doors.forgotten_page, methods=["GET"], name="forgotten"),
        form_route(pages, "/forgotten", doors.forgotten, name="forgotten-form"),
        Route("/register", doors.register_page, methods=["GET"], name="register"),
        form_route(pages, "/register", doors.register, name="register-form"),
    ]
    for name, show, act in links:
        path = f"/{name}/{{token}}"
        routes += [
            Route(path, show, methods=["GET"], name=name),
            form_route(pages, path, act, name=f"{name}-form"),
        ]
    return routes


class Doors:
    def __init__(self, pages: Pages, composition: Composition) -> None:
        self._pages = pages
        self._composition = composition
        self._rules = composition.resources[AccountRules]

    # Passkeys and the second step.

    async def passkey_options(self, request: Request, _form: Form) -> Response:
        """A challenge of the first operator: which account answers, the answer says."""
        operator_id = self._composition.operators[0].id

        def made(session: Session, _: int) -> dict[str, Any]:
            return sign_in_options(session, self._rules, operator_id, self._now())

        return JSONResponse(await run_in_threadpool(self._within, operator_id, made))

    async def passkey(self, request: Request, form: Form) -> Response:
        try:
            credential = credential_in(form)
            token = await run_in_threadpool(
                sign_in_with_passkey,
                self._composition.database,
                self._composition.resources,
                credential,
                self._now(),
            )
        except UserError as error:
            return self._show(request, "portal/refused.html", error=error)
        return self._enter(token)

    async def code_page(self, request: Request) -> Response:
        if read_cookie(request, STEP_COOKIE, https=self._pages.https) is None:
            return RedirectResponse(SIGN_IN_PATH, 303)
        return self._show(request, "portal/code.html")

    async def code(self, request: Request, form: Form) -> Response:
        step = read_cookie(request, STEP_COOKIE, https=self._pages.https) or ""
        code = form.get("code", "")[:40]
        try:
            token = await run_in_threadpool(
                sign_in_with_code,
                self._composition.database,
                self._composition.resources,
                step,
                code,
                self._now(),
            )
        except SignInRefused:
            return self._show(request, "portal/refused.html", error=StepOver())
        except UserError as error:
            return self._show(request, "portal/code.html", error=error)
        return self._enter(token)

    # Registering and forgotten passwords.

    async def forgotten_page(self, request: Request) -> Response:
        return self._show(request, "portal/forgotten.html", sent=False, email="")

    async def forgotten(self, request: Request, form: Form) -> Response:
        """Asked of every operator of the deployment: a person need not know what an operator is."""
        email = form.get("email", "").strip()[:LONGEST_EMAIL]

        def asked(session: Session, operator_id: int) -> None:
            ask_for_reset(
                session,
                self._rules,
                operator_id=operator_id,
                email=email,
                origin=origin_of(request),
                now=self._now(),
            )

        try:
            for operator in self._composition.operators:
                await run_in_threadpool(self._within, operator.id, asked)
        except UserError as error:
            return self._show(request, "portal/forgotten.html", error=error, sent=False, email=email)
        return self._show(request, "portal/forgotten.html", sent=True, email=email)

    async def register_page(self, request: Request) -> Response:
        return self._registration(request, {})

    async def register(self, request: Request, form: Form) -> Response:
        operators = {operator.profile.name: operator.id for operator in self._composition.operators}
        operator_id = operators.get(form.get("operator", ""), self._composition.operators[0].id)
        email, name = form.get("email", "").strip(), form.get("name", "").strip()
        kind = "company" if form.get("kind") == "company" else "person"
        if not is_address(email) or not 0 < len(name) <= LONGEST_NAME:
            return self._registration(request, form, missing=True)

        def registered(session: Session, operator_id: int) -> None:
            new = NewRegistration(
                email=email,
                name=name,
                password_hash=unknown_password(self._composition.resources[Passwords]),
                kind="company" if kind == "company" else "person",
                language=self._pages.reader(request).language,
            )
            register(
                session,
                self._registrar(operator_id),
                new,
                operator_id=operator_id,
                origin=origin_of(request),
                now=self._now(),
            )

        try:
            await run_in_threadpool(self._within, operator_id, registered)
        except UserError as error:
            return self._registration(request, form, error=error)
        return self._registration(request, form, sent=True)

    def _registration(
        self,
        request: Request,
        form: Form,
        *,
        error: UserError | None = None,
        missing: bool = False,
        sent: bool = False,
    ) -> Response:
        language = self._pages.reader(request).language
        return self._show(
            request,
            "portal/register.html",
            error=error,
            status=422 if missing else None,
            sent=sent,
            missing=missing,
            email=form.get("email", "")[:LONGEST_EMAIL],
            name=form.get("name", "")[:LONGEST_NAME],
            kind=form.get("kind", "person"),
            operators=[
                (operator.profile.name, operator.profile.title.spoken(language))
                for operator in self._composition.operators
            ],
        )

    # Links in mails. Looking at one changes nothing: mail programs look at links, too.

    async def confirm_page(self, request: Request) -> Response:
        def asks(session: Session, _: int) -> bool:
            return needs_password(session, request.path_params["token"], self._now())

        return await self._by_link(request, "portal/confirm.html", asks, done=False)

    async def confirm(self, request: Request, form: Form) -> Response:
        def confirmed(session: Session, operator_id: int) -> str:
            token, password = request.path_params["token"], form.get("password")
            if password is not None:
                require_password(password)
            registrar = self._registrar(operator_id)
            return confirm(session, registrar, token, password, self._now()).sign_in_name

        return await self._by_link(request, "portal/confirm.html", confirmed, done=True)

    async def reset_page(self, request: Request) -> Response:
        return await self._by_link(
            request, "portal/reset.html", self._look(request, ("password-reset",)), done=False
        )

    async def reset(self, request: Request, form: Form) -> Response:
        def chosen(session: Session, _: int) -> str:
            password = form.get("password", "")
            require_password(password)
            passwords = self._composition.resources[Passwords]
            token = request.path_params["token"]
            return reset_password(session, passwords, token, password, self._now()).sign_in_name

        return await self._by_link(request, "portal/reset.html", chosen, done=True)

    async def address_page(self, request: Request) -> Response:
        look = self._look(request, ("address-change",))
        return await self._by_link(request, "portal/mail_address.html", look, done=False, undo=False)

    async def change_address(self, request: Request, _form: Form) -> Response:
        def changed(session: Session, _: int) -> str:
            token = request.path_params["token"]
            return change_mail_address(session, self._rules, token, self._now()).sign_in_name

        return await self._by_link(request, "portal/mail_address.html", changed, done=True, undo=False)

    async def undo_page(self, request: Request) -> Response:
        look = self._look(request, ("address-undo",))
        return await self._by_link(request, "portal/mail_address.html", look, done=False, undo=True)

    async def undo_address(self, request: Request, _form: Form) -> Response:
        def undone(session: Session, _: int) -> str:
            passwords, token = self._composition.resources[Passwords], request.path_params["token"]
            return undo_mail_address(session, passwords, token, self._now()).sign_in_name

        return await self._by_link(request, "portal/mail_address.html", undone, done=True, undo=True)

    def _look(self, request: Request, purposes: Sequence[Purpose]) -> InTransaction:
        def looked(session: Session, _: int) -> None:
            look_at_link(session, request.path_params["token"], purposes, self._now())

        return looked

    async def _by_link(
        self, request: Request, template: str, work: InTransaction, *, done: bool, **facts: Any
    ) -> Response:
        """The page with what the work returned as `found`; a link that is over has a page of its own."""
        try:
            operator_id = operator_of_link(request.path_params["token"])
            found = await run_in_threadpool(self._within, operator_id, work)
            response = self._show(request, template, done=done, found=found, **facts)
        except PasswordNeeded as error:
            response = self._show(request, template, error=error, done=False, found=True, **facts)
        except UserError as error:
            response = self._show(request, "portal/refused.html", error=error)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address is the means
        return response

    def _registrar(self, operator_id: int) -> Registrar:
        resources = self._composition.resources
        return Registrar(resources[RulesOfMembers][operator_id], self._rules, resources[Passwords])

    def _within(self, operator_id: int, work: InTransaction) -> Any:
        if operator_id not in self._composition.resources[RulesOfMembers]:
            raise LinkOver
        with self._composition.database.transaction(operator_id) as session:
            return work(session, operator_id)

    def _now(self) -> Any:
        return self._composition.clock.now()

    def _enter(self, token: str) -> Response:
        response = RedirectResponse(START_PATH, 303)
        set_cookie(response, SESSION_COOKIE, token, https=self._pages.https)
        clear_cookie(response, STEP_COOKIE, https=self._pages.https)
        self._pages.start_visit(response)
        return response

    def _show(
        self,
        request: Request,
        template: str,
        *,
        error: UserError | None = None,
        status: int | None = None,
        **facts: Any,
    ) -> Response:
        language = self._pages.reader(request).language
        response = self._pages.render(
            request,
            template,
            status=status or (error.status if error else 200),
            problem=error.sentence(language) if error else "",
            **facts,
        )
        response.headers.update(error.headers if error else {})
        return response


def require_password(password: str) -> None:
    """Raises `PasswordNeeded`."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordNeeded


def is_address(email: str) -> bool:
    local, at, domain = email.partition("@")
    return (
        bool(local and at and domain)
        and len(email) <= LONGEST_EMAIL
        and email.isprintable()
        and " " not in email
    )


def credential_in(form: Form) -> dict[str, Any]:
    """What the browser has answered. Raises `PasskeyRefused` for what is no JSON object."""
    text = form.get("credential", "")
    if len(text) > LONGEST_CREDENTIAL:
        raise PasskeyRefused
    try:
        credential = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(credential, dict):
        raise PasskeyRefused
    return credential
