"""R30: canaries. What goes into a log in any way does not come out readable."""

import json
import logging
import logging.config
from collections.abc import Callable, Iterator

import pytest
import structlog
import uvicorn

from coworking.kit.logs import LEVELS, configure_logging

NUMBER = "+819012345678"
SPELLINGS = (NUMBER, "090-1234-5678", "09012345678", "%2B819012345678", "０９０－１２３４－５６７８")
PIN = "739184"
TOKEN = "canary-7f3a9c"
RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE5f0c.mp3"
CANARIES = (*SPELLINGS, "12345678", "1234-5678", "１２３４", PIN, TOKEN, RECORDING, "RE5f0c")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root, handlers, level = logging.root, list(logging.root.handlers), logging.root.level
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # another test's server may have said less
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class CarrierError(Exception):
    pass


def raise_it() -> None:
    try:
        raise ValueError(f"no answer from {NUMBER}")
    except ValueError as error:
        raise CarrierError(f"PIN {PIN} and token={TOKEN} for {RECORDING}") from error


def by_keys() -> None:
    structlog.get_logger().info("set", pin=PIN, token=TOKEN, to=NUMBER, recording_url=RECORDING, code=PIN)


def nested() -> None:
    form = {"To": SPELLINGS[1], "Digits": PIN, "RecordingUrl": RECORDING, "list": [NUMBER, ("token", TOKEN)]}
    structlog.get_logger().warning("webhook", form=form, raw=str(form), pairs=list(form.items()))


def in_the_message() -> None:
    for spelling in SPELLINGS:
        structlog.get_logger().error(
            f"call to {spelling} failed, pin={PIN}, Authorization: Bearer {TOKEN}, {RECORDING}"
        )


def positional() -> None:
    structlog.get_logger().info("call to %s with token=%s", NUMBER, TOKEN)


def in_an_exception() -> None:
    try:
        raise_it()
    except CarrierError:
        structlog.get_logger().exception("failed")
        logging.getLogger("other").exception("failed")


def in_context() -> None:
    structlog.contextvars.bind_contextvars(caller=NUMBER, token=TOKEN)
    structlog.get_logger().info("bound")
    logging.getLogger("other").info("bound too")


def by_the_standard_library() -> None:
    log = logging.getLogger("sqlalchemy.engine")
    log.info("[parameters: (%r, %r)] pin=%s", NUMBER, SPELLINGS[2], PIN)
    log.warning("sent %s", RECORDING, extra={"caller": NUMBER, "token": TOKEN})
    log.error("with the stack", stack_info=True)


def access_line() -> None:
    path = f"/lines/1/registered-phones/{SPELLINGS[3]}?token={TOKEN}&pin={PIN}"
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "DELETE", path, "1.1", 204
    )
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", RECORDING[22:], "1.1", 200
    )


def a_record_that_cannot_be_written() -> None:
    logging.getLogger("other").info("%d calls to %s", NUMBER, TOKEN)


WAYS = [
    by_keys,
    nested,
    in_the_message,
    positional,
    in_an_exception,
    in_context,
    by_the_standard_library,
    access_line,
    a_record_that_cannot_be_written,
]


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "terminal"])
@pytest.mark.parametrize("way", WAYS)
def test_no_canary_is_readable(
    way: Callable[[], None], as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
    configure_logging(as_json=as_json, level="debug")
    way()
    written = "".join(capsys.readouterr())
    assert written
    assert [canary for canary in CANARIES if canary in written] == []


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(as_json=True, level="info")
    structlog.get_logger("calls").info("answered", line=3, office="横浜", seconds=61)
    logging.getLogger("uvicorn.error").warning("closing")
    in_an_exception()
    lines = capsys.readouterr().err.splitlines()
    facts = [json.loads(line) for line in lines]
    assert len(facts) == 4
    at = facts[0].pop("at")
    assert at.endswith("+00:00")
    assert facts[0] == {
        "event": "answered", "level": "info", "logger": "calls", "line": 3, "office": "横浜", "seconds": 61,
    }  # fmt: skip
    assert "横浜" in lines[0]
    assert facts[1]["event"] == "closing"
    assert "CarrierError" in facts[2]["exception"]
    assert "raise_it()" in facts[3]["exception"]


def test_a_terminal_gets_readable_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(as_json=False, level="info")
    structlog.get_logger("calls").info("answered", office="横浜")
    written = capsys.readouterr().err
    assert "answered" in written
    assert "office=横浜" in written
    assert "\x1b[" not in written


def test_levels(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(as_json=True, level="warning")
    structlog.get_logger("a").info("quiet")
    logging.getLogger("b").info("quiet")
    structlog.get_logger("a").warning("loud")
    assert "quiet" not in (written := capsys.readouterr().err)
    assert "loud" in written
    with pytest.raises(ValueError, match=", ".join(LEVELS)):
        configure_logging(as_json=True, level="chatty")


def test_a_second_call_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(as_json=True, level="info")
    configure_logging(as_json=True, level="info")
    structlog.get_logger("a").info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1
