"""People with working time and series between them, without a database."""

from datetime import date, time
from fractions import Fraction
from typing import Any
from uuid import UUID

from service.coaching_sessions.laying import ClockOf, Laying, Participant, Timetable, WhenAway
from service.organizations.working_time import Away, CompanyCalendar, WorkingCalendar

REP, MANAGER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NEW_YORK, SYDNEY = "America/New_York", "Australia/Sydney"


def away(first: date, last: date | None = None, share: Fraction = Fraction(1)) -> Away:
    """Days off of one person; one day unless there is a last one."""
    return Away(first, last or first, share)


def participant(
    id_: UUID, time_zone: str = NEW_YORK, *absences: Away, company: CompanyCalendar | None = None, **days: Any
) -> Participant:
    """Somebody from Monday to Friday, eight to six, unless the company is another."""
    return Participant(id_, time_zone, WorkingCalendar(company or CompanyCalendar(), absences, **days))


def series(
    rep: Participant | None = None,
    manager: Participant | None = None,
    rule: str = "FREQ=WEEKLY;BYDAY=TU",
    at: time = time(10),
    when_away: WhenAway = WhenAway.MOVE,
    clock_of: ClockOf = ClockOf.REP,
    minutes: int = 30,
) -> Laying:
    """Tuesdays at ten in the rep's time from 2 March 2027 on, unless said otherwise."""
    timetable = Timetable(rule, date(2027, 3, 2), at, minutes, clock_of, when_away)
    return Laying(timetable, rep or participant(REP), manager or participant(MANAGER))
