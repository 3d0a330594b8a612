"""Random lives of members: what they and staff do, day by day, and how they pay. The same seed gives the same lives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from app.profiles import Profile
from coworking.billing.cards.sandbox_cards import SandboxCard
from coworking.membership.profile import LeavingAtOnce

DAYS = 730
"""24 months."""
MEMBERS = 3
LAST_DAY_OF_JOINING = 150
MEAN_DAYS_BETWEEN_ACTS = 24


@dataclass(frozen=True, slots=True)
class Act:
    """`day` counts from the first; `share` in [0, 1) chooses among what there is by then."""

    day: int
    member: int
    what: str
    name: str = ""
    share: float = 0.0


def live(profile: Profile, seed: int) -> list[Act]:
    """In the order of their days."""
    random = Random(f"{profile.name} {seed}")
    acts = [act for member in range(MEMBERS) for act in _life(profile, random, member)]
    acts += [Act(day, -1, "close-books") for day in range(40, DAYS, 61)]
    return sorted(acts, key=lambda act: act.day)


def habit(seed: int, member: int, invoice: int) -> tuple[int, float]:
    """How many days after it is due a member pays the nth invoice, and how much of it; more than 1 is too much."""
    random = Random(f"{seed} {member} {invoice}")
    if random.random() < 0.7:
        return random.randint(-5, 0), 1.0
    return random.choice([1, 8, 20, 45, 90, 10_000]), random.choice([1.0, 1.0, 0.4, 1.3])


def _life(profile: Profile, random: Random, member: int) -> Iterator[Act]:
    membership = profile.membership
    plans = [name for name, plan in membership.plans.items() if plan.has_contract and plan.of_company is None]
    day = random.randint(0, LAST_DAY_OF_JOINING)
    yield Act(day, member, "join", random.choice(plans), random.random())
    while True:
        day += max(1, round(random.expovariate(1 / MEAN_DAYS_BETWEEN_ACTS)))
        if day >= DAYS:
            return
        yield Act(day, member, *_wanted(profile, random, plans), random.random())


def _wanted(profile: Profile, random: Random, plans: list[str]) -> tuple[str, str]:
    membership, billing = profile.membership, profile.billing
    wanted: list[tuple[float, str, list[str]]] = [
        (3, "change-plan", plans),
        (2, "upgrade", plans),
        (3, "add-option", list(membership.options)),
        (2, "drop-option", list(membership.options)),
        (4, "use", list(billing.uses)),
        (2, "fee", list(billing.fees)),
        (2, "pay-by", [choice.means.value for choice in billing.payment_choices]),
        (1, "card", [SandboxCard.OK, SandboxCard.OK, SandboxCard.DECLINED, SandboxCard.INSUFFICIENT]),
        (1, "credit", ["all", "part"]),
        (1, "bounce", ["bounced", "mistaken"]),
        (1, "pay-ahead", ["cash"]),
        (1, "refund", ["asked"]),
        (1.5, "pause", ["1", "2", "3"]),
        (1.5, "come-back", ["now", "later"]),
        (0.3 if isinstance(membership.contracts.leaving, LeavingAtOnce) else 0.6, "leave", ["asked"]),
    ]
    possible = [one for one in wanted if one[2]]
    [(_, what, names)] = random.choices(possible, [weight for weight, _, _ in possible])
    return what, random.choice(names)
