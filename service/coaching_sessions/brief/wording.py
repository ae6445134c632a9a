"""Numbers, days and lists as people say them; pure."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal

from service.coaching_opportunities.findings import percent, plain
from service.coaching_sessions.brief.facts import Occasion
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

NAMED = 3
"""How many of a list are called by name."""
MINUTE = 60
ABOUT_EVEN = Decimal("0.45")


def quantity(value: Decimal, unit: Unit, currency: str) -> str:
    """A value with its unit; a count has none, as the KPI's name says what is counted."""
    if unit is Unit.CURRENCY:
        return money(value, currency)
    if unit is Unit.RATIO:
        return percent_exactly(value)
    if unit is Unit.DAYS:
        return days(value)
    if unit is Unit.SECONDS:
        if value < 2 * MINUTE:
            return counted(value, "second")
        return counted(value / MINUTE, "minute")
    return plain(value)


def part_of(value: Decimal, whole: Decimal, unit: Unit, currency: str) -> str:
    """`40 of 170`; the unit is said once."""
    if unit in {Unit.CURRENCY, Unit.DAYS}:
        return f"{plain(value)} of {quantity(whole, unit, currency)}"
    return f"{quantity(value, unit, currency)} of {quantity(whole, unit, currency)}"


def money(value: Decimal, currency: str) -> str:
    """With the organization's currency."""
    return f"{plain(value)} {currency}"


def percent_exactly(share: Decimal) -> str:
    """A measured share: 0 % and 100 % are what they are; a chance is told by `chance`."""
    tenth = (share * 100).quantize(Decimal("0.1"))
    return f"{tenth.normalize():f} %" if abs(tenth) < 10 else f"{tenth.quantize(Decimal(1))} %"


def days(value: Decimal) -> str:
    """A length of time; what has begun is no day yet."""
    return counted(value if value < 1 else value.to_integral_value(ROUND_FLOOR), "day")


def counted(value: Decimal | int, noun: str, many: str | None = None) -> str:
    """`1 deal`, `2 deals`; a fraction is plural."""
    shown = plain(Decimal(value))
    return f"{shown} {noun if shown == '1' else many or noun + 's'}"


def times(count: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def chance(probability: Decimal) -> str:
    """A probability below one half in words, with its figure."""
    if probability < Decimal("0.01"):
        word = "almost none"
    elif probability < Decimal("0.2"):
        word = "small"
    else:
        word = "less than even" if probability < ABOUT_EVEN else "about even"
    return f"{word} ({percent(probability)})"


def listed(names: Sequence[str], most: int = NAMED) -> str:
    """`A, B and C`, or `A, B, C and 4 more`."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def day_of(instant: datetime, occasion: Occasion) -> str:
    """The day of an instant in the session's zone."""
    return day(instant.astimezone(occasion.zone).date(), occasion)


def day(on: date, occasion: Occasion) -> str:
    """`3 March`; the year where it is not the brief's own."""
    own = occasion.as_of.astimezone(occasion.zone).year
    return f"{on.day} {on:%B}" if on.year == own else f"{on.day} {on:%B %Y}"


def running(period: PeriodKind) -> str:
    """The period that is not over."""
    return f"this {period.value}"


def named_period(period: PeriodKind, start: date) -> str:
    """A period that is over, at the beginning of a sentence."""
    if period is PeriodKind.MONTH:
        return f"{start:%B %Y}"
    if period is PeriodKind.YEAR:
        return f"The year from {start.day} {start:%B %Y}"
    return f"The {period.value} from {start.day} {start:%B}"


def quoted(text: str) -> str:
    """A criterion in the model's own words."""
    return f"“{text.rstrip('.')}”"
