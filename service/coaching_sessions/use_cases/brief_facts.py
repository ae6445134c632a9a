"""Gathers what a brief is made of: a constant number of statements, however much there is to tell."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.use_cases.opportunities import coaching_opportunities_of
from service.coaching_sessions.brief.facts import BriefFacts, Occasion
from service.coaching_sessions.brief.pace import chosen_snapshots, leading_period
from service.coaching_sessions.brief.quadrant import this_morning, told_quarter
from service.coaching_sessions.dto.brief import BriefPersonDTO
from service.coaching_sessions.format_document import FormatDocument, FormatSection
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.repository import formats
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.commitments import open_commitments_of
from service.coaching_sessions.use_cases.topics import open_topics_of
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.quadrants.dto import QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.use_cases.quadrants import get_quadrants
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.dto.organizations import OrganizationDTO
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.skill_assessments.dto.gaps import SkillGapsQuery
from service.skill_assessments.use_cases.gaps import get_skill_gaps
from service.skill_assessments.use_cases.plan_progress import active_plans_of
from service.success_models.document import ModelDocument
from service.success_models.dto.adherence import ProcessAdherenceQuery
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.owned_deals import list_owned_deals
from service.success_models.use_cases.owner_models import load_models
from service.success_models.use_cases.process_adherence import get_process_adherence

FIRST_LOOK_BACK = timedelta(weeks=4)
"""How far back changes are told where no session was held before."""


async def gather_facts(
    session: AsyncSession, reader: Principal, row: CoachingSession, rep_id: UUID, as_of: datetime
) -> BriefFacts:
    """Everything known of a rep of a session that has not begun.

    `reader` sees the whole organization, and of what is a person's alone for a time only what is that person's.
    """
    system = reader.as_system()
    occasion = await _occasion(session, system, row, rep_id, as_of)
    organization = await get_organization(session, system)
    model = (await load_models(session, system, [rep_id])).of(rep_id)
    document = None if model is None else model.document
    snapshots = await _snapshots(session, system, rep_id, _kinds(document))
    before, ended = await _snapshots_then(session, system, occasion, snapshots)
    opportunities = await coaching_opportunities_of(session, reader, [rep_id])
    topics = await open_topics_of(session, reader, [rep_id])
    commitments = await open_commitments_of(session, reader, [rep_id])
    kpis = [] if document is None else document.kpis
    return BriefFacts(
        occasion=occasion,
        currency=organization.currency,
        kinds={kpi.key: kpi.kind for kpi in kpis},
        levels={kpi.key: kpi.level.is_process for kpi in kpis},
        snapshots=snapshots,
        before=before,
        ended=ended,
        opportunities=opportunities.get(rep_id, []),
        deals=await list_owned_deals(session, system, rep_id, occasion.since, as_of),
        adherence=await get_process_adherence(session, system, ProcessAdherenceQuery(person_id=rep_id)),
        quadrants=await _quadrants(session, system, rep_id, organization, as_of),
        gaps=await get_skill_gaps(session, system, SkillGapsQuery(person_id=rep_id, as_of=as_of)),
        plans=(await active_plans_of(session, system, [rep_id])).get(rep_id, []),
        agenda=await _agenda(session, row),
        commitments=commitments.get(rep_id, []),
        topics=topics.get(rep_id, []),
    )


async def _occasion(
    session: AsyncSession, system: Principal, row: CoachingSession, rep_id: UUID, as_of: datetime
) -> Occasion:
    previous = await repository.last_held(session, row.org_id, rep_id, row.starts_at)
    holds = row.substitute_id or row.manager_id
    people = await get_people(session, system, [holds, rep_id])
    zone = ZoneInfo(row.time_zone)
    today = datetime.combine(as_of.astimezone(zone).date(), time.min, zone)
    # Whole days: the brief of a first session is not another one with every second that passes.
    first = (today - FIRST_LOOK_BACK).astimezone(UTC)
    since = first if previous is None else previous.started_at or previous.starts_at
    return Occasion(
        session_id=row.id,
        manager=_person(people[holds]),
        rep=_person(people[rep_id]),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=zone,
        previous_session_id=None if previous is None else previous.id,
        since=since,
        as_of=as_of,
    )


def _person(person: PersonDTO) -> BriefPersonDTO:
    return BriefPersonDTO(id=person.id, name=person.name, job_role=person.job_role)


def _kinds(document: ModelDocument | None) -> list[PeriodKind]:
    """The kinds of periods that the model has targets for."""
    having = set() if document is None else {target.period for target in document.targets}
    return [kind for kind in PeriodKind if kind in having]


async def _snapshots(
    session: AsyncSession, system: Principal, rep_id: UUID, kinds: list[PeriodKind], as_of: datetime | None = None
) -> list[KpiSnapshotDTO]:
    found: list[KpiSnapshotDTO] = []
    for kind in kinds:
        query = KpiSnapshotQuery(period=kind, as_of=as_of)
        found += (await kpi_snapshots_of(session, system, [rep_id], query)).get(rep_id, [])
    return found


async def _snapshots_then(
    session: AsyncSession, system: Principal, occasion: Occasion, now: list[KpiSnapshotDTO]
) -> tuple[list[KpiSnapshotDTO], list[KpiSnapshotDTO]]:
    """Where the rep stood at the last session, and how the leading kind of period ended that was running then."""
    chosen = chosen_snapshots(now)
    told = {one.period for one in chosen}
    rep_id = occasion.rep_id
    before = await _snapshots(session, system, rep_id, [kind for kind in PeriodKind if kind in told], occasion.since)
    leading = leading_period(chosen)
    starts = {one.period_start for one in before if one.period is leading}
    over = starts - {one.period_start for one in now if one.period is leading}
    ended: list[KpiSnapshotDTO] = []
    if leading is not None:
        for start in sorted(over):
            query = KpiSnapshotQuery(period=leading, period_start=start)
            ended += (await kpi_snapshots_of(session, system, [rep_id], query)).get(rep_id, [])
    return before, ended


async def _quadrants(
    session: AsyncSession, system: Principal, rep_id: UUID, organization: OrganizationDTO, as_of: datetime
) -> QuadrantsDTO:
    """The rep's quadrant of the quarter that is told, as the day began."""
    morning = this_morning(as_of, ZoneInfo(organization.time_zone))
    calendar = Calendar(organization.week_start, organization.fiscal_year_start_month)
    running = calendar.period_of(PeriodKind.QUARTER, morning.date())
    told = calendar.period_of(PeriodKind.QUARTER, told_quarter(running.start, morning.date()))
    query = QuadrantsQuery(person_id=rep_id, period_start=told.start, as_of=morning)
    return await get_quadrants(session, system, query)


async def _agenda(session: AsyncSession, row: CoachingSession) -> list[FormatSection]:
    found = await formats.get_format(session, row.org_id, row.format_id)
    return [] if found is None else FormatDocument.model_validate(found.document).sections
