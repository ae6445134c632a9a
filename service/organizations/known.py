"""What was known of an organization's working time and people at an instant; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
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


KnownAbsences = Mapping[UUID, Sequence[tuple[date, date, Decimal]]]
"""By person the first and the last day of each absence, and its share of the day."""


@lru_cache(maxsize=16)
def _exact(share: Decimal) -> Fraction:
    """There are two shares, and thousands of absences."""
    return Fraction(share)


class Calendars(Mapping[UUID, WorkingCalendar]):
    """The working time of people, worked out when it is asked for; all who keep the same holidays share a company's."""

    def __init__(
        self, organization: KnownOrganization, people: Mapping[UUID, KnownPerson], absences: KnownAbsences
    ) -> None:
        self._people = people
        self._absences = absences
        names = {person.holiday_calendar for person in people.values()}
        self._companies = {name: organization.company_calendar(name) for name in names}
        self._made: dict[UUID, WorkingCalendar] = {}

    def __getitem__(self, person_id: UUID) -> WorkingCalendar:
        found = self._made.get(person_id)
        if found is None:
            person, absences = self._people[person_id], self._absences.get(person_id, ())
            away = tuple(Away(start, end, _exact(share)) for start, end, share in absences)
            company = self._companies[person.holiday_calendar]
            found = self._made[person_id] = WorkingCalendar(company, away, person.hired_on, person.left_on)
        return found

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)


@dataclass(frozen=True, slots=True)
class Staff:
    """People with their working time, as it was known at one instant."""

    organization: KnownOrganization
    people: Mapping[UUID, KnownPerson]
    calendars: Mapping[UUID, WorkingCalendar]


def assemble(organization: KnownOrganization, people: Iterable[KnownPerson], absences: KnownAbsences) -> Staff:
    """Give each person their calendar."""
    found = {person.id: person for person in people}
    return Staff(organization, found, Calendars(organization, found, absences))
