"""A generated year of coaching, and single sessions, written as the rows that they leave."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from service.coaching_sessions.models import (
    CadenceGap,
    CoachingCadence,
    CoachingCommitment,
    CoachingProgramme,
    CoachingSession,
    CoachingTopic,
    SessionAttestation,
    SessionFormat,
    SessionMove,
)
from service.core.ids import new_id
from service.organizations.models import ManagerPeriod, Person
from tests.factories.coaching_year import FIRST, Pair, Said, Story, Talk, Year
from tests.factories.sales_org import SalesOrg

BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "sections": [
        {
            "key": "all",
            "title": "All",
            "minutes": 30,
            "questions": [{"key": f"q{number}", "question": "?", "required": False} for number in range(3)],
            "outcomes": ["topic_discussed", "commitment", "shared_notes"],
        }
    ]
}
STAMPS: dict[str, Any] = {"created_at": BEFORE, "updated_at": BEFORE}
SERIES: dict[str, Any] = {
    "rule": "FREQ=WEEKLY",
    "clock_of": "rep",
    "when_away": "move",
    "reminder_minutes": [],
    "starts_on": FIRST,
}


async def write(org: SalesOrg, *layers: Sequence[SQLModel]) -> None:
    """Insert rows; each layer refers to those before."""
    async with org.database.tenant(org.id) as session:
        for rows in layers:
            session.add_all(rows)
            await session.flush()


async def write_series(org: SalesOrg) -> tuple[UUID, UUID]:
    """A format and a programme for whatever follows."""
    format_, programme = new_id(), new_id()
    await write(
        org,
        [
            SessionFormat(
                org_id=org.id, id=format_, key="all", version=1, name="All", document=DOCUMENT, created_at=BEFORE
            )
        ],
        [
            CoachingProgramme(
                org_id=org.id,
                id=programme,
                name="Weekly",
                format_key="all",
                starts_at=datetime(2024, 1, 1, 10, tzinfo=UTC).time(),
                minutes=30,
                **SERIES,
                **STAMPS,
            )
        ],
    )
    return format_, programme


async def write_year(org: SalesOrg, year: Year) -> None:
    """Everybody, their reporting lines, and all that the stories leave."""
    format_id, programme_id = await write_series(org)
    people = [*year.tops, *year.managers, *year.reps]
    names = {id_: f"Person {place:02}" for place, id_ in enumerate(people)}
    ids: dict[str, Any] = {"org_id": org.id, "format_id": format_id, "programme_id": programme_id}
    await write(
        org,
        [
            Person(
                org_id=org.id,
                id=id_,
                name=name,
                email=f"{id_}@example.com",
                role="rep" if id_ in year.reps else "manager",
                left_on=year.left_on.get(id_),
                known_from=BEFORE,
                **STAMPS,
            )
            for id_, name in names.items()
        ],
        [
            ManagerPeriod(
                org_id=org.id,
                id=new_id(),
                person_id=pair.rep,
                manager_id=pair.manager,
                start_on=pair.start_on,
                end_on=pair.end_on,
            )
            for pair in year.pairs
        ],
        [_cadence(pair, ids) for pair in year.pairs],
        [session_row(story, format_id, org.id, programme_id) for story in year.stories],
        [
            *(row for story in year.stories for row in rows_of(story, org.id)),
            *(
                CadenceGap(
                    org_id=org.id,
                    cadence_id=gap.cadence,
                    occurs_on=gap.occurs_on,
                    reason=gap.reason,
                    owed=gap.owed,
                )
                for gap in year.gaps
            ),
        ],
    )


def _cadence(pair: Pair, ids: dict[str, Any]) -> CoachingCadence:
    return CoachingCadence(
        **ids,
        id=pair.cadence,
        series_id=pair.cadence,
        manager_id=pair.manager,
        rep_id=pair.rep,
        from_on=pair.start_on,
        ends_on=None if pair.end_on is None else pair.end_on - timedelta(days=1),
        end_reason=None if pair.end_on is None else "moved",
        starts_at=pair.at,
        minutes=pair.minutes,
        **SERIES,
        **STAMPS,
    )


def session_row(story: Story, format_id: UUID, org_id: UUID, programme_id: UUID | None) -> CoachingSession:
    """A session as it is when its story is over."""
    ends = {one.kind: one for one in story.happenings}
    starts = [story.due_at, *(one.start for one in story.happenings if one.start is not None)]
    cancelled = ends.get("cancelled") or ends.get("given_up")
    completed = ends.get("completed")
    states = {"completed": "completed", "cancelled": "cancelled", "given_up": "cancelled", "missed": "missed"}
    status = next(
        (states[kind] for kind in ends if kind in states), "in_progress" if "started" in ends else "scheduled"
    )
    return CoachingSession(
        org_id=org_id,
        id=story.id,
        cadence_id=story.cadence,
        programme_id=None if story.cadence is None else programme_id,
        occurs_on=story.occurs_on,
        manager_id=story.manager,
        rep_id=story.rep,
        format_id=format_id,
        time_zone="America/New_York",
        due_at=story.due_at,
        starts_at=starts[-1],
        ends_at=starts[-1] + story.length,
        status=status,
        owed="given_up" not in ends,
        sequence=len(starts) - 1,
        reminder_minutes=[],
        started_at=ends["started"].at if "started" in ends else None,
        completed_at=None if completed is None else completed.at,
        minutes_held=None if completed is None else completed.minutes,
        cancelled_at=None if cancelled is None else cancelled.at,
        cancelled_side=None if cancelled is None else cancelled.side,
        cancel_reason=None if cancelled is None else "Something came up",
        missed_at=ends["missed"].at if "missed" in ends else None,
        answers={"all": {f"q{number}": "Yes" for number in range(story.answered)}},
        shared_notes="Noted" if story.noted else None,
        created_at=story.created_at,
        updated_at=story.created_at,
    )


def rows_of(story: Story, org_id: UUID) -> list[SQLModel]:
    """What belongs to a session."""
    return [
        *_moves(story, org_id),
        *(_attestation(story, said, org_id) for said in story.said),
        *(_talk(story, talk, org_id) for talk in story.talks),
    ]


def _moves(story: Story, org_id: UUID) -> list[SessionMove]:
    start = story.due_at
    found: list[SessionMove] = []
    for one in story.happenings:
        if one.start is None:
            continue
        move = SessionMove(
            org_id=org_id,
            id=new_id(),
            session_id=story.id,
            sequence=len(found) + 1,
            from_starts_at=start,
            from_ends_at=start + story.length,
            to_starts_at=one.start,
            to_ends_at=one.start + story.length,
            moved_at=one.at,
            side=one.side,
            reason="Something came up",
            notice_minutes=(start - one.at) // timedelta(minutes=1),
        )
        found.append(move)
        start = one.start
    return found


def _attestation(story: Story, said: Said, org_id: UUID) -> SessionAttestation:
    return SessionAttestation(
        org_id=org_id,
        session_id=story.id,
        person_id=story.manager if said.side == "manager" else story.rep,
        held=said.held,
        minutes=said.minutes,
        on_topic=said.on_topic,
        attested_at=said.at,
    )


def _talk(story: Story, talk: Talk, org_id: UUID) -> SQLModel:
    shared: dict[str, Any] = {"org_id": org_id, "id": talk.id, "rep_id": story.rep, "concerns": talk.concerns}
    stamps: dict[str, Any] = {"created_at": talk.at, "updated_at": talk.at}
    if talk.kind == "commitment":
        how, at = talk.settled or ("open", None)
        return CoachingCommitment(
            **shared,
            **stamps,
            session_id=story.id,
            owner_id=story.rep,
            description="To do",
            due_on=talk.due_on,
            status=how,
            settled_at=at,
        )
    return CoachingTopic(
        **shared,
        **stamps,
        source="manager",
        subject=str(talk.id),
        title="To talk about",
        reason="It matters",
        evidence={},
        impact=Decimal("0.5"),
        confidence=Decimal("0.5"),
        status="discussed",
        visible_on=date(2020, 1, 1),
        discussed_in=story.id,
        ended_at=talk.at,
    )
