"""A line's webhook over HTTP: set, shown, its secret once, taken away, and what was sent."""

from __future__ import annotations

import pytest

from coworking.kit.events import tell
from coworking.kit.outgoing_webhooks import WebhookSender
from telephony.forwarding import CallsTold
from telephony.numbers import Line
from tests.telephony.forwarding.control.steered import ask
from tests.telephony.forwarding.door import Door
from tests.telephony.forwarding.member_webhooks.receiving import URL, Receiver, missed_call


def path_of(line: Line) -> str:
    return f"/api/lines/{line.id}/webhook"


def test_a_webhook_is_set_shown_and_taken_away(door: Door) -> None:
    line = door.rent()
    path, token = path_of(line), door.token_of(line)
    assert ask(door, "GET", path, token=token)[0] == 404
    status, made = ask(door, "PUT", path, {"url": URL}, token=token)
    assert (status, made["url"]) == (200, URL)
    assert made["secret"].startswith("whs_")
    status, changed = ask(door, "PUT", path, {"url": URL + "/2"}, token=token)
    assert (status, changed["url"], changed["secret"]) == (200, URL + "/2", None)
    shown = ask(door, "GET", path, token=door.token_of(None))[1]
    assert "secret" not in shown
    assert shown["switched_off_at"] is None
    assert ask(door, "DELETE", path, token=token)[0] == 204
    assert ask(door, "GET", path, token=token)[0] == 404
    actions = [
        row.action for row in door.rows("SELECT action FROM audit_entries WHERE action LIKE 'webhook%'")
    ]
    assert sorted(actions) == ["webhook.removed", "webhook.set", "webhook.set"]


def test_a_new_secret_takes_the_place_of_the_old(door: Door) -> None:
    line = door.rent()
    path, token = path_of(line), door.token_of(line)
    assert ask(door, "POST", f"{path}/secret", token=token)[0] == 404
    first = ask(door, "PUT", path, {"url": URL}, token=token)[1]["secret"]
    second = ask(door, "POST", f"{path}/secret", token=token)[1]["secret"]
    assert first != second
    (kept,) = door.rows("SELECT secret FROM member_webhooks")
    assert kept.secret == second
    for table in ("audit_entries", "outbox_tasks", "notices"):
        written = str(door.rows(f"SELECT {table}::text FROM {table}"))
        assert first not in written
        assert second not in written


@pytest.mark.parametrize("url", ["http://hooks.example.jp/", "https://127.0.0.1/", "https://a@b.jp/", ""])
def test_an_address_that_is_not_allowed(door: Door, url: str) -> None:
    line = door.rent()
    status, problem = ask(door, "PUT", path_of(line), {"url": url}, token=door.token_of(line))
    assert (status, problem["code"]) == (422, "webhook-url-not-allowed")
    assert door.rows("SELECT id FROM member_webhooks") == []


def test_what_was_sent_is_listed_in_pages(door: Door) -> None:
    line = door.rent()
    path, token = path_of(line), door.token_of(line)
    ask(door, "PUT", path, {"url": URL}, token=token)
    door.composition.resources.provide(WebhookSender, Receiver(door.clock))
    now = door.clock.now()
    calls = [missed_call(serial, line.id, line.member_id, line.number, now) for serial in (1, 2)]
    with door.session() as session:
        tell(session, CallsTold(calls, now))
    door.composition.work.perform()
    first = ask(door, "GET", f"{path}/deliveries?limit=2", token=token)[1]
    rest = ask(door, "GET", f"{path}/deliveries?after={first['next']}", token=token)[1]
    shown = [*first["items"], *rest["items"]]
    assert [len(first["items"]), len(rest["items"])] == [2, 2]
    assert {(one["kind"], one["state"], one["last_answer"]) for one in shown} == {
        ("call.ended", "delivered", "200"),
        ("call.missed", "waiting", None),  # a message may follow
    }
    assert "body" not in shown[0]


def test_the_composed_service_sends_to_public_addresses_only(door: Door) -> None:
    assert type(door.composition.resources[WebhookSender]) is WebhookSender
