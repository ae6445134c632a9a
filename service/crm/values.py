"""Vendor values in one normal form; what does not parse names its field."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from service.crm.events import Untranslatable

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MAX_DIGITS = 30

INSTANT_FIELDS = frozenset({"occurred_at", "created_at", "closed_at", "ended_at"})
DECIMAL_FIELDS = frozenset({"amount", "duration_seconds"})
BOOLEAN_FIELDS = frozenset({"is_won", "is_closed"})
WORD_FIELDS = frozenset({"direction", "status"})
"""Fields whose values are words: compared in lower case."""


def instant(field: str, text: str) -> str:
    """A date (kept as that very day) or an instant: epoch milliseconds or ISO 8601 with a zone → ISO 8601 UTC."""
    try:
        if text.lstrip("-").isdigit():
            moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        elif len(text) == len("2026-01-02"):
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise Untranslatable(f"{field}: not a date or time: {text[:40]}") from error
    if moment.tzinfo is None:
        raise Untranslatable(f"{field}: a time without a time zone: {text[:40]}")
    if not EARLIEST <= moment <= LATEST:
        raise Untranslatable(f"{field}: an implausible time (seconds for milliseconds?): {text[:40]}")
    if len(text) == len("2026-01-02") and not text.isdigit():
        return text
    return moment.astimezone(UTC).isoformat()


def decimal(field: str, text: str) -> str:
    """A plain decimal number; no exponent games, NaN or infinity."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise Untranslatable(f"{field}: not a number: {text[:40]}") from error
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise Untranslatable(f"{field}: not a number: {text[:40]}")
    return format(number.normalize(), "f")


def boolean(field: str, text: str) -> str:
    """`true` or `false`, whatever their case."""
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise Untranslatable(f"{field}: neither true nor false: {text[:40]}")
    return word


def normalise(canonical: str, field: str, text: str) -> str:
    """A vendor's value for a canonical field; `field` is the vendor's name, for the reason."""
    if "\x00" in text:
        raise Untranslatable(f"{field}: holds NUL characters")
    if canonical in INSTANT_FIELDS:
        return instant(field, text)
    if canonical in DECIMAL_FIELDS:
        number = decimal(field, text)
        if canonical == "duration_seconds" and number.startswith("-"):
            raise Untranslatable(f"{field}: a negative duration: {text[:40]}")
        return number
    if canonical in BOOLEAN_FIELDS:
        return boolean(field, text)
    if canonical in WORD_FIELDS:
        return text.strip().lower()
    return text
