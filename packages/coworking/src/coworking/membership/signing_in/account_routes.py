"""One's own account over HTTP: password, mail address, passkeys, second factor."""

from __future__ import annotations

from fastapi import APIRouter, Request

from coworking.kit.sealing import FieldKeys
from coworking.membership.access import SignedIn, Visit, doorway_of
from coworking.membership.accounts import has_second_factor
from coworking.membership.models import Account
from coworking.membership.password_guesses import PasswordGuesses
from coworking.membership.passwords import Passwords
from coworking.membership.rules import AccountRules
from coworking.membership.signing_in.entries import raise_factors, require_fresh, show_again
from coworking.membership.signing_in.entry_routes import origin_of
from coworking.membership.signing_in.mail_addresses import ask_for_change
from coworking.membership.signing_in.passkeys import (
    count_passkeys,
    get_passkey,
    list_passkeys,
    register_passkey,
    registration_options,
    remove_passkey,
    sign_in_options,
)
from coworking.membership.signing_in.password_resets import change_password
from coworking.membership.signing_in.schemas import (
    AcceptedAnswer,
    AccountAnswer,
    CodeBody,
    EnrolmentAnswer,
    MailAddressBody,
    OptionsAnswer,
    PasskeyAnswer,
    PasskeyBody,
    PasskeyNameBody,
    PasswordBody,
    RecoveryCodesAnswer,
    ShownBody,
    StepUpBody,
)
from coworking.membership.signing_in.second_factors import (
    begin_enrolment,
    finish_enrolment,
    recovery_codes_left,
    renew_recovery_codes,
    take_off,
)

router = APIRouter(prefix="/api/account", tags=["accounts"])


@router.get("", summary="One's own account")
def get_account(visit: SignedIn) -> AccountAnswer:
    account = _own(visit)
    return AccountAnswer(
        id=account.id,
        sign_in_name=account.sign_in_name,
        name=account.person.name,
        email=account.person.email,
        role=account.role,
        member_id=account.member_id,
        second_factor=has_second_factor(visit.session, account.id),
        recovery_codes_left=recovery_codes_left(visit.session, account.id),
        passkeys=count_passkeys(visit.session, account.id),
        factors_shown=visit.actor.factors,
    )


@router.post("/step-up", status_code=204, summary="Show a factor again")
def post_step_up(body: StepUpBody, visit: SignedIn, request: Request) -> None:
    """For ten minutes nothing more is asked for. A code or a passkey makes the sign-in one of two factors."""
    show_again(
        doorway_of(request).database,
        visit.session,
        visit.resources,
        visit.actor,
        password=body.password,
        code=body.code,
        credential=body.credential,
        now=visit.now,
    )


@router.post("/step-up/options", summary="Begin to show a passkey again")
def post_step_up_options(visit: SignedIn) -> OptionsAnswer:
    rules = visit.resources[AccountRules]
    return OptionsAnswer(options=sign_in_options(visit.session, rules, visit.operator_id, visit.now))


@router.put("/password", status_code=204, summary="Change the password")
def put_password(body: PasswordBody, visit: SignedIn) -> None:
    """Everywhere else the account is signed out."""
    account = _fresh(visit, body.password)
    passwords = visit.resources[Passwords]
    change_password(
        visit.session, passwords, account, body.new_password, visit.now, token_id=visit.actor.token_id
    )


@router.post("/mail-address", status_code=202, summary="Ask to change the mail address")
def post_mail_address(body: MailAddressBody, visit: SignedIn, request: Request) -> AcceptedAnswer:
    """A link goes to the new address; nothing changes before it is opened."""
    account = _fresh(visit, body.password)
    rules = visit.resources[AccountRules]
    ask_for_change(visit.session, rules, account, body.email, origin=origin_of(request), now=visit.now)
    return AcceptedAnswer()


@router.get("/passkeys", summary="One's own passkeys")
def get_passkeys(visit: SignedIn) -> list[PasskeyAnswer]:
    """All of them: an account has at most 20."""
    return [PasskeyAnswer.model_validate(one) for one in list_passkeys(visit.session, visit.actor.account_id)]


@router.post("/passkeys/options", summary="Begin to register a passkey")
def post_passkey_options(body: ShownBody, visit: SignedIn) -> OptionsAnswer:
    account = _fresh(visit, body.password)
    options = registration_options(visit.session, visit.resources[AccountRules], account, visit.now)
    return OptionsAnswer(options=options)


@router.post("/passkeys", status_code=201, summary="Register a passkey")
def post_passkey(body: PasskeyBody, visit: SignedIn) -> PasskeyAnswer:
    passkey = register_passkey(
        visit.session,
        visit.resources[AccountRules],
        _own(visit),
        name=body.name,
        credential=body.credential,
        now=visit.now,
    )
    return PasskeyAnswer.model_validate(passkey)


@router.put("/passkeys/{passkey_id}", summary="Name a passkey")
def put_passkey(passkey_id: int, body: PasskeyNameBody, visit: SignedIn) -> PasskeyAnswer:
    passkey = get_passkey(visit.session, visit.actor.account_id, passkey_id)
    passkey.name = body.name
    return PasskeyAnswer.model_validate(passkey)


@router.post("/passkeys/{passkey_id}/remove", status_code=204, summary="Remove a passkey")
def post_passkey_removal(passkey_id: int, body: ShownBody, visit: SignedIn) -> None:
    get_passkey(visit.session, visit.actor.account_id, passkey_id)
    remove_passkey(visit.session, _fresh(visit, body.password), passkey_id, visit.now)


@router.post("/second-factor", status_code=201, summary="Begin to set up a second factor")
def post_second_factor(body: ShownBody, visit: SignedIn) -> EnrolmentAnswer:
    """In force with its first right code."""
    account = _fresh(visit, body.password)
    enrolment = begin_enrolment(visit.session, visit.resources[FieldKeys], account, visit.now)
    return EnrolmentAnswer.model_validate(enrolment)


@router.post("/second-factor/confirm", summary="Put the second factor in force by its first code")
def post_second_factor_code(body: CodeBody, visit: SignedIn) -> RecoveryCodesAnswer:
    account = _own(visit)
    with visit.resources[PasswordGuesses].codes_counted(visit.operator_id, account.id, visit.now):
        codes = finish_enrolment(visit.session, visit.resources[FieldKeys], account, body.code, visit.now)
    raise_factors(visit.session, visit.actor, 2, visit.now)
    return RecoveryCodesAnswer(recovery_codes=codes)


@router.post("/second-factor/remove", status_code=204, summary="Take the second factor off")
def post_second_factor_removal(body: ShownBody, visit: SignedIn) -> None:
    take_off(visit.session, _fresh(visit, body.password), visit.now)


@router.post("/recovery-codes", summary="Make new recovery codes")
def post_recovery_codes(body: ShownBody, visit: SignedIn) -> RecoveryCodesAnswer:
    """The old ones are over."""
    account = _fresh(visit, body.password)
    return RecoveryCodesAnswer(recovery_codes=renew_recovery_codes(visit.session, account, visit.now))


def _own(visit: Visit) -> Account:
    return visit.session.get_one(Account, visit.actor.account_id)


def _fresh(visit: Visit, password: str | None) -> Account:
    return require_fresh(visit.session, visit.resources, visit.actor, password, visit.now)
