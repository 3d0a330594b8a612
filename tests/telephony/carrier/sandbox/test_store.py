"""What outlives a restart, and that memory does not grow with the calls."""

import asyncio
from datetime import timedelta

from coworking.kit.clock import VirtualClock
from telephony.carrier.sandbox import Limits, Phone, Sandbox, Script, Store, WebhookResponse
from telephony.carrier.sandbox.store import form_of, form_text


def _sandbox(store, at):
    async def deliver(request):
        return WebhookResponse(
            200, {"Content-Type": "text/xml"}, b'<Response><Pause length="60"/></Response>'
        )

    clock = VirtualClock(at)
    sandbox = Sandbox(clock=clock, account_sid="AC" + "0" * 32, auth_token="t", deliver=deliver, store=store)
    sandbox.add_phone(Phone("+81366667777", "caller", behaviour=Script(), lines=50))
    return sandbox, clock


def test_a_file_keeps_numbers_calls_and_webhooks(tmp_path, worlds):
    from telephony.carrier.sandbox.numbers import NumberSettings

    at = worlds(buy=False).clock.now()
    file = tmp_path / "carrier.sqlite3"
    store = Store(file)
    sandbox, clock = _sandbox(store, at)
    inventory = sandbox.exchange.inventory
    settings = NumberSettings(voice_url="http://app/voice", status_callback="http://app/status")
    kept = inventory.buy("PN" + "0" * 32, "+81453498023", at, settings)
    gone = inventory.buy("PN" + "1" * 32, "+81459455347", at, settings)
    inventory.release(gone)
    ended = sandbox.dial("+81366667777", kept.e164)
    asyncio.run(sandbox.advance(clock.now() + timedelta(seconds=100)))
    broken = sandbox.dial("+81366667777", kept.e164)
    asyncio.run(sandbox.advance(clock.now() + timedelta(seconds=10)))
    sandbox.flush()
    store.close()

    store = Store(file)
    sandbox, clock = _sandbox(store, clock.now())
    assert sandbox.exchange.inventory.owned[kept.e164].settings == settings
    assert not sandbox.exchange.inventory.is_free(gone.e164)
    assert store.call(ended).status == "completed"
    # the process died in the middle of this one: the carrier knows that it is over
    assert store.call(broken).status == "failed"
    assert store.call(broken).ended_at is not None
    assert sandbox.repeat_webhooks(ended, "all") == 2
    assert sandbox.dial("+81366667777", kept.e164) not in (ended, broken)
    store.close()


def test_memory_holds_live_calls_only(worlds):
    world = worlds(limits=Limits())
    for _ in range(300):
        world.dial("<Hangup/>", seconds=1)
    assert world.sandbox.exchange.live == {}
    assert len(world.sandbox.exchange.calls) <= 21
    assert len(world.sandbox.timeline) == 0
    assert len(world.calls()) == 300


def test_a_form_is_kept_as_it_was():
    form = [("From", ""), ("To", "+81"), ("Digits", "1#*"), ("To", "名前")]
    assert form_of(form_text(form)) == form
    assert form_of(form_text([])) == []
