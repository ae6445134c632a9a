"""A question about snapshots made definite: its calendar, who was there, and which model held for whom."""

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.lines import PreparedModel, SnapshotLine, lines_for, prepare_models
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.use_cases.gathering import Frame
from service.organizations.dto.people import PersonDTO
from service.organizations.known import Staff
from service.organizations.use_cases.working_time import staff_as_known
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import list_active_models

FIRST_YEAR, LAST_YEAR = 1970, 2200
REACH = timedelta(days=500)
"""How far around the days that are asked for absences may matter: a year's target, and the months before."""
MOMENT = timedelta(microseconds=1)
"""The least time between two instants: a period ends this long before the next begins."""


@dataclass(frozen=True, slots=True)
class Question:
    """A frame, everybody with their working time, the models by job role, and the organization's own clock."""

    frame: Frame
    staff: Staff
    models: Mapping[str | None, PreparedModel]
    calendar: Calendar
    zone: tzinfo

    @property
    def graded_by(self) -> tuple[date, datetime | None]:
        """The last day whose grades of leads count, and when they were known (None: now)."""
        return self.frame.today, self.frame.known_at

    def lines(self, people: Sequence[PersonDTO], kpi: str | None) -> list[SnapshotLine]:
        """The lines of those people who were known; `not_found` for a KPI that no model has."""
        if kpi is not None and not any(kpi in model.kpis for model in self.models.values()):
            raise not_found("kpi")
        return lines_for(people, self.staff.people, self.models, kpi)


async def frame_question(session: AsyncSession, principal: Principal, query: KpiSnapshotQuery) -> Question:
    """Make a query definite; `invalid` for a time out of reach and a `period_start` that starts no such period."""
    as_of = query.as_of or utc_now()
    _require_reach("as_of", as_of)
    if query.period_start is not None:
        _require_reach("period_start", query.period_start)
    asked = as_of.astimezone(UTC).date() if query.period_start is None else query.period_start
    days = (min(asked, as_of.date()) - REACH, max(asked, as_of.date()) + REACH)
    known = await _what_is_known(session, principal, days, query.known_at)
    return _question(known, query, as_of)


async def frame_questions(
    session: AsyncSession, principal: Principal, kinds: Iterable[PeriodKind]
) -> dict[PeriodKind, Question]:
    """The running period of each kind at one instant, from one look at people and models."""
    as_of = utc_now()
    days = (as_of.date() - REACH, as_of.date() + REACH)
    known = await _what_is_known(session, principal, days, None)
    return {kind: _question(known, KpiSnapshotQuery(period=kind), as_of) for kind in kinds}


_Known = tuple[Staff, Mapping[str | None, PreparedModel]]


async def _what_is_known(
    session: AsyncSession, principal: Principal, days: tuple[date, date], known_at: datetime | None
) -> _Known:
    staff = await staff_as_known(session, principal.as_system(), None, days, known_at)
    return staff, prepare_models(await list_active_models(session, principal.as_system(), known_at))


def _question(known: _Known, query: KpiSnapshotQuery, as_of: datetime) -> Question:
    staff, models = known
    zone = zoneinfo.ZoneInfo(staff.organization.time_zone)
    today = as_of.astimezone(zone).date()
    calendar = Calendar(staff.organization.week_start, staff.organization.fiscal_year_start_month)
    period = calendar.period_of(query.period, query.period_start or today)
    if query.period_start not in {None, period.start}:
        raise invalid("period_start", f"is not the start of a {query.period.value}; that would be {period.start}")
    after_end = datetime.combine(period.end + timedelta(days=1), time.min, zone).astimezone(UTC)
    ended_at = after_end - MOMENT if after_end <= as_of else None
    frame = Frame(period, as_of, today, query.known_at, ended_at)
    return Question(frame, staff, models, calendar, zone)


def _require_reach(name: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise invalid(name, f"must be between the years {FIRST_YEAR} and {LAST_YEAR}")
