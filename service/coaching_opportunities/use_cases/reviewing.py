"""A review of an organization: what the numbers say now is raised, brought up to date or closed.

It is a pure function of the facts and of what is open already, so running it twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities import repository
from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.findings import Finding, Judgements, Subject, judge_deals, judge_pace
from service.coaching_opportunities.lifecycle import Changes, Kept, OpportunityState, review
from service.coaching_opportunities.models import CoachingOpportunity
from service.coaching_opportunities.use_cases.comparing import compare_people
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.notifications import OPPORTUNITIES, notify
from service.core.principal import Principal, Role
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.keeping import newest_snapshot
from service.kpi_snapshots.use_cases.lead_grades import load_lead_grades
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import list_everyone
from service.success_models.kpis import KpiKind
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.deal_evidence import open_deals_health
from service.webhooks.outbox import EventType, emit_many

PACED = frozenset({KpiKind.FLOW, KpiKind.STOCK})
"""Kinds that are judged by their target alone; ratios and durations need a comparison beyond chance."""
COACHED = frozenset({Role.REP, Role.MANAGER})
LONGEST_GRACE = 60
GradeOf = Callable[[UUID, str], LeadGrade | None]
"""What a person's KPI is worth as a lead."""


async def review_if_due(session: AsyncSession, principal: Principal) -> bool:
    """Review when snapshots are newer than the last review; returns whether there was one."""
    newest = await newest_snapshot(session, principal.org_id)
    last = await repository.last_review(session, principal.org_id)
    if newest is None or (last is not None and last >= newest):
        return False
    await review_opportunities(session, principal)
    return True


async def review_opportunities(session: AsyncSession, principal: Principal, as_of: datetime | None = None) -> Changes:
    """Judge everybody by what had happened at an instant (default: now), and change what is to be changed."""
    now = utc_now()
    rows = {row.id: row for row in await repository.lock_unclosed(session, principal.org_id)}
    question = await frame_question(session, principal, KpiSnapshotQuery(as_of=as_of))
    people = await coached_people(session, principal, question.frame.today)
    judged = Judgements()
    judge_pace(await _paced(session, principal, people, question, as_of), judged)
    owners = {person.id for person in people}
    deals = await open_deals_health(session, principal, as_of)
    judge_deals([deal for deal in deals if deal.owner_id in owners], judged)
    await compare_people(session, principal, people, question, judged)
    grade_of = await _grades(session, principal, question)
    judged.withdraw(grade_of)
    changes = review([_kept(row) for row in rows.values()], judged, question.frame.today)
    await _carry_out(session, principal, changes, rows, question, now, grade_of)
    await repository.note_review(session, principal.org_id, now)
    return changes


async def unclosed_opportunities(session: AsyncSession, principal: Principal) -> list[CoachingOpportunityDTO]:
    """All that is not closed, within the grace time too: for the worker, which raises topics from it."""
    rows = await repository.list_unclosed(session, principal.org_id)
    return [CoachingOpportunityDTO.model_validate(row) for row in rows]


async def last_change(session: AsyncSession, principal: Principal) -> datetime | None:
    """When opportunities were reviewed, or one was acted upon, last; None: never."""
    return await repository.last_change(session, principal.org_id)


async def coached_people(session: AsyncSession, principal: Principal, today: date) -> list[PersonDTO]:
    """Who sells; administrators and those who enable others are measured, but nobody coaches them."""
    return [
        person
        for person in await list_everyone(session, principal)
        if person.role in COACHED and (person.left_on is None or person.left_on >= today)
    ]


async def _paced(
    session: AsyncSession,
    principal: Principal,
    people: Sequence[PersonDTO],
    question: Question,
    as_of: datetime | None,
) -> list[KpiSnapshotDTO]:
    """The snapshots of flows and levels, in every period that has targets."""
    models = list(question.models.values())
    found: list[KpiSnapshotDTO] = []
    paced = {key for model in models for key, kpi in model.kpis.items() if kpi.definition.kind in PACED}
    for kind in sorted({kind for model in models for kind in model.periods}, key=list(PeriodKind).index):
        query = KpiSnapshotQuery(period=kind, as_of=as_of)
        rows = await kpi_snapshots_of(session, principal, [person.id for person in people], query)
        found += [row for snapshots in rows.values() for row in snapshots if row.kpi in paced]
    return found


async def _grades(session: AsyncSession, principal: Principal, question: Question) -> GradeOf:
    """What the KPIs of people's models are worth as leads."""
    ids = {model.id for model in question.models.values()}
    grades = await load_lead_grades(session, principal.org_id, ids, *question.graded_by)

    def grade_of(person_id: UUID, kpi: str) -> LeadGrade | None:
        person = question.staff.people.get(person_id)
        model = None if person is None else question.models.get(person.job_role) or question.models.get(None)
        known = None if model is None else model.kpis.get(kpi)
        return None if model is None or known is None else grades.of(model.id, known.definition)

    return grade_of


def _kept(row: CoachingOpportunity) -> Kept:
    return Kept(
        row.id,
        Subject(row.person_id, row.subject),
        OpportunityState(row.status),
        row.manager_sees_on,
        row.snoozed_until,
    )


async def _carry_out(
    session: AsyncSession,
    principal: Principal,
    changes: Changes,
    rows: Mapping[UUID, CoachingOpportunity],
    question: Question,
    now: datetime,
    grade_of: GradeOf,
) -> None:
    grace = (await get_organization(session, principal)).opportunity_grace_working_days
    raised = [_raise(principal.org_id, subject, finding, question, grace, now) for subject, finding in changes.raised]
    for row in raised:
        row.lead_grade = _grade(row, grade_of)
    await repository.add_opportunities(session, raised)
    for kept, finding in changes.updated:
        _bring_up_to_date(rows[kept.id], finding, now)
    for kept in changes.woken:
        rows[kept.id].status, rows[kept.id].snoozed_until = OpportunityState.OPEN.value, None
    for one in changes.closed:
        row = rows[one.kept.id]
        row.status, row.closed_at, row.updated_at = OpportunityState.CLOSED.value, now, now
        row.closed_because, row.self_corrected, row.snoozed_until = one.because.value, one.alone, None
    for row in rows.values():
        if row.status != OpportunityState.CLOSED.value and row.lead_grade != (grade := _grade(row, grade_of)):
            row.lead_grade, row.updated_at = grade, now
    seen = [row for row in rows.values() if row.told_manager_at is None and row.status != OpportunityState.CLOSED.value]
    told = [row for row in [*seen, *raised] if row.manager_sees_on <= question.frame.today]
    for row in told:
        row.told_manager_at = now
    await session.flush()
    await _tell(session, principal.org_id, raised, told, [rows[one.kept.id] for one in changes.closed])


def _grade(row: CoachingOpportunity, grade_of: GradeOf) -> str | None:
    found = None if row.kpi is None else grade_of(row.person_id, row.kpi)
    return None if found is None else found.value


def _raise(
    org_id: UUID, subject: Subject, finding: Finding, question: Question, grace: int, now: datetime
) -> CoachingOpportunity:
    return CoachingOpportunity(
        org_id=org_id,
        id=new_id(),
        person_id=subject.person_id,
        kind=finding.kind.value,
        subject=subject.name,
        kpi=finding.kpi,
        deal_id=finding.deal_id,
        status=OpportunityState.OPEN.value,
        size=finding.size,
        reason=finding.reason,
        evidence=finding.evidence,
        raised_at=now,
        manager_sees_on=_after_grace(question, subject.person_id, grace),
        updated_at=now,
    )


def _after_grace(question: Question, person_id: UUID, grace: int) -> date:
    """The first day on which the person has had so many working days to themself; today without any."""
    today = question.frame.today
    calendar = question.staff.calendars[person_id]
    for days in range(LONGEST_GRACE):
        if calendar.days(today, today + timedelta(days=days - 1)) >= grace:
            return today + timedelta(days=days)
    return today + timedelta(days=LONGEST_GRACE)


def _bring_up_to_date(row: CoachingOpportunity, finding: Finding, now: datetime) -> None:
    if (row.size, row.reason) != (finding.size, finding.reason):
        row.size, row.reason, row.evidence, row.updated_at = finding.size, finding.reason, finding.evidence, now


async def _tell(
    session: AsyncSession,
    org_id: UUID,
    raised: list[CoachingOpportunity],
    told: list[CoachingOpportunity],
    closed: list[CoachingOpportunity],
) -> None:
    events = [
        (
            EventType.COACHING_OPPORTUNITY_RAISED,
            {
                "opportunity_id": row.id,
                "person_id": row.person_id,
                "kind": row.kind,
                "manager_sees_on": row.manager_sees_on,
            },
        )
        for row in raised
    ]
    events += [
        (
            EventType.COACHING_OPPORTUNITY_CLOSED,
            {"opportunity_id": row.id, "person_id": row.person_id, "self_corrected": row.self_corrected},
        )
        for row in closed
    ]
    await emit_many(session, org_id, events)
    news = sorted({row.id for row in (*raised, *told)})
    for start in range(0, len(news), 200):
        ids = ",".join(id_.hex for id_ in news[start : start + 200])
        await notify(session, OPPORTUNITIES, f"{org_id}:{ids}")
