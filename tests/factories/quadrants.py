"""A team whose process and outcomes are known: who follows the process, and whose deals are won."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlmodel import SQLModel

from service.activities.models import Deal, StageChange
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO
from tests.factories.deals import push_deal
from tests.factories.sales_org import NO_HISTORY, SalesOrg, make_sales_org
from tests.factories.success_models import model_document

CRITERIA = ("buyer", "pain", "champion", "plan")
START, AS_OF = date(2026, 4, 1), datetime(2026, 6, 30, 18, tzinfo=UTC)
STAGES = ("discovery", "proposal")


@dataclass(frozen=True, slots=True)
class Habits:
    """How many of 4 criteria somebody meets on each deal, how many of 10 deals they win, and how many are open."""

    met: int
    won: int
    deals: int = 30
    open: int = 0


TEAM: dict[str, Habits] = {
    "Una": Habits(4, 1),
    "Lucy": Habits(1, 8),
    "Saul": Habits(4, 8),
    "Fred": Habits(1, 1),
    "Mia": Habits(3, 4),
    "Max": Habits(3, 4),
    "Newt": Habits(4, 2, deals=4, open=12),
    "Nell": Habits(3, 0, deals=0),
}


@dataclass(frozen=True, slots=True)
class QuadrantHouse:
    """The organization; Lea manages all of the team, whose people are by name."""

    org: SalesOrg
    lea: PersonDTO
    people: dict[str, PersonDTO]

    @property
    def query(self) -> dict[str, str]:
        """The quarter, as it ended."""
        return {"period": "quarter", "period_start": START.isoformat(), "as_of": AS_OF.isoformat()}


def quadrant_document(**fields: Any) -> dict[str, Any]:
    """A process of two stages, with two criteria each that fields of the deal show; no targets."""
    criteria = [
        {
            "key": key,
            "name": f"There is a {key}",
            "met_by": {"crm_fields": [{"field": f"attributes.{key}", "op": "exists", "value": True}]},
        }
        for key in CRITERIA
    ]
    stages = [
        {"key": stage, "name": stage.title(), "exit_criteria": list(CRITERIA[2 * place : 2 * place + 2])}
        for place, stage in enumerate(STAGES)
    ]
    closed = [{"key": "closed_won", "name": "Won"}, {"key": "closed_lost", "name": "Lost"}]
    return model_document(stages=[*stages, *closed], criteria=criteria, targets=[], **fields)


def staged_deal(
    org: SalesOrg, owner: PersonDTO, begun: datetime, days: int | None, outcome: str, met: int
) -> list[SQLModel]:
    """A deal that came into both stages, met some criteria from its beginning on, and ended after some days."""
    known = utc_now()
    closed = None if days is None else begun + timedelta(days=days)
    moves = [(begun, STAGES[0]), (begun + timedelta(days=2), STAGES[1])]
    if closed is not None:
        moves.append((closed, f"closed_{outcome}"))
    history = [
        {"at": at.isoformat(), "on": org.day_of(at).isoformat(), "stage": stage, "person_id": str(owner.id)}
        for at, stage in moves
    ]
    deal = Deal(
        org_id=org.id,
        id=new_id(),
        name=f"Deal of {owner.name}",
        stage=moves[-1][1],
        outcome=outcome,
        org_amount=Decimal(1000),
        owner_id=owner.id,
        created_at=begun,
        created_on=org.day_of(begun),
        created_owner_id=owner.id,
        closed_at=closed,
        closed_on=None if closed is None else org.day_of(closed),
        closed_owner_id=None if closed is None else owner.id,
        attributes=dict.fromkeys(CRITERIA[:met], "yes") | {"source": "web"},
        received_at=known,
        known_from=known,
        fingerprint=b"",
        **{**NO_HISTORY, "stage_history": history},
    )
    changes = [
        StageChange(
            org_id=org.id,
            deal_id=deal.id,
            position=place,
            from_stage=moves[place - 1][1] if place else None,
            to_stage=stage,
            person_id=owner.id,
            occurred_at=at,
            occurred_on=org.day_of(at),
            received_at=known,
        )
        for place, (at, stage) in enumerate(moves)
    ]
    return [deal, *changes]


async def make_quadrant_house(database: Database, team: dict[str, Habits] | None = None) -> QuadrantHouse:
    """The team, with deals begun over the quarter that took from one to five weeks; the open ones are a week old."""
    org = await make_sales_org(database)
    await org.activate(quadrant_document(), build=False)
    lea = await org.add_person("Lea", role="manager")
    # Nobody's deal of long ago had all the fields, so that their absence says something.
    filled: dict[str, Any] = {"attributes": dict.fromkeys(CRITERIA, "yes")}
    await push_deal(org, "first", None, [(datetime(2025, 1, 6, 12, tzinfo=UTC), STAGES[0])], **filled)
    people = {}
    random = np.random.default_rng(6)
    rows: list[SQLModel] = []
    for name, habits in (team or TEAM).items():
        people[name] = await org.add_person(name, manager_id=lea.id, hired_on="2020-01-01", job_role="AE")
        first = datetime(START.year, START.month, START.day, 12, tzinfo=UTC)
        for number in range(habits.deals):
            begun = first + timedelta(days=float(random.uniform(0, 50)))
            days = int(random.integers(7, 35))
            outcome = "won" if number % 10 < habits.won else "lost"
            rows += staged_deal(org, people[name], begun, days, outcome, habits.met)
        for _ in range(habits.open):
            rows += staged_deal(org, people[name], AS_OF - timedelta(days=7), None, "open", habits.met)
    deals = [row for row in rows if isinstance(row, Deal)]
    await org.write([*deals], [])
    await org.write([row for row in rows if isinstance(row, StageChange)], [])
    return QuadrantHouse(org, lea, people)
