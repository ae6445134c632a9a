"""The shape of the data of events about coaching: ids and times, never what was said."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from service.core.dto import Instant
from service.webhooks.event_data import EventData

_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_SESSION: dict[str, Any] = {
    "session_id": _ID,
    "manager_id": _ID,
    "rep_id": _ID,
    "coach_ids": [],
    "rep_ids": [],
    "substitute_id": _ID,
    "uninvited_ids": [],
    "starts_at": "2026-03-03T14:00:00Z",
    "sequence": 0,
    "invitation": f"/v1/coaching-sessions/{_ID}/invitation",
}


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": fields})


class ProgrammeData(EventData):
    """A programme was added, changes or ends: read its cadences again."""

    model_config = _example(programme_id=_ID)
    programme_id: UUID


class SessionData(EventData):
    """A session is another one now: read it again."""

    model_config = _example(**_SESSION)
    session_id: UUID
    manager_id: UUID
    rep_id: UUID
    coach_ids: list[UUID] = Field(description="Who coaches besides the manager.")
    rep_ids: list[UUID] = Field(description="Who is coached besides the rep.")
    substitute_id: UUID | None = Field(description="Who holds it in the manager's place.")
    uninvited_ids: list[UUID] = Field(
        description="Who was to come and is not any more: `invitation?person_id=…` calls it off for each of them."
    )
    starts_at: Instant
    sequence: int = Field(description="Raised by each change of time or of who takes part, as calendars count it.")
    invitation: str = Field(
        description="Where the calendar file to mail is: it asks for the session as it is now, or calls it off."
    )


class RescheduledSessionData(SessionData):
    """A session was moved."""

    model_config = _example(**_SESSION, was_at="2026-03-03T10:00:00Z", notice_minutes=1440)
    was_at: Instant
    notice_minutes: int = Field(description="How long before the old start; below 0: after it.")


class CancelledSessionData(SessionData):
    """A session does not take place."""

    model_config = _example(**_SESSION, side="manager")
    side: str = Field(description="Who cancelled it: manager, rep, other, or system where the series changed.")


class SessionReminderData(SessionData):
    """A session is near."""

    model_config = _example(**_SESSION, minutes_before=60)
    minutes_before: int = Field(description="How long before its start the reminder was asked for.")


class UncoveredData(EventData):
    """A rep whom a programme covers has no session planned."""

    model_config = _example(person_id=_ID, manager_id=_ID, days=14)
    person_id: UUID
    manager_id: UUID | None
    days: int = Field(description="Within so many days.")


class CapabilityData(EventData):
    """One of the four keys to coaching is below the organization's own standard with a manager and the tree below."""

    model_config = _example(manager_id=_ID, key="cadence", from_on="2026-01-01", to_on="2026-04-01")
    manager_id: UUID
    key: str = Field(description="models, process, skills or cadence.")
    from_on: date = Field(description="The first day that was looked at.")
    to_on: date = Field(description="The last one.")


class CommitmentData(EventData):
    """Somebody took something on."""

    model_config = _example(commitment_id=_ID, rep_id=_ID, owner_id=_ID, due_on="2026-03-31")
    commitment_id: UUID
    rep_id: UUID
    owner_id: UUID
    due_on: date


class CommitmentSettledData(CommitmentData):
    """What came of it."""

    model_config = _example(
        commitment_id=_ID, rep_id=_ID, owner_id=_ID, due_on="2026-03-31", status="done", by_data=True
    )
    status: str
    by_data: bool = Field(description="The KPI settled it, and nobody by hand.")


class TopicData(EventData):
    """There is something to talk about; until `visible_on` it is the rep's alone, so tell nobody else before."""

    model_config = _example(topic_id=_ID, rep_id=_ID, source="opportunity", visible_on="2026-03-05")
    topic_id: UUID
    rep_id: UUID
    source: str
    visible_on: date
