"""People, companies, members, offices, accounts and tokens: who somebody is and what they may do."""

from coworking.membership.access import (
    Administrator,
    Doorway,
    MoneyStaff,
    PersonsStaff,
    SignedIn,
    Staff,
    Visit,
    doorway_of,
)
from coworking.membership.accounts import find_account, open_account, sign_in
from coworking.membership.applications import read_texts as read_application_texts
from coworking.membership.charged_contracts import members_to_charge
from coworking.membership.contracts import Contract, OptionSpan, Span, contract_of, contracts_of
from coworking.membership.errors import (
    IdentityNotVerified,
    MailNotConfirmed,
    MembershipNotActive,
    OfficeUnknown,
    PasswordWrong,
    PlanUnknown,
    SecondFactorNeeded,
    SignInNameTaken,
    SignInRefused,
    TooManyAttempts,
)
from coworking.membership.events import (
    AddressReleased,
    DamageReported,
    EventSignedUp,
    EventSignUpCancelled,
    MeansNamed,
    MemberEnded,
    MemberJoined,
    MemberLeaving,
    MemberReturned,
    NotificationAddressChanged,
    OptionAdded,
    OptionDropped,
    PauseBegun,
    PlanChanged,
)
from coworking.membership.idempotency import forget_answers
from coworking.membership.invoice_addressees import InvoiceAddressee, invoice_addressee
from coworking.membership.leaving import end_membership, lift_limit, limit_membership, strike_membership
from coworking.membership.member_locks import keep_members
from coworking.membership.member_names import member_names, names_paid_under
from coworking.membership.members import (
    MemberFacts,
    NewMember,
    confirm_identity,
    enter_offices,
    enter_person,
    facts,
    get_member,
    has_identity,
    hold_member,
    join,
    list_members,
    plans_of,
    require_service,
)
from coworking.membership.password_guesses import PasswordGuesses, forget_guesses, step_up
from coworking.membership.passwords import Passwords
from coworking.membership.profile import MemberKind, MembershipProfile
from coworking.membership.roles import Right
from coworking.membership.rules import AccountRules, MemberRules, RulesOfMembers, TokenLife
from coworking.membership.staff_notices import tell_staff
from coworking.membership.staffed_hours import is_staffed
from coworking.membership.tokens import Actor, actor_of, operator_of, revoke_token
from coworking.membership.turning import turn_day

__all__ = [
    "AccountRules",
    "Actor",
    "AddressReleased",
    "Administrator",
    "Contract",
    "DamageReported",
    "Doorway",
    "EventSignUpCancelled",
    "EventSignedUp",
    "IdentityNotVerified",
    "InvoiceAddressee",
    "MailNotConfirmed",
    "MeansNamed",
    "MemberEnded",
    "MemberFacts",
    "MemberJoined",
    "MemberKind",
    "MemberLeaving",
    "MemberReturned",
    "MemberRules",
    "MembershipNotActive",
    "MembershipProfile",
    "MoneyStaff",
    "NewMember",
    "NotificationAddressChanged",
    "OfficeUnknown",
    "OptionAdded",
    "OptionDropped",
    "OptionSpan",
    "PasswordGuesses",
    "PasswordWrong",
    "Passwords",
    "PauseBegun",
    "PersonsStaff",
    "PlanChanged",
    "PlanUnknown",
    "Right",
    "RulesOfMembers",
    "SecondFactorNeeded",
    "SignInNameTaken",
    "SignInRefused",
    "SignedIn",
    "Span",
    "Staff",
    "TokenLife",
    "TooManyAttempts",
    "Visit",
    "actor_of",
    "confirm_identity",
    "contract_of",
    "contracts_of",
    "doorway_of",
    "end_membership",
    "enter_offices",
    "enter_person",
    "facts",
    "find_account",
    "forget_answers",
    "forget_guesses",
    "get_member",
    "has_identity",
    "hold_member",
    "invoice_addressee",
    "is_staffed",
    "join",
    "keep_members",
    "lift_limit",
    "limit_membership",
    "list_members",
    "member_names",
    "members_to_charge",
    "names_paid_under",
    "open_account",
    "operator_of",
    "plans_of",
    "read_application_texts",
    "require_service",
    "revoke_token",
    "sign_in",
    "step_up",
    "strike_membership",
    "tell_staff",
    "turn_day",
]
