"""A session as it begins, whether by hand or of a series: scheduled, at the time at which it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from service.coaching_sessions.lifecycle import Participants, SessionState, next_reminder
from service.coaching_sessions.models import CoachingCadence, CoachingSession
from service.core.ids import new_id


@dataclass(frozen=True, slots=True)
class Planned:
    """What a session is planned to be; `time_zone` is the one in which it is shown and in which a series repeats."""

    between: Participants
    starts_at: datetime
    minutes: int
    format_id: UUID
    time_zone: str
    reminder_minutes: Sequence[int]


def new_session(
    org_id: UUID,
    planned: Planned,
    now: datetime,
    *,
    cadence: CoachingCadence | None = None,
    occurs_on: date | None = None,
) -> CoachingSession:
    """The row, neither stored nor booked; `occurs_on` is the day in the series of a cadence."""
    starts_at = planned.starts_at.astimezone(UTC)
    return CoachingSession(
        org_id=org_id,
        id=new_id(),
        cadence_id=None if cadence is None else cadence.id,
        programme_id=None if cadence is None else cadence.programme_id,
        occurs_on=occurs_on,
        manager_id=planned.between.manager_id,
        rep_id=planned.between.rep_id,
        coach_ids=list(planned.between.coach_ids),
        rep_ids=list(planned.between.rep_ids),
        format_id=planned.format_id,
        time_zone=planned.time_zone,
        due_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=planned.minutes),
        status=SessionState.SCHEDULED.value,
        reminder_minutes=list(planned.reminder_minutes),
        next_reminder_at=next_reminder(starts_at, tuple(planned.reminder_minutes), now),
        answers={},
        created_at=now,
        updated_at=now,
    )
