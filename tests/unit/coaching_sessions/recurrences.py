"""Rules in time zones, with the window that is looked at; the important ones with their instants, worked out by hand.

Libraries that read a rule otherwise are named with the reason: such a case must differ from them, and the others not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from service.coaching_sessions.recurrence import Recurrence

NEW_YORK, BERLIN, SYDNEY = "America/New_York", "Europe/Berlin", "Australia/Sydney"
LORD_HOWE, SAO_PAULO, APIA = "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"
KATHMANDU, CHATHAM, DUBLIN, LONDON = "Asia/Kathmandu", "Pacific/Chatham", "Europe/Dublin", "Europe/London"


@dataclass(frozen=True, slots=True)
class Case:
    """`window` is (first, last) local day, `instants` what must come out, in UTC; None where only libraries judge."""

    name: str
    recurrence: Recurrence
    window: tuple[date, date]
    instants: tuple[datetime, ...] | None
    differs: Mapping[str, str] = field(default_factory=dict)


def _case(
    name: str,
    rule: str,
    start: str,
    zone: str,
    until: str,
    instants: str | None = None,
    *,
    since: str = "",
    excluded: str = "",
    differs: Mapping[str, str] | None = None,
) -> Case:
    begin = datetime.fromisoformat(start)
    days = frozenset(map(date.fromisoformat, excluded.split()))
    at = time(begin.hour, begin.minute, begin.second)
    window = (date.fromisoformat(since) if since else begin.date(), date.fromisoformat(until))
    expected = tuple(map(datetime.fromisoformat, instants.split())) if instants is not None else None
    return Case(name, Recurrence(rule, begin.date(), at, zone, days), window, expected, differs or {})


SKIPPED_DAY = "Apia's 30 December 2011 never was: 3.3.10 ignores it and does not count it; the library counts it."
FIRST_WEEK = "BYSETPOS counts from the beginning of the week (3.3.10); the library starts the first week at DTSTART."
MIXED_DAYS = "A day of either kind is meant, plain or numbered; the library takes only those of both kinds."
OTHER_OFFSET = (
    "A time in a gap has the offset before it, one that comes twice is the first (3.3.5); ical.js: the others."
)
NO_BYSETPOS = "ical.js looks at BYSETPOS in months and years only, and there beside BYDAY only."
NO_29TH = "ical.js goes on to 1 March in other years; 3.3.10 ignores a day that a year does not have."
ONE_DIGIT = "ical.js reads the last digit only of a weekday's number; the RFC's own example is the case."
WEEK_NUMBERS = "ical.js takes every week but that of BYWEEKNO: an indexOf read as yes or no."
ONE_MONTH = "BYMONTHDAY expands a year (3.3.10, table), all its months; ical.js takes the month of DTSTART only."
NO_NEGATIVE = "ical.js does not count BYMONTHDAY from the month's end in a DAILY rule."

CLOCKS = (
    _case("New York, clocks put forward", "FREQ=WEEKLY;BYDAY=TU", "2026-02-24T10:00", NEW_YORK, "2026-03-24",
          "2026-02-24T15:00Z 2026-03-03T15:00Z 2026-03-10T14:00Z 2026-03-17T14:00Z 2026-03-24T14:00Z"),
    _case("New York, clocks put back", "FREQ=WEEKLY;BYDAY=TU", "2026-10-20T10:00", NEW_YORK, "2026-11-10",
          "2026-10-20T14:00Z 2026-10-27T14:00Z 2026-11-03T15:00Z 2026-11-10T15:00Z"),
    _case("New York, in the gap", "FREQ=DAILY", "2026-03-07T02:30", NEW_YORK, "2026-03-09",
          "2026-03-07T07:30Z 2026-03-08T07:30Z 2026-03-09T06:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("New York, in the hour that comes twice", "FREQ=DAILY", "2026-10-31T01:30", NEW_YORK, "2026-11-02",
          "2026-10-31T05:30Z 2026-11-01T05:30Z 2026-11-02T06:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Berlin, clocks put forward", "FREQ=WEEKLY;BYDAY=TH", "2026-03-19T09:00", BERLIN, "2026-04-09",
          "2026-03-19T08:00Z 2026-03-26T08:00Z 2026-04-02T07:00Z 2026-04-09T07:00Z"),
    _case("Berlin, clocks put back", "FREQ=WEEKLY;BYDAY=TH", "2026-10-15T09:00", BERLIN, "2026-11-05",
          "2026-10-15T07:00Z 2026-10-22T07:00Z 2026-10-29T08:00Z 2026-11-05T08:00Z"),
    _case("Berlin, in the gap", "FREQ=DAILY", "2026-03-28T02:30", BERLIN, "2026-03-30",
          "2026-03-28T01:30Z 2026-03-29T01:30Z 2026-03-30T00:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Berlin, in the hour that comes twice", "FREQ=DAILY", "2026-10-24T02:30", BERLIN, "2026-10-26",
          "2026-10-24T00:30Z 2026-10-25T00:30Z 2026-10-26T01:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Sydney, clocks put back in autumn", "FREQ=WEEKLY;BYDAY=WE", "2026-03-25T09:00", SYDNEY, "2026-04-15",
          "2026-03-24T22:00Z 2026-03-31T22:00Z 2026-04-07T23:00Z 2026-04-14T23:00Z"),
    _case("Sydney, clocks put forward in spring", "FREQ=WEEKLY;BYDAY=WE", "2026-09-23T09:00", SYDNEY, "2026-10-14",
          "2026-09-22T23:00Z 2026-09-29T23:00Z 2026-10-06T22:00Z 2026-10-13T22:00Z"),
    _case("Lord Howe, in the gap of half an hour", "FREQ=WEEKLY", "2026-09-27T02:15", LORD_HOWE, "2026-10-11",
          "2026-09-26T15:45Z 2026-10-03T15:45Z 2026-10-10T15:15Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Lord Howe, in the half hour that comes twice", "FREQ=WEEKLY", "2026-03-29T01:45", LORD_HOWE, "2026-04-12",
          "2026-03-28T14:45Z 2026-04-04T14:45Z 2026-04-11T15:15Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Sao Paulo, a day without midnight", "FREQ=WEEKLY;BYDAY=SU", "2018-10-28T00:30", SAO_PAULO, "2018-11-11",
          "2018-10-28T03:30Z 2018-11-04T03:30Z 2018-11-11T02:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Sao Paulo, an evening with two last hours", "FREQ=WEEKLY;BYDAY=SA", "2019-02-09T23:30", SAO_PAULO,
          "2019-02-23", "2019-02-10T01:30Z 2019-02-17T01:30Z 2019-02-24T02:30Z",
          differs={"ical.js": OTHER_OFFSET}),
    _case("Sao Paulo, since it keeps one time", "FREQ=MONTHLY;BYDAY=1MO", "2026-01-05T14:00", SAO_PAULO, "2026-12-31"),
    _case("Apia, daily across the day that never was", "FREQ=DAILY", "2011-12-28T09:00", APIA, "2012-01-01",
          "2011-12-28T19:00Z 2011-12-29T19:00Z 2011-12-30T19:00Z 2011-12-31T19:00Z"),
    _case("Apia, Fridays", "FREQ=WEEKLY;BYDAY=FR", "2011-12-23T09:00", APIA, "2012-01-13",
          "2011-12-23T19:00Z 2012-01-05T19:00Z 2012-01-12T19:00Z"),
    _case("Apia, three Fridays", "FREQ=WEEKLY;BYDAY=FR;COUNT=3", "2011-12-23T09:00", APIA, "2012-02-28",
          "2011-12-23T19:00Z 2012-01-05T19:00Z 2012-01-12T19:00Z",
          differs={"dateutil": SKIPPED_DAY, "rrule": SKIPPED_DAY, "ical.js": SKIPPED_DAY}),
    _case("Kathmandu, a quarter to the hour", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-01-15T10:15", KATHMANDU,
          "2026-04-30", "2026-01-15T04:30Z 2026-02-15T04:30Z 2026-03-15T04:30Z 2026-04-15T04:30Z"),
    _case("Chatham, clocks put back", "FREQ=WEEKLY;BYDAY=FR", "2026-04-03T09:00", CHATHAM, "2026-04-10",
          "2026-04-02T19:15Z 2026-04-09T20:15Z"),
    _case("Dublin, whose winter is the exception", "FREQ=WEEKLY;BYDAY=MO", "2026-03-23T09:00", DUBLIN, "2026-04-06",
          "2026-03-23T09:00Z 2026-03-30T08:00Z 2026-04-06T08:00Z"),
)  # fmt: skip

WEEKS = (
    _case("every other week across a year end, weeks from Monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
          "2026-12-22T09:00", BERLIN, "2027-01-24", "2026-12-22T08:00Z 2026-12-27T08:00Z 2027-01-05T08:00Z "
          "2027-01-10T08:00Z 2027-01-19T08:00Z 2027-01-24T08:00Z"),
    _case("every other week across a year end, weeks from Sunday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
          "2026-12-22T09:00", BERLIN, "2027-01-24", "2026-12-22T08:00Z 2027-01-03T08:00Z 2027-01-05T08:00Z "
          "2027-01-17T08:00Z 2027-01-19T08:00Z"),
    _case("the RFC's example, weeks from Monday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
          "1997-08-05T09:00", NEW_YORK, "1997-12-31",
          "1997-08-05T13:00Z 1997-08-10T13:00Z 1997-08-19T13:00Z 1997-08-24T13:00Z"),
    _case("the RFC's example, weeks from Sunday", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
          "1997-08-05T09:00", NEW_YORK, "1997-12-31",
          "1997-08-05T13:00Z 1997-08-17T13:00Z 1997-08-19T13:00Z 1997-08-31T13:00Z"),
    _case("every other Tuesday", "FREQ=WEEKLY;INTERVAL=2", "2026-12-15T10:00", NEW_YORK, "2027-02-09",
          "2026-12-15T15:00Z 2026-12-29T15:00Z 2027-01-12T15:00Z 2027-01-26T15:00Z 2027-02-09T15:00Z"),
    _case("every other week on three days, weeks from Wednesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=WE",
          "2026-06-01T16:30", LONDON, "2027-06-01"),
    _case("a year of weeks and one", "FREQ=WEEKLY;INTERVAL=53", "2020-12-28T08:00", SYDNEY, "2032-12-31"),
    _case("weeks of two months", "FREQ=WEEKLY;BYMONTH=1,2;BYDAY=TH", "2026-01-01T08:00", LONDON, "2028-03-01"),
    _case("the first of a week's days", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-01-07T09:00", LONDON,
          "2026-01-26", "2026-01-12T09:00Z 2026-01-19T09:00Z 2026-01-26T09:00Z",
          differs={"dateutil": FIRST_WEEK, "rrule": FIRST_WEEK, "ical.js": NO_BYSETPOS}),
    _case("a start in mid-series", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TH", "2025-01-02T09:00", NEW_YORK, "2026-06-30",
          since="2026-01-15"),
)  # fmt: skip

ENDS = (
    _case("ten times, the last three", "FREQ=WEEKLY;COUNT=10", "2026-01-05T09:00", LONDON, "2026-12-31",
          "2026-02-23T09:00Z 2026-03-02T09:00Z 2026-03-09T09:00Z", since="2026-02-20"),
    _case("what is excluded is counted", "FREQ=DAILY;COUNT=4", "2026-01-05T09:00", LONDON, "2026-12-31",
          "2026-01-05T09:00Z 2026-01-08T09:00Z", excluded="2026-01-06 2026-01-07"),
    _case("a start that is not one of the days", "FREQ=WEEKLY;BYDAY=WE;COUNT=3", "2026-01-05T09:00", LONDON,
          "2026-12-31", "2026-01-07T09:00Z 2026-01-14T09:00Z 2026-01-21T09:00Z"),
    _case("until a local day, which is tomorrow in UTC", "FREQ=DAILY;UNTIL=20260105", "2026-01-03T20:00", NEW_YORK,
          "2026-12-31", "2026-01-04T01:00Z 2026-01-05T01:00Z 2026-01-06T01:00Z"),
    _case("until an instant, included", "FREQ=WEEKLY;UNTIL=20260310T140000Z", "2026-02-24T10:00", NEW_YORK,
          "2026-12-31", "2026-02-24T15:00Z 2026-03-03T15:00Z 2026-03-10T14:00Z"),
    _case("until a second before", "FREQ=WEEKLY;UNTIL=20260310T135959Z", "2026-02-24T10:00", NEW_YORK, "2026-12-31",
          "2026-02-24T15:00Z 2026-03-03T15:00Z"),
    _case("until yesterday in UTC, which is today in Sydney", "FREQ=DAILY;UNTIL=20260106T220000Z", "2026-01-05T09:00",
          SYDNEY, "2026-12-31", "2026-01-04T22:00Z 2026-01-05T22:00Z 2026-01-06T22:00Z"),
    _case("excluded holidays", "FREQ=WEEKLY;BYDAY=FR", "2026-12-18T09:00", BERLIN, "2027-01-15",
          "2026-12-18T08:00Z 2027-01-08T08:00Z 2027-01-15T08:00Z", excluded="2026-12-25 2027-01-01"),
    _case("until before the start", "FREQ=DAILY;UNTIL=20260101", "2026-01-05T09:00", LONDON, "2026-12-31", ""),
)  # fmt: skip

MONTHS = (
    _case("last Friday", "FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30T15:00", NEW_YORK, "2026-06-30",
          "2026-01-30T20:00Z 2026-02-27T20:00Z 2026-03-27T19:00Z 2026-04-24T19:00Z 2026-05-29T19:00Z "
          "2026-06-26T19:00Z"),
    _case("last working day", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T09:00", BERLIN,
          "2026-06-30", "2026-01-30T08:00Z 2026-02-27T08:00Z 2026-03-31T07:00Z 2026-04-30T07:00Z "
          "2026-05-29T07:00Z 2026-06-30T07:00Z"),
    _case("first working day", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "2026-01-01T09:00", SYDNEY,
          "2026-12-31"),
    _case("second working day and the last but one", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2,-2",
          "2026-01-15T09:00", LONDON, "2026-12-31"),
    _case("the 31st", "FREQ=MONTHLY", "2026-01-31T09:00", BERLIN, "2026-08-31",
          "2026-01-31T08:00Z 2026-03-31T07:00Z 2026-05-31T07:00Z 2026-07-31T07:00Z 2026-08-31T07:00Z"),
    _case("the 31st of every other month", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31", "2026-01-31T09:00", KATHMANDU,
          "2028-12-31"),
    _case("the last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31T09:00", LONDON, "2028-04-30",
          "2028-01-31T09:00Z 2028-02-29T09:00Z 2028-03-31T08:00Z 2028-04-30T08:00Z"),
    _case("the 1st and the 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-01-01T09:00", SAO_PAULO, "2026-12-31"),
    _case("the last of the days after the 27th", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
          "2027-01-31T09:00", NEW_YORK, "2028-12-31",
          differs={"ical.js": NO_BYSETPOS}),
    _case("first and third Monday", "FREQ=MONTHLY;BYDAY=1MO,3MO", "2026-01-05T09:00", SYDNEY, "2026-12-31"),
    _case("the fifth Friday", "FREQ=MONTHLY;BYDAY=5FR", "2026-01-30T09:00", BERLIN, "2026-12-31",
          "2026-01-30T08:00Z 2026-05-29T07:00Z 2026-07-31T07:00Z 2026-10-30T08:00Z"),
    _case("the last but one Wednesday of every quarter", "FREQ=MONTHLY;INTERVAL=3;BYDAY=-2WE", "2026-03-18T09:00",
          CHATHAM, "2028-12-31"),
    _case("Friday the 13th", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-02-13T09:00", NEW_YORK, "2026-12-31",
          "2026-02-13T14:00Z 2026-03-13T13:00Z 2026-11-13T14:00Z"),
    _case("the first Tuesday of four months", "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU", "2026-01-06T09:00",
          LORD_HOWE, "2027-12-31"),
    _case("Mondays and the last Friday", "FREQ=MONTHLY;BYDAY=MO,-1FR", "2026-06-01T09:00", LONDON, "2026-06-30",
          "2026-06-01T08:00Z 2026-06-08T08:00Z 2026-06-15T08:00Z 2026-06-22T08:00Z 2026-06-26T08:00Z "
          "2026-06-29T08:00Z", differs={"dateutil": MIXED_DAYS, "rrule": MIXED_DAYS}),
)  # fmt: skip

YEARS = (
    _case("29 February", "FREQ=YEARLY", "2024-02-29T09:00", BERLIN, "2036-12-31",
          "2024-02-29T08:00Z 2028-02-29T08:00Z 2032-02-29T08:00Z 2036-02-29T08:00Z",
          differs={"ical.js": NO_29TH}),
    _case("29 February around 2100", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2092-02-29T09:00", KATHMANDU,
          "2108-12-31", "2092-02-29T03:15Z 2096-02-29T03:15Z 2104-02-29T03:15Z 2108-02-29T03:15Z"),
    _case("the last day of February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2026-02-28T09:00", NEW_YORK,
          "2029-12-31", "2026-02-28T14:00Z 2027-02-28T14:00Z 2028-02-29T14:00Z 2029-02-28T14:00Z"),
    _case("election day", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05T09:00",
          NEW_YORK, "2008-12-31", "1996-11-05T14:00Z 2000-11-07T14:00Z 2004-11-02T14:00Z 2008-11-04T14:00Z"),
    _case("the day of the start in two months", "FREQ=YEARLY;BYMONTH=1,7", "2026-01-20T09:00", SYDNEY, "2029-12-31"),
    _case("every Monday of January", "FREQ=YEARLY;BYMONTH=1;BYDAY=MO", "2026-01-05T09:00", LONDON, "2028-12-31"),
    _case("the last Monday of each quarter", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYDAY=-1MO", "2026-03-30T09:00", BERLIN,
          "2028-12-31"),
    _case("the 20th Monday", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19T09:00", NEW_YORK, "1999-12-31",
          "1997-05-19T13:00Z 1998-05-18T13:00Z 1999-05-17T13:00Z",
          differs={"ical.js": ONE_DIGIT}),
    _case("the last Sunday of the year", "FREQ=YEARLY;BYDAY=-1SU", "2026-12-27T09:00", SYDNEY, "2032-12-31"),
    _case("Monday of week 20", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12T09:00", NEW_YORK, "1999-12-31",
          "1997-05-12T13:00Z 1998-05-11T13:00Z 1999-05-17T13:00Z",
          differs={"ical.js": WEEK_NUMBERS}),
    _case("Thursday of week 1", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=TH", "2026-01-01T09:00", LONDON, "2032-12-31",
          differs={"ical.js": WEEK_NUMBERS}),
    _case("Monday of week 1, which may lie in December", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2025-01-06T09:00",
          LONDON, "2028-12-31", "2025-12-29T09:00Z 2027-01-04T09:00Z 2028-01-03T09:00Z",
          differs={"ical.js": WEEK_NUMBERS}),
    _case("Wednesday of week 53", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=WE", "2020-12-30T09:00", BERLIN, "2036-12-31",
          differs={"ical.js": WEEK_NUMBERS}),
    _case("days by their number", "FREQ=YEARLY;BYYEARDAY=1,100,200", "1997-01-01T09:00", NEW_YORK, "2006-12-31"),
    _case("the last day of the year", "FREQ=YEARLY;BYYEARDAY=-1", "2026-12-31T09:00", SAO_PAULO, "2030-12-31"),
    _case("day 366", "FREQ=YEARLY;BYYEARDAY=366", "2024-12-31T09:00", APIA, "2036-12-31"),
    _case("the year's last working day", "FREQ=YEARLY;BYMONTH=12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
          "2026-12-31T09:00", DUBLIN, "2032-12-31"),
    _case("the 15th of every month, yearly", "FREQ=YEARLY;BYMONTHDAY=15", "2026-01-15T09:00", NEW_YORK, "2027-12-31",
          differs={"ical.js": ONE_MONTH}),
    _case("every other year", "FREQ=YEARLY;INTERVAL=2;BYMONTH=4;BYDAY=1SU", "2026-04-05T02:15", LORD_HOWE,
          "2034-12-31"),
)  # fmt: skip

DAYS = (
    _case("every tenth day", "FREQ=DAILY;INTERVAL=10", "2026-01-01T09:00", LORD_HOWE, "2026-12-31"),
    _case("working days", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-10-30T01:30", NEW_YORK, "2026-11-03",
          "2026-10-30T05:30Z 2026-11-02T06:30Z 2026-11-03T06:30Z"),
    _case("days of two months", "FREQ=DAILY;BYMONTH=1,12", "2026-12-30T09:00", BERLIN, "2028-01-02"),
    _case("days of the month, every third day", "FREQ=DAILY;INTERVAL=3;BYMONTHDAY=1,-1", "2026-01-01T09:00", LONDON,
          "2027-12-31",
          differs={"ical.js": NO_NEGATIVE}),
    _case("weekends, every third day", "FREQ=DAILY;INTERVAL=3;BYDAY=SA,SU;BYMONTH=4,10", "2026-04-04T02:15",
          SYDNEY, "2027-12-31",
          differs={"ical.js": OTHER_OFFSET}),
)  # fmt: skip

CASES = (*CLOCKS, *WEEKS, *ENDS, *MONTHS, *YEARS, *DAYS)
