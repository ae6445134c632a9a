"""Every query of assessments, their answers and what became of them; who reads which is decided at the first select."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.skill_assessments.dto.assessments import ASSESSMENT_SORTING, SkillAssessmentFilter
from service.skill_assessments.lifecycle import AssessmentState, RaterKind
from service.skill_assessments.models import AssessmentAnswer, AssessmentReview, SkillAssessment

Row = SkillAssessment


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the person (None: a key of the organization), and of whom they read all but peers' ratings."""

    person_id: UUID | None
    people: frozenset[UUID] | None
    """None: everybody."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The revision that follows an assessment."""

    id: UUID
    is_submitted: bool


def readable_by(reader: Reader) -> ColumnElement[bool]:
    """What somebody wrote, what is said of those they see by others than peers, and what they asked peers for.

    What they asked for is told them until it is submitted: who of the peers said what stays between these and nobody.
    """
    is_peer, me = col(Row.rater_kind) == RaterKind.PEER.value, reader.person_id
    own = false() if me is None else col(Row.rater_id) == me
    seen = ~is_peer if reader.people is None else and_(~is_peer, col(Row.person_id).in_(reader.people))
    mine = col(Row.requested_by).is_(None) if me is None else col(Row.requested_by) == me
    return or_(own, seen, and_(is_peer, col(Row.status) == "draft", mine))


def is_in(state: AssessmentState) -> ColumnElement[bool]:
    """The condition that an assessment is in a state."""
    later = aliased(Row)
    revised = (
        select(later.id)
        .where(col(later.org_id) == col(Row.org_id), col(later.revises_id) == col(Row.id))
        .where(col(later.status) == "submitted")
        .exists()
    )
    review = AssessmentReview
    reviews = select(review.assessment_id).where(
        col(review.org_id) == col(Row.org_id), col(review.assessment_id) == col(Row.id)
    )
    if state is AssessmentState.DRAFT:
        return col(Row.status) == "draft"
    if state is AssessmentState.SUPERSEDED:
        return revised
    if state is AssessmentState.SUBMITTED:
        return and_(col(Row.status) == "submitted", ~revised, ~reviews.exists())
    return and_(~revised, reviews.where(col(review.status) == state.value).exists())


def is_about(skill: str) -> ColumnElement[bool]:
    """The condition that an assessment asks about a skill alone, or answers about it and is submitted."""
    answer = AssessmentAnswer
    answered = select(answer.item).where(
        col(answer.org_id) == col(Row.org_id), col(answer.assessment_id) == col(Row.id), col(answer.skill) == skill
    )
    return or_(col(Row.skill) == skill, and_(col(Row.status) == "submitted", answered.exists()))


async def list_assessments(
    session: AsyncSession, org_id: UUID, reader: Reader, filters: SkillAssessmentFilter, page: PageRequest
) -> Page[Row]:
    """One page of those that somebody reads."""
    query = select(Row).where(col(Row.org_id) == org_id, readable_by(reader))
    for name in ("person_id", "rater_id", "rater_kind"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(col(getattr(Row, name)) == wanted)
    if filters.status is not None:
        query = query.where(is_in(filters.status))
    if filters.skill is not None:
        query = query.where(is_about(filters.skill))
    return await fetch_page(session, query, Row, ASSESSMENT_SORTING, page)


async def get_assessment(session: AsyncSession, org_id: UUID, reader: Reader, assessment_id: UUID) -> Row | None:
    """One that somebody reads."""
    query = select(Row).where(col(Row.org_id) == org_id, col(Row.id) == assessment_id, readable_by(reader))
    return (await session.exec(query)).first()


async def lock_assessment(session: AsyncSession, org_id: UUID, assessment_id: UUID) -> None:
    """Whoever moves an assessment takes turns; a submitted row itself cannot be locked, as nothing may change it."""
    await _take_turns(session, f"skill_assessment:{org_id}:{assessment_id}")


async def lock_requests(session: AsyncSession, org_id: UUID, person_id: UUID) -> None:
    """Whoever asks for ratings of a person takes turns, so that nobody is asked for the same twice."""
    await _take_turns(session, f"skill_assessments:{org_id}:{person_id}")


async def _take_turns(session: AsyncSession, name: str) -> None:
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def has_open_request(session: AsyncSession, row: Row) -> bool:
    """Whether the same rater has a draft about the same person, by the same, already."""
    same = ("person_id", "rater_id", "framework_id", "template_id", "skill")
    query = select(Row.id).where(
        col(Row.org_id) == row.org_id,
        col(Row.status) == "draft",
        *(col(getattr(Row, name)).is_not_distinct_from(getattr(row, name)) for name in same),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def list_answers(
    session: AsyncSession, org_id: UUID, assessment_ids: Collection[UUID]
) -> dict[UUID, list[AssessmentAnswer]]:
    """The answers of some assessments, by item."""
    row = AssessmentAnswer
    query = select(row).where(col(row.org_id) == org_id, col(row.assessment_id).in_(assessment_ids))
    found: dict[UUID, list[AssessmentAnswer]] = {}
    for answer in await session.exec(query.order_by(col(row.assessment_id), col(row.item))):
        found.setdefault(answer.assessment_id, []).append(answer)
    return found


async def delete_answers(session: AsyncSession, org_id: UUID, assessment_id: UUID) -> None:
    """Remove the answers of a draft."""
    row = AssessmentAnswer
    query = delete(row).where(col(row.org_id) == org_id, col(row.assessment_id) == assessment_id)
    await (await session.connection()).execute(query)


async def get_reviews(
    session: AsyncSession, org_id: UUID, assessment_ids: Collection[UUID]
) -> dict[UUID, AssessmentReview]:
    """What became of some assessments, where anything did."""
    row = AssessmentReview
    query = select(row).where(col(row.org_id) == org_id, col(row.assessment_id).in_(assessment_ids))
    return {one.assessment_id: one for one in await session.exec(query)}


async def get_revisions(session: AsyncSession, org_id: UUID, assessment_ids: Collection[UUID]) -> dict[UUID, Revision]:
    """The revision that follows each of some assessments, where there is one."""
    query = select(Row.revises_id, Row.id, Row.status).where(
        col(Row.org_id) == org_id, col(Row.revises_id).in_(assessment_ids)
    )
    return {before: Revision(id_, status == "submitted") for before, id_, status in await session.exec(query) if before}


async def claim_reminders(session: AsyncSession, org_id: UUID, today: date, limit: int) -> list[Row]:
    """Drafts to remind of, at most `limit`, without those that another transaction is at."""
    query = (
        select(Row)
        .where(col(Row.org_id) == org_id, col(Row.next_reminder_on) <= today, col(Row.status) == "draft")
        .order_by(col(Row.next_reminder_on), col(Row.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await session.exec(query)).all())


async def delete_draft(session: AsyncSession, row: Row) -> None:
    """Remove a draft; its answers go with it."""
    await session.delete(row)
    await session.flush()


async def add_rows(session: AsyncSession, rows: Sequence[Any]) -> None:
    """Store new assessments, answers or reviews."""
    session.add_all(rows)
    await session.flush()
