"""What charges are called on papers and pages, in both languages."""

from __future__ import annotations

from coworking.billing.rules import BillingRules
from coworking.kit.profile_fields import Bilingual, Words

OPENING_BALANCE = "opening-balance"
"""What was invoiced before, in another system, and is still owed: with its tax, and no sale of this one's books."""

USUAL_TITLES = {
    "dues": Words("会費", "Dues"),
    "contribution": Words("賛助会費", "Contribution"),
    "admission": Words("入会金", "Admission fee"),
    "ic-card": Words("ICカード発行料", "IC card"),
    "lost": Words("紛失・未返却の実費", "Replacement of a lost item"),
    "plan-change": Words("プラン変更手数料", "Change of plan"),
    "drop-in": Words("ドロップイン利用料", "Drop-in"),
    "overtime": Words("時間外利用料", "Use outside the plan's hours"),
    "space": Words("スペース利用料", "Use of a space"),
    "printing": Words("印刷料", "Printing"),
    "late-interest": Words("遅延損害金", "Late interest"),
    "line-setup": Words("回線の初期費用", "Line set-up"),
    "line-monthly": Words("回線の月額料金", "Line, monthly fee"),
    "call": Words("通話料", "Calls"),
    "control-call": Words("操作通話料", "Control calls"),
    "mail-forwarding": Words("郵便転送料", "Mail forwarding"),
    "mail-storage": Words("郵便保管料", "Mail storage"),
    "mail-scan": Words("郵便スキャン料", "Mail scanning"),
    "damage": Words("損害の実費", "Damage"),
    "recovery": Words("障害の復旧費用", "Cost of recovery"),
    "rounding": Words("端数調整", "Fractions of a yen"),
    "credit": Words("ご請求の減額", "Reduction"),
    "event-fee": Words("イベント参加費", "Event fee"),
    OPENING_BALANCE: Words("以前のご請求の未払分", "Unpaid from before"),
}
"""By purpose, or by what stands before its colon; a profile's own title goes before."""


def title_of(rules: BillingRules, what: str) -> Words | Bilingual:
    """The title of a purpose: the profile's, else the usual one, else the purpose itself."""
    kind, _, name = what.partition(":")
    if kind == "option" and name in rules.membership.options:
        return rules.membership.options[name].title
    if what in rules.profile.fees:
        return rules.profile.fees[what].title
    if what in rules.profile.uses:
        return rules.profile.uses[what][0].title
    return USUAL_TITLES.get(what) or USUAL_TITLES.get(kind) or Words(what, what)
