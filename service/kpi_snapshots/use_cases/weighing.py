"""Weighs what people did against what came of it, each among their peers, who are the same for whoever asks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Role
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.periods import Period
from service.kpi_snapshots.quadrants.cases import Window, in_cohort
from service.kpi_snapshots.quadrants.classifying import classify_quadrant
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO
from service.kpi_snapshots.quadrants.expecting import Expectation, expect_wins
from service.kpi_snapshots.quadrants.presenting import Subject, present_person
from service.kpi_snapshots.quadrants.process import ProcessItems, ProcessScore, score_processes
from service.kpi_snapshots.repository.quadrants import OrganizationDeals, load_deals
from service.kpi_snapshots.use_cases.framing import Question
from service.kpi_snapshots.use_cases.targets_met import Tally, own_periods, tally_targets
from service.organizations.dto.people import PersonDTO
from service.statistics.arrays import as_floats
from service.success_models.frozen import DealProcess
from service.success_models.process import SalesProcess
from service.success_models.use_cases.frozen_evidence import weigh_deals
from service.success_models.use_cases.owner_models import ModelTable, OwnerModel

MOST_PEERS = 60
"""People of one job role beyond these are taken manager by manager."""
MOST_WEIGHED = 10_000
"""Deals of one person whose process is looked at, the newest: they tell a share to within one point in a hundred."""
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Those of one job role and model, with their lines of its KPIs, by id."""

    people: Sequence[PersonDTO]
    lines: Mapping[UUID, Sequence[SnapshotLine]]
    model: OwnerModel


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A group with what is known of each of its people, in their order."""

    group: PeerGroup
    outcomes: Sequence[Expectation]
    processes: Sequence[ProcessScore]


def group_peers(
    everybody: Sequence[PersonDTO], asked: Collection[UUID], table: ModelTable, question: Question
) -> list[PeerGroup]:
    """The groups of the people who are asked about; those who had left before the period are nobody's peers."""
    lines: dict[UUID, list[SnapshotLine]] = {}
    for line in question.lines(everybody, None):
        left_on = line.known.left_on
        if left_on is None or left_on >= question.frame.period.start:
            lines.setdefault(line.person.id, []).append(line)
    alike: dict[tuple[str | None, UUID], list[PersonDTO]] = {}
    for person in sorted(everybody, key=lambda one: one.id):
        if person.id in lines:
            first = lines[person.id][0]
            alike.setdefault((first.known.job_role, first.model.id), []).append(person)
    groups = []
    for (job_role, _), members in alike.items():
        model = table.by_job_role.get(job_role) or table.by_job_role.get(None)
        if model is not None:
            groups += [
                PeerGroup(people, {person.id: lines[person.id] for person in people}, model)
                for people in _together(members)
                if any(person.id in asked for person in people)
            ]
    return groups


def _together(members: Sequence[PersonDTO]) -> Iterable[Sequence[PersonDTO]]:
    if len(members) <= MOST_PEERS:
        return [members]
    teams: dict[UUID | None, list[PersonDTO]] = {}
    for person in members:
        teams.setdefault(person.manager_id, []).append(person)
    return teams.values()


async def classify_people(
    session: AsyncSession,
    org_id: UUID,
    question: Question,
    groups: Sequence[PeerGroup],
    asked: Collection[UUID],
    threshold: float,
) -> list[PersonQuadrantDTO]:
    """The quadrants of those who are asked about, by name."""
    found = []
    for one in await _weigh(session, org_id, question, groups):
        for person, outcome, process in zip(one.group.people, one.outcomes, one.processes, strict=True):
            if person.id in asked and (outcome.n or person.role is Role.REP):
                line = one.group.lines[person.id][0]
                subject = Subject(person.id, person.name, line.known.job_role, line.model.id, line.model.version)
                classified = classify_quadrant(outcome, process, threshold)
                found.append(present_person(subject, outcome, process, classified, question.frame.today))
    return sorted(found, key=lambda one: (one.name, str(one.person_id)))


async def _weigh(
    session: AsyncSession, org_id: UUID, question: Question, groups: Sequence[PeerGroup]
) -> list[_Weighed]:
    people = sorted({person.id for group in groups for person in group.people})
    if not people:
        return []
    places = {id_: place for place, id_ in enumerate(people)}
    stages = rank_stages(group.model.process for group in groups)
    deals = await load_deals(session, org_id, people, stages, question.frame.as_of)
    window = window_of(question)
    owners = _cohort(deals, window, people)
    models = {person.id: group.model for group in groups for person in group.people}
    shown = await weigh_deals(
        session, org_id, list(owners), lambda deal_id: models[owners[deal_id]], question.frame.as_of
    )
    by_owner: dict[UUID, list[DealProcess]] = {}
    for deal_id, process in shown.items():
        by_owner.setdefault(owners[deal_id], []).append(process)
    found = []
    for group in groups:
        tally = await _tally(session, org_id, question, group)
        keys = sorted({key for _, key in tally})
        items = [_items(by_owner.get(person.id, ()), tally, person.id, keys) for person in group.people]
        outcomes = expect_wins(deals.flow, window, [places[person.id] for person in group.people])
        scores = score_processes(items, float(group.model.document.process_standard))
        found.append(_Weighed(group, outcomes, scores))
    return found


def rank_stages(processes: Iterable[SalesProcess]) -> dict[str, int]:
    """How far each open stage is: its place in the first process that has it."""
    ranks: dict[str, int] = {}
    for process in processes:
        for rank, stage in enumerate(process.open_stages):
            ranks.setdefault(stage, rank)
    return ranks


def window_of(question: Question) -> Window:
    """The period of a question, in days since 1970."""
    period: Period = question.frame.period
    start = datetime.combine(period.start, time.min, question.zone)
    end = datetime.combine(period.end + timedelta(days=1), time.min, question.zone)
    return Window(*(instant.timestamp() / SECONDS_A_DAY for instant in (start, end, question.frame.as_of)))


def _cohort(deals: OrganizationDeals, window: Window, people: Sequence[UUID]) -> dict[UUID, UUID]:
    """The deals that the period asks about, each with its owner; of each owner the newest `MOST_WEIGHED`."""
    flow = deals.flow
    asked = np.flatnonzero(in_cohort(flow, window) & (flow.people >= 0))
    asked = asked[np.lexsort((-flow.created[asked], flow.people[asked]))]
    owners = flow.people[asked]
    newer = np.arange(asked.size) - np.searchsorted(owners, owners)
    kept = newer < MOST_WEIGHED
    return {id_: people[owner] for id_, owner in zip(deals.ids_at(asked[kept]), owners[kept].tolist(), strict=True)}


async def _tally(session: AsyncSession, org_id: UUID, question: Question, group: PeerGroup) -> Tally:
    kinds = own_periods(group.model.document.targets, question.frame.period.kind)
    lines = [line for person in group.people for line in group.lines[person.id]]
    return await tally_targets(session, org_id, question, lines, kinds)


def _items(deals: Iterable[DealProcess], tally: Tally, person_id: UUID, kpis: Sequence[str]) -> ProcessItems:
    known = [one for one in deals if one.known]
    counted = [tally.get((person_id, kpi), (0, 0)) for kpi in kpis]
    return ProcessItems(
        deal_met=as_floats([one.met for one in known]),
        deal_known=as_floats([one.known for one in known]),
        kpi_met=as_floats([met for met, _ in counted]),
        kpi_known=as_floats([n for _, n in counted]),
    )
