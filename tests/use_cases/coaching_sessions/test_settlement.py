"""The data settle commitments: at once, when the day is over, after the grace time, or never."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete
from sqlmodel import col

from service.coaching_sessions.dto.commitments import CommitmentDTO
from service.coaching_sessions.models import CoachingClock, CoachingCommitment
from service.coaching_sessions.settling import CommitmentState
from service.core.clock import utc_now
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import update_organization
from service.webhooks.event_types import EventType
from tests.factories.agenda import Agenda
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, model_document, ratio_kpi
from tests.fixtures.statements import counted_statements

S = CommitmentState
DUE = date(2026, 3, 20)
KPIS = [
    flow_kpi("calls", CALLS),
    ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity"),
    flow_kpi("complaints", {**CALLS, "filters": [{"field": "kind", "op": "eq", "value": "email"}]}, polarity="lower"),
]


class Desk:
    """Ann, who makes calls in March 2026, and what she took on for the twentieth."""

    def __init__(self, org: SalesOrg, ann: PersonDTO) -> None:
        self.org, self.ann, self.agenda = org, ann, Agenda(org)

    async def promise(self, kpi: str, value: str, due_on: date = DUE, period: str = "month") -> CommitmentDTO:
        goal = {"kpi": kpi, "goal": {"period": period, "value": value}}
        made = await self.agenda.commit(self.org.acting_as(self.ann), self.ann, **goal)
        await self.agenda.change(CoachingCommitment, made.id, due_on=due_on)
        return made

    async def call(self, day: int, count: int = 1, **fields: Any) -> None:
        for minute in range(count):
            await self.org.add_activity(self.ann, self.org.local(2026, 3, day, 9, minute), **fields)
        await self.org.refresh()

    async def settle(self, *at: int) -> int:
        """At an instant by the organization's clock, as if something had moved."""
        async with self.org.database.tenant(self.org.id) as session:
            await run(session, delete(CoachingClock).where(col(CoachingClock.org_id) == self.org.id))
        return await self.agenda.settle(self.org.local(*at))

    async def state(self, made: CommitmentDTO) -> CommitmentState:
        return (await self.agenda.commitment(made.id)).status


@pytest_asyncio.fixture
async def desk(org: SalesOrg) -> Desk:
    await org.activate(model_document(kpis=KPIS, targets=[]))
    return Desk(org, await org.add_person("Ann", hired_on=date(2025, 1, 1)))


async def test_a_sum_is_done_as_soon_as_it_is_there(desk: Desk) -> None:
    made = await desk.promise("calls", "3")
    await desk.call(2, 2)
    assert await desk.settle(2026, 3, 2, 18) == 0
    await desk.call(9)
    assert await desk.settle(2026, 3, 9, 8) == 0  # the call is an hour ahead
    assert await desk.settle(2026, 3, 9, 18) == 1
    done = await desk.agenda.commitment(made.id)
    assert (done.status, done.result_value, done.settled_by) == (S.DONE, Decimal(3), None)
    assert done.settlement == "3 by 2026-03-20, where 3 was the goal."
    ((_, data),) = await emitted(desk.org, EventType.COMMITMENT_SETTLED)
    assert (data["commitment_id"], data["status"], data["by_data"]) == (str(made.id), "done", True)
    assert await desk.settle(2026, 3, 25) == 0


async def test_it_is_missed_when_late_facts_have_had_their_time(desk: Desk) -> None:
    made = await desk.promise("calls", "3")
    await desk.call(2, 2)
    await desk.call(21, 5)  # too late to count
    assert await desk.settle(2026, 3, 20, 23, 59) == 0
    assert await desk.settle(2026, 3, 25, 23, 59) == 0
    waiting = await desk.agenda.commitment(made.id)
    assert (waiting.status, waiting.result_value) == (S.OPEN, None)
    assert waiting.settlement == "2 by 2026-03-20, where 3 was the goal. Late facts may still come."
    assert await desk.settle(2026, 3, 26) == 1
    missed = await desk.agenda.commitment(made.id)
    assert (missed.status, missed.result_value) == (S.MISSED, Decimal(2))


async def test_a_late_fact_within_the_grace_time_counts_and_after_it_no_more(desk: Desk) -> None:
    early, late = await desk.promise("calls", "3"), await desk.promise("calls", "4")
    await desk.call(2, 2)
    assert await desk.settle(2026, 3, 22) == 0
    await desk.call(19)
    assert await desk.settle(2026, 3, 23) == 1
    assert await desk.settle(2026, 3, 26) == 1
    await desk.call(20, 5)
    assert await desk.settle(2026, 3, 27) == 0
    assert (await desk.state(early), await desk.state(late)) == (S.DONE, S.MISSED)


async def test_the_grace_time_is_the_organizations(desk: Desk) -> None:
    async with desk.org.database.tenant(desk.org.id) as session:
        await update_organization(session, desk.org.system, UpdateOrganization(closing_grace_days=0))
    made = await desk.promise("calls", "3")
    assert await desk.settle(2026, 3, 21) == 1
    assert await desk.state(made) is S.MISSED


@pytest.mark.parametrize(("connected", "state"), [(3, S.DONE), (2, S.MISSED)])
async def test_a_rate_is_judged_when_the_day_is_over(desk: Desk, connected: int, state: CommitmentState) -> None:
    made = await desk.promise("connected-rate", "0.5")
    await desk.call(2, connected, outcome="connected")
    await desk.call(3, 3, outcome="no_answer")
    await desk.call(21, 50, outcome="connected" if state is S.MISSED else "no_answer")
    assert await desk.settle(2026, 3, 20, 23) == 0
    await desk.settle(2026, 3, 21)
    await desk.settle(2026, 3, 26)
    assert await desk.state(made) is state


async def test_what_is_to_stay_low_waits_for_the_day(desk: Desk) -> None:
    made = await desk.promise("complaints", "1")
    await desk.call(4, 1, kind="email")
    assert await desk.settle(2026, 3, 20, 12) == 0
    assert await desk.settle(2026, 3, 21) == 1
    assert await desk.state(made) is S.DONE


async def test_without_a_number_it_waits_and_is_dropped(desk: Desk) -> None:
    made = await desk.promise("connected-rate", "0.5")
    assert await desk.settle(2026, 4, 3, 12) == 0
    waiting = await desk.agenda.commitment(made.id)
    assert (waiting.status, waiting.settlement) == (S.OPEN, "There is no number to judge it by yet.")
    assert await desk.settle(2026, 4, 4) == 1
    assert await desk.state(made) is S.DROPPED


async def test_a_number_that_comes_settles_it(desk: Desk) -> None:
    made = await desk.promise("connected-rate", "0.5")
    await desk.settle(2026, 3, 22)
    await desk.call(18, 2, outcome="connected")
    assert await desk.settle(2026, 3, 28) == 1
    assert await desk.state(made) is S.DONE


async def test_a_kpi_that_the_model_has_no_more(desk: Desk) -> None:
    made = await desk.promise("calls", "3")
    await desk.org.activate(model_document(kpis=KPIS[1:], targets=[]))
    assert await desk.settle(2026, 3, 30) == 0
    assert await desk.settle(2026, 4, 4) == 1
    assert await desk.state(made) is S.DROPPED


async def test_the_period_is_the_one_that_holds_the_day(desk: Desk) -> None:
    weekly = await desk.promise("calls", "3", period="week")  # from Monday the sixteenth
    await desk.call(12, 9)
    assert await desk.settle(2026, 3, 12, 18) == 0
    await desk.call(17, 2)
    assert await desk.settle(2026, 3, 17, 18) == 0
    await desk.call(18)
    assert await desk.settle(2026, 3, 18, 18) == 1
    assert (await desk.agenda.commitment(weekly.id)).result_value == 3


async def test_no_more_than_asked_for_at_once(desk: Desk) -> None:
    await desk.call(2, 3)
    for _ in range(5):
        await desk.promise("calls", "3")
    at = desk.org.local(2026, 3, 19)
    assert [await desk.agenda.settle(at, limit=2) for _ in range(4)] == [2, 2, 1, 0]


async def test_what_people_settle_is_not_touched(desk: Desk) -> None:
    made = await desk.agenda.commit(desk.org.acting_as(desk.ann), desk.ann, kpi="calls")
    await desk.agenda.change(CoachingCommitment, made.id, due_on=DUE)
    assert await desk.settle(2026, 4, 30) == 0
    assert await desk.state(made) is S.OPEN


async def test_nothing_is_read_where_nothing_moved(desk: Desk) -> None:
    await desk.promise("calls", "3")
    await desk.agenda.review()
    await clock_ahead(desk)
    with counted_statements(desk.org.database) as idle:
        assert await desk.agenda.settle(utc_now()) == 0
    await desk.call(2, 3)
    await desk.org.keep_ready()
    with counted_statements(desk.org.database) as busy:
        assert await desk.agenda.settle(utc_now()) == 1
    assert len(idle) < 10 < len(busy)


async def clock_ahead(desk: Desk) -> None:
    """Nothing that was written until now is newer than the last review."""
    async with desk.org.database.tenant(desk.org.id) as session:
        row = await session.get(CoachingClock, desk.org.id)
        assert row is not None
        row.reviewed_at = utc_now() + timedelta(seconds=5)


async def test_any_number_of_commitments_in_as_many_statements(desk: Desk) -> None:
    counts = []
    for more in (1, 20):
        for _ in range(more):
            await desk.promise("calls", "3")
        with counted_statements(desk.org.database) as statements:
            assert await desk.agenda.settle(desk.org.local(2026, 3, 19, 12)) == 0
        counts.append(len(statements))
    assert counts[0] == counts[1]
