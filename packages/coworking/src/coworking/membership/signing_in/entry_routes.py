"""Registering, resetting a password and signing in with a passkey over HTTP: for who has not signed in yet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import select

from coworking.kit.errors import NotFound
from coworking.kit.operators import Operator
from coworking.membership.access import Doorway, doorway_of
from coworking.membership.passwords import Passwords
from coworking.membership.rules import AccountRules, RulesOfMembers
from coworking.membership.schemas import SignedInAnswer
from coworking.membership.signing_in.entries import sign_in_with_passkey
from coworking.membership.signing_in.errors import LinkOver
from coworking.membership.signing_in.mail_addresses import change_mail_address, undo_mail_address
from coworking.membership.signing_in.mailed_links import operator_of_link
from coworking.membership.signing_in.passkeys import sign_in_options
from coworking.membership.signing_in.password_resets import ask_for_reset, reset_password
from coworking.membership.signing_in.registrations import (
    NewRegistration,
    Registrar,
    confirm,
    register,
    unknown_password,
)
from coworking.membership.signing_in.schemas import (
    AcceptedAnswer,
    ConfirmationBody,
    LinkBody,
    OptionsAnswer,
    OptionsBody,
    PasskeySignInBody,
    RegistrationBody,
    ResetBody,
    ResetRequestBody,
    SignInNameAnswer,
)

router = APIRouter(prefix="/api")


@router.post("/registrations", status_code=202, tags=["accounts"], summary="Register")
def post_registration(body: RegistrationBody, request: Request) -> AcceptedAnswer:
    """The answer is the same whether the mail address is known or not; what became of it stands in the mail."""
    doorway = doorway_of(request)
    operator_id = operator_named(doorway, body.operator)
    passwords = doorway.resources[Passwords]
    # Hashed in any case, and before the transaction: the answer takes as long for a known address.
    has_password = body.password is not None
    password_hash = passwords.hash(body.password) if body.password else unknown_password(passwords)
    new = NewRegistration(
        email=body.email,
        name=body.name,
        kind=body.kind,
        language=body.language,
        representative=body.representative,
        password_hash=password_hash,
        has_password=has_password,
    )
    registrar = registrar_of(doorway, operator_id)
    with doorway.database.transaction(operator_id) as session:
        register(
            session,
            registrar,
            new,
            operator_id=operator_id,
            origin=origin_of(request),
            now=doorway.clock.now(),
        )
    return AcceptedAnswer()


@router.post("/confirmations", tags=["accounts"], summary="Complete an account by the link in its mail")
def post_confirmation(body: ConfirmationBody, request: Request) -> SignInNameAnswer:
    doorway = doorway_of(request)
    operator_id = operator_of_link(body.token)
    registrar = registrar_of(doorway, operator_id)
    with doorway.database.transaction(operator_id) as session:
        account = confirm(session, registrar, body.token, body.password, doorway.clock.now())
        return SignInNameAnswer(sign_in_name=account.sign_in_name)


@router.post(
    "/password-resets", status_code=202, tags=["accounts"], summary="Ask for a link to reset a password"
)
def post_password_reset(body: ResetRequestBody, request: Request) -> AcceptedAnswer:
    """One mail for each account of the address; the answer is the same for an unknown one."""
    doorway = doorway_of(request)
    operator_id = operator_named(doorway, body.operator)
    with doorway.database.transaction(operator_id) as session:
        ask_for_reset(
            session,
            doorway.resources[AccountRules],
            operator_id=operator_id,
            email=body.email,
            origin=origin_of(request),
            now=doorway.clock.now(),
        )
    return AcceptedAnswer()


@router.post("/password-resets/complete", tags=["accounts"], summary="Choose another password by the link")
def post_new_password(body: ResetBody, request: Request) -> SignInNameAnswer:
    """All sign-ins of the account are over."""
    doorway = doorway_of(request)
    with doorway.database.transaction(operator_of_link(body.token)) as session:
        account = reset_password(
            session, doorway.resources[Passwords], body.token, body.password, doorway.clock.now()
        )
        return SignInNameAnswer(sign_in_name=account.sign_in_name)


@router.post(
    "/mail-address-confirmations", tags=["accounts"], summary="Confirm a new mail address by the link"
)
def post_mail_address(body: LinkBody, request: Request) -> SignInNameAnswer:
    """The address before is told, and can take it back."""
    doorway = doorway_of(request)
    with doorway.database.transaction(operator_of_link(body.token)) as session:
        account = change_mail_address(
            session, doorway.resources[AccountRules], body.token, doorway.clock.now()
        )
        return SignInNameAnswer(sign_in_name=account.sign_in_name)


@router.post("/mail-address-undos", tags=["accounts"], summary="Take a new mail address back by the link")
def post_mail_address_undo(body: LinkBody, request: Request) -> SignInNameAnswer:
    """All sign-ins of the account are over, and its password: another is chosen through that address."""
    doorway = doorway_of(request)
    with doorway.database.transaction(operator_of_link(body.token)) as session:
        account = undo_mail_address(session, doorway.resources[Passwords], body.token, doorway.clock.now())
        return SignInNameAnswer(sign_in_name=account.sign_in_name)


@router.post("/passkey-sign-ins/options", tags=["sign-in"], summary="Begin to sign in with a passkey")
def post_passkey_options(body: OptionsBody, request: Request) -> OptionsAnswer:
    doorway = doorway_of(request)
    operator_id = operator_named(doorway, body.operator)
    with doorway.database.transaction(operator_id) as session:
        options = sign_in_options(session, doorway.resources[AccountRules], operator_id, doorway.clock.now())
    return OptionsAnswer(options=options)


@router.post("/passkey-sign-ins", tags=["sign-in"], summary="Exchange a passkey's answer for a token")
def post_passkey_sign_in(body: PasskeySignInBody, request: Request) -> SignedInAnswer:
    """It counts as two factors: the passkey verifies its user."""
    doorway = doorway_of(request)
    token = sign_in_with_passkey(doorway.database, doorway.resources, body.credential, doorway.clock.now())
    return SignedInAnswer(token=token)


def operator_named(doorway: Doorway, name: str | None) -> int:
    """The operator of that name, or the only one. Raises `NotFound`."""
    statement = select(Operator.id)
    if name is not None:
        statement = statement.where(Operator.name == name)
    with doorway.database.transaction() as session:
        found = session.scalars(statement.limit(2)).all()
    if len(found) != 1 or found[0] not in doorway.resources[RulesOfMembers]:
        raise NotFound
    return found[0]


def registrar_of(doorway: Doorway, operator_id: int) -> Registrar:
    """Raises `LinkOver` for an operator that is not served here."""
    rules = doorway.resources[RulesOfMembers].get(operator_id)
    if rules is None:
        raise LinkOver
    return Registrar(rules, doorway.resources[AccountRules], doorway.resources[Passwords])


def origin_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client is not None else ""
