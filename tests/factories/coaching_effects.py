"""A team of which some were coached in their calls after weak weeks, and did more of them from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from service.coaching_sessions.models import CoachingCommitment, CoachingSession, CoachingTopic
from service.core.database import Database
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.coaching_rows import STAMPS, write, write_series
from tests.factories.leads import leads_document
from tests.factories.sales_org import SalesOrg, make_sales_org

FIRST, WEEKS = date(2025, 6, 2), 56
"""A Monday, and so many weeks of calls from it on."""
AT = datetime.combine(FIRST + timedelta(weeks=WEEKS), time(16), UTC)
ASKED: Mapping[str, str] = {"kpi": "calls", "from": FIRST.isoformat(), "as_of": AT.isoformat()}


@dataclass(frozen=True, slots=True)
class EffectsOrg:
    """Reps below two leads; `coached` are days of their first session about calls, by person."""

    org: SalesOrg
    model: SuccessModelDTO
    top: PersonDTO
    leads: tuple[PersonDTO, PersonDTO]
    reps: list[PersonDTO]
    coached: dict[UUID, date]
    format_id: UUID


async def make_effects_org(database: Database, *, effect: int = 4, people: int = 20, coached: int = 10) -> EffectsOrg:
    """Calls are about six a week, half of it in the four weeks before coaching, and `effect` more after it.

    Those who are never coached have such weeks as well, and get over them.
    """
    org = await make_sales_org(database)
    model = await org.activate(leads_document())
    top = await org.add_person("Top", role="manager", hired_on="2020-01-06")
    leads = [
        await org.add_person(f"Lead{n}", role="manager", manager_id=top.id, hired_on="2020-01-06") for n in range(2)
    ]
    reps = [
        await org.add_person(f"Rep{n:02}", manager_id=leads[n % 2].id, hired_on="2020-01-06") for n in range(people)
    ]
    generator, began = np.random.default_rng(5), {rep.id: 38 + n // 2 for n, rep in enumerate(reps[:coached])}
    done: dict[str, list[tuple[PersonDTO, datetime]]] = {"call": [], "email": []}
    for number, rep in enumerate(reps):
        usual = 5 + number % 3
        for week in range(WEEKS):
            start, dip = began.get(rep.id, WEEKS), began.get(rep.id, 38 + number // 3)
            calls = usual + int(generator.integers(-1, 2)) - 3 * (dip - 4 <= week < dip) + effect * (week > start)
            for kind, count in (("call", calls), ("email", int(generator.integers(2, 5)))):
                done[kind] += [(rep, _at(org, week, n)) for n in range(count)]
    for kind, those in done.items():
        await org.add_activities([*those], kind)
    await org.refresh()
    format_id, _ = await write_series(org)
    days = {id_: FIRST + timedelta(weeks=week, days=2) for id_, week in began.items()}
    house = EffectsOrg(org, model, top, (leads[0], leads[1]), reps, days, format_id)
    for place, (id_, on) in enumerate(days.items()):
        # A topic of some, a commitment of others.
        await coach(house, id_, on, as_topic=bool(place % 3))
    return house


async def coach(house: EffectsOrg, rep_id: UUID, on: date, *, as_topic: bool, **fields: Any) -> None:
    """A session about calls; it was completed unless the fields say otherwise."""
    org, number = house.org, next(n for n, rep in enumerate(house.reps) if rep.id == rep_id)
    start, session_id = datetime.combine(on, time(15), UTC), new_id()
    held: dict[str, Any] = {
        "status": "completed",
        "started_at": start,
        "completed_at": start + timedelta(minutes=30),
        "minutes_held": 30,
    }
    session = CoachingSession(
        org_id=org.id,
        id=session_id,
        manager_id=house.leads[number % 2].id,
        rep_id=rep_id,
        format_id=house.format_id,
        time_zone="America/New_York",
        due_at=start,
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        reminder_minutes=[],
        answers={},
        **STAMPS,
        **(held | fields),
    )
    about: dict[str, Any] = {"org_id": org.id, "id": new_id(), "rep_id": rep_id, "kpi": "calls", "concerns": "process"}
    if as_topic:
        row: CoachingTopic | CoachingCommitment = CoachingTopic(
            **about,
            source="manager",
            subject=f"kpi:calls:{session_id}",
            title="Calls",
            reason="Few of late.",
            evidence={},
            impact=Decimal(0),
            confidence=Decimal(0),
            status="discussed",
            visible_on=on,
            discussed_in=session_id,
            ended_at=start,
            **STAMPS,
        )
    else:
        row = CoachingCommitment(
            **about,
            session_id=session_id,
            owner_id=rep_id,
            description="Two more calls a day",
            due_on=on + timedelta(days=30),
            status="open",
            created_at=start,
            updated_at=start,
        )
    await write(org, [session], [row])


def _at(org: SalesOrg, week: int, number: int) -> datetime:
    return datetime.combine(FIRST + timedelta(weeks=week, days=number % 5), time(10), org.zone)
