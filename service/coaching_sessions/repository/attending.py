"""Who takes part in a session, as conditions of queries: the one definition that every other query uses.

What one row says is `use_cases.access.participants`; the two hold the same.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, literal, or_, text
from sqlmodel import col

from service.coaching_sessions.models import CoachingSession

Row = CoachingSession
SHARED = text("cardinality(coaching_session.coach_ids) + cardinality(coaching_session.rep_ids) > 0")
"""There are more than the two: written as in the index that finds such sessions."""


def among(ids: Any, people: Collection[UUID]) -> ColumnElement[bool]:
    """That one of those beside the two is among some people."""
    found: ColumnElement[bool] = col(ids).op("&&", is_comparison=True)(literal(list(people), ARRAY(Uuid)))
    return and_(SHARED, found)


def coached_by(people: Collection[UUID]) -> ColumnElement[bool]:
    """That one of some people owes a session, coaches in it beside that one, or holds it in their place."""
    return or_(
        col(Row.manager_id).in_(people),
        and_(col(Row.substitute_id).is_not(None), col(Row.substitute_id).in_(people)),
        among(Row.coach_ids, people),
    )


def received_by(people: Collection[UUID]) -> ColumnElement[bool]:
    """That one of some people is coached in a session."""
    return or_(col(Row.rep_id).in_(people), among(Row.rep_ids, people))


def attended_by(people: Collection[UUID]) -> ColumnElement[bool]:
    """Either."""
    return or_(received_by(people), coached_by(people))
