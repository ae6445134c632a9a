"""A rep rates a session that they attended. What was said is read by nobody afterwards, not even by who said it.

Whoever administers an organization can sign in as one of its reps: with a key that acts as them, or by way of the
identity provider. So what a rep could read back, an administrator could read; docs/decisions/0026 has more.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.ratings import CoachingRatingDTO, RateCoachingSession
from service.coaching_sessions.models import CoachingRating
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.rating_questions import QuestionSet, set_of_period
from service.coaching_sessions.repository import ratings as repository
from service.coaching_sessions.repository.ratings import Attendance
from service.coaching_sessions.use_cases.access import find_session, participants
from service.coaching_sessions.use_cases.rating_periods import RATED_WITHIN, RatingCalendar, load_rating_calendar
from service.core.clock import utc_now
from service.core.errors import ErrorKind, FieldError, ServiceError, conflict, invalid_fields, not_found
from service.core.principal import Principal, require


async def rate_coaching_session(
    session: AsyncSession, principal: Principal, session_id: UUID, data: RateCoachingSession
) -> CoachingRatingDTO:
    """Rate a completed session, or rate it anew; the answer is the same either way, and repeats nothing.

    `forbidden` for whoever did not attend it as a rep, `conflict` before it is completed and once its days are over,
    `invalid` naming each question that is not answered or not asked.
    """
    require(principal, Permission.COACHING_RATINGS_WRITE)
    row = await find_session(session, principal, session_id)
    attended = await _attended(session, principal, [row.id])
    if row.id not in attended:
        if principal.person_id in participants(row).reps:
            raise conflict("session_not_completed", "A session is rated once it is completed.")
        raise ServiceError(ErrorKind.FORBIDDEN, "not_a_rater", "Only who was coached in a session rates it.")
    attendance, calendar = attended[row.id], await load_rating_calendar(session, principal)
    asked, until = _asked(attendance, calendar), open_until(attendance)
    if utc_now() >= until:
        raise conflict("rating_closed", f"A session is rated within {RATED_WITHIN.days} days.")
    faults = {key: "is not answered" for key in asked.keys if key not in data.answers}
    faults |= {key: "is not a question of this session" for key in data.answers if key not in asked.keys}
    if faults:
        raise invalid_fields([FieldError(f"/answers/{key}", detail) for key, detail in faults.items()])
    rating = CoachingRating(
        org_id=principal.org_id,
        session_id=row.id,
        rater_id=attendance.rater_id,
        set_key=asked.key,
        set_version=asked.version,
        answers=data.answers,
    )
    await repository.put_own_rating(session, rating)
    return _present(attendance, asked)


async def get_coaching_rating(session: AsyncSession, principal: Principal, session_id: UUID) -> CoachingRatingDTO:
    """What the caller is asked about a session, rated or not; `not_found` for whoever cannot rate it."""
    require(principal, Permission.COACHING_RATINGS_WRITE)
    await find_session(session, principal, session_id)
    found = await coaching_ratings_of(session, principal, [session_id])
    if session_id not in found:
        raise not_found("coaching_rating")
    return found[session_id]


async def coaching_ratings_of(
    session: AsyncSession, principal: Principal, session_ids: Collection[UUID]
) -> dict[UUID, CoachingRatingDTO]:
    """The same of those sessions that are the caller's to rate; the batch behind loaders."""
    require(principal, Permission.COACHING_RATINGS_WRITE)
    attended = await _attended(session, principal, session_ids)
    if not attended:
        return {}
    calendar = await load_rating_calendar(session, principal)
    return {id_: _present(attendance, _asked(attendance, calendar)) for id_, attendance in attended.items()}


def open_until(attendance: Attendance) -> datetime:
    """Until when a session can be rated: always before its period is published."""
    return attendance.completed_at + RATED_WITHIN


async def _attended(
    session: AsyncSession, principal: Principal, session_ids: Collection[UUID]
) -> dict[UUID, Attendance]:
    """The completed sessions among some that the caller attended as a rep."""
    found = await repository.list_attendances(session, principal.org_id, session_ids=session_ids)
    return {one.session_id: one for one in found if one.rater_id == principal.person_id}


def _asked(attendance: Attendance, calendar: RatingCalendar) -> QuestionSet:
    return set_of_period(calendar.period_at(attendance.completed_at).start)


def _present(attendance: Attendance, asked: QuestionSet) -> CoachingRatingDTO:
    return CoachingRatingDTO.model_validate(
        {
            "session_id": attendance.session_id,
            "set_key": asked.key,
            "set_version": asked.version,
            "questions": asked.questions,
            "open_until": open_until(attendance),
        }
    )
