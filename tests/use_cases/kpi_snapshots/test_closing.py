"""Closed periods: written down once, restated once for each change, with a reason, and both values readable."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from service.core.errors import ServiceError
from service.kpi_snapshots.closings import Reason
from service.kpi_snapshots.dto import SnapshotKey, SnapshotRevisionDTO
from service.kpi_snapshots.models import PeriodClosing
from service.kpi_snapshots.repository.rows import run
from service.kpi_snapshots.use_cases.revisions import list_snapshot_revisions
from service.organizations.dto.people import PersonDTO
from service.organizations.models.organizations import Organization
from service.success_models.targets import PeriodKind
from service.webhooks.models import OutboxEvent
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document, target

TODAY = datetime.now(UTC).date()
LAST_MONTH = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1)
DUE = TODAY - TODAY.replace(day=1)
"""How long ago the last month ended, but for a day."""


async def began(org: SalesOrg, on: date) -> None:
    """The organization is here since a day, and waits for no late facts."""
    async with org.database.tenant(org.id) as session:
        at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        changed = update(Organization).where(col(Organization.org_id) == org.id)
        await run(session, changed.values(created_at=at, closing_grace_days=0))


async def closings(org: SalesOrg) -> set[tuple[str, date]]:
    async with org.database.tenant(org.id) as session:
        rows = await session.exec(select(PeriodClosing).where(col(PeriodClosing.org_id) == org.id))
        return {(row.period, row.period_start) for row in rows}


async def revisions(org: SalesOrg, person: PersonDTO, kpi: str = "calls") -> list[SnapshotRevisionDTO]:
    key = SnapshotKey(person_id=person.id, kpi=kpi, period=PeriodKind.MONTH, period_start=LAST_MONTH)
    async with org.database.tenant(org.id) as session:
        return await list_snapshot_revisions(session, org.system, key)


async def closed(org: SalesOrg) -> PersonDTO:
    """Ann, who made two calls in the month that is closed now."""
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    for day in (3, 4):
        await org.add_activity(ann, org.local(LAST_MONTH.year, LAST_MONTH.month, day, 12))
    await began(org, LAST_MONTH)
    await org.keep_ready()
    return ann


async def test_a_period_is_closed_once_its_grace_time_is_over(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.keep_ready()
    assert await closings(org) == set()  # nothing ended since the organization is here
    await began(org, LAST_MONTH)
    async with org.database.tenant(org.id) as session:
        changed = update(Organization).where(col(Organization.org_id) == org.id)
        await run(session, changed.values(closing_grace_days=DUE.days + 1))
    await org.keep_ready()
    assert ("month", LAST_MONTH) not in await closings(org)
    assert await revisions(org, ann) == []
    await began(org, LAST_MONTH)
    await org.keep_ready()
    assert ("month", LAST_MONTH) in await closings(org)
    first = await revisions(org, ann)
    assert [(row.revision, row.reason, row.snapshot.value) for row in first] == [(1, Reason.CLOSED, Decimal(0))]
    await org.keep_ready()
    assert await revisions(org, ann) == first


async def test_a_late_fact_restates_once_and_both_values_stay(org: SalesOrg) -> None:
    ann = await closed(org)
    bob = await org.add_person("Bob")
    before = await org.snapshot("calls", ann, period_start=LAST_MONTH)
    assert (before.value, before.revision) == (Decimal(2), 1)
    assert before.closed_at is not None
    await org.add_activity(ann, org.local(LAST_MONTH.year, LAST_MONTH.month, 5, 12))
    await org.add_activity(bob, org.local(LAST_MONTH.year, LAST_MONTH.month, 5, 12))
    await org.keep_ready()
    await org.keep_ready()
    found = await revisions(org, ann)
    assert [(row.revision, row.reason, row.snapshot.value, row.snapshot.n) for row in found] == [
        (1, Reason.CLOSED, Decimal(2), 2),
        (2, Reason.LATE_FACTS, Decimal(3), 3),
    ]
    assert "value 2 became 3" in found[1].explanation
    after = await org.snapshot("calls", ann, period_start=LAST_MONTH)
    assert (after.value, after.revision) == (Decimal(3), 2)
    known = await org.snapshot(
        "calls", ann, period_start=LAST_MONTH, known_at=found[1].recorded_at - timedelta.resolution
    )
    assert known.revision == 1
    assert await revisions(org, bob) == []  # of whom nothing was closed
    async with org.database.tenant(org.id) as session:
        told = await session.exec(select(OutboxEvent).where(col(OutboxEvent.type) == "kpi_snapshot.restated"))
        assert {(row.data["kpi"], row.data["revision"]) for row in told} >= {("calls", 2)}


async def test_the_same_fact_again_restates_nothing(org: SalesOrg) -> None:
    ann = await closed(org)
    day = org.local(LAST_MONTH.year, LAST_MONTH.month, 3, 12)
    async with org.database.tenant(org.id) as session:
        await org.mark(session, [(ann.id, org.day_of(day))])
    await org.keep_ready()
    assert len(await revisions(org, ann)) == 1


async def test_a_fact_of_now_leaves_closed_periods_alone(org: SalesOrg) -> None:
    ann = await closed(org)
    await org.add_activity(ann, datetime.now(UTC))
    await org.keep_ready()
    assert len(await revisions(org, ann)) == 1


async def test_another_target_and_another_model_are_reasons_of_their_own(org: SalesOrg) -> None:
    ann = await closed(org)
    document = model_document()
    document["targets"] = [target("calls", "month", "99")]
    await org.activate(document)
    await org.keep_ready()
    found = await revisions(org, ann)
    assert [row.reason for row in found] == [Reason.CLOSED, Reason.DEFINITION]
    assert found[1].explanation.startswith("Version 2 of the model took the place of 1: target")
    assert (await org.snapshot("calls", ann, period_start=LAST_MONTH)).target == found[1].snapshot.target == 99


async def test_the_order_of_arrival_changes_the_history_and_not_the_value(org: SalesOrg) -> None:
    ann = await closed(org)
    cal = await org.add_person("Cal")
    for day in (6, 7):
        await org.add_activity(ann, org.local(LAST_MONTH.year, LAST_MONTH.month, day, 12))
        await org.keep_ready()
    for day in (7, 6, 4, 3):
        await org.add_activity(cal, org.local(LAST_MONTH.year, LAST_MONTH.month, day, 12))
    await org.keep_ready()
    assert [row.snapshot.value for row in await revisions(org, ann)] == [2, 3, 4]
    one, other = [await org.snapshot("calls", person, period_start=LAST_MONTH) for person in (ann, cal)]
    assert (one.value, one.n, one.status) == (other.value, other.n, other.status)


async def test_revisions_are_those_of_people_one_may_see(org: SalesOrg) -> None:
    ann = await closed(org)
    bob = await org.add_person("Bob")
    key = SnapshotKey(person_id=ann.id, kpi="calls", period=PeriodKind.MONTH, period_start=LAST_MONTH)
    async with org.database.tenant(org.id) as session:
        assert len(await list_snapshot_revisions(session, org.acting_as(ann), key)) == 1
        with pytest.raises(ServiceError, match="kpi snapshot"):
            await list_snapshot_revisions(session, org.acting_as(bob), key)
