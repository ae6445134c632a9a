"""Group commit: nobody is answered before their rows are durable, and nobody pays for another's fault."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest

from service.core.clock import utc_now
from service.core.embedded import DatabaseUrls
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.runtime import Runtime
from service.crm.receiving import writer as writer_module
from service.crm.receiving.runtime import ReceiverRuntime
from service.crm.receiving.writer import DeliveryRow, DeliveryWriter
from tests.factories.receivers import Receivers, deal_event
from tests.factories.sales_org import SalesOrg

NOWHERE = "postgresql://touchline_ingest@/touchline?host=/nowhere"


def row(org_id: UUID, connection_id: UUID, body: bytes = b"[]") -> DeliveryRow:
    """A delivery to store."""
    return DeliveryRow(org_id, new_id(), connection_id, utc_now(), body)


@asynccontextmanager
async def running(url: str, writers: int = 1) -> AsyncIterator[tuple[DeliveryWriter, list[UUID]]]:
    """A writer and the organizations it hinted at."""
    hinted: list[UUID] = []
    writer = DeliveryWriter(url, writers, 256, hinted.append)
    await writer.start()
    yield writer, hinted
    await writer.stop()


async def test_what_arrives_together_is_one_statement_and_one_commit(
    receivers: Receivers, urls: DatabaseUrls, org: SalesOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    insert = writer_module._insert

    async def counted(connection: asyncpg.Connection, group: list[Any]) -> None:
        groups.append(len(group))
        await insert(connection, group)

    monkeypatch.setattr(writer_module, "_insert", counted)
    connection_id = new_id()
    async with running(urls.ingest) as (writer, hinted):
        await writer.store([row(org.id, connection_id)], [])
        await asyncio.gather(*(writer.store([row(org.id, connection_id)], []) for _ in range(70)))
    assert groups == [1, 64, 6]
    assert hinted == [org.id] * 3
    assert len(await receivers.deliveries(org.id, connection_id)) == 71


async def test_a_bad_member_fails_alone(receivers: Receivers, urls: DatabaseUrls, org: SalesOrg) -> None:
    connection_id = new_id()
    good = [row(org.id, connection_id) for _ in range(5)]
    bad = good[0]._replace(id=new_id(), connection_id=cast("UUID", None))
    async with running(urls.ingest) as (writer, _):
        stores = (writer.store([member], []) for member in [*good[:2], bad, *good[2:]])
        results = await asyncio.gather(*stores, return_exceptions=True)
    assert [isinstance(result, ServiceError) for result in results] == [False, False, True, False, False, False]
    assert len(await receivers.deliveries(org.id, connection_id)) == 5


async def test_groups_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "GROUP_BYTES", 1000)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    small, large = (writer_module._Request([row(new_id(), new_id(), b"x" * size)], [], done) for size in (300, 5000))
    assert writer_module._group_length([small] * 9, 256) == 3
    assert writer_module._group_length([large, small], 256) == 1
    assert writer_module._group_length([small] * 9, 2) == 2


async def test_a_lost_connection_is_opened_again(receivers: Receivers, urls: DatabaseUrls, org: SalesOrg) -> None:
    connection_id = new_id()
    async with running(urls.ingest) as (writer, _):
        await writer.store([row(org.id, connection_id)], [])
        killer = await asyncpg.connect(urls.ingest)
        await killer.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'touchline-ingest'"
        )
        await killer.close()
        for _ in range(3):
            await writer.store([row(org.id, connection_id)], [])
    assert len(await receivers.deliveries(org.id, connection_id)) == 4


async def test_a_database_out_of_reach_is_answered_quickly() -> None:
    async with running(NOWHERE, writers=2) as (writer, _):
        began = time.monotonic()
        stores = (writer.store([row(new_id(), new_id())], []) for _ in range(50))
        results = await asyncio.gather(*stores, return_exceptions=True)
        assert time.monotonic() - began < 5
    assert all(isinstance(error, ServiceError) and error.kind is ErrorKind.UNAVAILABLE for error in results)


async def test_the_vendors_hear_503_while_the_database_is_down(
    receivers: Receivers, urls: DatabaseUrls, org: SalesOrg
) -> None:
    connection = await receivers.connect(org.id, secret="down-secret")
    event = deal_event(int(connection.account_id), int(connection.app_id or 0))
    runtime = receivers.runtime
    broken = ReceiverRuntime(
        Runtime(runtime.settings, replace(urls, ingest=NOWHERE), runtime.database, runtime.secret_box)
    )
    await broken.start()
    working, receivers.dispatcher.receivers = receivers.dispatcher.receivers, broken
    try:
        assert (await receivers.post_hubspot("down-secret", [event])).status_code == 503
        receivers.dispatcher.receivers = None
        assert (await receivers.post_hubspot("down-secret", [event])).status_code == 503
    finally:
        receivers.dispatcher.receivers = working
        await broken.stop()
    assert (await receivers.post_hubspot("down-secret", [event])).status_code == 200


async def test_a_fault_of_ours_ends_neither_the_writer_nor_the_wait(
    receivers: Receivers, urls: DatabaseUrls, org: SalesOrg
) -> None:
    good = row(org.id, new_id())
    async with running(urls.ingest) as (writer, _):
        with pytest.raises(ServiceError):
            await writer.store([good._replace(org_id=cast("UUID", None))], [])
        await writer.store([good], [])
    assert len(await receivers.deliveries(org.id, good.connection_id)) == 1
