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
from service.skill_assessments.plans.readings import KpiReading, SkillReading
from service.skill_assessments.ratings import PEER, SELF, Rating, level_of
from service.skill_assessments.repository.ratings import list_newest_ratings
from service.success_models.targets import PeriodKind

WINDOW = timedelta(days=365)
"""Before the start: an older rating speaks of somebody else."""
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
class Ratings:
    """The newest ratings of some people by rater; neither their own, nor peers', whose single ones nobody reads."""

    by_skill: Mapping[Skill, list[Rating]]

    def read(self, about: Skill, since: date) -> SkillReading | None:
        """The level from what was said of a skill from a day on; None: nothing was."""
        ratings = [one for one in self.by_skill.get(about, ()) if one.assessed_on >= since]
        if not ratings:
            return None
        found = level_of(about[2], ratings)
        return SkillReading(
            level=round(Decimal(repr(found.level)), 2),
            standard_error=round(Decimal(repr(found.error)), 3),
            n=found.n,
            assessed_on=max(one.assessed_on for one in ratings),
        )


async def read_ratings(
    session: AsyncSession, org_id: UUID, people: Collection[UUID], since: date, as_of: datetime
) -> Ratings:
    """What raters said last of the skills of some people, of days from one on and submitted by an instant."""
    found: dict[Skill, list[Rating]] = {}
    for one in await list_newest_ratings(session, org_id, people, since, as_of):
        if one.rater_kind not in {SELF, PEER}:
            found.setdefault(one.about, []).append(one)
    return Ratings(found)


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
