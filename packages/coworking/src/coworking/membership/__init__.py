"""People, companies, members, offices, accounts and tokens: who somebody is and what they may do."""

from coworking.membership.access import Doorway, SignedIn, Staff, Visit, doorway_of
from coworking.membership.accounts import confirm_password, find_account, open_account, sign_in
from coworking.membership.applications import read_texts as read_application_texts
from coworking.membership.errors import (
    IdentityNotVerified,
    MembershipNotActive,
    OfficeUnknown,
    PasswordWrong,
    PlanUnknown,
    SignInNameTaken,
    SignInRefused,
)
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
from coworking.membership.passwords import Passwords
from coworking.membership.rules import MemberRules, RulesOfMembers, TokenLife
from coworking.membership.tokens import Actor, actor_of, operator_of, revoke_token

__all__ = [
    "Actor",
    "Doorway",
    "IdentityNotVerified",
    "MemberFacts",
    "MemberRules",
    "MembershipNotActive",
    "NewMember",
    "OfficeUnknown",
    "PasswordWrong",
    "Passwords",
    "PlanUnknown",
    "RulesOfMembers",
    "SignInNameTaken",
    "SignInRefused",
    "SignedIn",
    "Staff",
    "TokenLife",
    "Visit",
    "actor_of",
    "confirm_identity",
    "confirm_password",
    "doorway_of",
    "enter_offices",
    "enter_person",
    "facts",
    "find_account",
    "get_member",
    "has_identity",
    "hold_member",
    "join",
    "list_members",
    "open_account",
    "operator_of",
    "plans_of",
    "read_application_texts",
    "require_service",
    "revoke_token",
    "sign_in",
]
