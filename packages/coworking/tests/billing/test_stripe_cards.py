"""The adapter against Stripe's answers as its API documents them, on the wire that the SDK uses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx
import stripe

from coworking.billing.cards.event_messages import sign
from coworking.billing.cards.provider import (
    ChargeOrder,
    ChargeOutcome,
    Dispute,
    OpenedSetup,
    OutcomeUnknown,
    ProviderEvent,
    RegisteredCard,
)
from coworking.billing.cards.stripe_cards import StripeCards
from tests.factories.membership import NOW

API = "https://api.stripe.com/v1"
SECRET = "whsec_of_tests"
ORDER = ChargeOrder(
    key="rusuban-1-invoice-7-1",
    customer="cus_1",
    method="pm_1",
    amount=Decimal(11_000),
    document="NET-000007",
)


class Wire(stripe.HTTPClient):
    """The SDK's own hook, over a client that can be listened to."""

    name = "httpx"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        try:
            answer = httpx.request(method, url, headers=headers, content=post_data or b"")
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(str(error)) from error
        return answer.text, answer.status_code, answer.headers


def cards() -> StripeCards:
    return StripeCards(
        secret_key="sk_test_x",
        webhook_secret=SECRET,
        back_to="https://phone.example.jp",
        http_client=Wire(),
    )


@pytest.fixture
def api() -> Iterator[respx.Router]:
    with respx.mock(base_url=API) as router:
        yield router


def intent(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "pi_1", "object": "payment_intent", "status": status, "metadata": {}, **more}


def refusal(kind: str, **more: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": "refused", **more}}


def sent(route: respx.Route) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(route.calls.last.request.content.decode()).items()}


def test_a_charge_names_everything_and_carries_our_key(api: respx.Router) -> None:
    route = api.post("/payment_intents").respond(json=intent("succeeded"))
    assert cards().charge(ORDER) == ChargeOutcome("pi_1", succeeded=True)
    assert route.calls.last.request.headers["idempotency-key"] == ORDER.key
    assert sent(route) == {
        "amount": "11000",
        "currency": "jpy",
        "customer": "cus_1",
        "payment_method": "pm_1",
        "allowed_payment_method_types[0]": "card",
        "off_session": "true",
        "confirm": "true",
        "description": "NET-000007",
        "metadata[key]": ORDER.key,
    }


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (
            402,
            refusal(
                "card_error",
                code="card_declined",
                decline_code="insufficient_funds",
                payment_intent=intent("requires_payment_method"),
            ),
            ChargeOutcome("pi_1", succeeded=False, reason="insufficient_funds"),
        ),
        (
            402,
            refusal("card_error", code="authentication_required", payment_intent=intent("requires_action")),
            ChargeOutcome("pi_1", succeeded=False, reason="authentication_required"),
        ),
        (
            400,
            refusal("invalid_request_error", code="resource_missing", param="payment_method"),
            ChargeOutcome(None, succeeded=False, reason="resource_missing"),
        ),
        (
            400,
            refusal("invalid_request_error", code="amount_too_small", param="amount"),
            ChargeOutcome(None, succeeded=False, reason="amount_too_small"),
        ),
    ],
    ids=["declined", "authentication", "card-gone", "too-little"],
)
def test_a_card_that_cannot_be_charged_is_declined(
    api: respx.Router, status: int, answer: dict[str, Any], outcome: ChargeOutcome
) -> None:
    api.post("/payment_intents").respond(status, json=answer)
    assert cards().charge(ORDER) == outcome


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("late"),
        httpx.ConnectError("away"),
        httpx.Response(500, json=refusal("api_error")),
        httpx.Response(429, json=refusal("invalid_request_error", code="rate_limit")),
        httpx.Response(409, json=refusal("idempotency_error")),
        httpx.Response(200, json=intent("processing")),
    ],
    ids=["timeout", "unreachable", "server", "rate", "in-use", "processing"],
)
def test_without_a_clear_answer_the_outcome_is_unknown(
    api: respx.Router, answer: httpx.Response | Exception
) -> None:
    api.post("/payment_intents").mock(side_effect=[answer])
    with pytest.raises(OutcomeUnknown):
        cards().charge(ORDER)


def test_a_wrong_key_is_no_outcome(api: respx.Router) -> None:
    api.post("/payment_intents").respond(401, json=refusal("invalid_request_error"))
    with pytest.raises(stripe.AuthenticationError):
        cards().charge(ORDER)


def test_a_charge_is_found_by_its_key(api: respx.Router) -> None:
    listed = [
        intent("succeeded", metadata={"key": "another"}),
        {
            **intent(
                "requires_payment_method",
                metadata={"key": ORDER.key},
                last_payment_error={"code": "card_declined", "decline_code": "lost_card"},
            ),
            "id": "pi_2",
        },
    ]
    route = api.get("/payment_intents").respond(json={"object": "list", "data": listed, "has_more": False})
    assert cards().find_charge("cus_1", ORDER.key) == ChargeOutcome(
        "pi_2", succeeded=False, reason="lost_card"
    )
    assert cards().find_charge("cus_1", "rusuban-1-invoice-7-2") is None
    assert dict(route.calls.last.request.url.params) == {"customer": "cus_1", "limit": "100"}


def test_a_card_is_registered_on_stripes_page(api: respx.Router) -> None:
    api.post("/customers").respond(json={"id": "cus_1", "object": "customer"})
    opened = api.post("/checkout/sessions").respond(
        json={"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/cs_1"}
    )
    assert cards().open_customer(key="rusuban-1-member-7", email="sato@example.jp") == "cus_1"
    setup = cards().open_setup("cus_1", key="rusuban-1-setup-3")
    assert setup == OpenedSetup("cs_1", "https://checkout.stripe.com/c/cs_1")
    assert sent(opened)["mode"] == "setup"
    assert opened.calls.last.request.headers["idempotency-key"] == "rusuban-1-setup-3"


@pytest.mark.parametrize(
    ("setup_intent", "card"),
    [
        (None, None),
        ({"id": "seti_1", "object": "setup_intent", "status": "requires_payment_method"}, None),
        (
            {
                "id": "seti_1",
                "object": "setup_intent",
                "status": "succeeded",
                "payment_method": {
                    "id": "pm_1",
                    "object": "payment_method",
                    "card": {"brand": "jcb", "last4": "0505", "exp_month": 4, "exp_year": 2028},
                },
            },
            RegisteredCard(method="pm_1", brand="jcb", last_four="0505", expires="2028-04"),
        ),
    ],
    ids=["not-begun", "not-done", "done"],
)
def test_the_card_of_a_setup(
    api: respx.Router, setup_intent: dict[str, Any] | None, card: RegisteredCard | None
) -> None:
    api.get("/checkout/sessions/cs_1").respond(
        json={"id": "cs_1", "object": "checkout.session", "setup_intent": setup_intent}
    )
    assert cards().find_setup("cs_1") == card


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("needs_response", "open"),
        ("under_review", "open"),
        ("won", "won"),
        ("lost", "lost"),
        ("warning_needs_response", None),
    ],
)
def test_a_dispute_is_open_until_it_is_decided(api: respx.Router, status: str, shown: Any) -> None:
    api.get("/disputes/dp_1").respond(
        json={
            "id": "dp_1",
            "object": "dispute",
            "payment_intent": "pi_1",
            "reason": "fraudulent",
            "status": status,
        }
    )
    expected = None if shown is None else Dispute("dp_1", "pi_1", "fraudulent", shown)
    assert cards().find_dispute("dp_1") == expected


def refunds(*told: tuple[str, dict[str, str]]) -> dict[str, Any]:
    rows = [
        {"id": f"re_{at}", "object": "refund", "status": status, "metadata": metadata}
        for at, (status, metadata) in enumerate(told)
    ]
    return {"object": "list", "data": rows, "has_more": False}


@pytest.mark.parametrize("status", ["succeeded", "pending"])
def test_a_refund_that_is_known_is_not_asked_for_again(api: respx.Router, status: str) -> None:
    """R09: Stripe forgets the key of a call after a day. To ask for one here would be an error."""
    listed = api.get("/refunds").respond(json=refunds((status, {"key": "rusuban-1-refund-2"})))
    cards().refund("pi_1", Decimal(4_000), key="rusuban-1-refund-2")
    assert dict(listed.calls.last.request.url.params) == {"payment_intent": "pi_1", "limit": "100"}


def test_a_refund_carries_its_key(api: respx.Router) -> None:
    others = ("succeeded", {"key": "rusuban-1-refund-1"}), ("succeeded", {})
    api.get("/refunds").respond(json=refunds(*others, ("failed", {"key": "rusuban-1-refund-2"})))
    route = api.post("/refunds").respond(json={"id": "re_1", "object": "refund"})
    cards().refund("pi_1", Decimal(4_000), key="rusuban-1-refund-2")
    assert sent(route) == {
        "payment_intent": "pi_1", "amount": "4000", "metadata[key]": "rusuban-1-refund-2"
    }  # fmt: skip
    assert route.calls.last.request.headers["idempotency-key"] == "rusuban-1-refund-2"


@pytest.mark.parametrize(
    ("kind", "about", "event"),
    [
        (
            "payment_intent.succeeded",
            {"id": "pi_1", "metadata": {"key": "k"}},
            ProviderEvent("evt_1", "charge", "k"),
        ),
        ("payment_intent.succeeded", {"id": "pi_1", "metadata": {}}, ProviderEvent("evt_1", None, "")),
        ("checkout.session.completed", {"id": "cs_1"}, ProviderEvent("evt_1", "setup", "cs_1")),
        ("charge.dispute.closed", {"id": "dp_1"}, ProviderEvent("evt_1", "dispute", "dp_1")),
        ("customer.created", {"id": "cus_1"}, ProviderEvent("evt_1", None, "cus_1")),
    ],
)
def test_what_stripe_tells(kind: str, about: dict[str, Any], event: ProviderEvent) -> None:
    body = json.dumps({"id": "evt_1", "type": kind, "data": {"object": about}}).encode()
    assert cards().read_event(body, sign(body, SECRET, NOW), NOW) == event
