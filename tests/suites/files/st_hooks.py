"""Schemathesis' hooks, named in `schemathesis.toml`."""

import gc
import uuid
from typing import Any

import schemathesis

# A fuzzer keeps what it has read of the document: without this the collector walks it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A replayed Idempotency-Key answers the first result even after a DELETE: give each try its own key."""
    phase = case.meta and case.meta.phase.name.value
    if case.headers and "Idempotency-Key" in case.headers and phase in {"stateful", "fuzzing"}:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
