"""What was known of an organization's working time and people at an instant; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from service.organizations.holiday_calendars import holidays_in
from service.organizations.working_time import Away, CompanyCalendar, WorkingCalendar, no_holidays


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    """The settings that numbers depend on."""

    time_zone: str
    currency: str
    week_start: int
    fiscal_year_start_month: int
    working_weekdays: tuple[int, ...]
    holiday_calendar: str | None
    company_holidays: tuple[date, ...]
    company_working_days: tuple[date, ...]
    day_starts_hour: int
    day_ends_hour: int

    def company_calendar(self, holiday_calendar: str | None) -> CompanyCalendar:
        """The working days of those who keep the holidays of a calendar (None: the organization's)."""
        name = holiday_calendar or self.holiday_calendar
        return CompanyCalendar(
            weekdays=frozenset(self.working_weekdays),
            holidays=no_holidays if name is None else partial(holidays_in, name),
            days_off=frozenset(self.company_holidays),
            working_days=frozenset(self.company_working_days),
            day_starts=self.day_starts_hour,
            day_ends=self.day_ends_hour,
        )


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The attributes of a person that their targets depend on; `teams` holds the names and ids of theirs."""

    id: UUID
    email: str
    job_role: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    holiday_calendar: str | None = None
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownAbsence:
    """Days on which a person is away, both ends included."""

    person_id: UUID
    away: Away


@dataclass(frozen=True, slots=True)
class Staff:
    """People with their working time, as it was known at one instant."""

    organization: KnownOrganization
    people: dict[UUID, KnownPerson]
    calendars: dict[UUID, WorkingCalendar]


def assemble(organization: KnownOrganization, people: Iterable[KnownPerson], absences: Iterable[KnownAbsence]) -> Staff:
    """Give each person their calendar; those who keep the same holidays share the company's."""
    found = {person.id: person for person in people}
    away: dict[UUID, list[Away]] = {}
    for absence in absences:
        away.setdefault(absence.person_id, []).append(absence.away)
    names = {person.holiday_calendar for person in found.values()}
    companies = {name: organization.company_calendar(name) for name in names}
    calendars = {
        id_: WorkingCalendar(
            companies[person.holiday_calendar], tuple(away.get(id_, ())), person.hired_on, person.left_on
        )
        for id_, person in found.items()
    }
    return Staff(organization, found, calendars)
