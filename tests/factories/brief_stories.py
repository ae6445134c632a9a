"""Reps with random months behind them: what they did, as plain records that a test can count itself."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from service.activities.dto.facts import BulkUpsertActivities, BulkUpsertDeals
from service.activities.models import Activity
from service.activities.use_cases.pushing import bulk_upsert_activities, bulk_upsert_deals
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import KNOWN, Cell, SalesOrg

STAGES = ("prospecting", "qualification", "discovery", "proposal", "negotiation")
FIELDS = (
    *("ideal_customer", "identified_pain", "economic_buyer", "decision_process", "champion"),
    *("terms_agreed", "legal_steps"),
)
"""The customer's own fields that criteria of the shipped model look at."""
CALL_DAYS, DEAL_DAYS = 40, 85
SYSTEM = "stories"


@dataclass(slots=True)
class StoryDeal:
    """A deal: `moves` and `close_dates` with their times, `written` when each field was filled in."""

    name: str
    amount: int
    moves: list[tuple[datetime, str]]
    close_dates: list[tuple[datetime, date]] = field(default_factory=list)
    written: dict[str, datetime] = field(default_factory=dict)
    meetings: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def created_at(self) -> datetime:
        return self.moves[0][0]

    @property
    def closed_at(self) -> datetime | None:
        return self.moves[-1][0] if self.moves[-1][1].startswith("closed") else None

    @property
    def dated(self) -> list[datetime]:
        """When its close date was written: the closing writes it too."""
        return [known for known, _ in self.close_dates] + ([] if self.closed_at is None else [self.closed_at])

    def slips(self, at: datetime) -> int:
        """How often its close date had become later by then."""
        days = [day for known, day in self.close_dates if known <= at]
        return sum(later > earlier for earlier, later in itertools.pairwise(days))


@dataclass(slots=True)
class Story:
    """All that one rep did."""

    deals: list[StoryDeal]
    calls: list[tuple[datetime, bool]]
    """When, and whether it connected."""


def tell_story(seed: int, now: datetime) -> Story:
    """A rep of some habit, in whole seconds; nothing is later than an hour before `now`."""
    now = now.replace(microsecond=0)
    rng = random.Random(seed)
    rate, connect = rng.choice((1.0, 2.0, 4.0)), rng.choice((0.15, 0.33, 0.37, 0.5))
    calls = [
        (now - timedelta(days=days, seconds=rng.randrange(3600, 86_000)), rng.random() < connect)
        for days in range(CALL_DAYS)
        for _ in range(rng.randint(0, int(2 * rate)))
    ]
    deals = [_deal(rng, f"Deal {seed}-{number}", now) for number in range(rng.randint(3, 6))]
    return Story(deals, calls)


def _deal(rng: random.Random, name: str, now: datetime) -> StoryDeal:
    end = now - timedelta(hours=1)
    at = now - timedelta(seconds=rng.randrange(86_400, DEAL_DAYS * 86_400))
    place, moves = 0, [(at, STAGES[0])]
    while True:
        at += timedelta(seconds=60 + int(rng.expovariate(1 / 9) * 86_400))
        if at > end:
            break
        draw = rng.random()
        if draw < 0.12:
            moves.append((at, "closed_lost"))
            break
        if draw < 0.2 and place > 0:
            place -= 1
        else:
            place += 2 if draw > 0.92 else 1
        if place >= len(STAGES):
            moves.append((at, "closed_won"))
            break
        moves.append((at, STAGES[place]))
    deal = StoryDeal(name, rng.randrange(2000, 40_000), moves)
    until = min(deal.closed_at or end, end)
    deal.written = {one: _between(rng, deal.created_at, until) for one in FIELDS if rng.random() < 0.45}
    times = sorted(_between(rng, deal.created_at, until) for _ in range(rng.randint(0, 3)))
    day = deal.created_at.date() + timedelta(days=30)
    for known in times:
        day += timedelta(days=rng.choice((-5, 7, 14)))
        deal.close_dates.append((known, day))
    outcomes = ("completed", "completed", "no_show")
    deal.meetings = [(_between(rng, deal.created_at, until), rng.choice(outcomes)) for _ in range(rng.randint(0, 4))]
    return deal


def _between(rng: random.Random, start: datetime, end: datetime) -> datetime:
    """Some whole second strictly between two instants that are at least some seconds apart."""
    seconds = max(int((end - start).total_seconds()), 3)
    return start + timedelta(seconds=rng.randrange(1, seconds - 1))


async def enact(org: SalesOrg, stories: list[tuple[PersonDTO, Story]]) -> None:
    """Give an organization the facts of its reps' stories."""
    deals = [item for person, story in stories for one in story.deals for item in _writes(person, one)]
    meetings = [item for person, story in stories for one in story.deals for item in _meetings(person, one)]
    async with org.database.tenant(org.id) as session:
        for start in range(0, len(deals), 500):
            data = BulkUpsertDeals(system=SYSTEM, deals=deals[start : start + 500])
            results = await bulk_upsert_deals(session, org.system, data)
            assert {one.status for one in results} <= {"created", "updated"}, results
        for start in range(0, len(meetings), 500):
            told = BulkUpsertActivities(system=SYSTEM, activities=meetings[start : start + 500])
            assert {one.status for one in await bulk_upsert_activities(session, org.system, told)} == {"created"}
    calls = [_call(org, person, at, connected) for person, story in stories for at, connected in story.calls]
    cells: list[Cell] = [(row.person_id, row.occurred_on) for row in calls]
    await org.write([*calls], cells)


def _writes(owner: PersonDTO, deal: StoryDeal) -> Iterator[dict[str, Any]]:
    first = {"name": deal.name, "amount": deal.amount, "currency": "USD", "owner": owner.email}
    changes: list[tuple[datetime, dict[str, Any]]] = [(at, {"stage": stage}) for at, stage in deal.moves]
    if deal.closed_at is not None:
        changes[-1][1]["closed_at"] = deal.closed_at.isoformat()
    changes += [(at, {"attributes": {name: "yes"}}) for name, at in deal.written.items()]
    changes += [(at, {"closed_at": day.isoformat()}) for at, day in deal.close_dates]
    for place, (at, values) in enumerate(sorted(changes, key=lambda change: change[0])):
        told = {**first, "created_at": deal.created_at.isoformat()} if place == 0 else {}
        yield {"external_id": deal.name, "modified_at": at.isoformat(), **told, **values}


def _meetings(owner: PersonDTO, deal: StoryDeal) -> Iterator[dict[str, Any]]:
    for number, (at, outcome) in enumerate(deal.meetings):
        yield {
            "external_id": f"{deal.name} {number}",
            "kind": "meeting",
            "occurred_at": at.isoformat(),
            "deal": deal.name,
            "owner": owner.email,
            "outcome": outcome,
        }


def _call(org: SalesOrg, person: PersonDTO, at: datetime, connected: bool) -> Activity:
    return Activity(
        org_id=org.id,
        kind="call",
        person_id=person.id,
        occurred_at=at,
        occurred_on=org.day_of(at),
        outcome="connected" if connected else "no_answer",
        attributes={},
        **KNOWN,
    )
