"""What arrives at a receiver, and what follows from its answer, over minutes and over days."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
import svix.webhooks

from service.core.errors import ServiceError
from service.core.tracing import continue_trace
from service.webhooks.dto import ReplayDeliveries, RotateSecret, UpdateWebhookEndpoint
from service.webhooks.event_types import EventType
from service.webhooks.retries import DisabledReason, State
from service.webhooks.use_cases import deliveries, endpoints
from service.webhooks.use_cases.events import KEPT_FOR, purge_events
from tests.factories.events import emitted, read_events
from tests.factories.webhooks import Webhooks
from tests.fixtures.webhook_receiver import Answer, Received, answering, receiver


def verify(request: Received, secret: str) -> None:
    """With the libraries that receivers use."""
    standardwebhooks.Webhook(secret).verify(request.body, request.headers)
    svix.webhooks.Webhook(secret).verify(request.body, request.headers)


async def test_a_message_is_thin_typed_signed_and_traced(webhooks: Webhooks) -> None:
    trace = continue_trace(None)
    async with receiver() as there:
        endpoint = await webhooks.add(there.url(), event_types=["person.deleted"])
        (id_,) = await webhooks.emit()
        assert await webhooks.deliver() == 1
    (request,) = there.requests
    verify(request, endpoint.secret)
    ((event,), _) = await read_events(webhooks.org)
    assert set(request.event) == {"type", "timestamp", "sequence", "data"}
    assert (request.event["type"], request.event["data"]) == ("person.deleted", {"person_id": id_})
    assert request.event["sequence"] == event.sequence
    assert datetime.fromisoformat(request.event["timestamp"]) == event.occurred_at
    assert request.headers["webhook-id"] == str(event.id)
    assert request.headers["content-type"] == "application/json"
    version, trace_id, span_id, _flags = request.headers["traceparent"].split("-")
    assert (version, trace_id) == ("00", trace.trace_id)
    assert span_id != trace.span_id
    (delivery,) = await webhooks.log()
    assert (delivery.state, delivery.attempt_count, delivery.next_attempt_at) == (State.SUCCEEDED, 1, None)
    assert [(one.number, one.status, one.error) for one in delivery.attempts] == [(1, 204, None)]


async def test_only_what_is_subscribed_to_and_only_ones_own(webhooks: Webhooks) -> None:
    async with receiver() as wanted, receiver() as other:
        await webhooks.add(wanted.url())
        await webhooks.add(other.url(), event_types=["person.created", "team.created"])
        await webhooks.org.add_person("Ann")
        await webhooks.emit()
        await webhooks.deliver()
    assert [request.event["type"] for request in wanted.requests] == ["person.created", "person.deleted"]
    assert [request.event["type"] for request in other.requests] == ["person.created"]


async def test_two_signatures_while_a_secret_rotates(webhooks: Webhooks) -> None:
    async with receiver() as there:
        endpoint = await webhooks.add(there.url())
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            box, system = webhooks.runtime.secret_box, webhooks.org.system
            rotated = await endpoints.rotate_webhook_secret(session, system, endpoint.id, RotateSecret(), box)
        assert rotated.previous_secret_until is not None
        await webhooks.emit()
        await webhooks.deliver()
        for secret in (endpoint.secret, rotated.secret):
            verify(there.requests[-1], secret)
        assert len(there.requests[-1].headers["webhook-signature"].split()) == 2
        webhooks.now = rotated.previous_secret_until
        await webhooks.emit()
        await webhooks.deliver()
        assert len(there.requests[-1].headers["webhook-signature"].split()) == 1
    assert len(there.requests) == 2


async def test_a_test_event_goes_to_its_endpoint_whatever_the_filter(webhooks: Webhooks) -> None:
    async with receiver() as there, receiver() as other:
        endpoint = await webhooks.add(there.url(), event_types=["team.created"])
        await webhooks.add(other.url())
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            asked = await endpoints.request_webhook_test(session, webhooks.org.system, endpoint.id)
        await webhooks.publish()
        await webhooks.deliver()
    assert [request.headers["webhook-id"] for request in there.requests] == [str(asked.event_id)]
    assert there.requests[0].event["type"] == "webhook_endpoint.test"
    assert other.requests == []
    assert [one.state for one in await webhooks.log(event_id=asked.event_id)] == [State.SUCCEEDED]


async def test_one_event_fails_through_the_whole_schedule_and_is_replayed(webhooks: Webhooks) -> None:
    async with receiver(answering(500)) as there:
        endpoint = await webhooks.add(there.url())
        began = webhooks.now
        await webhooks.emit()
        await webhooks.deliver()
        waits = []
        while (due := (await webhooks.log())[0].next_attempt_at) is not None:
            waits.append(due - webhooks.now)
            await webhooks.pass_time(seconds=(due - webhooks.now).total_seconds() - 1)
            assert len(there.requests) == len(waits)  # not a second early
            await webhooks.pass_time(seconds=1)
        assert [round(wait / timedelta(hours=1)) for wait in waits[3:]] == pytest.approx(
            [2, 5, 11, 15, 21, 25], abs=1.4
        )
        (delivery,) = await webhooks.log()
        assert (delivery.state, delivery.attempt_count, len(there.requests)) == (State.FAILED, 10, 10)
        assert len({request.headers["webhook-id"] for request in there.requests}) == 1
        assert len({request.body for request in there.requests}) == 1
        assert (await webhooks.get(endpoint.id)).enabled  # three days are not five
        there.behaviour = answering(200)
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            data = ReplayDeliveries(since=began - timedelta(minutes=1))
            told = await deliveries.replay_failed_deliveries(session, webhooks.org.system, endpoint.id, data)
        assert told.deliveries == 1
        await webhooks.deliver()
    (delivery,) = await webhooks.log()
    assert (delivery.state, delivery.attempt_count) == (State.SUCCEEDED, 11)


async def test_five_days_of_500_disable_the_endpoint_and_the_others_hear_of_it(webhooks: Webhooks) -> None:
    async with receiver(answering(500)) as broken, receiver() as admin:
        endpoint = await webhooks.add(broken.url(), event_types=["person.deleted"])
        await webhooks.add(admin.url(), event_types=["webhook_endpoint.disabled"])
        began = webhooks.now
        for _ in range(11):
            await webhooks.emit()
            await webhooks.deliver()
            assert (await webhooks.get(endpoint.id)).enabled
            await webhooks.pass_time(hours=11)
        await webhooks.emit()
        await webhooks.deliver()
        now = await webhooks.get(endpoint.id)
        assert (now.enabled, now.disabled_reason) == (False, DisabledReason.FAILING)
        assert now.disabled_at is not None
        assert timedelta(days=5) <= now.disabled_at - began < timedelta(days=5, hours=12)
        told = await emitted(webhooks.org, EventType.WEBHOOK_ENDPOINT_DISABLED)
        data = {"webhook_endpoint_id": str(endpoint.id), "reason": "failing"}
        assert told == [("webhook_endpoint.disabled", data)]
        assert {one.state for one in await webhooks.log(endpoint_id=endpoint.id)} == {State.FAILED}
        before = len(broken.requests)
        await webhooks.emit()
        await webhooks.pass_time(days=2)
        assert len(broken.requests) == before
    assert [request.event["data"] for request in admin.requests] == [data]


async def test_410_disables_at_once_and_a_revived_endpoint_catches_up(webhooks: Webhooks) -> None:
    async with receiver(answering(410)) as there:
        endpoint = await webhooks.add(there.url())
        (first,) = await webhooks.emit()
        await webhooks.deliver()
        assert (await webhooks.get(endpoint.id)).disabled_reason is DisabledReason.GONE
        (delivery,) = await webhooks.log(endpoint_id=endpoint.id)
        assert (delivery.state, delivery.attempt_count) == (State.FAILED, 1)
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            system, replay = webhooks.org.system, ReplayDeliveries(since=webhooks.now - timedelta(days=1))
            with pytest.raises(ServiceError, match="disabled"):
                await deliveries.replay_failed_deliveries(session, system, endpoint.id, replay)
            with pytest.raises(ServiceError, match="disabled"):
                await deliveries.replay_webhook_delivery(session, system, delivery.id)
            with pytest.raises(ServiceError, match="disabled"):
                await endpoints.request_webhook_test(session, system, endpoint.id)
        there.behaviour = answering(200)
        policy = endpoints.url_policy(webhooks.runtime.settings)
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            on = UpdateWebhookEndpoint(enabled=True)
            await endpoints.update_webhook_endpoint(session, system, endpoint.id, on, policy)
            await deliveries.replay_webhook_delivery(session, system, delivery.id)
        await webhooks.pass_time(seconds=1)
        data = [request.event["data"] for request in there.requests if request.event["type"] == "person.deleted"]
        assert data == [{"person_id": first}] * 2


async def test_a_paused_endpoint_gives_up_what_waits(webhooks: Webhooks) -> None:
    async with receiver() as there:
        endpoint = await webhooks.add(there.url())
        await webhooks.emit(3)
        policy = endpoints.url_policy(webhooks.runtime.settings)
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            off = UpdateWebhookEndpoint(enabled=False)
            shown = await endpoints.update_webhook_endpoint(session, webhooks.org.system, endpoint.id, off, policy)
        assert (shown.enabled, shown.disabled_reason) == (False, DisabledReason.BY_HAND)
        await webhooks.emit()
        assert await webhooks.deliver() == 0
    assert [(one.state, one.attempt_count) for one in await webhooks.log()] == [(State.FAILED, 0)] * 3
    assert await emitted(webhooks.org, EventType.WEBHOOK_ENDPOINT_DISABLED) == []  # whoever did it knows


async def test_a_lease_that_ends_unrecorded_is_delivered_again(webhooks: Webhooks) -> None:
    """What a killed process leaves behind: a delivery that falls due when its lease ends."""
    async with receiver() as there:
        await webhooks.add(there.url())
        await webhooks.emit()

        gone = asyncio.Event()

        async def hang(request: Received) -> Answer:
            await gone.wait()
            return await answering(500)(request)

        there.behaviour = hang
        dispatcher = webhooks.dispatcher()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(dispatcher.deliver_due(webhooks.org.id))
            while not there.requests:  # noqa: ASYNC110 - a test may poll
                await asyncio.sleep(0.01)
            task.cancel()
        gone.set()
        there.behaviour = answering(200)
        assert await webhooks.deliver() == 0
        await webhooks.pass_time(seconds=17)
    (delivery,) = await webhooks.log()
    assert (delivery.state, delivery.attempt_count, len(there.requests)) == (State.SUCCEEDED, 1, 2)


async def test_a_secret_that_cannot_be_opened_counts_as_a_failed_attempt(webhooks: Webhooks) -> None:
    async with receiver() as there:
        endpoint = await webhooks.add(there.url())
        await webhooks.emit()
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            connection = await session.connection()
            await connection.exec_driver_sql("UPDATE webhook_endpoint SET secret = 'sealed with a key that is gone'")
        await webhooks.deliver()
    (delivery,) = await webhooks.log(endpoint_id=endpoint.id)
    assert (delivery.state, delivery.attempts[0].status) == (State.PENDING, None)
    assert "cannot be decrypted" in str(delivery.attempts[0].error)
    assert there.connections == 0


async def test_deliveries_go_with_their_events(webhooks: Webhooks) -> None:
    async with receiver() as there:
        await webhooks.add(there.url())
        await webhooks.emit(5)
        await webhooks.deliver()
        assert len(await webhooks.log()) == 5
        async with webhooks.org.database.tenant(webhooks.org.id) as session:
            assert await purge_events(session, webhooks.org.id, datetime.now(UTC) + KEPT_FOR) == 5
    assert await webhooks.log() == []


async def test_connections_are_used_again(webhooks: Webhooks) -> None:
    async with receiver() as there:
        await webhooks.add(there.url())
        await webhooks.emit(4)
        dispatcher = webhooks.dispatcher()
        running = asyncio.create_task(dispatcher.run())
        for count in (4, 8, 12):
            async with asyncio.timeout(10):
                while len(there.requests) < count:  # noqa: ASYNC110 - a test may poll
                    await asyncio.sleep(0.02)
            await webhooks.emit(4)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert there.connections <= 4


async def test_a_slow_endpoint_does_not_delay_the_others(webhooks: Webhooks) -> None:
    """A hundred events wait for an endpoint that never answers; another endpoint's arrive as if it were alone."""

    async def never(_request: Received) -> Answer:
        await asyncio.sleep(60)
        return 200, {}, b""

    async with receiver(never) as slow, receiver() as quick:
        await webhooks.add(slow.url())
        await webhooks.emit(100)
        dispatcher = webhooks.dispatcher()
        running = asyncio.create_task(dispatcher.run())
        while not slow.requests:  # noqa: ASYNC110 - a test may poll
            await asyncio.sleep(0.01)
        await webhooks.add(quick.url())
        await webhooks.emit(20)
        began = time.monotonic()
        dispatcher.wake(webhooks.org.id)
        async with asyncio.timeout(5):
            while len(quick.requests) < 20:  # noqa: ASYNC110 - a test may poll
                await asyncio.sleep(0.01)
        assert time.monotonic() - began < 0.9  # one time limit of the slow one
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(slow.requests) <= 8
