"""The funnels of everybody who is compared with somebody: one per model and job role, whoever asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal
from service.kpi_snapshots.planning.steps import quota_kpis
from service.kpi_snapshots.use_cases.computing import GroupKey
from service.kpi_snapshots.use_cases.framing import Question
from service.kpi_snapshots.use_cases.funnels import WINDOW, GroupFunnel, gather_group
from service.kpi_snapshots.use_cases.rate_comparisons import case_of
from service.organizations.known import KnownPerson
from service.skill_assessments.impact.levers import Lever, LinkedRateKind, TeamFunnel
from service.skill_assessments.impact.linking import lever_kind, place_of
from service.statistics.arrays import Floats
from service.success_models.filters import Source
from service.success_models.kpis import Kpi, KpiKind, KpiLevel
from service.success_models.measures import Aggregate, Measure, Unit
from service.success_models.use_cases.success_models import list_active_models

DAYS_A_QUARTER = WINDOW.days / 4
ALL_WINS = Kpi(
    key="won",
    name="Won",
    kind=KpiKind.FLOW,
    level=KpiLevel.RESULT,
    unit=Unit.CURRENCY,
    measure=Measure(source=Source.DEALS_WON, aggregate=Aggregate.SUM, field="amount"),
)
"""What counts as a win where the model has no KPI of won amounts."""


@dataclass(frozen=True, slots=True)
class LinkedFunnel:
    """A group's funnel, with the KPIs of its model by key."""

    funnel: TeamFunnel
    kpis: Mapping[str, Kpi]


async def gather_funnels(
    session: AsyncSession, principal: Principal, question: Question, asked: Mapping[UUID, Collection[str]]
) -> dict[GroupKey, LinkedFunnel]:
    """The funnels of the groups of some people, each with the keys of the KPIs that their skills are linked to.

    As many statements for any number of people of a group.
    """
    documents = {model.id: model.document for model in await list_active_models(session, principal.as_system())}
    wanted: dict[GroupKey, set[str]] = {}
    for person_id, keys in asked.items():
        group = group_of_person(question, person_id)
        if group is not None:
            wanted.setdefault(group, set()).update(keys)
    found = {}
    for group, keys in wanted.items():
        document = documents[group[0]]
        kpis = {kpi.key: kpi for kpi in document.kpis}
        linked = [kpi for key, kpi in kpis.items() if key in keys and place_of(kpi) is not None]
        quota = next(iter(quota_kpis(document)), ALL_WINS)
        gathered = await gather_group(session, principal.org_id, question, document, group, quota, linked)
        found[group] = LinkedFunnel(_funnel(gathered, linked, question), kpis)
    return found


def group_of_person(question: Question, person_id: UUID) -> GroupKey | None:
    """Model and job role of a person; None of one who was not known, or for whom no model holds."""
    known = question.staff.people.get(person_id)
    model = None if known is None else question.models.get(known.job_role) or question.models.get(None)
    return None if known is None or model is None else (model.id, known.job_role)


def _funnel(group: GroupFunnel, linked: Collection[Kpi], question: Question) -> TeamFunnel:
    people = group.people
    today = question.frame.today
    quarters = np.array([_quarters(question.staff.people[id_], today) for id_ in people])
    totals = [group.figures.total(id_, group.begun.measures[0].identity()).n for id_ in people]
    return TeamFunnel(
        people=people,
        steps=[_step(group, number) for number in range(len(group.steps))],
        kpis=[_kpi(group, kpi, quarters) for kpi in linked],
        opened=np.array(totals, dtype=np.float64),
        quarters=quarters,
        size_n=np.array([float(one.n) for one in group.sizes]),
        size_mean=np.array([one.mean for one in group.sizes]),
        size_variance=np.array([np.nan if one.variance is None else one.variance for one in group.sizes]),
    )


def _quarters(person: KnownPerson, today: date) -> float:
    """How long a person was there in the window; of somebody whose first day nobody knows, all of it."""
    start, end = today - WINDOW, today
    if person.hired_on is not None:
        start = max(start, person.hired_on)
    if person.left_on is not None:
        end = min(end, person.left_on)
    return max((end - start).days, 0) / DAYS_A_QUARTER


def _step(group: GroupFunnel, number: int) -> Lever:
    step = group.steps[number]
    followed = [group.followed(id_, step) for id_ in group.people]
    columns = ([getattr(one, name) for one in followed] for name in ("reached", "decided", "undecided"))
    return Lever(step.key, step.name, LinkedRateKind.STEP, *(np.array(column, dtype=np.float64) for column in columns))


def _kpi(group: GroupFunnel, kpi: Kpi, quarters: Floats) -> Lever:
    kind, key = lever_kind(kpi), f"kpi:{kpi.key}"
    if kind is LinkedRateKind.VOLUME:
        counts = [group.figures.total(id_, kpi.measures[0].identity()).n for id_ in group.people]
        return Lever(key, kpi.name, kind, np.array(counts, dtype=np.float64), quarters, np.zeros(len(counts)))
    cases = [case_of(id_, kpi, group.figures) for id_ in group.people]
    columns = ([getattr(one, name) for one in cases] for name in ("hits", "n", "undecided"))
    return Lever(key, kpi.name, kind, *(np.array(column, dtype=np.float64) for column in columns))
