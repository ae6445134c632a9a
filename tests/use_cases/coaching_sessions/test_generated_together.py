"""A generated year of groups, co-coaching, substitutes and a hand-over: every ledger is what its stories count to."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from service.coaching_sessions.dto.adherence import AdherenceNumbersDTO, AdherenceQuery, EntitlementQuery
from service.coaching_sessions.models import CoachingSession, SessionAttestation
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.coaching_sessions.use_cases.entitlement import get_entitlement
from service.core.database import Database
from service.core.ids import new_id
from service.core.principal import Principal, Role
from service.organizations.models import ManagerPeriod, Person
from service.permissions import ROLES
from tests.factories.coaching_rows import BEFORE, STAMPS, write, write_series
from tests.factories.coaching_year import YEAR, ZONE
from tests.factories.sales_org import SalesOrg, make_sales_org

FIRST, LAST, LEFT = date(YEAR, 1, 1), date(YEAR, 12, 31), date(YEAR, 6, 28)
END = datetime(YEAR + 1, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBERS = (
    *("owed", "held", "on_time", "missed", "cancelled", "minutes", "substituted", "attested"),
    *("assisted", "helped"),
)


@dataclass
class Story:
    """One session, as people would tell it."""

    owes: UUID
    reps: list[UUID]
    day: date
    fate: str
    beside: list[UUID] = field(default_factory=list)
    stands_in: UUID | None = None
    late: int = 0
    minutes: int = 0
    said: list[UUID] = field(default_factory=list)


@dataclass
class Cast:
    """East is below North and leaves at the end of June; what East coached is handed over to West, below South."""

    north: UUID
    south: UUID
    east: UUID
    west: UUID
    lead: UUID
    reps: list[UUID]
    stories: list[Story] = field(default_factory=list)


def generate(rng: Random) -> Cast:
    """A session a week of each rep, now and then a group, another coach, or somebody in a manager's place."""
    ids = [new_id() for _ in range(11)]
    cast = Cast(ids[0], ids[1], ids[2], ids[3], ids[4], ids[5:])
    away = {one: rng.randint(2, 44) for one in (cast.west, cast.lead)}
    for week in range(52):
        day = FIRST + timedelta(days=7 * week + 1)
        for number, rep in enumerate(cast.reps):
            owes = (cast.east if day <= LEFT else cast.west) if number < 3 else cast.lead
            fate = rng.choices(("completed", "cancelled", "missed"), (7, 1, 1))[0]
            story = Story(owes, [rep], day, fate, late=rng.choice((0, 5, 10, 11, 40)), minutes=rng.randint(10, 60))
            if week - away.get(owes, 99) in range(3):
                story.stands_in = cast.north
            if rng.random() < 0.2:
                story.reps += rng.sample([one for one in cast.reps if one != rep], rng.randint(1, 3))
            if rng.random() < 0.2:
                others = {cast.south, cast.west, cast.lead} - {owes}
                story.beside = rng.sample(sorted(others), rng.randint(1, 2))
            holds = story.stands_in or owes
            everybody = [holds, *story.beside, *story.reps]
            story.said = [one for one in everybody if rng.random() < 0.8] if fate == "completed" else []
            cast.stories.append(story)
    return cast


def row_of(story: Story, org_id: UUID, format_id: UUID, hour: int) -> tuple[CoachingSession, list[SessionAttestation]]:
    starts_at = datetime.combine(story.day, time(8), ZONE).astimezone(UTC) + timedelta(minutes=40 * hour)
    is_held = story.fate == "completed"
    row = CoachingSession(
        org_id=org_id,
        id=new_id(),
        manager_id=story.owes,
        rep_id=story.reps[0],
        rep_ids=story.reps[1:],
        coach_ids=story.beside,
        substitute_id=story.stands_in,
        substituted_from=None if story.stands_in is None else starts_at - DAY,
        substituted_until=None if story.stands_in is None else starts_at + DAY,
        format_id=format_id,
        time_zone="UTC",
        due_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        status=story.fate,
        reminder_minutes=[],
        started_at=starts_at + timedelta(minutes=story.late) if is_held else None,
        completed_at=starts_at + timedelta(hours=2) if is_held else None,
        minutes_held=story.minutes if is_held else None,
        cancelled_at=starts_at - DAY if story.fate == "cancelled" else None,
        cancelled_side="rep" if story.fate == "cancelled" else None,
        missed_at=starts_at + DAY if story.fate == "missed" else None,
        answers={},
        created_at=BEFORE,
        updated_at=BEFORE,
    )
    keys: dict[str, Any] = {"org_id": org_id, "session_id": row.id, "held": True, "attested_at": starts_at + DAY}
    return row, [SessionAttestation(person_id=one, **keys) for one in story.said]


async def write_cast(org: SalesOrg, cast: Cast) -> None:
    format_id, _ = await write_series(org)
    managers = {cast.north: "North", cast.south: "South", cast.east: "East", cast.west: "West", cast.lead: "Lead"}
    names = managers | {id_: f"Rep {number}" for number, id_ in enumerate(cast.reps)}
    lines = [(cast.east, cast.north), (cast.west, cast.south), (cast.lead, cast.north)]
    lines += [(rep, cast.east if number < 3 else cast.lead) for number, rep in enumerate(cast.reps)]
    people = [
        Person(
            org_id=org.id,
            id=id_,
            name=name,
            email=f"{id_}@example.com",
            role="manager" if id_ in managers else "rep",
            left_on=LEFT if id_ == cast.east else None,
            known_from=BEFORE,
            **STAMPS,
        )
        for id_, name in names.items()
    ]
    above = [
        ManagerPeriod(org_id=org.id, id=new_id(), person_id=below, manager_id=top, start_on=FIRST - DAY)
        for below, top in lines
    ]
    told = [row_of(story, org.id, format_id, number % len(cast.reps)) for number, story in enumerate(cast.stories)]
    await write(org, people, above, [row for row, _ in told], [one for _, said in told for one in said])


def truth(cast: Cast, account: set[UUID]) -> dict[str, int]:
    """What an account of some managers together is, counted one story after the other."""
    n: dict[str, int] = dict.fromkeys(NUMBERS, 0)
    for story in cast.stories:
        held = story.fate == "completed"
        helpers = {*story.beside, *([story.stands_in] if story.stands_in else [])}
        if story.owes in account:
            n["owed"] += 1
            n["held"] += held
            n["on_time"] += held and story.late <= 10
            n["missed"] += story.fate == "missed"
            n["cancelled"] += story.fate == "cancelled"
            n["minutes"] += story.minutes if held else 0
            n["substituted"] += held and story.stands_in is not None
            coached = set(story.said) - set(story.reps)
            n["attested"] += held and bool(coached) and set(story.reps) <= set(story.said)
        elif helpers & account and held:
            n["assisted"] += 1
            n["helped"] += story.minutes
    return n


def flat(found: AdherenceNumbersDTO) -> dict[str, int]:
    return {
        "owed": found.owed, "held": found.held.numerator, "on_time": found.on_time.numerator,
        "missed": found.missed.numerator, "cancelled": found.cancelled.numerator, "minutes": found.minutes,
        "substituted": found.substituted, "attested": found.attested.numerator,
        "assisted": found.assisted, "helped": found.assisted_minutes,
    }  # fmt: skip


@pytest.mark.parametrize("seed", [8, 27])
async def test_every_ledger_is_the_truth(database: Database, seed: int) -> None:
    org, cast = await make_sales_org(database), generate(Random(seed))
    await write_cast(org, cast)
    everybody = {cast.north, cast.south, cast.east, cast.west, cast.lead}
    span = {"from_on": FIRST, "to_on": LAST, "as_of": END}
    async with database.tenant(org.id) as session:
        total = await get_cadence_adherence(session, org.system, AdherenceQuery.model_validate(span))
        trees = {
            cast.north: {cast.north, cast.east, cast.lead},
            cast.south: {cast.south, cast.west},
            cast.east: {cast.east},
        }
        seen = {}
        for top in trees:
            principal = Principal(org.id, ROLES[Role.MANAGER], person_id=top, role=Role.MANAGER)
            seen[top] = await get_cadence_adherence(session, principal, AdherenceQuery.model_validate(span))
        received = {}
        for rep in cast.reps:
            query = EntitlementQuery.model_validate({"person_id": rep, **span})
            received[rep] = await get_entitlement(session, org.system, query)
    assert flat(total.total) == truth(cast, everybody)
    assert (total.total.assisted, total.total.owed) == (0, len(cast.stories))
    assert {one.manager_id: flat(one) for one in total.managers} == {id_: truth(cast, {id_}) for id_ in everybody}
    assert {top: flat(one.total) for top, one in seen.items()} == {top: truth(cast, ids) for top, ids in trees.items()}
    for rep, found in received.items():
        own = [story for story in cast.stories if rep in story.reps]
        held = sum(story.fate == "completed" for story in own)
        assert (found.owed, found.received.numerator, len(found.sessions)) == (len(own), held, len(own))
    assert total.total.substituted > 5
    assert sum(len(story.reps) > 1 for story in cast.stories) > 30
