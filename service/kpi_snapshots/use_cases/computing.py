"""Snapshots from figures: each line's value, target, and where that leaves the person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.dto import KpiSnapshotDTO, snapshot_id
from service.kpi_snapshots.figures import Figures
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.lines import PreparedModel, SnapshotLine
from service.kpi_snapshots.pace import Outlook, to_decimal
from service.kpi_snapshots.repository.histories import load_months, load_sizes
from service.kpi_snapshots.repository.relations import facts_known
from service.kpi_snapshots.snapshot import KpiValue, compute_attainment, compute_value
from service.kpi_snapshots.standing import Peers, Position, find_outlooks, needs_history, window_of
from service.kpi_snapshots.use_cases.framing import Question
from service.kpi_snapshots.use_cases.gathering import gather_figures, split_kept
from service.kpi_snapshots.use_cases.lead_grades import load_lead_grades
from service.success_models.kpis import Kpi, KpiKind, Per
from service.success_models.measures import Aggregate, Measure
from service.success_models.resolved import ResolvedTarget

GroupKey = tuple[UUID, str | None]
"""Model and job role: those whose habits tell of each other's."""


async def compute_snapshots(
    session: AsyncSession,
    org_id: UUID,
    question: Question,
    lines: Sequence[SnapshotLine],
    peers: Mapping[GroupKey, Peers] | None = None,
) -> list[KpiSnapshotDTO]:
    """Compute the snapshots of some lines, in their order; as many statements for one person as for thousands.

    Whoever asks for several periods of one day loads the peers once.
    """
    if not lines:
        return []
    asked: dict[UUID, tuple[PreparedModel, set[str]]] = {}
    for line in lines:
        asked.setdefault(line.model.id, (line.model, set()))[1].add(line.kpi.definition.key)
    kpis = [kpi for model, keys in asked.values() for kpi in model.with_divisors(sorted(keys))]
    people = sorted({line.person.id for line in lines})
    figures = await gather_figures(session, org_id, people, kpis, question.frame)
    if peers is None:
        peers = await load_peers(session, org_id, question, lines)
    grades = await load_lead_grades(session, org_id, asked.keys(), *question.graded_by)
    lined: dict[tuple[GroupKey, str], list[SnapshotLine]] = {}
    for line in lines:
        lined.setdefault((group_of(line), line.kpi.definition.key), []).append(line)
    found: dict[tuple[UUID, str], KpiSnapshotDTO] = {}
    for (group, key), members in lined.items():
        kpi = members[0].kpi.definition
        targets = [target_of(kpi, line, question) for line in members]
        positions = [_position(line, target, question, figures) for line, target in zip(members, targets, strict=True)]
        outlooks = find_outlooks(kpi, positions, peers[group], figures)
        grade = grades.of(group[0], kpi)
        for line, target, position, outlook in zip(members, targets, positions, outlooks, strict=True):
            found[line.person.id, key] = _snapshot(line, question, position, target, outlook, grade)
    return [found[line.person.id, line.kpi.definition.key] for line in lines]


async def load_peers(
    session: AsyncSession, org_id: UUID, question: Question, lines: Iterable[SnapshotLine]
) -> dict[GroupKey, Peers]:
    """What those of the same model and job role did in the months before."""
    groups: dict[GroupKey, dict[UUID, Measure]] = {}
    for line in lines:
        needed = {measure.identity(): measure for measure in needs_history(line.kpi.definition)}
        groups.setdefault(group_of(line), {}).update(needed)
    window, today = window_of(question.frame.today), question.frame.today
    members = {key: members_of(key, question, window) for key in groups}
    measures = {id_: measure for needed in groups.values() for id_, measure in needed.items()}
    everybody = sorted({id_ for ids in members.values() for id_ in ids})
    facts = facts_known(org_id, question.frame.known_at)
    kept = await split_kept(session, org_id, measures, question.frame)
    months: dict[UUID, dict[tuple[UUID, date], int]] = {}
    seen_since: dict[UUID, date] = {}
    for row in await load_months(session, org_id, everybody, kept, window, facts):
        months.setdefault(row.measure_id, {})[row.person_id, row.month] = row.n
        seen_since[row.person_id] = min(row.first_day, seen_since.get(row.person_id, today))
    sizes: dict[UUID, dict[UUID, tuple[int, float, float | None]]] = {}
    for id_, measure in measures.items():
        if measure.aggregate is Aggregate.SUM:
            amounts = await load_sizes(session, org_id, everybody, measure, window, facts)
            sizes[id_] = {row.person_id: (row.n, row.mean, row.variance) for row in amounts}
    calendars = question.staff.calendars
    return {key: Peers(ids, calendars, months, sizes, seen_since, today) for key, ids in members.items()}


def members_of(key: GroupKey, question: Question, window: tuple[date, date]) -> list[UUID]:
    """Who has the model and the job role; those who had left before the window tell nothing of a day."""
    model_id, job_role = key
    found = []
    for person in question.staff.people.values():
        model = question.models.get(person.job_role) or question.models.get(None)
        is_there = person.left_on is None or person.left_on >= window[0]
        if person.job_role == job_role and model is not None and model.id == model_id and is_there:
            found.append(person.id)
    return sorted(found)


def group_of(line: SnapshotLine) -> GroupKey:
    """Who a person's peers are."""
    return line.model.id, line.known.job_role


def _position(line: SnapshotLine, target: ResolvedTarget | None, question: Question, figures: Figures) -> Position:
    calendar = question.staff.calendars[line.person.id]
    period, local = question.frame.period, question.frame.as_of.astimezone(question.zone)
    left = calendar.days(period.start, period.end) - calendar.elapsed(period.start, period.end, local)
    value = value_of(line.kpi.definition, line, question, figures)
    return Position(line.person.id, value, None if target is None else target.value, left)


def target_of(kpi: Kpi, line: SnapshotLine, question: Question) -> ResolvedTarget | None:
    """The target of a KPI of the line's model for its person, pro-rated where it adds up; None without one."""
    return line.model.targets.target_for(
        kpi.key,
        question.frame.period.kind,
        question.frame.period,
        line.known,
        question.staff.calendars[line.person.id],
        question.calendar,
        pro_rated=kpi.kind is KpiKind.FLOW and kpi.per is None and kpi.measures[0].aggregate in _ADDING_UP,
    )


_ADDING_UP = frozenset({Aggregate.COUNT, Aggregate.SUM, Aggregate.COUNT_DISTINCT})


def value_of(kpi: Kpi, line: SnapshotLine, question: Question, figures: Figures) -> KpiValue:
    """A KPI's value; what it is divided by is a target or, in turn, another KPI's value."""

    def divisor(per: Per) -> Decimal | None:
        if per.target_of is not None:
            resolved = target_of(line.model.kpis[per.target_of].definition, line, question)
            return None if resolved is None else resolved.value
        return value_of(line.model.kpis[str(per.kpi)].definition, line, question, figures).value

    return compute_value(kpi, figures, line.person.id, divisor)


def _snapshot(
    line: SnapshotLine,
    question: Question,
    position: Position,
    target: ResolvedTarget | None,
    outlook: Outlook,
    grade: LeadGrade | None,
) -> KpiSnapshotDTO:
    frame, kpi, value = question.frame, line.kpi.definition, position.value
    local = frame.as_of.astimezone(question.zone)
    return KpiSnapshotDTO(
        id=snapshot_id(line.person.id, kpi.key, frame.period.kind, frame.period.start),
        person_id=line.person.id,
        kpi=kpi.key,
        name=kpi.name,
        level=kpi.level,
        unit=kpi.unit,
        polarity=kpi.polarity,
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        value=value.value,
        numerator=value.numerator,
        denominator=value.denominator,
        n=value.n,
        undecided=value.undecided,
        target=position.target,
        target_reason=None if target is None else target.reason,
        expected=None if target is None else target.expected_by(local),
        attainment=compute_attainment(value.value, position.target, kpi.polarity),
        status=None if target is None else outlook.status,
        probability=to_decimal(outlook.probability),
        interval_low=to_decimal(outlook.low),
        interval_high=to_decimal(outlook.high),
        method=outlook.method,
        model_version=line.model.version,
        lead_grade=grade,
    )
