"""`/v1/coaching-sessions/{id}/rating` and `/v1/coaching-ratings`: a rep rates, and what groups of reps say."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.coaching_sessions.dto.ratings import (
    CoachingRatingDTO,
    CoachingRatingsDTO,
    CoachingRatingsQuery,
    RateCoachingSession,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import rating_reports, ratings
from service.core.dto import Day

READ, WRITE = Permission.COACHING_RATINGS_READ, Permission.COACHING_RATINGS_WRITE

router = resource_router("/v1", "coaching ratings")


@router.get(
    "/coaching-sessions/{session_id}/rating",
    **operation("getCoachingRating", "Read what a coaching session is rated by", WRITE, 404),
)
async def get_coaching_rating(session_id: UUID, session: SessionDep, principal: PrincipalDep) -> CoachingRatingDTO:
    """The questions, for who was coached; what somebody answered is never read again."""
    return await ratings.get_coaching_rating(session, principal, session_id)


@router.post(
    "/coaching-sessions/{session_id}/rating",
    **operation("rateCoachingSession", "Rate the coaching of a session", WRITE, 404, 409, anonymous=True),
)
async def rate_coaching_session(
    session_id: UUID, data: RateCoachingSession, session: SessionDep, principal: PrincipalDep
) -> CoachingRatingDTO:
    """By who was coached, within 14 days after the session was completed, and anew as often as they like.

    No event and no audit row tells of it.
    """
    return await ratings.rate_coaching_session(session, principal, session_id, data)


@router.get("/coaching-ratings", **operation("getCoachingRatings", "Read how reps rate their coaching", READ, 404))
async def get_coaching_ratings(
    session: SessionDep,
    principal: PrincipalDep,
    on: Annotated[Day | None, Query(description="A day of the period; by default the last published.")] = None,
    manager_id: Annotated[UUID | None, Query(description="This manager, and everybody below in the period.")] = None,
) -> CoachingRatingsDTO:
    """Of one closed quarter, in groups of five raters or more, made once and never changed."""
    query = CoachingRatingsQuery.model_validate({"on": on, "manager_id": manager_id})
    return await rating_reports.get_coaching_ratings(session, principal, query)
