"""The text of a recurrence rule (RFC 5545, 3.3.10), read strictly and written in one spelling; pure.

A session has a day of its own, so nothing finer than DAILY is read. What the RFC forbids is refused by name, and so
is BYWEEKNO without BYDAY, where libraries disagree about which of the week's days are meant.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

LONGEST_RULE = 200
"""Characters of a rule."""

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BIGGEST_NUMBER = 9999
"""Of COUNT and INTERVAL."""

_TOO_FINE = frozenset({"HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"})
_NUMBERED = {"BYMONTH": 12, "BYWEEKNO": 53, "BYYEARDAY": 366, "BYMONTHDAY": 31, "BYSETPOS": 366}
"""By part the greatest number of its lists; all but months also count from the end, with a minus."""

_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "WKST", *_NUMBERED}
_FORBIDDEN = {
    "BYWEEKNO": {"DAILY", "WEEKLY", "MONTHLY"},
    "BYYEARDAY": {"DAILY", "WEEKLY", "MONTHLY"},
    "BYMONTHDAY": {"WEEKLY"},
}
_NO_NUMBERS: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's parts; `weekdays` are (number, 0 = Monday), number 0 for every one, `week_start` is 0 for Monday.

    `until` is a local day or an instant in UTC.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    months: frozenset[int] = _NO_NUMBERS
    week_numbers: frozenset[int] = _NO_NUMBERS
    year_days: frozenset[int] = _NO_NUMBERS
    month_days: frozenset[int] = _NO_NUMBERS
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = _NO_NUMBERS
    week_start: int = 0

    @property
    def counts_in_months(self) -> bool:
        """Whether a numbered weekday is one of the month rather than of the year."""
        return self.frequency == "MONTHLY" or bool(self.months)

    def every_period(self) -> "Rule":
        """The same without what leaves periods out or ends the series."""
        return replace(self, interval=1, count=None, until=None)

    def completed(self, start: date) -> "Rule":
        """With the parts that the rule leaves to DTSTART."""
        if self.week_numbers or self.year_days or self.month_days or self.weekdays:
            return self
        if self.frequency == "WEEKLY":
            return replace(self, weekdays=frozenset({(0, start.weekday())}))
        if self.frequency == "MONTHLY":
            return replace(self, month_days=frozenset({start.day}))
        if self.frequency == "YEARLY":
            return replace(self, months=self.months or frozenset({start.month}), month_days=frozenset({start.day}))
        return self

    def is_over(self, counted: int, day: date, starts_at: datetime) -> bool:
        """Whether an occurrence, the `counted`-th from DTSTART, is after the end of the series."""
        if self.count is not None:
            return counted > self.count
        if isinstance(self.until, datetime):
            return starts_at > self.until
        return self.until is not None and day > self.until


def parse_rule(text: str) -> Rule:
    """The rule of a text; `ValueError` names the part that is wrong."""
    parts = _split(text)
    frequency = parts.get("FREQ")
    if frequency is None:
        raise ValueError("FREQ is missing")
    if frequency in _TOO_FINE:
        raise ValueError(f"FREQ={frequency} is finer than a day; at most {FREQUENCIES[0]}")
    if frequency not in FREQUENCIES:
        raise ValueError(f"FREQ={_short(frequency)} is none of {', '.join(FREQUENCIES)}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other")
    for name, frequencies in _FORBIDDEN.items():
        if name in parts and frequency in frequencies:
            raise ValueError(f"{name} does not go with FREQ={frequency}")
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        raise ValueError("BYWEEKNO needs BYDAY")
    if "BYSETPOS" in parts and not any(name.startswith("BY") for name in parts if name != "BYSETPOS"):
        raise ValueError("BYSETPOS needs another BY part")
    weekdays = _weekdays(parts.get("BYDAY"), frequency)
    if "BYWEEKNO" in parts and any(number for number, _ in weekdays):
        raise ValueError("BYDAY takes no numbers beside BYWEEKNO")
    return Rule(
        frequency=frequency,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1")),
        count=_number("COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        months=_numbers(parts, "BYMONTH"),
        week_numbers=_numbers(parts, "BYWEEKNO"),
        year_days=_numbers(parts, "BYYEARDAY"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        weekdays=weekdays,
        positions=_numbers(parts, "BYSETPOS"),
        week_start=_weekday("WKST", parts.get("WKST", "MO")),
    )


def format_rule(rule: Rule) -> str:
    """The rule's one spelling, which `parse_rule` reads back as the same rule."""
    weekdays = [f"{number or ''}{WEEKDAYS[day]}" for number, day in sorted(rule.weekdays)]
    parts = {
        "FREQ": rule.frequency,
        "UNTIL": _format_until(rule.until) if rule.until else "",
        "COUNT": str(rule.count or ""),
        "INTERVAL": str(rule.interval) if rule.interval > 1 else "",
        "BYMONTH": _join(rule.months),
        "BYWEEKNO": _join(rule.week_numbers),
        "BYYEARDAY": _join(rule.year_days),
        "BYMONTHDAY": _join(rule.month_days),
        "BYDAY": ",".join(weekdays),
        "BYSETPOS": _join(rule.positions),
        "WKST": WEEKDAYS[rule.week_start] if rule.week_start else "",
    }
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def _split(text: str) -> dict[str, str]:
    if len(text) > LONGEST_RULE:
        raise ValueError(f"The rule is longer than {LONGEST_RULE} characters")
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if name in _TOO_FINE:
            raise ValueError(f"{name} is not taken: a series has one time of day, which is told apart")
        if name not in _PARTS:
            raise ValueError(f"{_short(name) or 'An empty part'} is no part of a rule")
        if not equals or not value:
            raise ValueError(f"{name} has no value")
        if name in parts:
            raise ValueError(f"{name} is given twice")
        parts[name] = value
    return parts


def _number(name: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= BIGGEST_NUMBER:
        raise ValueError(f"{name}={_short(text)} is no number from 1 to {BIGGEST_NUMBER}")
    return int(text)


def _numbers(parts: dict[str, str], name: str) -> frozenset[int]:
    if name not in parts:
        return _NO_NUMBERS
    greatest = _NUMBERED[name]
    sign = "" if name == "BYMONTH" else "[+-]?"
    found = set()
    for text in parts[name].split(","):
        if not re.fullmatch(f"{sign}[0-9]{{1,3}}", text) or not 1 <= abs(int(text)) <= greatest:
            raise ValueError(f"{name}: {_short(text) or 'nothing'} is no number from 1 to {greatest}")
        found.add(int(text))
    return frozenset(found)


def _weekdays(text: str | None, frequency: str) -> frozenset[tuple[int, int]]:
    if text is None:
        return frozenset()
    found = set()
    for one in text.split(","):
        match = re.fullmatch("([+-]?[0-9]{1,2})?(.*)", one, re.DOTALL)
        number, name = match.groups() if match else (None, one)
        if number and frequency not in {"MONTHLY", "YEARLY"}:
            raise ValueError(f"BYDAY: {_short(one)} counts weekdays, which FREQ={frequency} does not")
        if number and not 1 <= abs(int(number)) <= 53:
            raise ValueError(f"BYDAY: {_short(one)} is no weekday with a number from 1 to 53")
        found.add((int(number or 0), _weekday("BYDAY", name)))
    return frozenset(found)


def _weekday(name: str, text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(f"{name}: {_short(text) or 'nothing'} is none of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def _until(text: str) -> date | datetime:
    try:
        if re.fullmatch("[0-9]{8}", text):
            return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
        if re.fullmatch("[0-9]{8}T[0-9]{6}Z", text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"UNTIL={text} is no day or time of the calendar") from error
    raise ValueError(f"UNTIL={_short(text)} is neither a day (20261231) nor an instant in UTC (20261231T170000Z)")


def _format_until(until: date | datetime) -> str:
    # Not strftime, which drops the zeros of early years.
    return until.isoformat().replace("-", "").replace(":", "").replace("+0000", "Z")


def _join(numbers: frozenset[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"
