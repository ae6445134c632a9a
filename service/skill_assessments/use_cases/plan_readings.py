"""Where people stand in the skills and KPIs of their plans: in a constant number of statements for any number of plans.

The plan's reader was found to see the person; what the plan is about is read as the organization.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.periods import Calendar, Period
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.use_cases.working_time import staff_as_known
from service.skill_assessments.levels import WINDOW, PersonLevel, Unit, find_levels
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.plans.readings import KpiReading, SkillReading
from service.skill_assessments.repository.calibration import SaidOfSkill, Span, list_said_of_skills
from service.skill_assessments.use_cases.levels import to_rating
from service.success_models.targets import PeriodKind

Skill = tuple[UUID, str, str]
"""Person, framework and skill, by key."""
KpiOf = tuple[UUID, str]
"""Person and KPI."""


def last_whole_month(day: date) -> Period:
    """The calendar month that was over last on a day."""
    calendar = Calendar()
    return calendar.period_of(PeriodKind.MONTH, calendar.period_of(PeriodKind.MONTH, day).start - timedelta(days=1))


def first_whole_month(started_on: date) -> Period:
    """The first calendar month that lies wholly after the day on which a plan started."""
    calendar = Calendar()
    return calendar.period_of(
        PeriodKind.MONTH, calendar.period_of(PeriodKind.MONTH, started_on).end + timedelta(days=1)
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """A framework by its key, on a scale from 1 to `top`."""

    framework: str
    top: int


async def read_skills(
    session: AsyncSession,
    org_id: UUID,
    asked: Mapping[Scale, Mapping[Unit, date | None]],
    day: date,
    as_of: datetime,
) -> dict[Skill, SkillReading]:
    """Levels on a day, by what was submitted by an instant; of each skill from what speaks of days after one, if given.

    Severity is taken out where raters overlap, by what they say of everybody. Neither the person's own ratings count
    nor peers': from few of these one could tell who said what. Without a rating there is no level.
    """
    if not asked:
        return {}
    said = await list_said_of_skills(session, org_id, {one.framework for one in asked}, Span(day - WINDOW, day, as_of))
    found: dict[Skill, SkillReading] = {}
    for scale, units in asked.items():
        on_scale = [one for one in said if (one.framework, one.top) == (scale.framework, scale.top)]
        ratings = [to_rating(one) for one in on_scale if _counts(one, units)]
        for (person_id, skill), level in find_levels(ratings, list(units), day, scale.top).items():
            reading = _level(level)
            if reading is not None:
                found[person_id, scale.framework, skill] = reading
    return found


def _counts(said: SaidOfSkill, units: Mapping[Unit, date | None]) -> bool:
    """What is said of others tells how severe a rater is."""
    unit = (said.person_id, said.skill)
    if unit not in units:
        return True
    after = units[unit]
    return said.kind != RaterKind.PEER and (after is None or said.assessed_on > after)


def _level(found: PersonLevel) -> SkillReading | None:
    if found.level is None or found.error is None or found.assessed_on is None:
        return None
    return SkillReading(
        level=round(Decimal(repr(found.level)), 2),
        standard_error=round(Decimal(repr(found.error)), 3),
        n=found.n,
        assessed_on=found.assessed_on,
    )


async def read_kpis(
    session: AsyncSession, principal: Principal, people: Collection[UUID], month: Period, as_of: datetime
) -> dict[KpiOf, KpiReading]:
    """Every KPI of some people in a month that is over, as far as is known at an instant."""
    if not people:
        return {}
    system, ids = principal.as_system(), sorted(people)
    query = KpiSnapshotQuery(period=PeriodKind.MONTH, period_start=month.start, as_of=as_of)
    found = await kpi_snapshots_of(session, system, ids, query)
    staff = await staff_as_known(session, system, ids, (month.start, month.end))
    readings: dict[KpiOf, KpiReading] = {}
    for person_id, snapshots in found.items():
        calendar = staff.calendars.get(person_id)
        days = Decimal(0) if calendar is None else Decimal(str(float(calendar.days(month.start, month.end))))
        readings |= {(person_id, one.kpi): _reading(one, days) for one in snapshots}
    return readings


def _reading(snapshot: KpiSnapshotDTO, working_days: Decimal) -> KpiReading:
    return KpiReading.model_validate(
        {name: getattr(snapshot, name) for name in KpiReading.model_fields if name != "working_days"}
        | {"working_days": round(working_days, 2)}
    )
