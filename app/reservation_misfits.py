"""What does not fit together between the spaces of a profile, its members and its prices."""

from __future__ import annotations

from collections.abc import Iterator

from coworking.billing.profile import BillingProfile
from coworking.kit.profile_fields import Misfit, Words, not_among
from coworking.membership.profile import MembershipProfile
from coworking.reservations.profile import ReservationsProfile, SpaceKind

SPACE = "space:"


def reservation_misfits(
    membership: MembershipProfile, billing: BillingProfile, reservations: ReservationsProfile
) -> Iterator[Misfit]:
    """Keys are of the whole profile."""
    for name, space in reservations.spaces.items():
        key = ("reservations", "spaces", name)
        if space.site not in membership.offices:
            yield not_among((*key, "site"), membership.offices)
        for index, plan in enumerate(space.member_plans):
            if plan not in membership.plans:
                yield not_among((*key, "member_plans", index), membership.plans)
        if space.kind is not SpaceKind.SEAT:
            yield from _without_price(name, space.member_plans, membership, billing)
    yield from _prices_of_nothing(billing, reservations)


def _without_price(
    name: str, member_plans: tuple[str, ...], membership: MembershipProfile, billing: BillingProfile
) -> Iterator[Misfit]:
    use = f"{SPACE}{name}"
    for plan in member_plans or membership.plans:
        if plan in membership.plans and billing.price_of_use(use, plan) is None:
            yield Misfit(
                ("billing", "uses", use),
                Words(
                    f"予約できるプラン {plan} の料金がありません",
                    f"has no price for {plan}, which reserves it",
                ),
                Words(
                    f"{plan} に当てはまる行（無料なら amount = 0）、または reservations.spaces.{name}.member_plans",
                    f"a price that {plan} pays (amount = 0 where it is free), or "
                    f"reservations.spaces.{name}.member_plans without it",
                ),
            )
            return


def _prices_of_nothing(billing: BillingProfile, reservations: ReservationsProfile) -> Iterator[Misfit]:
    """A price of a space that nobody can reserve is a slip of the pen. Seats cost what being there costs."""
    reserved = {
        f"{SPACE}{name}" for name, space in reservations.spaces.items() if space.kind is not SpaceKind.SEAT
    }
    for use in billing.uses:
        if use.startswith(SPACE) and use not in reserved:
            yield not_among(("billing", "uses", use), sorted(reserved))
