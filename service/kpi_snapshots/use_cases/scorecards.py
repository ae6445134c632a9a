"""A person's scorecard: every KPI of their model, process and outcome apart, with the periods before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery, ScorecardDTO, ScorecardLineDTO, TrendPointDTO
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.trend import TrendPoint, find_direction
from service.kpi_snapshots.use_cases.closing import number_revisions
from service.kpi_snapshots.use_cases.computing import compute_snapshots, value_of
from service.kpi_snapshots.use_cases.framing import MOMENT, Question, frame_question
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures
from service.kpi_snapshots.use_cases.snapshots import people_asked_for
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import visible_people

PERIODS_BEFORE = 6


async def get_scorecard(session: AsyncSession, principal: Principal, query: KpiSnapshotQuery) -> ScorecardDTO:
    """Read one person's scorecard; a rep sees the same one as their manager.

    `query` names the person. `not_found` outside the caller's scope; without a model the card is empty.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    question = await frame_question(session, principal, query)
    people = await people_asked_for(session, principal, query, question.frame.today)
    return (await _cards(session, principal.org_id, question, people))[people[0].id]


async def scorecards_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID], query: KpiSnapshotQuery
) -> dict[UUID, ScorecardDTO]:
    """Read the scorecards of several people, the batch behind loaders; people outside the scope are left out."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    question = await frame_question(session, principal, query)
    visible = await visible_people(session, principal, question.frame.today)
    wanted = set(person_ids) if visible is None else visible.intersection(person_ids)
    people = await get_people(session, principal.as_system(), wanted)
    return await _cards(session, principal.org_id, question, list(people.values()))


async def _cards(
    session: AsyncSession, org_id: UUID, question: Question, people: Sequence[PersonDTO]
) -> dict[UUID, ScorecardDTO]:
    lines = question.lines(people, None)
    computed = await compute_snapshots(session, org_id, question, lines)
    snapshots = await number_revisions(session, org_id, question, computed)
    trends = await _trends(session, org_id, question, lines)
    rows: dict[UUID, list[ScorecardLineDTO]] = {}
    for line, snapshot in zip(lines, snapshots, strict=True):
        points = trends[line.person.id, line.kpi.definition.key]
        rows.setdefault(line.person.id, []).append(_line(line, snapshot, points))
    models = {line.person.id: line.model.id for line in lines}
    frame = question.frame
    return {
        person.id: ScorecardDTO(
            person_id=person.id,
            period=frame.period.kind,
            period_start=frame.period.start,
            period_end=frame.period.end,
            as_of=frame.as_of,
            success_model_id=models.get(person.id),
            process=[row for row in rows.get(person.id, []) if row.snapshot.level.is_process],
            outcome=[row for row in rows.get(person.id, []) if not row.snapshot.level.is_process],
        )
        for person in people
    }


def _line(line: SnapshotLine, snapshot: KpiSnapshotDTO, points: Sequence[TrendPoint]) -> ScorecardLineDTO:
    return ScorecardLineDTO(
        snapshot=snapshot,
        direction=find_direction(line.kpi.definition, points),
        trend=[TrendPointDTO(period_start=point.start, value=point.value.value, n=point.value.n) for point in points],
    )


async def _trends(
    session: AsyncSession, org_id: UUID, question: Question, lines: Sequence[SnapshotLine]
) -> dict[tuple[UUID, str], list[TrendPoint]]:
    """The periods before, the earliest first: each as it stood at its end, as far as is known."""
    found: dict[tuple[UUID, str], list[TrendPoint]] = {}
    models = {line.model.id: line.model for line in lines}
    needed = [kpi.definition for model in models.values() for kpi in model.kpis.values()]
    people = sorted({line.person.id for line in lines})
    for frame in _frames_before(question) if lines else []:
        before = replace(question, frame=frame)
        figures = await gather_figures(session, org_id, people, needed, frame)
        for line in lines:
            value = value_of(line.kpi.definition, line, before, figures)
            calendar = question.staff.calendars[line.person.id]
            days = float(calendar.days(frame.period.start, frame.period.end))
            point = TrendPoint(frame.period.start, value, days)
            found.setdefault((line.person.id, line.kpi.definition.key), []).append(point)
    return found


def _frames_before(question: Question) -> list[Frame]:
    frames: list[Frame] = []
    period = question.frame.period
    for _ in range(PERIODS_BEFORE):
        period = question.calendar.period_of(period.kind, period.start - timedelta(days=1))
        after = datetime.combine(period.end + timedelta(days=1), time.min, question.zone).astimezone(UTC)
        at = after - MOMENT
        frames.append(Frame(period, at, period.end, question.frame.known_at, at))
    return frames[::-1]
