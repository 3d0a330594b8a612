"""Transfers, what staff do with deposits, and mandates for direct debit."""

from typing import TYPE_CHECKING, Any

from app.simulate.actions.declaration import Action
from app.simulate.fields import DAY, TEXT, Field, integer, name_of, word

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

MOST_YEN = 999_999_999
RESULTS = (
    "paid",
    "no-funds",
    "no-account",
    "stopped-by-holder",
    "no-mandate",
    "stopped-by-collector",
    "other",
)


def transfer(world: "World", step: "Step") -> str | None:
    """Somebody transfers money; the bank's file of the day comes in. By billing staff."""
    payer = step.text("payer", step.text("member"))
    deposits = world.banking.transfer([(payer, step.whole("amount", 0))], by=step.by or "billing")
    return str(deposits[-1]["id"]) if deposits else None


def assign_deposit(world: "World", step: "Step") -> None:
    body: dict[str, Any] = {"member_id": world.member(step.text("member")).reference}
    if step.has("invoice"):
        body["invoice"] = step.text("invoice")
    world.api("POST", f"{_deposit(world, step)}/assign", body, by=step.by or "billing")


def ignore_deposit(world: "World", step: "Step") -> None:
    body = {"reason": step.text("reason", world.label)}
    world.api("POST", f"{_deposit(world, step)}/ignore", body, by=step.by or "billing")


def undo_deposit(world: "World", step: "Step") -> None:
    world.api("POST", f"{_deposit(world, step)}/undo", None, by=step.by or "billing")


def debit_accounts(world: "World", step: "Step") -> None:
    """Staff have a file written for a debit date."""
    debit_on = step.day("debit_on") or world.today
    world.api("POST", "/api/debits", {"debit_on": debit_on.isoformat()}, by=step.by or "billing")


def bank_answers(world: "World", step: "Step") -> None:
    """From now on the bank gives this result for the member's debits."""
    world.paying.answer_of_bank(world.member(step.text("member")).reference, step.text("result"))


def _deposit(world: "World", step: "Step") -> str:
    return f"/api/deposits/{world.references.reference('deposit', step.text('deposit'))}"


_MEMBER = Field(name_of("member"), required=True)
_DEPOSIT = Field(name_of("deposit"), required=True)

ACTIONS = (
    Action(
        "transfer",
        transfer,
        {
            "payer": Field(TEXT),
            "member": Field(name_of("member")),
            "amount": Field(integer(1, MOST_YEN), required=True),
        },
        makes="deposit",
        one_of=("payer", "member"),
    ),
    Action(
        "assign-deposit", assign_deposit, {"deposit": _DEPOSIT, "member": _MEMBER, "invoice": Field(TEXT)}
    ),
    Action("ignore-deposit", ignore_deposit, {"deposit": _DEPOSIT, "reason": Field(TEXT)}),
    Action("undo-deposit", undo_deposit, {"deposit": _DEPOSIT}),
    Action("debit-accounts", debit_accounts, {"debit_on": Field(DAY)}),
    Action("bank-answers", bank_answers, {"member": _MEMBER, "result": Field(word(*RESULTS), required=True)}),
)
