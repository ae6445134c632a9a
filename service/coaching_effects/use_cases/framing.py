"""A question about effects made definite: its days and weeks, the models that have the KPI, and who is asked about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_effects.dto import CoachingEffectsQuery
from service.coaching_effects.judging import HISTORY
from service.coaching_effects.panels import Crew
from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.principal import Principal
from service.kpi_snapshots.leads.outcomes import weekly_parts
from service.kpi_snapshots.leads.panels import WEEK
from service.kpi_snapshots.lines import PreparedModel, prepare_models
from service.kpi_snapshots.periods import Calendar
from service.organizations.known import Staff
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import require_visible, visible_people
from service.organizations.use_cases.teams import get_team
from service.organizations.use_cases.working_time import staff_as_known
from service.success_models.kpis import Kpi
from service.success_models.measures import Measure
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import list_active_models

DEFAULT_DAYS, MOST_DAYS = 364, 728
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The instant, the days on which coaching may have begun, and everybody with their working time."""

    as_of: datetime
    from_on: date
    to_on: date
    first: date
    """Of the first week that is looked at."""
    count: int
    """Weeks, of which the last is over."""
    staff: Staff

    @property
    def zone(self) -> ZoneInfo:
        """The organization's."""
        return ZoneInfo(self.staff.organization.time_zone)


async def frame_effects(session: AsyncSession, system: Principal, query: CoachingEffectsQuery) -> Frame:
    """The weeks reach back far enough for what came before the first dip; `invalid` for a bad span of days."""
    as_of = min(query.as_of or utc_now(), utc_now())
    before = WEEK * (HISTORY + 3 * query.trigger_weeks + query.weeks + 2)
    reach = (as_of - timedelta(days=MOST_DAYS + DEFAULT_DAYS) - before).date(), (as_of + DAY).date()
    staff = await staff_as_known(session, system, None, reach)
    today = as_of.astimezone(ZoneInfo(staff.organization.time_zone)).date()
    to_on = today if query.to_on is None else min(query.to_on, today)
    from_on = to_on - (DEFAULT_DAYS - 1) * DAY if query.from_on is None else query.from_on
    if to_on < from_on:
        raise invalid("to", "must not be before from")
    if (today - from_on).days >= MOST_DAYS:
        raise invalid("from", f"must be at most {MOST_DAYS} days back")
    calendar = Calendar(staff.organization.week_start, staff.organization.fiscal_year_start_month)
    first, end = (calendar.period_of(PeriodKind.WEEK, day).start for day in (from_on - before, today))
    return Frame(as_of, from_on, to_on, first, (end - first) // WEEK, staff)


@dataclass(frozen=True, slots=True)
class Models:
    """The active models by job role, and those of them that have the KPI."""

    by_role: Mapping[str | None, PreparedModel]
    having: Sequence[PreparedModel]

    def kpi(self, key: str) -> Kpi:
        """As the first of them defines it."""
        return self.having[0].kpis[key].definition

    def parts(self, key: str) -> list[Measure]:
        """What is counted of a KPI of theirs by the week; nothing where it does not add up."""
        found = (part for model in self.having for part in weekly_parts(model.kpis[key].definition))
        return [part for part in found if part is not None]


async def find_models(session: AsyncSession, system: Principal, query: CoachingEffectsQuery) -> Models:
    """`not_found` where no active model has the KPI, `conflict` where they count it differently."""
    by_role = prepare_models(await list_active_models(session, system))
    having = [one for one in by_role.values() if query.success_model_id in {None, one.id}]
    if not having:
        raise not_found("success_model" if query.success_model_id else "kpi")
    having = [one for one in having if query.kpi in one.kpis]
    if not having:
        raise not_found("kpi")
    definitions = [one.kpis[query.kpi].definition for one in having]
    if len({(one.unit, one.polarity, one.kind) for one in definitions}) > 1:
        raise conflict("kpi_differs", "The models count this KPI differently: name one of them.", "/success_model_id")
    return Models(by_role, having)


def placebos_of(models: Models, query: CoachingEffectsQuery) -> list[str]:
    """KPIs that all the models have, that add up by the week and share nothing with the one asked for, in order.

    Process KPIs, or the one that is named; `not_found` where that is none of these.
    """
    own = {part.identity() for part in models.parts(query.kpi)}
    wanted = []
    for one in sorted(models.having[0].kpis.values(), key=lambda kpi: kpi.place):
        key = one.definition.key
        if key != query.placebo_kpi and (query.placebo_kpi is not None or not one.definition.level.is_process):
            continue
        if all(key in model.kpis for model in models.having):
            parts = {part.identity() for part in models.parts(key)}
            wanted += [key] if parts and not parts & own else []
    if query.placebo_kpi is not None and not wanted:
        raise not_found("kpi")
    return wanted


def crew_of(models: Models, frame: Frame, among: Collection[UUID] | None) -> Crew:
    """Everybody for whom one of the models with the KPI holds; `among` narrows to some people."""
    ids = {model.id for model in models.having}
    held = {}
    for person in frame.staff.people.values():
        model = models.by_role.get(person.job_role) or models.by_role.get(None)
        is_there = person.left_on is None or person.left_on >= frame.first
        if model is not None and model.id in ids and is_there and (among is None or person.id in among):
            held[person.id] = model
    people = sorted(held)
    return Crew(people, [held[id_] for id_ in people], frame.staff, frame.first, frame.count)


async def list_asked(
    session: AsyncSession, principal: Principal, query: CoachingEffectsQuery, frame: Frame
) -> Collection[UUID]:
    """Of the people whom the caller sees on the day of `as_of`; a manager is not one of those below."""
    if query.manager_id is not None and query.team_id is not None:
        raise invalid("team_id", "cannot be given together with a manager")
    system, today = principal.as_system(), frame.as_of.astimezone(frame.zone).date()
    seen = await visible_people(session, principal, today)
    found = set(frame.staff.people) if seen is None else set(seen) - {principal.person_id}
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, today)
        found &= {person.id for person in await everyone_below(session, system, query.manager_id, today)}
    if query.team_id is not None:
        found &= set((await get_team(session, system, query.team_id)).member_ids)
        if seen is not None and not found:
            raise not_found("team")
    return found
