"""HubSpot request signatures, verified over the raw bytes in constant time; pure, the clock is an argument.

Source: HubSpot, "Validating requests" (v1, v2, v3). Written here because the official clients
neither decode the URI as HubSpot does nor compare in constant time.
"""

import base64
import hashlib
import hmac
import re

MAX_AGE_MS = 300_000
TIMESTAMP_DIGITS = 13

DECODED_ESCAPES = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""The only percent-escapes that HubSpot decodes before it signs."""

_ESCAPE = re.compile("|".join(DECODED_ESCAPES), re.IGNORECASE)


def decode_uri(uri: str) -> str:
    """The URI as HubSpot signs it."""
    return _ESCAPE.sub(lambda match: DECODED_ESCAPES[match.group().upper()], uri)


def is_fresh(timestamp: str, now_ms: int) -> bool:
    """Whether a v3 timestamp (13 digits, milliseconds) is at most five minutes away from now."""
    if len(timestamp) != TIMESTAMP_DIGITS or not timestamp.isascii() or not timestamp.isdigit():
        return False
    return abs(now_ms - int(timestamp)) <= MAX_AGE_MS


def verify_v3(secret: str, method: str, uri: str, body: bytes, timestamp: str, signature: str, now_ms: int) -> bool:
    """Base64 HMAC-SHA256 of method, decoded URI, body and timestamp; refused when stale."""
    if not is_fresh(timestamp, now_ms):
        return False
    return matches_v3(secret, v3_message(method, uri, body, timestamp), signature)


def v3_message(method: str, uri: str, body: bytes, timestamp: str) -> bytes:
    """The bytes that a v3 signature covers."""
    return f"{method}{decode_uri(uri)}".encode() + body + timestamp.encode()


def matches_v3(secret: str, message: bytes, signature: str) -> bool:
    """Whether a signature is that of a message; freshness is the caller's to check."""
    expected = base64.b64encode(hmac.digest(secret.encode(), message, "sha256"))
    return hmac.compare_digest(expected, signature.encode("utf-8", "surrogateescape"))


def verify_v2(secret: str, method: str, uri: str, body: bytes, signature: str) -> bool:
    """Hex SHA-256 of secret, method, URI and body."""
    return _same_hex(hashlib.sha256(secret.encode() + f"{method}{uri}".encode() + body).hexdigest(), signature)


def verify_v1(secret: str, body: bytes, signature: str) -> bool:
    """Hex SHA-256 of secret and body; it does not bind the request, so no receiver accepts it alone."""
    return _same_hex(hashlib.sha256(secret.encode() + body).hexdigest(), signature)


def _same_hex(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))
