"""Paying by hand, and how members pay."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.actions.own_words import brand_name
from app.simulate.comparisons import parse_comparison
from app.simulate.evaluation import values
from app.simulate.fields import TEXT, Field, integer, name_of, word
from app.simulate.scenario import STAFF_ROLES

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_YEN = 999_999_999
REASONS = ("bounced", "disputed", "mistaken")
CARDS = ("ok", "declined", "insufficient", "disputed", "unknown-after-timeout")
OPEN = ("issued", "part-paid", "overdue")
PAID = ("paid", "part-paid")
UNKNOWN = "-"
"""An invoice number that is nobody's."""


def pay(world: "World", step: "Step") -> str:
    """Staff record what somebody paid: all that is owed on the invoice unless `amount` says otherwise. `by` is a means
    of payment, or who records it."""
    by = step.text("by")
    is_person = by in STAFF_ROLES or by in world.references.names("member")
    means = step.text("pay_by") or ("" if is_person else by)
    return world.paying.pay(
        _invoice(world, step),
        means=means or None,
        brand=brand_name(step.text("brand")) or None,
        amount=step.whole("amount", 0) or None,
        by=by if by in STAFF_ROLES else "billing",
    )


def refund(world: "World", step: "Step") -> None:
    number = _invoice(world, step, is_paid=True)["number"]
    body: dict[str, Any] = {"reason": world.label}
    if step.has("amount"):
        body["amount"] = step.whole("amount", 0)
    world.api("POST", f"/api/invoices/{number}/refund", body, by=step.by or "billing")


def reverse_payment(world: "World", step: "Step") -> None:
    """Money that did not stay; by billing staff."""
    payment = world.references.reference("payment", step.text("payment"))
    body = {"reason": step.text("reason", REASONS[0])}
    world.api("POST", f"/api/payments/{payment}/reverse", body, by=step.by or "billing")


def set_payment_method(world: "World", step: "Step") -> None:
    """By the member, or by staff where the operator changes it on request."""
    name = step.text("member")
    body: dict[str, Any] = {"means": step.text("pay_by")}
    if step.has("brand"):
        body["brand"] = brand_name(step.text("brand"))
    path = f"/api/members/{world.member(name).reference}/payment-method"
    usual = "staff" if world.deployment.payment_changed_by_office else name
    world.api("PUT", path, body, by=step.by or usual)
    if body["means"] == "direct-debit":
        world.paying.sign_mandate(world.member(name).reference)


def register_card(world: "World", step: "Step") -> None:
    """The member registers one of the sandbox's cards."""
    world.paying.enter_card(world.member(step.text("member")).reference, step.text("card", CARDS[0]))


def mail_slips(world: "World", step: "Step") -> None:
    """Staff mail every payment slip that waits."""
    for slip in world.pages("/api/payment-slips", is_mailed="false")["items"]:
        world.api("POST", f"/api/payment-slips/{slip['id']}/mailed", None, by=step.by or "staff")


def _invoice(world: "World", step: "Step", *, is_paid: bool = False) -> dict[str, Any]:
    """The invoice of that number, or of what a selector (`member=sato,due_on=2026-07-10`) or a member means: what is
    owed first, or was paid first. Money of somebody who owes nothing is for no invoice."""
    text = step.text("invoice")
    is_selector = "=" in text
    if is_selector or not text or text in world.references.names("member"):
        meant = _selected(world, text) if is_selector else _of_member(world, text or step.text("member"))
        wanted = PAID if is_paid else OPEN
        found_ones = [invoice for invoice in meant if invoice["status"] in wanted]
        if is_paid or is_selector:
            found_ones = found_ones or meant
        elif not found_ones and step.has("amount"):
            return {"number": None, "member_id": world.member(text or step.text("member")).reference}
        text = (
            min(found_ones, key=lambda one: (one["due_on"], one["id"]))["number"] if found_ones else UNKNOWN
        )
    found: dict[str, Any] = world.api("GET", f"/api/invoices/{text}", None, by="billing")
    return found


def _of_member(world: "World", name: str) -> list[dict[str, Any]]:
    member = world.member(name).reference
    return [invoice for invoice in _invoices(world) if invoice["member_id"] == member]


def _selected(world: "World", selector: str) -> list[dict[str, Any]]:
    assert world.answers is not None
    path = selector if selector.startswith("invoices[") else f"invoices[{selector}]"
    numbers = set(values(parse_comparison(f"{path}.number == x").left.path, world.answers))
    return [invoice for invoice in _invoices(world) if invoice["number"] in numbers]


def _invoices(world: "World") -> list[dict[str, Any]]:
    return [invoice for invoice in world.all_pages("/api/invoices") if invoice["kind"] == "invoice"]


_MEMBER = Field(name_of("member"), required=True)
_INVOICE = {"invoice": Field(TEXT), "member": Field(name_of("member"))}
_AMOUNT = Field(integer(1, MOST_YEN))

ACTIONS = (
    Action(
        "pay",
        pay,
        {**_INVOICE, "by": Field(TEXT), "pay_by": Field(TEXT), "brand": Field(TEXT), "amount": _AMOUNT},
        makes="payment",
        one_of=("invoice", "member"),
    ),
    Action("refund", refund, {**_INVOICE, "amount": _AMOUNT}, one_of=("invoice", "member")),
    Action(
        "reverse-payment",
        reverse_payment,
        {"payment": Field(name_of("payment"), required=True), "reason": Field(word(*REASONS))},
    ),
    Action(
        "set-payment-method",
        set_payment_method,
        {"member": _MEMBER, "pay_by": Field(TEXT, required=True), "brand": Field(TEXT)},
    ),
    Action("register-card", register_card, {"member": _MEMBER, "card": Field(word(*CARDS))}),
    Action("mail-slips", mail_slips, {}),
)
