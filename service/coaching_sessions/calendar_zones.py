"""The VTIMEZONE of a zone, made of what `zoneinfo` says of its clocks; pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)


def describe_zone(key: str, first: datetime, last: datetime) -> Timezone:
    """The VTIMEZONE of a zone for the years of a span, one observance for each change of its clocks.

    `icalendar` makes one too, but takes each gap's end for its beginning: a spring's change comes an hour late.
    """
    zone = ZoneInfo(key)
    # A day off on either side, because a zone's new year is not that of UTC.
    begin = datetime((first - _DAY).year, 1, 1, tzinfo=UTC)
    end = datetime((last + _DAY).year + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", key)
    component.add_component(_observance(begin.astimezone(zone), begin.astimezone(zone)))
    for change in _changes(zone, begin, end):
        before = change - timedelta(seconds=1)
        component.add_component(_observance(before.astimezone(zone), change.astimezone(zone)))
    return component


def _observance(before: datetime, since: datetime) -> Component:
    """From an instant on, told by the local time just before and at it."""
    observance = TimezoneDaylight() if since.dst() else TimezoneStandard()
    old, new = before.utcoffset() or timedelta(), since.utcoffset() or timedelta()
    # An onset is written in the time that it ends.
    observance.add("dtstart", since.astimezone(UTC).replace(tzinfo=None) + old)
    observance.add("tzoffsetfrom", old)
    observance.add("tzoffsetto", new)
    observance.add("tzname", since.tzname() or "")
    return observance


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants of a span, to the second, from which on a zone's clocks are another time or called otherwise."""

    def shown(at: datetime) -> tuple[timedelta | None, str | None]:
        local = at.astimezone(zone)
        return local.utcoffset(), local.tzname()

    while begin < end:
        low, high = begin, begin + _DAY
        if shown(low) != shown(high):
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if shown(middle) == shown(begin) else (low, middle)
            yield high
        begin += _DAY
