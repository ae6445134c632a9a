"""W3C trace context: one trace runs from a request through its jobs to the webhooks it causes."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

_HEADER = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(-.*)?"
)


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where we are in a trace: 16-byte trace id, 8-byte span id, one byte of flags, all in hex."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def traceparent(self) -> str:
        """The header that hands the trace on (W3C Trace Context, level 1)."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def parse_traceparent(header: str | None) -> TraceContext | None:
    """The caller's place in a trace; None for a header that the standard tells to ignore."""
    found = _HEADER.fullmatch(header or "")
    if found is None or found["version"] == "ff" or (found["version"] == "00" and found[5]):
        return None
    if set(found["trace"]) == {"0"} or set(found["span"]) == {"0"}:
        return None
    return TraceContext(found["trace"], found["span"], found["flags"])


def continue_trace(header: str | None) -> TraceContext:
    """Enter the caller's trace with a span of our own, or begin a trace; logs carry its id from here on."""
    parent = parse_traceparent(header)
    trace_id, flags = (parent.trace_id, parent.flags) if parent else (secrets.token_hex(16), "01")
    context = TraceContext(trace_id, secrets.token_hex(8), flags)
    _current.set(context)
    bind_contextvars(trace_id=trace_id)
    return context


def current_trace_id() -> str | None:
    """The id of the trace we are in."""
    context = _current.get()
    return context.trace_id if context else None


def current_traceparent() -> str | None:
    """What to store with a job or an event, so that its handler goes on with the trace."""
    context = _current.get()
    return context.traceparent if context else None
