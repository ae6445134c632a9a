"""The periods that ratings are published in: fixed quarters of the organization's calendar, each closed once."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import RatingPeriod
from service.coaching_sessions.repository import ratings as repository
from service.core.principal import Principal
from service.kpi_snapshots.periods import Calendar
from service.organizations.use_cases.organizations import get_organization
from service.success_models.targets import PeriodKind

RATED_WITHIN = timedelta(days=14)
"""After a session was completed."""
PUBLISHED_AFTER = RATED_WITHIN + timedelta(days=1)
"""After a period's end: the days of its last session are over, and whatever was being written is written."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """One period: its days, both included, and its instants, the end excluded."""

    start: date
    end: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RatingCalendar:
    """An organization's quarters, following what was `published` last.

    A period begins where the last one ended, to the instant: another time zone or fiscal year makes the next one
    shorter or longer, and no session is ever in two.
    """

    org_id: UUID
    quarters: Calendar
    zone: ZoneInfo
    published: RatingPeriod | None

    def period_at(self, at: datetime) -> ClosedSpan:
        """The period of an instant that is not published yet, or the quarter of one that is."""
        last, day = self.published, at.astimezone(self.zone).date()
        if last is None or at < last.until:
            quarter = self.quarters.period_of(PeriodKind.QUARTER, day)
            return ClosedSpan(quarter.start, quarter.end, self._midnight(quarter.start), self._after(quarter.end))
        day = max(day, last.ends_on + DAY)
        quarter = self.quarters.period_of(PeriodKind.QUARTER, day)
        if quarter.start > last.ends_on + DAY:
            return ClosedSpan(quarter.start, quarter.end, self._midnight(quarter.start), self._after(quarter.end))
        return ClosedSpan(last.ends_on + DAY, quarter.end, last.until, max(last.until, self._after(quarter.end)))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def _after(self, day: date) -> datetime:
        return self._midnight(day + DAY)


async def load_rating_calendar(session: AsyncSession, principal: Principal) -> RatingCalendar:
    """The calendar of the caller's organization, whatever the caller may read of it."""
    organization = await get_organization(session, principal.as_system())
    return RatingCalendar(
        organization.id,
        Calendar(organization.week_start, organization.fiscal_year_start_month),
        ZoneInfo(organization.time_zone),
        await repository.last_period(session, principal.org_id),
    )
