"""Topics: read by the rep at once and by others from their day on, raised by hand, pinned, dismissed and reopened."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.topics import CoachingTopicDTO, CreateCoachingTopic, DismissTopic, TopicFilter
from service.coaching_sessions.models import CoachingTopic
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.ranking import Place, order_of, rank_of
from service.coaching_sessions.repository import agenda as repository
from service.coaching_sessions.repository import reviewing
from service.coaching_sessions.topics import ALLOWED, ASKED_CONFIDENCE, ASKED_IMPACT, TopicSource, TopicState
from service.coaching_sessions.use_cases.access import coached_or_visible
from service.coaching_sessions.use_cases.linking import check_links, require_rep
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.coaching_sessions.use_cases.topic_review import raised_event
from service.core.clock import utc_now
from service.core.errors import conflict, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.kpi_snapshots.use_cases.lead_grades import lead_grades_of_people
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_now, require_visible
from service.success_models.use_cases.owner_models import load_models
from service.webhooks.outbox import emit

ASKED = {TopicSource.REP: "The rep asks to talk about it.", TopicSource.MANAGER: "The manager asks to talk about it."}
"""The reason of a topic that was raised without one."""


async def list_coaching_topics(
    session: AsyncSession, principal: Principal, filters: TopicFilter, page: PageRequest
) -> Page[CoachingTopicDTO]:
    """A page of those that the caller may see; `manager_id` narrows to that manager's direct reports of today."""
    require(principal, Permission.COACHING_TOPICS_READ)
    local = await local_now(session, principal.org_id)
    people, me, today = await _scope(session, principal, local)
    if filters.manager_id is not None:
        await require_visible(session, principal, filters.manager_id, today)
        reports = await direct_reports(session, principal.as_system(), filters.manager_id, today)
        people = {person.id for person in reports}
    found = await repository.list_topics(session, principal.org_id, (people, me, today), filters, page)
    return found.with_items([_present(row, local) for row in found.items])


async def open_topics_of(
    session: AsyncSession, principal: Principal, rep_ids: Collection[UUID]
) -> dict[UUID, list[CoachingTopicDTO]]:
    """The open topics of some reps that the caller may see, in the order to talk about them; the batch of loaders."""
    require(principal, Permission.COACHING_TOPICS_READ)
    local = await local_now(session, principal.org_id)
    scope = await _scope(session, principal, local)
    found: dict[UUID, list[CoachingTopicDTO]] = {}
    for row in await repository.list_open_topics(session, principal.org_id, scope, rep_ids):
        found.setdefault(row.rep_id, []).append(_present(row, local))
    return {rep_id: sorted(topics, key=lambda one: order_of(_place(one, local))) for rep_id, topics in found.items()}


async def get_coaching_topic(session: AsyncSession, principal: Principal, topic_id: UUID) -> CoachingTopicDTO:
    """One; `not_found` outside the caller's scope, and for others than the rep before the day they see it."""
    require(principal, Permission.COACHING_TOPICS_READ)
    local = await local_now(session, principal.org_id)
    return _present(await _find(session, principal, topic_id, local), local)


async def create_coaching_topic(
    session: AsyncSession, principal: Principal, data: CreateCoachingTopic
) -> CoachingTopicDTO:
    """Raise one by hand: a rep for themself, others for whom they see; everybody in scope sees it at once.

    `invalid`, naming the field, for somebody outside the caller's scope and for links that there are not.
    """
    require(principal, Permission.COACHING_TOPICS_WRITE)
    await require_rep(session, principal, data.rep_id)
    concerns = await check_links(session, principal, data.rep_id, data)
    local, now, id_ = await local_now(session, principal.org_id), utc_now(), new_id()
    source = TopicSource.REP if principal.person_id == data.rep_id else TopicSource.MANAGER
    row = CoachingTopic(
        org_id=principal.org_id,
        id=id_,
        rep_id=data.rep_id,
        source=source.value,
        subject=f"asked:{id_}",
        raised_by=principal.person_id,
        title=data.title,
        reason=data.reason or ASKED[source],
        evidence={},
        concerns=concerns.value,
        impact=ASKED_IMPACT,
        confidence=ASKED_CONFIDENCE,
        visible_on=local.date(),
        status=TopicState.OPEN.value,
        kpi=data.kpi,
        deal_id=data.deal_id,
        criterion=data.criterion,
        skill=data.skill,
        lead_grade=await _grade(session, principal, data),
        created_at=now,
        updated_at=now,
    )
    await reviewing.add_topics(session, [row])
    await emit(session, principal.org_id, *raised_event(row))
    await hint_topics(session, principal.org_id, [row.rep_id])
    return _present(row, local)


async def _grade(session: AsyncSession, principal: Principal, data: CreateCoachingTopic) -> str | None:
    """Of the KPI that it is about, if it is about one."""
    if data.kpi is None:
        return None
    system = principal.as_system()
    model = (await load_models(session, system, [data.rep_id])).of(data.rep_id)
    grades = await lead_grades_of_people(session, system, [data.rep_id])
    found = grades.of(data.rep_id, None if model is None else model.document.kpi(data.kpi))
    return None if found is None else found.value


async def pin_coaching_topic(
    session: AsyncSession, principal: Principal, topic_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingTopicDTO:
    """Put it first, whatever its rank; `conflict` for one that is not open."""
    return await _pin(session, principal, topic_id, expected, pinned=True)


async def unpin_coaching_topic(
    session: AsyncSession, principal: Principal, topic_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingTopicDTO:
    """Let its rank decide again; `conflict` for one that is not open."""
    return await _pin(session, principal, topic_id, expected, pinned=False)


async def dismiss_coaching_topic(
    session: AsyncSession,
    principal: Principal,
    topic_id: UUID,
    data: DismissTopic,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingTopicDTO:
    """Say that it is none, and why; what the data raised does not come up again while it stays the same."""
    row, local = await _get_for_write(session, principal, topic_id, expected)
    _require_step(row, TopicState.DISMISSED)
    row.status, row.dismissal, row.ended_at = TopicState.DISMISSED.value, data.reason, utc_now()
    return await _written(session, row, local)


async def reopen_coaching_topic(
    session: AsyncSession, principal: Principal, topic_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingTopicDTO:
    """Take back that it was dismissed; `conflict` where that cannot be, or the same is open again already."""
    row, local = await _get_for_write(session, principal, topic_id, expected)
    _require_step(row, TopicState.OPEN)
    await reviewing.lock_topics(session, principal.org_id)
    if await reviewing.has_open_topic(session, principal.org_id, row.rep_id, row.subject):
        raise conflict("topic_is_open", "The same was raised again in the meantime: there is an open topic about it.")
    row.status, row.dismissal, row.ended_at = TopicState.OPEN.value, None, None
    return await _written(session, row, local)


async def _pin(
    session: AsyncSession, principal: Principal, topic_id: UUID, expected: Precondition, *, pinned: bool
) -> CoachingTopicDTO:
    row, local = await _get_for_write(session, principal, topic_id, expected)
    if row.status != TopicState.OPEN:
        raise conflict("illegal_transition", f"This topic is {row.status}: only an open one has a place in the order.")
    if row.pinned == pinned:
        return _present(row, local)
    row.pinned = pinned
    return await _written(session, row, local)


def _require_step(row: CoachingTopic, wanted: TopicState) -> None:
    allowed = ALLOWED[TopicState(row.status)]
    if wanted not in allowed:
        names = ", ".join(allowed) or "nothing"
        raise conflict("illegal_transition", f"From {row.status} it can become {names}, not {wanted}.")


async def _scope(session: AsyncSession, principal: Principal, local: datetime) -> repository.Scope:
    return await coached_or_visible(session, principal), principal.person_id, local.date()


async def _find(
    session: AsyncSession, principal: Principal, topic_id: UUID, local: datetime, *, lock: bool = False
) -> CoachingTopic:
    scope = await _scope(session, principal, local)
    row = await repository.get_topic(session, principal.org_id, scope, topic_id, lock=lock)
    if row is None:
        raise not_found("coaching_topic")
    return row


async def _get_for_write(
    session: AsyncSession, principal: Principal, topic_id: UUID, expected: Precondition
) -> tuple[CoachingTopic, datetime]:
    require(principal, Permission.COACHING_TOPICS_WRITE)
    local = await local_now(session, principal.org_id)
    row = await _find(session, principal, topic_id, local, lock=True)
    expected.check(_present(row, local))
    return row, local


async def _written(session: AsyncSession, row: CoachingTopic, local: datetime) -> CoachingTopicDTO:
    row.updated_at = utc_now()
    await session.flush()
    await hint_topics(session, row.org_id, [row.rep_id])
    return _present(row, local)


def _present(row: CoachingTopic, local: datetime) -> CoachingTopicDTO:
    """As it stands on a local day, to which its age is counted."""
    raised_on = row.created_at.astimezone(local.tzinfo).date()
    rank = rank_of(row.impact, row.confidence, Concern(row.concerns), raised_on, local.date())
    return CoachingTopicDTO.model_validate({**row.model_dump(), "rank": rank})


def _place(topic: CoachingTopicDTO, local: datetime) -> Place:
    raised_on = topic.created_at.astimezone(local.tzinfo).date()
    return Place(topic.id, topic.rank, topic.concerns, raised_on, topic.pinned)
