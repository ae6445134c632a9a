"""The outbox: an event exists exactly if its change does, and no reader by cursor ever misses one."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest, encode_cursor
from service.core.principal import Principal
from service.core.tracing import continue_trace
from service.organizations.dto.people import ManagerPeriodInput, UpdatePerson
from service.organizations.use_cases.bulk_people import upsert_people
from service.organizations.use_cases.people import delete_person, update_person
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.webhooks.event_types import EVENTS, EventType
from service.webhooks.outbox import emit, emit_many
from service.webhooks.use_cases.events import KEPT_FOR, list_events, publish_events, purge_events
from tests.factories.events import emitted, publish, read_events
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.statements import counted_statements

PERSON = EventType.PERSON_DELETED


async def emit_one(org: SalesOrg) -> str:
    """An event about nobody in particular; the id by which it is known again."""
    id_ = new_id()
    async with org.database.tenant(org.id) as session:
        await emit(session, org.id, PERSON, {"person_id": id_})
    return str(id_)


def test_every_type_is_described_with_an_example_that_fits() -> None:
    assert set(EVENTS) == set(EventType)
    for type_, spec in EVENTS.items():
        example: Any = spec.data.model_json_schema()["example"]
        spec.data.model_validate(example)
        assert spec.summary, type_
        assert spec.data.__doc__, type_


async def test_what_rolls_back_was_never_said(org: SalesOrg) -> None:
    async with org.database.tenant(org.id) as session:
        await emit(session, org.id, PERSON, {"person_id": new_id()})
        await session.rollback()
    assert await emitted(org) == []


async def test_data_that_does_not_fit_its_type_fails_the_change(org: SalesOrg) -> None:
    for data in ({"person_id": "nobody"}, {"person_id": new_id(), "name": "Ann"}, {}):
        with pytest.raises(ValidationError):
            async with org.database.tenant(org.id) as session:
                await emit(session, org.id, PERSON, data)


async def test_many_events_are_one_statement_and_keep_the_trace(org: SalesOrg) -> None:
    trace = continue_trace(None)
    async with org.database.tenant(org.id) as session:
        await emit_many(session, org.id, [(PERSON, {"person_id": new_id()}) for _ in range(1000)])
    with counted_statements(org.database) as statements:
        assert await publish(org) == 1000
    assert len(statements) < 20
    async with org.database.tenant(org.id) as session:
        raw = await session.connection()
        rows = await raw.exec_driver_sql("SELECT DISTINCT traceparent FROM outbox_event")
        assert rows.scalars().all() == [trace.traceparent]


async def test_a_late_commit_is_not_missed(org: SalesOrg) -> None:
    """The classic: a transaction that began first commits last, after a reader has gone past its ids."""
    late, is_written, may_commit = new_id(), asyncio.Event(), asyncio.Event()

    async def slow_writer() -> None:
        async with org.database.tenant(org.id) as session:
            await emit(session, org.id, PERSON, {"person_id": late})
            is_written.set()
            await may_commit.wait()

    writer = asyncio.create_task(slow_writer())
    await is_written.wait()
    early = await emit_one(org)
    await publish(org)
    events, cursor = await read_events(org)
    assert [event.data["person_id"] for event in events] == [early]
    may_commit.set()
    await writer
    await publish(org)
    events, _ = await read_events(org, cursor)
    assert [event.data["person_id"] for event in events] == [str(late)]


async def test_readers_writers_and_publishers_at_once_miss_nothing_and_repeat_nothing(org: SalesOrg) -> None:
    written: list[str] = []
    seen: list[str] = []
    sequences: list[int] = []
    chance = random.Random(7)

    async def write() -> None:
        for _ in range(25):
            id_ = new_id()
            async with org.database.tenant(org.id) as session:
                await emit(session, org.id, PERSON, {"person_id": id_})
                await asyncio.sleep(chance.random() * 0.01)
            written.append(str(id_))

    async def publish_for_ever() -> None:
        while True:
            await publish(org)
            await asyncio.sleep(chance.random() * 0.004)

    async def read(cursor: str | None) -> str:
        events, after = await read_events(org, cursor, limit=chance.randint(1, 20))
        seen.extend(event.data["person_id"] for event in events)
        sequences.extend(event.sequence for event in events)
        return after

    publishers = [asyncio.create_task(publish_for_ever()) for _ in range(2)]
    writers = asyncio.gather(*(write() for _ in range(4)))
    cursor = None
    while not writers.done():
        cursor = await read(cursor)
    await writers
    for publisher in publishers:
        publisher.cancel()
    await asyncio.gather(*publishers, return_exceptions=True)
    await publish(org)
    before = -1
    while len(seen) != before:
        before = len(seen)
        cursor = await read(cursor)
    assert sorted(seen) == sorted(written)
    assert len(seen) == 100
    assert sequences == sorted(set(sequences))


async def test_the_stream_is_paged_filtered_and_polled_on(org: SalesOrg) -> None:
    assert await read_events(org) == ([], encode_cursor("0"))
    ids = [await emit_one(org) for _ in range(3)]
    await org.activate(model_document(), build=False)
    await publish(org)
    first, cursor = await read_events(org, limit=2)
    second, cursor = await read_events(org, cursor, limit=2)
    assert [event.data.get("person_id") for event in (*first, *second)] == [*ids, None]
    assert await read_events(org, cursor) == ([], cursor)
    models, after = await read_events(org, types=(EventType.SUCCESS_MODEL_ACTIVATED,))
    assert [(event.type, event.data["version"]) for event in models] == [(EventType.SUCCESS_MODEL_ACTIVATED, 1)]
    assert after == cursor  # also what the filter left out is behind the reader


@pytest.mark.parametrize("cursor", ["x", encode_cursor("-1"), encode_cursor("1", "2"), encode_cursor("9" * 30)])
async def test_a_mangled_cursor_is_refused(org: SalesOrg, cursor: str) -> None:
    with pytest.raises(ServiceError, match="not a cursor"):
        await read_events(org, cursor)


async def test_events_go_after_thirty_days_and_a_reader_left_behind_is_told(org: SalesOrg) -> None:
    await emit_one(org)
    await publish(org)
    _, behind = await read_events(org)
    await emit_one(org)
    waiting_since = utc_now()
    await publish(org)
    _, abreast = await read_events(org)
    unpublished = await emit_one(org)
    async with org.database.tenant(org.id) as session:
        assert await purge_events(session, org.id, waiting_since) == 0
        assert await purge_events(session, org.id, utc_now() + KEPT_FOR + timedelta(seconds=1)) == 2
    with pytest.raises(ServiceError) as refused:
        await read_events(org, behind)
    assert refused.value.code == "cursor_expired"
    assert await read_events(org, abreast) == ([], abreast)
    await publish(org)
    for cursor in (abreast, None):
        events, _ = await read_events(org, cursor)
        assert [event.data["person_id"] for event in events] == [unpublished]


async def test_another_organization_sees_none_of_it(org: SalesOrg) -> None:
    other = await make_sales_org(org.database)
    await emit_one(org)
    async with org.database.tenant(other.id) as session:
        assert await publish_events(session, org.id, utc_now()) == 0
    await publish(org)
    assert await read_events(other) == ([], encode_cursor("0"))


async def test_who_may_read(org: SalesOrg) -> None:
    for role, allowed in (("admin", True), ("enablement", True), ("manager", False), ("rep", False)):
        principal = org.acting_as(await org.add_person(f"A {role}".replace(" ", "."), role=role))
        async with org.database.tenant(org.id) as session:
            if allowed:
                await list_events(session, principal, (), PageRequest())
            else:
                with pytest.raises(ServiceError, match="events:read"):
                    await list_events(session, principal, (), PageRequest())
    scoped = Principal(org.id, frozenset({"events:read"}))
    async with org.database.tenant(org.id) as session:
        await list_events(session, scoped, (), PageRequest())


async def test_people_say_what_changed_and_nothing_more(org: SalesOrg) -> None:
    boss, ann = await org.add_person("Boss", role="manager"), await org.add_person("Ann")
    async with org.database.tenant(org.id) as session:
        await update_person(session, org.system, ann.id, UpdatePerson(name="Ann", job_role="ae"))
        await update_person(session, org.system, ann.id, UpdatePerson(job_role="ae"))
        line = ManagerPeriodInput.model_validate({"manager_id": boss.id, "start_on": "2026-01-01"})
        await add_manager_period(session, org.system, ann.id, line)
        await delete_person(session, org.system, ann.id)
    id_ = str(ann.id)
    assert (await emitted(org))[1:] == [
        ("person.created", {"person_id": id_}),
        ("person.updated", {"person_id": id_, "changed": ["job_role"]}),
        ("person.updated", {"person_id": id_, "changed": ["manager_id"]}),
        ("person.deleted", {"person_id": id_}),
    ]


async def test_a_bulk_upsert_says_one_thing_about_each_person(org: SalesOrg) -> None:
    def item(number: int, **fields: Any) -> dict[str, Any]:
        named = {"name": f"P{number}", "email": f"p{number}@example.com"}
        return {"system": "hr", "external_id": str(number), **named, **fields}

    async def upsert(*items: dict[str, Any]) -> dict[str, list[str] | None]:
        known = len(await emitted(org))
        async with org.database.tenant(org.id) as session:
            results = await upsert_people(session, org.system, items)
        names = {str(result.id): f"P{items[result.index].get('external_id')}" for result in results}
        told = (await emitted(org))[known:]
        return {names[data["person_id"]]: data.get("changed") for _, data in told}

    assert await upsert(item(1), item(2), {"system": "hr"}) == {"P1": None, "P2": None}
    assert await upsert(item(1), item(2)) == {}
    changed = await upsert(item(1, job_role="ae", manager_external_id="2"), item(2), item(3, manager_external_id="2"))
    assert changed == {"P1": ["job_role", "manager_id"], "P3": None}


async def test_a_refresh_tells_whose_numbers_are_different_now(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    for day in (2, 4):
        await org.add_activity(ann, org.local(2026, 3, day, 12))
    await org.refresh()
    told = await emitted(org, EventType.KPI_SNAPSHOT_CHANGED)
    assert len(told) == 1
    data = told[0][1]
    assert (data["person_id"], data["first_day"], data["last_day"]) == (str(ann.id), "2026-03-02", "2026-03-04")
    document = model_document()
    assert set(data["kpis"]) <= {kpi["key"] for kpi in document["kpis"]}
    assert data["kpis"]
    async with org.database.tenant(org.id) as session:  # marked again, and the same as before
        await org.mark(session, [(ann.id, org.day_of(org.local(2026, 3, 2))), (bob.id, org.day_of(utc_now()))])
    assert await org.refresh() == 2
    assert await emitted(org, EventType.KPI_SNAPSHOT_CHANGED) == told
