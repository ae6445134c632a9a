"""A JSON delivery as it is stored: how it was received, and the verified bytes as they came.

What the sender leaves out (an event's time, its identity) follows from how it was received, so a
replay of the stored delivery means what its first processing meant.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from service.crm.events import UnreadableDelivery

BOM = b"\xef\xbb\xbf"
MAX_LABEL = 200

_decode = msgspec.json.Decoder(float_hook=str).decode
"""Numbers with a fraction stay the text that was sent: no value passes through binary floating point."""

_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)")
"""Every escape in a JSON text; the group is half of a surrogate pair."""

REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Envelope(msgspec.Struct):
    """`received_at` in epoch milliseconds; `webhook_id` where the request was signed; the payload, an array."""

    received_at: int
    webhook_id: str | None
    payload: list[msgspec.Raw]


def checked_json(body: bytes) -> bytes:
    """Valid JSON as it came; `UnreadableDelivery` for all else.

    Half of a surrogate pair (a text cut within an emoji) is no character, and becomes U+FFFD.
    """
    text = body.removeprefix(BOM)
    try:
        text.decode()
        try:
            raw = msgspec.json.decode(text, type=msgspec.Raw)
        except msgspec.DecodeError:
            raw = msgspec.json.decode(_ESCAPE.sub(_whole_character, text), type=msgspec.Raw)
    except REFUSED as error:
        raise UnreadableDelivery(f"not JSON: {error}") from error
    return bytes(raw).strip()


def _whole_character(escape: "re.Match[bytes]") -> bytes:
    return escape[0] if escape[1] is None else rb"\ufffd"


def checked_items(body: bytes, shapes: bytes = b"{[") -> bytes:
    """A JSON object or array (of these `shapes`) as a JSON array of its events; `UnreadableDelivery` for all else."""
    raw = checked_json(body)
    if raw[:1] not in (b"{", b"[") or raw[:1] not in shapes:
        raise UnreadableDelivery("not the JSON object or array that is sent here")
    return raw if raw[:1] == b"[" else b"[" + raw + b"]"


def wrap(received_at: int, webhook_id: str | None, items: bytes) -> bytes:
    """The bytes to store; `items` is a JSON array."""
    head = msgspec.json.encode({"received_at": received_at, "webhook_id": webhook_id})
    return head[:-1] + b',"payload":' + items + b"}"


def unwrap(body: bytes) -> Envelope:
    """The envelope of a stored delivery."""
    try:
        return msgspec.json.decode(body, type=Envelope)
    except REFUSED as error:
        raise UnreadableDelivery(f"not JSON: {error}") from error


def read_items(envelope: Envelope) -> Iterator[tuple[int, bytes, Any, str | None]]:
    """(position, bytes, value, problem) of every event; one that cannot be read has its problem and no value."""
    for position, raw in enumerate(envelope.payload):
        text = bytes(raw)
        try:
            value = _decode(text)
        except REFUSED as error:
            yield position, text, None, f"the event cannot be read: {error}"
        else:
            problem = None if isinstance(value, dict) else "the event is not an object"
            yield position, text, value, problem


def decode(text: bytes) -> Any:
    """JSON as the events are read; one of `REFUSED` for what cannot be."""
    return _decode(text)


def label(value: Any) -> str:
    """A sender's own word as it can be stored and shown: no NUL, of bounded length."""
    text = value if isinstance(value, str) else str(value)[:MAX_LABEL]
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:MAX_LABEL]
