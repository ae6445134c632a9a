"""Which targets of process KPIs people met, in each period of a KPI's own that is over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.figures import Figures
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.periods import Period
from service.kpi_snapshots.repository.quadrants import load_totals_by_period
from service.kpi_snapshots.use_cases.computing import target_of, value_of
from service.kpi_snapshots.use_cases.framing import MOMENT, Question
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures, split_kept
from service.success_models.kpis import Kpi, KpiKind, Polarity
from service.success_models.targets import PeriodKind, Target

WIDENING = tuple(PeriodKind)

Tally = dict[tuple[UUID, str], list[int]]
"""By person and KPI: met, and known."""


def own_periods(targets: Iterable[Target], asked: PeriodKind) -> dict[str, PeriodKind]:
    """In which kind of period each KPI with a target is judged: the shortest that has one, or else what is asked."""
    found: dict[str, PeriodKind] = {}
    for target in targets:
        kind = min(target.period, asked, key=WIDENING.index)
        found[target.kpi] = min(found.get(target.kpi, asked), kind, key=WIDENING.index)
    return found


def is_judged(kpi: Kpi) -> bool:
    """Whether a period's value of a process KPI is final when the period is over: cohorts and durations go on."""
    return kpi.level.is_process and not kpi.is_cohort and kpi.kind is not KpiKind.DURATION


async def tally_targets(
    session: AsyncSession,
    org_id: UUID,
    question: Question,
    lines: Sequence[SnapshotLine],
    kinds: Mapping[str, PeriodKind],
) -> Tally:
    """Of lines of one model, those with a target: how many of the finished periods within the question's were met.

    A period without a value, without a target, or in which nothing was due is not counted.
    """
    tally: Tally = {}
    judged = [line for line in lines if line.kpi.definition.key in kinds and is_judged(line.kpi.definition)]
    for kind in WIDENING:
        members = [line for line in judged if kinds[line.kpi.definition.key] is kind]
        frames = _finished(question, kind)
        if not members or not frames:
            continue
        figures = await _figures(session, org_id, question, members, frames)
        for frame, found in zip(frames, figures, strict=True):
            then = replace(question, frame=frame)
            for line in members:
                _count(tally, line, then, found)
    return tally


def _finished(question: Question, kind: PeriodKind) -> list[Frame]:
    """The periods of a kind that lie within the question's and are over, the earliest first."""
    whole, found = question.frame.period, []
    period = question.calendar.period_of(kind, whole.start)
    while period.end <= whole.end:
        after = datetime.combine(period.end + timedelta(days=1), time.min, question.zone).astimezone(UTC)
        if after > question.frame.as_of:
            break
        if period.start >= whole.start:
            found.append(_frame(period, after - MOMENT, question))
        period = question.calendar.period_of(kind, period.end + timedelta(days=1))
    return found


def _frame(period: Period, at: datetime, question: Question) -> Frame:
    return Frame(period, at, period.end, question.frame.known_at, at)


async def _figures(
    session: AsyncSession, org_id: UUID, question: Question, lines: Sequence[SnapshotLine], frames: Sequence[Frame]
) -> list[Figures]:
    """What the KPIs come to in each period: what adds up in one statement, anything else period by period."""
    model = lines[0].model
    people = sorted({line.person.id for line in lines})
    needed = model.with_divisors(sorted({line.kpi.definition.key for line in lines}))
    adding = {measure.identity(): measure for kpi in needed if kpi.is_additive for measure in kpi.measures}
    kept = await split_kept(session, org_id, adding, question.frame)
    spans: list[tuple[date, date]] = [(frame.period.start, frame.period.end) for frame in frames]
    totals = await load_totals_by_period(session, org_id, people, kept, spans, frames[-1].as_of)
    found = [Figures(totals=one) for one in totals]
    others = [kpi for kpi in needed if not kpi.is_additive]
    if others:
        for place, frame in enumerate(frames):
            more = await gather_figures(session, org_id, people, others, frame)
            found[place] = Figures({**more.totals, **found[place].totals}, more.cohorts, more.stays)
    return found


def _count(tally: Tally, line: SnapshotLine, question: Question, figures: Figures) -> None:
    kpi, period, known = line.kpi.definition, question.frame.period, line.known
    was_there = (known.hired_on or period.end) <= period.end and (known.left_on or period.start) >= period.start
    target = target_of(kpi, line, question) if was_there else None
    if target is None or (target.value == 0 and kpi.polarity is Polarity.HIGHER):
        return
    value = value_of(kpi, line, question, figures).value
    if value is None:
        return
    is_met = value >= target.value if kpi.polarity is Polarity.HIGHER else value <= target.value
    counted = tally.setdefault((line.person.id, kpi.key), [0, 0])
    counted[0] += is_met
    counted[1] += 1
