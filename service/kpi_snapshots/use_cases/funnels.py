"""What the funnels of a person and their peers came to in the last year, gathered for a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.figures import Figures, Followed
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.periods import Period
from service.kpi_snapshots.planning.calculation import Evidence
from service.kpi_snapshots.planning.steps import Step, activity_kpis, opened, staged, unstaged
from service.kpi_snapshots.repository.histories import SizeMoments, load_sizes
from service.kpi_snapshots.repository.relations import NOW
from service.kpi_snapshots.use_cases.computing import GroupKey, group_of, members_of
from service.kpi_snapshots.use_cases.framing import Question
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures
from service.statistics.arrays import Floats
from service.success_models.document import ModelDocument
from service.success_models.kpis import Kpi
from service.success_models.targets import PeriodKind

WINDOW = timedelta(days=364)
"""Before today: whole weeks, and the seasons of a year."""


@dataclass(frozen=True, slots=True)
class FunnelEvidence:
    """The steps and activities that a plan goes through, and the numbers of everybody in them."""

    steps: Sequence[Step]
    activities: Sequence[Kpi]
    numbers: Evidence
    is_staged: bool


@dataclass(frozen=True, slots=True)
class GroupFunnel:
    """What the people of a group did in the window, in the steps that can be told of it, and in KPIs besides."""

    people: Sequence[UUID]
    begun: Kpi
    steps: Sequence[Step]
    is_staged: bool
    figures: Figures
    sizes: Sequence[SizeMoments]
    """Of the won amounts, by person."""

    def followed(self, person_id: UUID, step: Step) -> Followed:
        """What became of a person's deals that came as far as a step."""
        entered, reached = step.cohort.denominator, step.cohort.numerator
        assert entered is not None  # noqa: S101 - a cohort has both
        assert reached is not None  # noqa: S101
        return self.figures.cohorts.get((person_id, (entered.identity(), reached.identity())), Followed())


async def gather_group(
    session: AsyncSession,
    org_id: UUID,
    question: Question,
    document: ModelDocument,
    group: GroupKey,
    quota: Kpi,
    besides: Sequence[Kpi],
) -> GroupFunnel:
    """The last year of all who share model and job role, as a funnel to the won amounts that `quota` sums.

    Through the stages of the process where deals were seen in each; else in one step, from opened to won.
    """
    today = question.frame.today
    span = (today - WINDOW, today)
    people = members_of(group, question, span)
    begun = opened(quota)
    frame = Frame(Period(PeriodKind.YEAR, *span), question.frame.as_of, today)
    whole, parts = unstaged(quota), staged(document, quota)
    kpis = [begun, *besides, *(step.cohort for step in (*whole, *parts))]
    figures = await gather_figures(session, org_id, people, kpis, frame)
    after = (span[0], today + timedelta(days=1))
    by_person = {row.person_id: row for row in await load_sizes(session, org_id, people, quota.measures[0], after, NOW)}
    sizes = [by_person.get(id_, SizeMoments(id_, 0, 0.0, None)) for id_ in people]
    found = GroupFunnel(people, begun, parts, is_staged=True, figures=figures, sizes=sizes)
    is_staged = bool(parts) and all(any(found.followed(id_, step).decided for id_ in people) for step in parts)
    return found if is_staged else replace(found, steps=whole, is_staged=False)


async def gather_funnel(
    session: AsyncSession, org_id: UUID, question: Question, document: ModelDocument, line: SnapshotLine
) -> FunnelEvidence:
    """The funnel of the peers of the person of `line`, whose KPI has the quota, and what they do to fill it."""
    quota, activities = line.kpi.definition, activity_kpis(document)
    group = await gather_group(session, org_id, question, document, group_of(line), quota, activities)
    numbers = _numbers(group, line.person.id, [group.begun, *activities])
    return FunnelEvidence(group.steps, activities, numbers, group.is_staged)


def _numbers(group: GroupFunnel, person_id: UUID, counted: Sequence[Kpi]) -> Evidence:
    people, steps = group.people, group.steps
    followed = [[group.followed(id_, step) for step in steps] for id_ in people]
    counts = [[group.figures.total(id_, kpi.measures[0].identity()).n for kpi in counted] for id_ in people]
    table = _floats(counts, len(counted))
    return Evidence(
        place=people.index(person_id),
        reached=_floats([[one.reached for one in row] for row in followed], len(steps)),
        decided=_floats([[one.decided for one in row] for row in followed], len(steps)),
        size_n=np.array([float(one.n) for one in group.sizes]),
        size_mean=np.array([one.mean for one in group.sizes]),
        size_variance=np.array([np.nan if one.variance is None else one.variance for one in group.sizes]),
        opened=table[:, 0],
        activity=table[:, 1:],
    )


def _floats(rows: Sequence[Sequence[int]], columns: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), columns)
