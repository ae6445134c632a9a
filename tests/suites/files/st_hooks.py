"""Schemathesis' hooks, named in `schemathesis.toml`."""

import uuid
from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A replayed Idempotency-Key answers the first result even after a DELETE: give each try its own key."""
    phase = case.meta and case.meta.phase.name.value
    if case.headers and "Idempotency-Key" in case.headers and phase in {"stateful", "fuzzing"}:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
