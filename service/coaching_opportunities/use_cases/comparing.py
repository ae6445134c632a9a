"""The ratios and durations of the last year, person by person, for the comparison with a target or with peers."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.benchmarks import (
    Case,
    Comparison,
    StayCase,
    benchmark_subject,
    compare_shares,
    compare_stays,
    judge_benchmarks,
)
from service.coaching_opportunities.findings import Judgements, Subject
from service.core.principal import Principal
from service.kpi_snapshots.figures import Figures, Followed, Stays
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.periods import Period
from service.kpi_snapshots.use_cases.framing import Question
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures
from service.organizations.dto.people import PersonDTO
from service.success_models.kpis import Kpi, KpiKind
from service.success_models.measures import Aggregate, Measure
from service.success_models.resolved import ResolvedTarget
from service.success_models.targets import PeriodKind

WINDOW = timedelta(days=364)
"""Before today: long enough to tell, short enough to be the same person."""


async def compare_people(
    session: AsyncSession, principal: Principal, people: Sequence[PersonDTO], question: Question, judged: Judgements
) -> None:
    """Judge every ratio and duration of some people, in groups of the same model and job role, all in one go."""
    lines = [line for line in question.lines(people, None) if _is_compared(line.kpi.definition)]
    if not lines:
        return
    today = question.frame.today
    period = Period(PeriodKind.YEAR, today - WINDOW, today)
    frame = Frame(period, question.frame.as_of, today, question.frame.known_at)
    kpis = {(line.model.id, line.kpi.definition.key): line.kpi.definition for line in lines}
    ids = sorted({line.person.id for line in lines})
    figures = await gather_figures(session, principal.org_id, ids, kpis.values(), frame)
    groups: dict[tuple[UUID, str | None, str], list[SnapshotLine]] = {}
    for line in lines:
        groups.setdefault((line.model.id, line.known.job_role, line.kpi.definition.key), []).append(line)
    tests = [test for members in groups.values() for test in _test(members, question, figures)]
    subjects: list[Subject] = [benchmark_subject(line.person.id, line.kpi.definition) for line in lines]
    judge_benchmarks(tests, subjects, judged)


def _is_compared(kpi: Kpi) -> bool:
    if kpi.kind is KpiKind.DURATION:
        return True
    counted = all(measure.aggregate is Aggregate.COUNT for measure in kpi.measures)
    return kpi.kind is KpiKind.RATIO and (kpi.is_cohort or counted)


def _test(members: list[SnapshotLine], question: Question, figures: Figures) -> list[Comparison]:
    kpi = members[0].kpi.definition
    if kpi.kind is KpiKind.DURATION and kpi.duration is not None:
        stays = {line.person.id: figures.stays.get((line.person.id, kpi.duration), Stays()) for line in members}
        return compare_stays(
            kpi, [StayCase(id_, one.days, one.ended) for id_, one in stays.items()], float(kpi.duration.quantile)
        )
    is_share = kpi.is_cohort or kpi.is_proportion
    by_target: dict[Decimal | None, list[Case]] = {}
    cases = [_case(line, kpi, figures) for line in members]
    for line, case in zip(members, cases, strict=True):
        by_target.setdefault(_target(line, question), []).append(case)
    found: list[Comparison] = []
    for target, those in by_target.items():
        if target is not None:
            found += compare_shares(kpi, those, target, is_share=is_share)
    against_peers = {case.person_id for case in by_target.get(None, [])}
    if against_peers:
        compared = compare_shares(kpi, cases, None, is_share=is_share)
        found += [test for test in compared if test.subject.person_id in against_peers]
    return found


def _case(line: SnapshotLine, kpi: Kpi, figures: Figures) -> Case:
    above, below = _parts(kpi)
    if kpi.is_cohort:
        followed = figures.cohorts.get((line.person.id, (below.identity(), above.identity())), Followed())
        return Case(line.person.id, followed.reached, followed.decided)
    hits, n = (figures.total(line.person.id, part.identity()).value for part in (above, below))
    return Case(line.person.id, float(hits), float(n))


def _parts(kpi: Kpi) -> tuple[Measure, Measure]:
    assert kpi.numerator is not None  # noqa: S101 - a model is checked before it is stored
    assert kpi.denominator is not None  # noqa: S101
    return kpi.numerator, kpi.denominator


def _target(line: SnapshotLine, question: Question) -> Decimal | None:
    """The target of the longest period that has one today; None: the peers are the benchmark."""
    for kind in reversed(PeriodKind):
        resolved: ResolvedTarget | None = line.model.targets.target_for(
            line.kpi.definition.key,
            kind,
            question.calendar.period_of(kind, question.frame.today),
            line.known,
            question.staff.calendars[line.person.id],
            question.calendar,
            pro_rated=False,
        )
        if resolved is not None:
            return resolved.value
    return None
