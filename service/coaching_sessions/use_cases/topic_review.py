"""A review of an organization's topics: what the data say now is raised, brought up to date or resolved.

It is a pure function of the opportunities, the open deals, the commitments, the assessments and of what is open
already, so running it twice changes nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.use_cases.reviewing import coached_people, unclosed_opportunities
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.models import CoachingCommitment, CoachingTopic
from service.coaching_sessions.raising import (
    Unkept,
    propose_commitment,
    propose_deal,
    propose_disagreement,
    propose_opportunity,
)
from service.coaching_sessions.repository import reviewing as repository
from service.coaching_sessions.settling import CommitmentState
from service.coaching_sessions.topics import (
    REST,
    Changes,
    Ended,
    Kept,
    Proposal,
    TopicSource,
    TopicState,
    review,
    visible_from,
)
from service.coaching_sessions.use_cases.agenda_clock import has_moved
from service.coaching_sessions.use_cases.settlement import settle_due
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.use_cases.lead_grades import PeoplesGrades, lead_grades_of_people
from service.organizations.use_cases.scope import local_now
from service.skill_assessments.use_cases.disagreements import disagreements_among
from service.success_models.use_cases.deal_evidence import open_deals_health
from service.success_models.use_cases.owner_models import ModelTable, load_models
from service.webhooks.outbox import EventType, emit_many

SETTLED_AT_ONCE = 500
FOLLOWING = ("title", "reason", "impact", "confidence", "concerns")
"""What of an open topic follows the data; the evidence goes with it."""


async def review_topics_if_due(session: AsyncSession, principal: Principal) -> bool:
    """Settle and review when anything moved since the last review; returns whether there was one."""
    now = utc_now()
    if not await has_moved(session, principal, now):
        return False
    await settle_due(session, principal, now, SETTLED_AT_ONCE)
    await review_topics(session, principal)
    return True


async def review_topics(session: AsyncSession, principal: Principal) -> Changes:
    """Raise, bring up to date and resolve the topics of everybody who is coached."""
    rows = {row.id: row for row in await repository.lock_open_topics(session, principal.org_id)}
    now = utc_now()  # after the lock: another review may have ended just before
    local = await local_now(session, principal.org_id)
    today = local.date()
    present = {person.id for person in await coached_people(session, principal, today)}
    models = await load_models(session, principal, present)
    grades = await lead_grades_of_people(session, principal, present)
    proposals = await _propose(session, principal, models, today, now)
    apart = await disagreements_among(session, principal, present, today, now)
    proposals += [propose_disagreement(one, today) for one in apart]
    ended = await repository.list_last_ended(session, principal.org_id, {one.subject for one in proposals})
    changes = review([_kept(row) for row in rows.values()], map(_ended, ended), proposals, present, now)
    raised = [_raise(principal.org_id, proposal, now) for proposal in changes.raised]
    for row in raised:
        row.lead_grade = _grade(row, models, grades)
    await repository.add_topics(session, raised)
    touched = {row.rep_id for row in raised}
    for row in rows.values():
        if row.lead_grade != (grade := _grade(row, models, grades)):
            row.lead_grade, row.updated_at = grade, now
            touched.add(row.rep_id)
    for kept, proposal in changes.updated:
        if _bring_up_to_date(rows[kept.id], proposal, today, now):
            touched.add(kept.rep_id)
    for kept in changes.resolved:
        row = rows[kept.id]
        row.status, row.ended_at, row.updated_at = TopicState.RESOLVED.value, now, now
        touched.add(kept.rep_id)
    last = (await repository.last_moves(session, principal.org_id)).reviewed_at
    told_until = date.min if last is None else last.astimezone(local.tzinfo).date()
    touched |= {row.rep_id for row in rows.values() if told_until < row.visible_on <= today}
    await session.flush()
    await repository.note_review(session, principal.org_id, now)
    await emit_many(session, principal.org_id, [raised_event(row) for row in raised])
    await hint_topics(session, principal.org_id, touched)
    return changes


def raised_event(row: CoachingTopic) -> tuple[EventType, dict[str, object]]:
    """What the outbox says of a new topic."""
    data = {"topic_id": row.id, "rep_id": row.rep_id, "source": row.source, "visible_on": row.visible_on}
    return EventType.TOPIC_RAISED, data


def _grade(row: CoachingTopic, models: ModelTable, grades: PeoplesGrades) -> str | None:
    model = models.of(row.rep_id)
    found = grades.of(row.rep_id, None if model is None or row.kpi is None else model.document.kpi(row.kpi))
    return None if found is None else found.value


async def _propose(
    session: AsyncSession, principal: Principal, models: ModelTable, today: date, now: datetime
) -> list[Proposal]:
    """All that the data say is worth talking about, in a constant number of statements."""
    deals = {one.health.deal_id: one for one in await open_deals_health(session, principal)}
    found: list[Proposal | None] = []
    covered: set[UUID | None] = set()
    for one in await unclosed_opportunities(session, principal):
        covered.add(one.deal_id)
        model = models.of(one.person_id)
        kpi = None if model is None or one.kpi is None else model.document.kpi(one.kpi)
        found.append(propose_opportunity(one, kpi, None if one.deal_id is None else deals.get(one.deal_id), today))
    for deal_id, deal in deals.items():
        if deal_id not in covered:
            model = models.of(deal.owner_id)
            stage = None if model is None else model.process.by_key.get(deal.health.stage or "")
            found.append(propose_deal(deal, None if stage is None else stage.name, today))
    unsettled = await repository.list_unsettled(session, principal.org_id, now - REST)
    unkept = [row for row in unsettled if row.status != CommitmentState.OPEN or row.due_on < today]
    found += [propose_commitment(_unkept(row), today) for row in unkept]
    return [proposal for proposal in found if proposal is not None]


def _unkept(row: CoachingCommitment) -> Unkept:
    links: Mapping[str, object] = {name: getattr(row, name) for name in ("kpi", "deal_id", "criterion", "skill")}
    return Unkept(
        row.id,
        row.rep_id,
        row.description,
        row.due_on,
        Concern(row.concerns),
        links,
        row.settlement,
        row.status != CommitmentState.OPEN,
    )


def _kept(row: CoachingTopic) -> Kept:
    return Kept(row.id, row.rep_id, row.subject, TopicSource(row.source))


def _ended(row: CoachingTopic) -> Ended:
    assert row.ended_at is not None  # noqa: S101 - the table's constraint
    return Ended(row.rep_id, row.subject, TopicState(row.status), row.ended_at, row.evidence)


def _raise(org_id: UUID, proposal: Proposal, now: datetime) -> CoachingTopic:
    return CoachingTopic(
        org_id=org_id,
        id=new_id(),
        rep_id=proposal.rep_id,
        source=proposal.source.value,
        subject=proposal.subject,
        opportunity_id=proposal.opportunity_id,
        commitment_id=proposal.commitment_id,
        title=proposal.title,
        reason=proposal.reason,
        evidence=dict(proposal.evidence),
        concerns=proposal.concerns.value,
        impact=proposal.impact,
        confidence=proposal.confidence,
        visible_on=proposal.visible_on,
        status=TopicState.OPEN.value,
        kpi=proposal.kpi,
        deal_id=proposal.deal_id,
        criterion=proposal.criterion,
        skill=proposal.skill,
        created_at=now,
        updated_at=now,
    )


def _bring_up_to_date(row: CoachingTopic, proposal: Proposal, today: date, now: datetime) -> bool:
    """Whether anything was changed; a topic that stays as it is keeps its `etag`."""
    fresh = {name: getattr(proposal, name) for name in FOLLOWING}
    fresh["visible_on"] = visible_from(row.visible_on, proposal.visible_on, today)
    if all(getattr(row, name) == value for name, value in fresh.items()):
        return False
    for name, value in fresh.items():
        setattr(row, name, value)
    row.evidence, row.updated_at = dict(proposal.evidence), now
    return True
