"""What a profile says about mail that does not fit its members or its prices."""

from __future__ import annotations

from collections.abc import Iterator

from coworking.billing import BillingProfile
from coworking.kit.profile_fields import Misfit, Words, not_among
from coworking.membership import MembershipProfile
from mail_handling import MailProfile

FORWARDING_FEE = "mail-forwarding"
FIXED_FEES = ("mail-scan", "mail-storage")


def mail_misfits(
    membership: MembershipProfile, billing: BillingProfile, mail: MailProfile
) -> Iterator[Misfit]:
    for field, names, known in (
        ("options", mail.entitlement.options, membership.options),
        ("member_plans", mail.entitlement.member_plans, membership.plans),
    ):
        for index, name in enumerate(names):
            if name not in known:
                yield not_among(("mail", "entitlement", field, index), known)
    fee = billing.fees.get(FORWARDING_FEE)
    if mail.forwarding is not None and (fee is None or fee.kind != "at-cost"):
        yield Misfit(
            ("mail", "forwarding") if fee is None else ("billing", "fees", FORWARDING_FEE, "kind"),
            Words("転送料が実費ではありません", "is not at cost, as mail is forwarded"),
            Words(
                f'billing.fees.{FORWARDING_FEE} の表（kind = "at-cost"）',
                f'a table billing.fees.{FORWARDING_FEE} with kind = "at-cost"',
            ),
        )
    for name in FIXED_FEES:
        priced = billing.fees.get(name)
        if priced is not None and priced.kind != "fixed":
            yield Misfit(
                ("billing", "fees", name, "kind"),
                Words("1件・1日ごとの定額ではありません", "is no price for each time"),
                Words('"fixed"', '"fixed"'),
            )
