"""The operators that this deployment serves, with the rules that are in force for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.profiles import Profile, load_profile
from app.settings import OperatorSettings
from coworking.billing import BillingRules, MonthlyDues
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import Clock
from coworking.kit.daily import begin_days
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator, store_profile_version
from coworking.membership import MemberRules, enter_offices
from coworking.reservations import ReservationRules, enter_spaces
from mail_handling import MailRules
from telephony.forwarding import CallRules, rewrite_all_cards
from telephony.forwarding.caps import begin_system_caps
from telephony.metering import NO_SYSTEM_CAPS, SystemCaps, TariffRules
from telephony.numbers import FeeRules, LineRules


@dataclass(frozen=True)
class OperatorInForce:
    """An operator with one version of its profile. What was charged before names the version of its own day."""

    id: int
    settings: OperatorSettings
    profile: Profile
    profile_version_id: int
    calendar: BusinessCalendar
    system_caps: SystemCaps = NO_SYSTEM_CAPS

    def member_rules(self) -> MemberRules:
        dues = {
            name: one.amount
            for name, one in self.profile.billing.dues.items()
            if isinstance(one, MonthlyDues)
        }
        return MemberRules(self.profile.membership, self.calendar, dues, self.profile.title)

    def billing_rules(self) -> BillingRules:
        profile = self.profile
        return BillingRules(
            profile.billing, profile.membership, self.calendar, self.profile_version_id, profile.title
        )

    def mail_rules(self, public_url: str) -> MailRules | None:
        """None where no mail is taken in."""
        mail = self.profile.mail
        return (
            None
            if mail is None
            else MailRules(mail, self.profile.membership, self.billing_rules(), public_url)
        )

    def reservation_rules(self) -> ReservationRules | None:
        """None where there is nothing to reserve."""
        reservations = self.profile.reservations
        return None if reservations is None else ReservationRules(reservations, self.billing_rules())

    @property
    def lends_lines(self) -> bool:
        return self.profile.lends_lines

    def line_rules(self) -> LineRules:
        """This and the two below raise `LinesNotLent`."""
        return LineRules(
            self.profile.numbers, self.calendar, self.profile.membership.joining.identity_required
        )

    def fee_rules(self) -> FeeRules:
        profile = self.profile
        return FeeRules(profile.numbers, profile.billing, self.calendar, self.profile_version_id)

    def call_rules(self) -> CallRules:
        tariffs = TariffRules(
            self.profile.metering, self.profile.billing, self.calendar, self.profile_version_id
        )
        return CallRules(
            self.profile.forwarding, tariffs, self.profile.membership.language.value, self.system_caps
        )


def put_in_force(
    database: Database,
    operators: Sequence[OperatorSettings],
    clock: Clock,
    system_caps: SystemCaps = NO_SYSTEM_CAPS,
) -> list[OperatorInForce]:
    """Load the profiles, store their versions, enter their offices, and bring every routing card up to date.

    Raises `ProfileError`.
    """
    return [
        _put_in_force(database, settings, load_profile(settings.profile), clock, system_caps)
        for settings in operators
    ]


def _put_in_force(
    database: Database, settings: OperatorSettings, profile: Profile, clock: Clock, system_caps: SystemCaps
) -> OperatorInForce:
    now = clock.now()
    with database.transaction() as session:
        operator_id = ensure_operator(session, profile.name, now)
    with database.transaction(operator_id) as session:
        version_id = store_profile_version(
            session, operator_id, digest=profile.digest, document=profile.document, at=now
        )
        offices = profile.membership.offices
        enter_offices(
            session, operator_id, {name: office.area_code or "" for name, office in offices.items()}
        )
        if profile.reservations is not None:
            enter_spaces(session, operator_id, profile.reservations)
    operator = OperatorInForce(operator_id, settings, profile, version_id, profile.calendar(), system_caps)
    with database.transaction(operator_id) as session:
        if operator.lends_lines:
            begin_system_caps(session, operator.call_rules(), operator_id, now)
            rewrite_all_cards(session, operator.call_rules(), now)
        begin_days(session, operator_id, operator.calendar, now)
    return operator
