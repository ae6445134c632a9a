"""A team of which some were coached in their calls after weak weeks, and made more, and better ones, from then on."""

from collections import defaultdict
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
from tests.factories.success_models import CALLS, flow_kpi, ratio_kpi

FIRST, WEEKS = date(2025, 6, 2), 56
"""A Monday, and so many weeks of calls from it on."""
AT = datetime.combine(FIRST + timedelta(weeks=WEEKS), time(16), UTC)
NO_ANSWER: Mapping[str, Any] = {
    "source": "activities",
    "filters": [*CALLS["filters"], {"field": "outcome", "op": "eq", "value": "no_answer"}],
}
LOWER: Mapping[str, Any] = {"level": "activity", "polarity": "lower"}
ABOUT = ("calls", "connected-rate", "no-answer-rate", "attempts")
"""The KPIs that each session is about: a count, two shares of which the one should rise and the other fall, and the
same count where less of it is better."""
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

    Those who are never coached have such weeks as well, and get over them. Of ten calls four are answered, and seven
    after coaching.
    """
    org = await make_sales_org(database)
    model = await org.activate(effects_document())
    top = await org.add_person("Top", role="manager", hired_on="2020-01-06")
    leads = [
        await org.add_person(f"Lead{n}", role="manager", manager_id=top.id, hired_on="2020-01-06") for n in range(2)
    ]
    reps = [
        await org.add_person(f"Rep{n:02}", manager_id=leads[n % 2].id, hired_on="2020-01-06") for n in range(people)
    ]
    generator, began = np.random.default_rng(5), {rep.id: 38 + n // 2 for n, rep in enumerate(reps[:coached])}
    luck = np.random.default_rng(6)
    done: dict[tuple[str, str | None], list[tuple[PersonDTO, datetime]]] = defaultdict(list)
    for number, rep in enumerate(reps):
        usual = 5 + number % 3
        for week in range(WEEKS):
            start, dip = began.get(rep.id, WEEKS), began.get(rep.id, 38 + number // 3)
            calls = usual + int(generator.integers(-1, 2)) - 3 * (dip - 4 <= week < dip) + effect * (week > start)
            answered = int(luck.binomial(calls, 0.7 if week > start else 0.4))
            for n in range(calls):
                done["call", "connected" if n < answered else "no_answer"].append((rep, _at(org, week, n)))
            done["email", None] += [(rep, _at(org, week, n)) for n in range(int(generator.integers(2, 5)))]
    for (kind, outcome), those in done.items():
        await org.add_activities([*those], kind, outcome=outcome)
    await org.refresh()
    format_id, _ = await write_series(org)
    days = {id_: FIRST + timedelta(weeks=week, days=2) for id_, week in began.items()}
    house = EffectsOrg(org, model, top, (leads[0], leads[1]), reps, days, format_id)
    for place, (id_, on) in enumerate(days.items()):
        # A topic of some, a commitment of others.
        await coach(house, id_, on, as_topic=bool(place % 3))
    return house


def effects_document() -> dict[str, Any]:
    """That of the leads, with two KPIs of which less is better."""
    document = leads_document()
    added = [
        ratio_kpi("no-answer-rate", dict(NO_ANSWER), CALLS, name="No-answer rate", **LOWER),
        flow_kpi("attempts", CALLS, name="Attempts", **LOWER),
    ]
    return document | {"kpis": [*document["kpis"], *added]}


async def coach(house: EffectsOrg, rep_id: UUID, on: date, *, as_topic: bool, **fields: Any) -> None:
    """A session about calls, in topics or commitments; it was completed unless the fields say otherwise."""
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
    say = _topic if as_topic else _commitment
    await write(org, [session], [say(session, kpi, start) for kpi in ABOUT])


def _topic(session: CoachingSession, kpi: str, at: datetime) -> CoachingTopic:
    return CoachingTopic(
        **_about(session, kpi),
        source="manager",
        subject=f"kpi:{kpi}:{session.id}",
        title="Calls",
        reason="Few of late.",
        evidence={},
        impact=Decimal(0),
        confidence=Decimal(0),
        status="discussed",
        visible_on=at.date(),
        discussed_in=session.id,
        ended_at=at,
        **STAMPS,
    )


def _commitment(session: CoachingSession, kpi: str, at: datetime) -> CoachingCommitment:
    return CoachingCommitment(
        **_about(session, kpi),
        session_id=session.id,
        owner_id=session.rep_id,
        description="Two more calls a day",
        due_on=at.date() + timedelta(days=30),
        status="open",
        created_at=at,
        updated_at=at,
    )


def _about(session: CoachingSession, kpi: str) -> dict[str, Any]:
    about = {"org_id": session.org_id, "id": new_id(), "rep_id": session.rep_id}
    return about | {"kpi": kpi, "concerns": "process"}


def _at(org: SalesOrg, week: int, number: int) -> datetime:
    return datetime.combine(FIRST + timedelta(weeks=week, days=number % 5), time(10), org.zone)
