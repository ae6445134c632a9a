"""Who takes part in a session, as conditions of queries: the one definition that every other query uses.

What one row says is `use_cases.access.participants`; the two hold the same.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, SQLColumnExpression, Uuid, and_, literal, or_, select, text
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col

from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.models import CoachingSession, SessionMove

Row = CoachingSession
People = Collection[UUID] | SQLColumnExpression[UUID]
"""Some people, or the one that a parameter or another row names."""
SHARED = text("cardinality(coaching_session.coach_ids) + cardinality(coaching_session.rep_ids) > 0")
"""There are more than the two: written as in the index that finds such sessions."""


def among(ids: Any, people: People) -> ColumnElement[bool]:
    """That one of those beside the two is among some people."""
    theirs = literal(list(people), ARRAY(Uuid)) if isinstance(people, Collection) else array([people])
    found: ColumnElement[bool] = col(ids).op("&&", is_comparison=True)(theirs)
    return and_(SHARED, found)


def _is_among(id_: Any, people: People) -> ColumnElement[bool]:
    found: ColumnElement[bool] = id_.in_(people) if isinstance(people, Collection) else id_ == people
    return found


def coached_by(people: People) -> ColumnElement[bool]:
    """That one of some people owes a session, coaches in it beside that one, or holds it in their place."""
    return or_(
        _is_among(col(Row.manager_id), people),
        and_(col(Row.substitute_id).is_not(None), _is_among(col(Row.substitute_id), people)),
        among(Row.coach_ids, people),
    )


def received_by(people: People) -> ColumnElement[bool]:
    """That one of some people is coached in a session."""
    return or_(_is_among(col(Row.rep_id), people), among(Row.rep_ids, people))


def attended_by(people: People) -> ColumnElement[bool]:
    """Either."""
    return or_(received_by(people), coached_by(people))


def left_alone(org_id: UUID) -> ColumnElement[bool]:
    """That somebody moved a session, or brought others into it: its series leaves it as it is."""
    moved = select(col(SessionMove.id)).where(
        col(SessionMove.org_id) == org_id,
        col(SessionMove.session_id) == col(Row.id),
        col(SessionMove.side) != Side.SYSTEM.value,
    )
    return or_(moved.exists(), SHARED)
