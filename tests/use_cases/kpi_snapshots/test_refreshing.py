"""Cells follow the facts: marked days are computed anew, and no mark is lost on the way."""

import asyncio
from decimal import Decimal

import pytest
from sqlmodel import col, delete, update

from service.activities.models import Activity
from service.kpi_snapshots.models import MeasureCell
from service.kpi_snapshots.tasks import build_measures, handlers, refresh_dirty_cells
from service.kpi_snapshots.use_cases.refreshing import refresh_marked_cells
from service.success_models.use_cases.success_models import BUILD_MEASURES
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import CALLS, flow_kpi, model_document
from tests.fixtures.statements import counted_statements

MARCH = {"period_start": "2026-03-01"}


async def test_a_new_fact_reaches_its_cell(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 3, 2))
    assert (await org.snapshot("calls", ann, **MARCH)).n == 0
    assert await org.refresh() == 1
    assert (await org.snapshot("calls", ann, **MARCH)).value == 1
    await org.add_activity(ann, org.local(2026, 3, 2), outcome="connected")
    assert await org.refresh() == 1
    rate = await org.snapshot("connected-rate", ann, **MARCH)
    assert (rate.value, rate.n) == (Decimal("0.5"), 2)
    assert (rate.numerator, rate.denominator) == (Decimal(1), Decimal(2))


async def test_a_cell_of_nothing_has_no_row(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    kept = await org.add_activity(ann, org.local(2026, 3, 3))
    gone = await org.add_activity(ann, org.local(2026, 3, 2))
    await org.refresh()
    assert (await org.verify()).cells == 2
    async with org.database.tenant(org.id) as session:
        await session.exec(delete(Activity).where(col(Activity.org_id) == org.id, col(Activity.id) == gone.id))
        await org.mark(session, [(ann.id, gone.occurred_on)])
    await org.refresh()
    verified = await org.verify()
    assert (verified.cells, verified.dirty, verified.differences) == (1, 0, [])
    assert (await org.snapshot("calls", ann, **MARCH)).n == 1
    assert kept.id != gone.id


async def test_no_mark_is_lost_to_a_refresh_under_way(org: SalesOrg) -> None:
    """The change waits for the refresh that holds its mark, and marks the cell again."""
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    at = org.local(2026, 3, 2)
    await org.add_activity(ann, at)
    async with org.database.tenant(org.id) as session:
        assert await refresh_marked_cells(session, org.system, 2000) == 1
        change = asyncio.create_task(org.add_activity(ann, at))
        done, _pending = await asyncio.wait({change}, timeout=0.3)
        assert not done
    await change
    assert (await org.verify()).dirty == 1
    await org.refresh()
    assert (await org.snapshot("calls", ann, **MARCH)).value == 2
    assert (await org.verify()).differences == []


async def test_a_mark_in_the_making_is_left_alone(org: SalesOrg) -> None:
    """A refresh does not wait for a change that marks the cell again; it leaves the mark to the next one."""
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    fact = await org.add_activity(ann, org.local(2026, 3, 2))
    async with org.database.tenant(org.id) as session:
        await org.mark(session, [(ann.id, fact.occurred_on)])
        assert await refresh_dirty_cells(org.database, org.id, 2000) == 0
    assert await org.refresh() == 1


async def test_refreshes_side_by_side(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    cells = [(ann.id, org.local(2026, 3, day).date()) for day in range(1, 31)]
    await org.add_activity(ann, org.local(2026, 3, 2))
    await org.write([], cells)
    done = await asyncio.gather(*(refresh_dirty_cells(org.database, org.id, 10) for _ in range(4)))
    assert sorted(done) == [0, 10, 10, 10]
    assert (await org.verify()).differences == []


async def test_a_batch_is_a_constant_number_of_statements(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    counts = []
    for days in (1, 28):
        await org.write([], [(ann.id, org.local(2026, 2, day).date()) for day in range(1, days + 1)])
        with counted_statements(org.database) as statements:
            assert await refresh_dirty_cells(org.database, org.id, 2000) == days
        counts.append(len(statements))
    assert counts == [5, 5]


async def test_marks_without_a_model_are_used_up(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 3, 2))
    assert await org.refresh() == 1
    await org.activate(model_document())
    assert (await org.snapshot("calls", ann, **MARCH)).value == 1


async def test_a_change_of_model_keeps_shared_measures_and_drops_the_others(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 3, 2), outcome="connected")
    await org.activate(model_document())
    assert (await org.verify()).cells == 2
    await org.activate(model_document(kpis=[flow_kpi("all-calls", CALLS)], targets=[]), build=False)
    assert (await org.snapshot("all-calls", ann, **MARCH)).value == 1
    await handlers(org.database)[BUILD_MEASURES](org.id, {})
    assert (await org.verify()).cells == 1
    await build_measures(org.database, org.id)
    assert (await org.snapshot("all-calls", ann, **MARCH)).value == 1


async def test_a_fact_that_changes_during_a_build_is_put_right(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    await org.activate(model_document(), build=False)
    building = asyncio.create_task(build_measures(org.database, org.id))
    await asyncio.gather(*(org.add_activity(ann, org.local(2026, 3, 2)) for _ in range(5)), org.refresh())
    await building
    await org.refresh()
    assert (await org.snapshot("calls", ann, **MARCH)).value == 5
    assert (await org.verify()).differences == []


async def test_verification_shows_planted_differences(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    day = (await org.add_activity(ann, org.local(2026, 3, 2))).occurred_on
    await org.add_activity(ann, org.local(2026, 3, 3))
    await org.refresh()
    of_day = (col(MeasureCell.org_id) == org.id, col(MeasureCell.day) == day)
    async with org.database.tenant(org.id) as session:
        await session.exec(update(MeasureCell).where(*of_day).values(value=7))
    (wrong,) = (await org.verify()).differences
    assert (wrong.person_id, wrong.day, wrong.stored, wrong.recomputed) == (ann.id, day, Decimal(7), Decimal(1))
    async with org.database.tenant(org.id) as session:
        await session.exec(delete(MeasureCell).where(*of_day))
    (missing,) = (await org.verify()).differences
    assert (missing.stored, missing.recomputed) == (None, Decimal(1))
    await org.write([], [(ann.id, day)])
    assert (await org.verify()).differences == []
    await org.refresh()
    assert (await org.verify()).differences == []


@pytest.mark.parametrize("limit", [1, 3])
async def test_small_batches_end_in_the_same_cells(org: SalesOrg, limit: int) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    for day in range(1, 6):
        await org.add_activity(ann, org.local(2026, 3, day))
    while await refresh_dirty_cells(org.database, org.id, limit):
        pass
    assert (await org.snapshot("calls", ann, **MARCH)).value == 5
