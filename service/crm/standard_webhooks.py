"""Standard Webhooks signatures, verified over the raw bytes in constant time; pure, the clock is an argument.

Source: The Standard Webhooks specification, v1 symmetric signatures (`v1,` base64 HMAC-SHA256 of
`id.timestamp.body`). Written here because the official library verifies one secret at a time by
the machine's clock and raises for a wrong one; the tests hold it against that library.
"""

import base64
import hmac
import secrets

from service.webhooks.signing import NEW_BYTES, format_secret, parse_secret

MAX_AGE_SECONDS = 300
MAX_ID_LENGTH = 256
MAX_SIGNATURES = 20
"""A sender signs with as many secrets as it rotates; more than this is no sender."""


def new_secret() -> str:
    """A secret as the specification writes it: `whsec_` and the base64 of 32 random bytes."""
    return format_secret(secrets.token_bytes(NEW_BYTES))


def is_fresh(timestamp: str, now_seconds: float) -> bool:
    """Whether a timestamp (seconds since the epoch) is at most five minutes away from now."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(now_seconds - int(timestamp)) <= MAX_AGE_SECONDS


def signed_message(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    """The bytes that a signature covers."""
    return f"{webhook_id}.{timestamp}.".encode() + body


def matches(secret: str, message: bytes, signatures: str) -> bool:
    """Whether one of the space-separated signatures is this secret's; freshness is the caller's to check."""
    try:
        key = parse_secret(secret)
    except ValueError:
        return False
    expected = b"v1," + base64.b64encode(hmac.digest(key, message, "sha256"))
    given = signatures.split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]
    verdicts = [hmac.compare_digest(expected, one.encode("utf-8", "surrogateescape")) for one in given]
    return any(verdicts)
