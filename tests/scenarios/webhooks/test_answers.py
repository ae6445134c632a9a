"""What an attempt makes of an endpoint that answers otherwise than it should, or not at all."""

import asyncio
import time

import pytest

from service.webhooks.retries import State
from tests.factories.webhooks import Webhooks
from tests.fixtures.webhook_receiver import Answer, Received, answering, receiver


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(webhooks: Webhooks, status: int) -> None:
    async with receiver() as elsewhere, receiver(answering(status, {"location": elsewhere.url()})) as there:
        await webhooks.add(there.url())
        await webhooks.emit()
        await webhooks.deliver()
    (delivery,) = await webhooks.log()
    assert (delivery.state, delivery.attempts[0].status) == (State.PENDING, status)
    assert elsewhere.connections == 0


async def test_an_endpoint_that_times_out_is_tried_again(webhooks: Webhooks) -> None:
    async def never(_request: Received) -> Answer:
        await asyncio.sleep(60)
        return 200, {}, b""

    async with receiver(never) as there:
        await webhooks.add(there.url())
        await webhooks.emit()
        began = time.monotonic()
        await webhooks.deliver()
        assert time.monotonic() - began < 10
        there.behaviour = answering(200)
        await webhooks.pass_time(seconds=6)
    (delivery,) = await webhooks.log()
    assert delivery.state is State.SUCCEEDED
    first, second = delivery.attempts
    assert (first.status, first.error) == (None, "no complete answer within 1 s")
    assert 900 <= first.latency_ms < 10_000
    assert second.status == 200


async def test_an_endless_answer_is_cut_off_and_kept_to_a_kibibyte(webhooks: Webhooks) -> None:
    async with receiver(answering(500, body=b"\x00\xff" + b"no " * 100_000)) as there:
        await webhooks.add(there.url())
        await webhooks.emit()
        await webhooks.deliver()
    (delivery,) = await webhooks.log()
    assert delivery.attempts[0].answer is not None
    assert len(delivery.attempts[0].answer.encode()) <= 1024 + 8
    assert delivery.attempts[0].answer.startswith("\ufffd\ufffdno no")


async def test_nobody_listens(webhooks: Webhooks) -> None:
    async with receiver() as there:
        url = there.url()
    await webhooks.add(url)
    await webhooks.emit()
    await webhooks.deliver()
    (delivery,) = await webhooks.log()
    assert (delivery.state, delivery.attempts[0].status) == (State.PENDING, None)
    assert delivery.attempts[0].error is not None
    assert delivery.attempts[0].error.startswith("ConnectError")
