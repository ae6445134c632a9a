"""Ready snapshots: the same answers as computed ones, fresh after every change, and never of another model."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from service.core.errors import ServiceError
from service.core.pagination import PageRequest
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.models import ReadySnapshot, SnapshotMark
from service.kpi_snapshots.repository.rows import run
from service.kpi_snapshots.tasks import handlers, refresh_snapshots
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of, list_kpi_snapshots
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.changes import REFRESH_SNAPSHOTS
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import CALLS, flow_kpi, model_document, target
from tests.fixtures.statements import counted_statements


async def stored(org: SalesOrg) -> list[ReadySnapshot]:
    async with org.database.tenant(org.id) as session:
        return list((await session.exec(select(ReadySnapshot).where(col(ReadySnapshot.org_id) == org.id))).all())


async def age(org: SalesOrg, by: timedelta) -> None:
    async with org.database.tenant(org.id) as session:
        table = ReadySnapshot
        await run(
            session,
            update(table).where(col(table.org_id) == org.id).values(as_of=datetime.now(UTC) - by),
        )


def but_time(snapshot: KpiSnapshotDTO) -> dict[str, Any]:
    """All but what moves with the minutes."""
    return snapshot.model_dump(exclude={"as_of", "expected", "probability", "interval_low", "interval_high"})


async def filled(org: SalesOrg) -> dict[str, PersonDTO]:
    """A manager with two reps who made calls just now, by name."""
    people = {"Lead": await org.add_person("Lead", role="manager")}
    for name in ("Ann", "Bob"):
        people[name] = await org.add_person(name, manager_id=people["Lead"].id)
    await org.activate(model_document())
    for name in ("Ann", "Bob"):
        for _ in range(3):
            await org.add_activity(people[name], datetime.now(UTC), outcome="connected")
    return people


async def test_ready_snapshots_are_the_computed_ones(org: SalesOrg) -> None:
    await filled(org)
    await org.refresh()
    computed = await org.snapshots()
    await org.keep_ready()
    assert len(await stored(org)) == len(computed) > 0
    ready = await org.snapshots()
    assert [but_time(row) for row in ready] == [but_time(row) for row in computed]
    assert ready == await org.snapshots()  # of one instant, that of the refresh
    assert computed != await org.snapshots(as_of=datetime.now(UTC))


async def test_pages_of_ready_and_of_computed_rows_are_the_same(org: SalesOrg) -> None:
    await filled(org)
    await org.keep_ready()

    async def walk(limit: int, **query: Any) -> list[tuple[Any, str]]:
        found: list[tuple[Any, str]] = []
        cursor = None
        while True:
            async with org.database.tenant(org.id) as session:
                asked = KpiSnapshotQuery.model_validate(query)
                page = await list_kpi_snapshots(session, org.system, asked, PageRequest(limit, cursor))
            found += [(row.person_id, row.kpi) for row in page.items]
            if page.next_cursor is None:
                return found
            cursor = page.next_cursor

    whole = await walk(200, as_of=datetime.now(UTC))
    assert await walk(200) == await walk(2) == await walk(1) == whole
    async with org.database.tenant(org.id) as session:
        last = await list_kpi_snapshots(session, org.system, KpiSnapshotQuery(), PageRequest(2, backward=True))
    assert [(row.person_id, row.kpi) for row in last.items] == whole[-2:]


async def test_a_change_reaches_the_ready_rows(org: SalesOrg) -> None:
    ann = (await filled(org))["Ann"]
    await org.keep_ready()
    await org.add_activity(ann, datetime.now(UTC))
    assert (await org.snapshot("calls", ann)).value == 3
    await org.keep_ready()
    assert (await org.snapshot("calls", ann)).value == 4
    async with org.database.tenant(org.id) as session:
        assert (await session.exec(select(SnapshotMark).where(col(SnapshotMark.org_id) == org.id))).all() == []


async def test_rows_of_another_model_are_not_read(org: SalesOrg) -> None:
    await filled(org)
    await org.keep_ready()
    document = model_document()
    document["targets"] = [target("calls", "month", "99")]
    await org.activate(document, build=False)
    assert {row.target for row in await org.snapshots(kpi="calls")} == {99}
    await handlers(org.database)["build_measures"](org.id, {})
    await org.keep_ready()
    ready = await stored(org)
    assert {row.snapshot["target"] for row in ready if row.kpi == "calls"} == {"99"}
    smaller = model_document(kpis=[flow_kpi("calls", CALLS)], targets=[])
    await org.activate(smaller)
    await org.keep_ready()
    assert {row.kpi for row in await stored(org)} == {"calls"}


async def test_rows_that_nobody_refreshes_are_not_read(org: SalesOrg) -> None:
    ann = (await filled(org))["Ann"]
    await org.keep_ready()
    await org.add_activity(ann, datetime.now(UTC))
    await org.refresh()
    await age(org, timedelta(minutes=80))
    assert (await org.snapshot("calls", ann)).value == 3
    await age(org, timedelta(minutes=91))
    assert (await org.snapshot("calls", ann)).value == 4


async def test_everybody_is_refreshed_each_hour(org: SalesOrg) -> None:
    await filled(org)
    await org.keep_ready()
    assert await refresh_snapshots(org.database, org.id, 200) == 0
    await age(org, timedelta(minutes=61))
    assert await refresh_snapshots(org.database, org.id, 200) == len({row.person_id for row in await stored(org)})
    assert min(row.as_of for row in await stored(org)) > datetime.now(UTC) - timedelta(minutes=1)


async def test_the_job_marks_one_person_or_all(org: SalesOrg) -> None:
    people = list((await filled(org)).values())
    await org.keep_ready()
    job = handlers(org.database)[REFRESH_SNAPSHOTS]
    await job(org.id, {"person_id": str(people[0].id)})
    assert await refresh_snapshots(org.database, org.id, 200) == 1
    await job(org.id, {})
    assert await refresh_snapshots(org.database, org.id, 200) == len(people) + 1  # and the administrator


async def test_a_rep_reads_their_own_rows_and_nobody_elses(org: SalesOrg) -> None:
    people = await filled(org)
    await org.keep_ready()
    ann = org.acting_as(people["Ann"])
    assert {row.person_id for row in await org.snapshots(ann)} == {people["Ann"].id}
    with pytest.raises(ServiceError, match="person"):
        await org.snapshots(ann, person_id=people["Bob"].id)
    async with org.database.tenant(org.id) as session:
        found = await kpi_snapshots_of(session, ann, [people["Ann"].id, people["Bob"].id], KpiSnapshotQuery())
    assert found.keys() == {people["Ann"].id}
    with pytest.raises(ServiceError, match="kpi"):
        await org.snapshots(kpi="nothing")


async def test_ready_rows_take_few_statements_however_many_people(org: SalesOrg) -> None:
    await filled(org)
    await org.keep_ready()
    with counted_statements(org.database) as few:
        await org.snapshots()
    for index in range(20):
        await org.add_person(f"Rep{index}")
    await handlers(org.database)[REFRESH_SNAPSHOTS](org.id, {})
    await org.keep_ready()
    with counted_statements(org.database) as many:
        assert len(await org.snapshots()) > 60
    assert len(few) == len(many) <= 5
