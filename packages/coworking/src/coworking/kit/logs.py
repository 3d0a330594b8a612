"""Structured logs of the whole process, masked on their way out (R30)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from coworking.kit.clock import SystemClock
from coworking.kit.masking import mask_facts

LEVELS = ("debug", "info", "warning", "error", "critical")


# Libraries that tell every step at the level of news; what goes wrong there is still told. An HTTP client's news hold
# addresses with phone numbers in them.
TALKATIVE = ("alembic", "httpx", "httpcore", "celery", "kombu", "uvicorn", "amqp")


def configure_logging(*, as_json: bool, level: str) -> None:
    """Send every log of the process, structlog's and the standard library's, masked to standard error.

    `as_json`: one JSON object a line, otherwise lines for a person. `level`: one of LEVELS, else ValueError.
    Handlers that other libraries have set up are taken away, so call it after them; start uvicorn with
    `log_config=None`, or it puts its own back. A second call replaces the first.
    """
    if level not in LEVELS:
        raise ValueError(f"log level {level!r} is none of {', '.join(LEVELS)}")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _add_time,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                mask_event,
                _renderer(as_json=as_json),
            ],
        )
    )
    for name in list(logging.root.manager.loggerDict):
        other = logging.getLogger(name)
        if other.handlers:
            other.handlers.clear()
            other.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.root.level, logging.WARNING))


def mask_event(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: every key and value of the event, however deep, masked."""
    return mask_facts(event)


class _Handler(logging.StreamHandler[Any]):
    """A stream handler that does not print the arguments of a record which it fails to write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        kind = getattr(sys.exc_info()[0], "__name__", "error")
        sys.stderr.write(
            f"a log record of {record.name} at {record.filename}:{record.lineno} was lost: {kind}\n"
        )


def _renderer(*, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,  # the others print local variables
    )


_CLOCK = SystemClock()  # a log tells when the machine did something, whatever the application's clock says


def _add_time(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    event["at"] = _CLOCK.now().isoformat(timespec="milliseconds")
    return event
