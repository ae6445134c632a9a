"""Queries over what all raters of an organization said: for levels, and for how raters compare."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Integer, String, and_, cast, func, or_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.models import AssessmentAnswer, CompetencyFramework, SkillAssessment

SCORER = "scorer:"
"""Before the name of a tool or file: no id begins like that."""
Row, Answer, Framework = SkillAssessment, AssessmentAnswer, CompetencyFramework


@dataclass(frozen=True, slots=True)
class Span:
    """What was submitted by an instant and speaks of days after one and until another."""

    after: date
    until: date
    submitted_by: datetime


@dataclass(frozen=True, slots=True)
class SaidOfSkill:
    """One submitted assessment's rating of a skill, on a scale from 1 to `top`: the mean of its items."""

    framework: str
    top: int
    person_id: UUID
    skill: str
    rater: str
    rater_id: UUID | None
    kind: str
    level: float
    assessed_on: date
    submitted_at: datetime
    is_superseded: bool


@dataclass(frozen=True, slots=True)
class SaidOfItem:
    """The answer to one item of one submitted assessment: a level, or 1 and 0 for yes and no."""

    person_id: UUID
    template_id: UUID | None
    item: str
    skill: str | None
    rater: str
    value: float
    assessed_on: date
    submitted_at: datetime


async def list_said_of_skills(
    session: AsyncSession, org_id: UUID, frameworks: Collection[str], span: Span
) -> list[SaidOfSkill]:
    """What anybody said of anybody's skills by frameworks of these keys, whatever the version, in one statement.

    Of peers from any day, and superseded ones too: which of them count is told by the order in which they came.
    """
    speaks = or_(col(Row.assessed_on) > span.after, col(Row.rater_kind) == RaterKind.PEER.value)
    columns: list[Any] = [
        Framework.key,
        func.jsonb_array_length(col(Framework.document)["levels"]),
        Row.person_id,
        Answer.skill,
        _rater(),
        Row.rater_id,
        Row.rater_kind,
        cast(func.avg(col(Answer.level)), Float),
        Row.assessed_on,
        Row.submitted_at,
        _revised(org_id, span),
    ]
    query = (
        select(*columns)
        .join(Answer, _of(Answer))
        .join(Framework, and_(col(Framework.org_id) == col(Row.org_id), col(Framework.id) == col(Row.framework_id)))
        .where(*_submitted(org_id, span), speaks, col(Framework.key).in_(frameworks), col(Answer.kind) == "rating")
        .group_by(col(Row.org_id), col(Row.id), col(Framework.org_id), col(Framework.id), col(Answer.skill))
        .order_by(col(Row.submitted_at), col(Row.id), col(Answer.skill))
    )
    return [SaidOfSkill(*row) for row in await session.exec(query)]


async def list_said_of_items(session: AsyncSession, org_id: UUID, framework: str, span: Span) -> list[SaidOfItem]:
    """What others than the person answered to items by a framework, without what a correction replaced."""
    value = func.coalesce(cast(col(Answer.level), Float), cast(cast(col(Answer.yes), Integer), Float))
    columns: list[Any] = [
        *(Row.person_id, Row.template_id, Answer.item, Answer.skill),
        *(_rater(), value, Row.assessed_on, Row.submitted_at),
    ]
    query = (
        select(*columns)
        .join(Answer, _of(Answer))
        .join(Framework, and_(col(Framework.org_id) == col(Row.org_id), col(Framework.id) == col(Row.framework_id)))
        .where(*_submitted(org_id, span), col(Row.assessed_on) > span.after, col(Framework.key) == framework)
        .where(col(Row.rater_kind) != RaterKind.SELF.value, col(Answer.kind).in_(("rating", "yes_no")))
        .where(~_revised(org_id, span))
        .order_by(col(Row.submitted_at), col(Row.id), col(Answer.item))
    )
    return [SaidOfItem(*row) for row in await session.exec(query)]


async def last_framework(session: AsyncSession, org_id: UUID, span: Span) -> str | None:
    """The key of the framework by which the last rating was submitted, or else of the newest one."""
    rated = and_(
        *_submitted(org_id, span),
        col(Row.org_id) == col(Framework.org_id),
        col(Row.framework_id) == col(Framework.id),
    )
    query = (
        select(Framework.key)
        .outerjoin(Row, rated)
        .where(col(Framework.org_id) == org_id)
        .group_by(col(Framework.key))
        .order_by(func.max(col(Row.submitted_at)).desc().nulls_last(), func.max(col(Framework.created_at)).desc())
    )
    return (await session.exec(query.limit(1))).first()


async def list_rated_by(session: AsyncSession, org_id: UUID, people: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Of each person the newest version of every framework by any version of which they were rated."""
    newest = (
        select(col(Framework.key).label("key"), col(Framework.id).label("id"))
        .where(col(Framework.org_id) == org_id)
        .ext(distinct_on(col(Framework.key)))
        .order_by(col(Framework.key), col(Framework.version).desc())
        .subquery()
    )
    query = (
        select(Row.person_id, newest.c.id)
        .join(Framework, and_(col(Framework.org_id) == col(Row.org_id), col(Framework.id) == col(Row.framework_id)))
        .join(newest, newest.c.key == col(Framework.key))
        .where(col(Row.org_id) == org_id, col(Row.person_id).in_(people), col(Row.status) == "submitted")
        .distinct()
        .order_by(col(Row.person_id), newest.c.id)
    )
    found: dict[UUID, list[UUID]] = {}
    for person_id, framework_id in await session.exec(query):
        found.setdefault(person_id, []).append(framework_id)
    return found


def _rater() -> ColumnElement[str]:
    """Who rated, as one word."""
    return func.coalesce(cast(col(Row.rater_id), String), SCORER + col(Row.scorer))


def _of(answer: type[AssessmentAnswer]) -> ColumnElement[bool]:
    return and_(col(answer.org_id) == col(Row.org_id), col(answer.assessment_id) == col(Row.id))


def _submitted(org_id: UUID, span: Span) -> Sequence[Any]:
    return (
        col(Row.org_id) == org_id,
        col(Row.status) == "submitted",
        col(Row.submitted_at) <= span.submitted_by,
        col(Row.assessed_on) <= span.until,
    )


def _revised(org_id: UUID, span: Span) -> Any:
    """Whether a correction of it was submitted by then."""
    later = aliased(Row)
    return (
        select(later.id)
        .where(col(later.org_id) == org_id, col(later.revises_id) == col(Row.id), col(later.status) == "submitted")
        .where(col(later.submitted_at) <= span.submitted_by)
        .exists()
    )
