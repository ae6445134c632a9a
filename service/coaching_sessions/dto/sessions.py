"""Inputs and outputs of coaching sessions, their moves, attestations, notes and who may read them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from service.coaching_sessions.dto.programmes import Minutes, Reminders
from service.coaching_sessions.lifecycle import Move, SessionState, Side
from service.core.dto import InputDTO, Instant, Key, OutputDTO, Text, example, refuse_null, refuse_unstorable
from service.core.sorting import Sorting

SLOT_SECONDS = 300


def _whole_slot(at: datetime) -> datetime:
    if at.timestamp() % SLOT_SECONDS:
        raise ValueError("must be in whole steps of five minutes")
    return at


People = Annotated[list[UUID], Field(max_length=50)]
Slot = Annotated[Instant, AfterValidator(_whole_slot)]
"""A start of a session."""
Note = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True), BeforeValidator(refuse_unstorable)
]
"""A longer text: 1 to 20,000 characters."""
Answer = Annotated[str, StringConstraints(max_length=5_000, strip_whitespace=True), BeforeValidator(refuse_unstorable)]
AnswersInput = Annotated[dict[Key, Annotated[dict[Key, Answer], Field(max_length=20)]], Field(max_length=20)]
"""Answers by section and question; an empty one takes it back."""


class CreateCoachingSession(InputDTO):
    """A session that no programme arranges, of two or of more.

    With `replaces_one_to_ones` it takes, of each rep, the place of the next one-to-one of a programme in the same
    period (the day, week, month or year by which the programme repeats): nobody owes that one any more. Only who
    arranges programmes can say so.
    """

    rep_id: UUID
    """Who is coached."""
    manager_id: UUID | None = None
    """Who coaches, and owes it; null: whom the rep reports to on that day."""
    rep_ids: People = Field(default_factory=list)
    """Who is coached besides."""
    coach_ids: People = Field(default_factory=list)
    """Who coaches besides."""
    replaces_one_to_ones: bool = Field(default=False, strict=True)
    starts_at: Slot
    minutes: Minutes = 30
    format_key: Key = "grow"
    reminder_minutes: Reminders = Field(default_factory=lambda: [1440, 60])


class UpdateCoachingSession(InputDTO):
    """Merge-patch of what the two write together, and of who takes part beside them.

    Of the answers those that are given are replaced; a list of people takes the place of the one that there was.
    """

    model_config = example(shared_notes="We looked at two calls", answers={"goal": {"goal": "Book more demos"}})

    shared_notes: Note | None = None
    answers: AnswersInput | None = None
    rep_ids: People | None = None
    """Who is coached besides; before it begins."""
    coach_ids: People | None = None
    """Who coaches besides; before it begins."""

    _required = field_validator("answers", "rep_ids", "coach_ids")(refuse_null)


class RescheduleSession(InputDTO):
    """Another time, and why; the series and the other sessions stay."""

    model_config = example(starts_at="2026-03-04T14:30:00Z", reason="A customer meeting")

    starts_at: Slot
    minutes: Minutes | None = None
    """Null: as long as before."""
    reason: Text


class CancelSession(InputDTO):
    """Why it does not take place; the series stays."""

    model_config = example(reason="We met at the fair already")

    reason: Text


class CompleteSession(InputDTO):
    """How long it took, and what was talked about."""

    model_config = example(minutes=35, discussed_topic_ids=[])

    minutes: int | None = Field(default=None, ge=0, le=1440, strict=True)
    """Null: from its start until now."""
    discussed_topic_ids: Annotated[list[UUID], Field(max_length=50)] = Field(default_factory=list)
    """Topics that are done with; the others are carried over."""


class AttestSession(InputDTO):
    """What one side says of how it went; both are shown, and never averaged."""

    model_config = example(held=True, minutes=30, on_topic=True)

    held: bool = Field(strict=True)
    minutes: int | None = Field(default=None, ge=0, le=1440, strict=True)
    on_topic: bool | None = Field(default=None, strict=True)
    """Whether it was about what was to be talked about."""
    comment: Text | None = None


class WritePrivateNote(InputDTO):
    """What nobody else ever sees."""

    model_config = example(text="Ask about the holiday")

    text: Note


class GrantNotes(InputDTO):
    """Who may read the shared notes and answers besides the two; both see the grant."""

    person_id: UUID


SESSION_SORTING = Sorting({"starts_at": datetime, "due_at": datetime, "created_at": datetime}, default="starts_at")


class CoachingSessionFilter(InputDTO):
    """Which sessions a list holds; the span is of `starts_at`, its end excluded."""

    manager_id: UUID | None = None
    rep_id: UUID | None = None
    programme_id: UUID | None = None
    cadence_id: UUID | None = None
    status: SessionState | None = None
    starts_from: Instant | None = None
    starts_before: Instant | None = None


class SessionMoveDTO(OutputDTO):
    """A session was put at another time."""

    id: UUID
    sequence: int
    """The session's from then on."""
    from_starts_at: datetime
    """Where it was."""
    from_ends_at: datetime
    """Until when it was to last."""
    to_starts_at: datetime
    """Where it was put."""
    to_ends_at: datetime
    """Until when it is to last since."""
    moved_at: datetime
    """When somebody did so."""
    moved_by: UUID | None
    """The person; null: a key of the organization, or the series."""
    side: Side
    """As whom."""
    reason: str
    """In words."""
    notice_minutes: int
    """How long before the old start; below 0: after it."""


class SessionAttestationDTO(OutputDTO):
    """What one side says of how the session went."""

    person_id: UUID
    side: Side
    """Manager or rep."""
    held: bool
    """Whether it took place."""
    minutes: int | None
    """How long it took."""
    on_topic: bool | None
    """Whether it was about what was to be talked about."""
    comment: str | None
    """Null for whoever may not read the notes."""
    attested_at: datetime
    """When they said so last."""


def invitation_to(session_id: UUID) -> str:
    """Where a session's invitation is read."""
    return f"/v1/coaching-sessions/{session_id}/invitation"


class CoachingSessionDTO(OutputDTO):
    """A session of a manager and a rep, and of those beside them.

    `shared_notes` and `answers` are null for whoever neither takes part nor was granted them.
    """

    id: UUID
    manager_id: UUID
    """Who coaches, and owes it."""
    rep_id: UUID
    """Who is coached."""
    coach_ids: list[UUID]
    """Who coaches besides the manager."""
    rep_ids: list[UUID]
    """Who is coached besides the rep."""
    substitute_id: UUID | None
    """Who holds it in the manager's place; null: nobody else."""
    replaced_by: UUID | None
    """The group session that took its place; null: none did."""
    programme_id: UUID | None
    """Null: arranged by hand."""
    cadence_id: UUID | None
    """The series; null: arranged by hand."""
    format_id: UUID
    """The version of the format that it follows."""
    time_zone: str
    """The zone in which its series keeps its time."""
    due_at: datetime
    """When it was to start at first; adherence counts it there."""
    starts_at: datetime
    """When it starts now."""
    ends_at: datetime
    """When it is to end."""
    status: SessionState
    """Where it is on its way."""
    sequence: int
    """Raised by each change of time or of who takes part, and by a cancellation."""
    owed: bool
    """False where the series itself changed or ended: nobody owes it any more."""
    reminder_minutes: list[int]
    """Minutes before the start, each a reminder."""
    started_at: datetime | None
    """When the two began."""
    completed_at: datetime | None
    """When the manager said that it was held."""
    minutes_held: int | None
    """How long it took."""
    cancelled_at: datetime | None
    """When it was called off."""
    cancelled_by: UUID | None
    """The person; null: a key of the organization, or the series."""
    cancelled_side: Side | None
    """As whom."""
    cancel_reason: str | None
    """In words."""
    missed_at: datetime | None
    """When the clock found that nobody held it."""
    shared_notes: str | None
    """What the two wrote together."""
    answers: dict[str, dict[str, str]] | None
    """By section and question of the format."""
    allowed_moves: list[Move]
    """What the caller may do now."""
    attestations: list[SessionAttestationDTO]
    """Of both sides, beside each other."""
    invitation: str
    """Where the calendar file to mail is: it asks for the session as it is now, or calls it off."""
    created_at: datetime
    updated_at: datetime


class PrivateNoteDTO(OutputDTO):
    """The caller's own note of a session."""

    session_id: UUID
    text: str
    updated_at: datetime


class NoteGrantDTO(OutputDTO):
    """Somebody beyond the two may read a session's shared notes and answers."""

    session_id: UUID
    person_id: UUID
    """Who may read them."""
    granted_by: UUID
    """Which of the two said so."""
    granted_at: datetime
    """Since when they may."""
