"""Every table of this slice."""

from service.coaching_sessions.models.agenda import CoachingCommitment, CoachingTopic, SessionBrief
from service.coaching_sessions.models.calendars import BookedSlot, CalendarFeed, CalendarFeedRoute
from service.coaching_sessions.models.programmes import (
    CadenceGap,
    CoachingCadence,
    CoachingClock,
    CoachingProgramme,
    SessionFormat,
    UncoveredRep,
)
from service.coaching_sessions.models.ratings import CoachingRating, RatingGroup, RatingPeriod
from service.coaching_sessions.models.sessions import (
    CoachingSession,
    NoteGrant,
    PrivateNote,
    SessionAttestation,
    SessionMove,
)
from service.coaching_sessions.models.standing_in import CoachingHandOver, CoachingSubstitution

__all__ = [
    "BookedSlot",
    "CadenceGap",
    "CalendarFeed",
    "CalendarFeedRoute",
    "CoachingCadence",
    "CoachingClock",
    "CoachingCommitment",
    "CoachingHandOver",
    "CoachingProgramme",
    "CoachingRating",
    "CoachingSession",
    "CoachingSubstitution",
    "CoachingTopic",
    "NoteGrant",
    "PrivateNote",
    "RatingGroup",
    "RatingPeriod",
    "SessionAttestation",
    "SessionBrief",
    "SessionFormat",
    "SessionMove",
    "UncoveredRep",
]
