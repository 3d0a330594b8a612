"""The paced clock, the loop in real time, and the application on a port."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from coworking.kit.clock import SystemClock, VirtualClock
from telephony.carrier.sandbox import Phone, Sandbox, Script, Store, WebhookRequest, WebhookResponse
from telephony.carrier.sandbox.asgi import application
from telephony.carrier.sandbox.real_time import PacedClock, over_http, run

STARTS_AT = datetime(2026, 6, 1, tzinfo=UTC)
ACCOUNT = "AC" + "0" * 32
CALLER = "+81366667777"
LINE = "+81453498023"


def test_a_paced_clock_runs_at_its_speed_and_stands_still():
    real = VirtualClock(STARTS_AT)
    clock = PacedClock(real)
    real.advance_to(STARTS_AT + timedelta(seconds=10))
    assert clock.now() == STARTS_AT + timedelta(seconds=10)
    clock.set_speed(60)
    real.advance_to(STARTS_AT + timedelta(seconds=12))
    assert clock.now() == STARTS_AT + timedelta(seconds=130)
    clock.pause()
    real.advance_to(STARTS_AT + timedelta(seconds=100))
    assert clock.now() == STARTS_AT + timedelta(seconds=130)
    clock.resume()
    real.advance_to(STARTS_AT + timedelta(seconds=101))
    assert clock.now() == STARTS_AT + timedelta(seconds=190)
    assert (clock.speed, clock.paused) == (60, False)


def test_seconds_until_are_real_ones():
    clock = PacedClock(VirtualClock(STARTS_AT), speed=10)
    assert clock.seconds_until(STARTS_AT + timedelta(seconds=30)) == 3
    assert clock.seconds_until(STARTS_AT - timedelta(seconds=30)) == 0
    assert clock.seconds_until(None) == 60
    clock.pause()
    assert clock.seconds_until(STARTS_AT) == 60


@pytest.mark.parametrize("speed", [0, -1, 3_601, float("nan")])
def test_a_speed_that_makes_no_sense_is_refused(speed):
    with pytest.raises(ValueError, match="speed"):
        PacedClock(VirtualClock(STARTS_AT), speed=speed)


def test_a_clock_set_back_does_not_turn_back():
    class Wavering:
        at = STARTS_AT

        def now(self):
            return self.at

    real = Wavering()
    clock = PacedClock(real)
    real.at = STARTS_AT + timedelta(seconds=9)
    assert clock.now() == STARTS_AT + timedelta(seconds=9)
    real.at = STARTS_AT + timedelta(seconds=2)
    assert clock.now() == STARTS_AT + timedelta(seconds=9)


def _credentials(request):
    request.headers["Authorization"] = httpx.BasicAuth(ACCOUNT, "token")._auth_header
    return request


def test_a_call_in_real_time_over_asgi():
    """REST through the ASGI application, the loop beside it; an hour's talk passes at once at full speed."""

    async def scenario():
        ended = asyncio.Event()
        duration = []

        async def deliver(request):
            form = dict(request.form)
            if form.get("CallStatus") == "completed":
                duration.append(form["CallDuration"])
                ended.set()
            body = b'<Response><Say>a</Say><Pause length="30"/></Response>'
            return WebhookResponse(200, {"Content-Type": "text/xml"}, body)

        clock = PacedClock(SystemClock(), speed=3_600)
        store = Store()
        sandbox = Sandbox(clock=clock, account_sid=ACCOUNT, auth_token="token", deliver=deliver, store=store)
        sandbox.add_phone(Phone(CALLER, "caller", behaviour=Script()))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(run(sandbox, clock))
            transport = httpx.ASGITransport(app=application(sandbox))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://carrier", auth=(ACCOUNT, "token")
            ) as client:
                form = {"PhoneNumber": LINE, "BundleSid": "BU" + "0" * 32, "AddressSid": "AD" + "0" * 32}
                form |= {"VoiceUrl": "http://app/voice", "StatusCallback": "http://app/status"}
                path = f"/2010-04-01/Accounts/{ACCOUNT}"
                bought = await client.post(f"{path}/IncomingPhoneNumbers.json", data=form)
                assert bought.status_code == 201
                sid = sandbox.dial(CALLER, LINE)
                await asyncio.wait_for(ended.wait(), 30)
                row = (await client.get(f"{path}/Calls/{sid}.json")).json()
                assert row["status"] == "completed"
                apology = await client.get("/fallback/apology.xml", auth=None)
                assert "申し訳" in apology.text
                query = await client.get(
                    f"{path}/AvailablePhoneNumbers/JP/Local.json?Contains=%2B816*&PageSize=1"
                )
                assert query.json()["available_phone_numbers"][0]["phone_number"].startswith("+816")
            running.cancel()
        store.close()
        return duration

    assert asyncio.run(scenario()) == ["31"]


def test_the_loop_survives_an_application_that_breaks(caplog):
    async def scenario():
        async def deliver(request):
            raise LookupError("a fault in the application")

        clock = PacedClock(SystemClock())
        store = Store()
        sandbox = Sandbox(clock=clock, account_sid=ACCOUNT, auth_token="token", deliver=deliver, store=store)
        done = asyncio.Event()
        sandbox.timeline.soon(_raise)
        running = asyncio.create_task(run(sandbox, clock))
        sandbox.timeline.soon(done.set)
        await asyncio.wait_for(done.wait(), 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        store.close()

    asyncio.run(scenario())
    assert "goes on with the next" in caplog.text


def _raise():
    raise LookupError("a fault")


def test_the_lifespan_runs_the_loop():
    async def scenario():
        clock = PacedClock(SystemClock())
        store = Store()

        async def deliver(request):
            return WebhookResponse(204)

        sandbox = Sandbox(clock=clock, account_sid=ACCOUNT, auth_token="token", deliver=deliver, store=store)
        incoming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        outgoing: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        app = application(sandbox, clock)
        life = asyncio.create_task(app({"type": "lifespan"}, incoming.get, outgoing.put))
        await incoming.put({"type": "lifespan.startup"})
        assert (await outgoing.get())["type"] == "lifespan.startup.complete"
        done = asyncio.Event()
        sandbox.timeline.soon(done.set)
        await asyncio.wait_for(done.wait(), 30)
        await incoming.put({"type": "lifespan.shutdown"})
        assert (await outgoing.get())["type"] == "lifespan.shutdown.complete"
        await life
        store.close()

    asyncio.run(scenario())


def test_webhooks_over_http():
    async def scenario():
        seen = []

        def app(request):
            seen.append(
                (
                    request.method,
                    str(request.url),
                    request.content.decode(),
                    request.headers["X-Twilio-Signature"],
                )
            )
            return httpx.Response(200, headers={"Content-Type": "text/xml"}, text="<Response/>")

        async with httpx.AsyncClient(transport=httpx.MockTransport(app)) as client:
            deliver = over_http(client)
            form = [("A", "1 +"), ("B", "x"), ("A", "2")]
            response = await deliver(WebhookRequest("http://app/v?q=1", form, {"X-Twilio-Signature": "s"}))
            await deliver(WebhookRequest("http://app/v?A=1", [], {"X-Twilio-Signature": "s"}, "GET"))
        assert (response.status, response.body) == (200, b"<Response/>")
        assert seen == [
            ("POST", "http://app/v?q=1", "A=1+%2B&A=2&B=x", "s"),
            ("GET", "http://app/v?A=1", "", "s"),
        ]

    asyncio.run(scenario())
