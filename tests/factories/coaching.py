"""One of everything of coaching in an organization, as rows: for tests of who sees and finds what."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from tests.factories.rows import Particular, plant_rows

SEEN = date(2026, 1, 1)
TABLES = {
    "session_format": "format_id",
    "coaching_programme": "programme_id",
    "coaching_cadence": "cadence_id",
    "coaching_session": "session_id",
    "coaching_topic": "topic_id",
    "coaching_commitment": "commitment_id",
    "calendar_feed": "feed_id",
    "coaching_substitution": "substitution_id",
    "coaching_hand_over": "hand_over_id",
}
"""In the order of their foreign keys, with the name that ids of their rows have."""


async def plant_coaching(session: AsyncSession, org_id: UUID, manager_id: UUID, rep_id: UUID) -> dict[str, UUID]:
    """Insert one row of each table about a manager and a rep; the ids by their names.

    The session is scheduled for 2099, so that whatever may be done to one can be done.
    """
    people = {"manager_id": manager_id, "rep_id": rep_id, "person_id": rep_id, "owner_id": rep_id}
    people |= {"from_manager_id": manager_id, "to_manager_id": rep_id, "substitute_id": rep_id}
    return await plant_rows(session, org_id, TABLES, people, _PARTICULAR)


_FAR = datetime(2099, 3, 4, 10, tzinfo=UTC)
_PARTICULAR: Particular = {
    "coaching_programme": {"team_id": None, "starts_on": SEEN, "ends_on": None},
    "coaching_cadence": {"ends_on": None, "from_on": SEEN},
    "coaching_session": {
        "due_at": _FAR,
        "starts_at": _FAR,
        "ends_at": _FAR.replace(minute=30),
        "started_at": None,
        "minutes_held": None,
        "cancelled_by": None,
        "next_reminder_at": None,
        "substitute_id": None,
        "replaced_by": None,
    },
    "coaching_substitution": {"rep_id": None, "to_on": date(2099, 3, 31), "ends_at": _FAR},
    "coaching_topic": {
        "visible_on": SEEN,
        "opportunity_id": None,
        "commitment_id": None,
        "discussed_in": None,
        "deal_id": None,
    },
    "coaching_commitment": {
        "goal_period": None,
        "goal_value": None,
        "settled_by": None,
        "deal_id": None,
        "due_on": date(2099, 3, 31),
    },
}
