"""The way back from a quota: from what is missing to the opportunities and activities of each week."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import ServiceError, conflict, invalid
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.planning import steps as funnel
from service.kpi_snapshots.planning.calculation import make_plan
from service.kpi_snapshots.planning.dto import PlanDTO, PlanNote, PlanRequest
from service.kpi_snapshots.planning.funnel import OpenDeal
from service.kpi_snapshots.planning.presenting import Names, decimal, levers_of, requirements_of
from service.kpi_snapshots.repository.pipeline import load_pipeline
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.funnels import FunnelEvidence, gather_funnel
from service.kpi_snapshots.use_cases.lead_grades import load_lead_grades
from service.kpi_snapshots.use_cases.snapshots import people_asked_for
from service.success_models.document import ModelDocument
from service.success_models.use_cases.success_models import get_success_model


@dataclass(frozen=True, slots=True)
class _Race:
    """A quota, where the person stands against it, and the working time that is left."""

    line: SnapshotLine
    quota: Decimal
    reason: str
    won: Decimal
    days_left: Decimal
    weeks_left: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.quota - self.won, Decimal(0))


async def plan_way_back(session: AsyncSession, principal: Principal, model_id: UUID, data: PlanRequest) -> PlanDTO:
    """Plan from a person's quota in a period back to the work of each week.

    `not_found` for a model or a person out of reach; `conflict` for a model that is not the person's active one;
    `invalid` for a period that has no working time left, and where there is no quota to reach.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    model = await get_success_model(session, principal.as_system(), model_id)
    query = KpiSnapshotQuery.model_validate(data.model_dump(include={"person_id", "period", "period_start", "as_of"}))
    try:
        question = await frame_question(session, principal, query)
    except ServiceError as error:
        raise error.in_body() from error
    race = await _race(session, principal, question, model_id, _quota_keys(model.document, data), data)
    evidence = await gather_funnel(session, principal.org_id, question, model.document, race.line)
    pipeline = await _pipeline(session, principal.org_id, question, race, evidence)
    told = await _present(question, data, race, evidence, pipeline)
    grades = await load_lead_grades(session, principal.org_id, [model_id], *question.graded_by)
    return _graded(told, {kpi.key: grades.of(model_id, kpi) for kpi in evidence.activities})


def _quota_keys(document: ModelDocument, data: PlanRequest) -> list[str]:
    keys = [kpi.key for kpi in funnel.quota_kpis(document)]
    if not keys:
        raise conflict("no_quota_kpi", "The model has no KPI that sums the amounts of won deals.")
    if data.kpi is not None and data.kpi not in keys:
        raise invalid("/kpi", f"must be a sum of won amounts: {', '.join(keys)}")
    return keys if data.kpi is None else [data.kpi]


async def _race(
    session: AsyncSession,
    principal: Principal,
    question: Question,
    model_id: UUID,
    keys: list[str],
    data: PlanRequest,
) -> _Race:
    query = KpiSnapshotQuery(person_id=data.person_id)
    people = await people_asked_for(session, principal, query, question.frame.today)
    lines = [line for line in question.lines(people, None) if line.kpi.definition.key in keys]
    if not lines or lines[0].model.id != model_id:
        raise conflict("not_their_model", "It is not the active model of this person.", "/person_id")
    period, local = question.frame.period, question.frame.as_of.astimezone(question.zone)
    calendar = question.staff.calendars[data.person_id]
    left = calendar.days(period.start, period.end) - calendar.elapsed(period.start, period.end, local)
    if left <= 0:
        raise invalid("/period_start", f"no working time is left of the {period.kind.value} that ends on {period.end}")
    snapshots = await compute_snapshots(session, principal.org_id, question, lines)
    line, snapshot = _with_quota(lines, snapshots, data)
    days = Decimal(left.numerator) / Decimal(left.denominator)
    return _Race(
        line=line,
        quota=data.quota or snapshot.target or Decimal(0),
        reason=snapshot.target_reason or "" if data.quota is None else "As it was asked for.",
        won=snapshot.value or Decimal(0),
        days_left=days.quantize(Decimal("0.01")),
        weeks_left=days / len(question.staff.organization.working_weekdays),
    )


def _with_quota(
    lines: list[SnapshotLine], snapshots: list[KpiSnapshotDTO], data: PlanRequest
) -> tuple[SnapshotLine, KpiSnapshotDTO]:
    """The first that has a target; any, of a quota that is given."""
    for line, snapshot in zip(lines, snapshots, strict=True):
        if data.quota is not None or snapshot.target:
            return line, snapshot
    raise invalid("/quota", "the model has no target for this person and period: say which quota is meant")


async def _pipeline(
    session: AsyncSession, org_id: UUID, question: Question, race: _Race, evidence: FunnelEvidence
) -> list[OpenDeal]:
    frame = question.frame
    filters = funnel.lasting(race.line.kpi.definition)
    at = (frame.as_of, frame.today)
    rows = await load_pipeline(session, org_id, race.line.person.id, at, frame.period.end, filters)
    return [
        OpenDeal(funnel.place_of(evidence.steps, row.stage), None if row.amount is None else float(row.amount))
        for row in rows
    ]


async def _present(
    question: Question,
    data: PlanRequest,
    race: _Race,
    evidence: FunnelEvidence,
    pipeline: list[OpenDeal],
) -> PlanDTO:
    frame = question.frame
    told = PlanDTO(
        person_id=data.person_id,
        success_model_id=race.line.model.id,
        kpi=race.line.kpi.definition.key,
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        confidence=data.confidence,
        quota=race.quota,
        quota_reason=race.reason,
        won=race.won,
        missing=race.missing,
        open_deals=len(pipeline),
        working_days_left=race.days_left,
        notes=_notes(race, evidence),
    )
    if not evidence.numbers.tells:
        return told
    # Some thousand draws: off the event loop, which serves others meanwhile.
    plan = await asyncio.to_thread(make_plan, evidence.numbers, pipeline, float(race.missing), float(data.confidence))
    names = Names(funnel.opened(race.line.kpi.definition), evidence.steps, evidence.activities)
    is_out_of_reach = plan.opportunities.needed is None
    return told.model_copy(
        update={
            "open_expected": decimal(plan.pipeline_worth),
            "probability": decimal(plan.probability, Decimal("0.0001")),
            "requirements": requirements_of(plan, names, race.weeks_left),
            "levers": levers_of(plan, names),
            "most_telling": None if plan.most_telling is None else names.lever_keys[plan.most_telling],
            "notes": [*told.notes, *([PlanNote.OUT_OF_REACH] if is_out_of_reach else [])],
        }
    )


def _graded(plan: PlanDTO, grades: Mapping[str, LeadGrade | None]) -> PlanDTO:
    """Activities with what they are worth as a sign of what is to come, where they are asked for and as levers."""
    update = {
        name: [row.model_copy(update={"lead_grade": grades.get(row.key)}) for row in rows]
        for name, rows in (("requirements", plan.requirements), ("levers", plan.levers))
    }
    return plan.model_copy(update=update)


def _notes(race: _Race, evidence: FunnelEvidence) -> list[PlanNote]:
    found = {
        PlanNote.REACHED: race.missing == 0,
        PlanNote.NO_WON_DEALS: not evidence.numbers.tells,
        PlanNote.NO_STAGE_HISTORY: not evidence.is_staged,
        PlanNote.NO_ACTIVITY: not evidence.numbers.activity.any(),
    }
    return [note for note, holds in found.items() if holds]
