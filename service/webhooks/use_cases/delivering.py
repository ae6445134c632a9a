"""A delivery's life in the worker: leased, sent outside any transaction, and its result written down.

A process that dies between these steps leaves a lease that ends: the delivery falls due again (at least once).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import raw_connection
from service.core.secrets import SecretBox
from service.core.tracing import TraceContext, parse_traceparent
from service.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from service.webhooks.outbox import EventType, emit
from service.webhooks.repository import deliveries as repository
from service.webhooks.repository import endpoints
from service.webhooks.repository.deliveries import Claimed, Target
from service.webhooks.retries import Decision, DisabledReason, Health, State, decide
from service.webhooks.sending import Outcome
from service.webhooks.sharing import share_places
from service.webhooks.signing import parse_secret, sign


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that is ours for a while, and where it goes."""

    delivery: Claimed
    target: Target


async def lease_due(
    session: AsyncSession,
    org_id: UUID,
    now: datetime,
    lease: timedelta,
    places: int,
    free_at: Callable[[UUID], int],
) -> list[Leased]:
    """Take up to `places` due deliveries, shared out among the endpoints that have room."""
    connection = await raw_connection(session)
    targets = {target.id: target for target in await repository.list_targets(connection, org_id, now)}
    shares = share_places(places, {id_: free_at(id_) for id_ in targets})
    if not shares:
        return []
    claimed = await repository.claim(connection, org_id, shares, now, now + lease)
    return [Leased(delivery, targets[delivery.endpoint_id]) for delivery in claimed]


def build_message(leased: Leased, box: SecretBox, now: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body; the body is the same in every attempt, the signature is of this one."""
    delivery, target = leased.delivery, leased.target
    body = orjson.dumps(
        {
            "type": delivery.type,
            "timestamp": delivery.occurred_at,
            "sequence": delivery.sequence,
            "data": orjson.loads(delivery.data),
        }
    )
    sealed = [target.secret]
    until = target.previous_secret_until
    if target.previous_secret is not None and until is not None and now < until:
        sealed.append(target.previous_secret)
    keys = [parse_secret(box.open(secret)) for secret in sealed]
    headers = {"content-type": "application/json", "user-agent": "Touchline-Webhooks/1", "accept": "*/*"}
    headers |= sign(keys, str(delivery.event_id), int(now.timestamp()), body)
    trace = parse_traceparent(delivery.traceparent)
    if trace is not None:
        headers["traceparent"] = TraceContext(trace.trace_id, token_hex(8), trace.flags).traceparent
    return headers, body


async def record_attempt(
    session: AsyncSession, org_id: UUID, leased: Leased, outcome: Outcome, at: datetime, now: datetime, random: float
) -> None:
    """Write down what came of an attempt begun `at` and decide what follows.

    Nothing is written by a process whose lease ended and whose delivery somebody else has attempted since.
    The endpoint is locked before the delivery, as everywhere.
    """
    claimed = leased.delivery
    endpoint = None
    if outcome.status is not None and 200 <= outcome.status < 300:
        await repository.clear_failures(await raw_connection(session), org_id, claimed.endpoint_id)
    else:
        endpoint = await endpoints.get_endpoint(session, org_id, claimed.endpoint_id, lock=True)
    row = await repository.get_delivery(session, org_id, claimed.id, lock=True)
    if row is None or row.attempt_count != claimed.attempt_count:
        return
    health = Health(endpoint.failing_since, endpoint.last_failed_at) if endpoint else Health()
    decision = decide(outcome.status, row.step, health, now, random)
    _write_attempt(session, row, outcome, at)
    _move(row, decision, now)
    if endpoint is not None:
        await _write_failure(session, endpoint, row, decision, now)
    await session.flush()


def _write_attempt(session: AsyncSession, row: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    row.attempt_count += 1
    session.add(
        WebhookAttempt(
            org_id=row.org_id,
            delivery_id=row.id,
            number=row.attempt_count,
            attempted_at=at,
            latency_ms=outcome.latency_ms,
            status=outcome.status,
            answer=outcome.answer,
            error=outcome.error,
        )
    )


def _move(row: WebhookDelivery, decision: Decision, now: datetime) -> None:
    row.state = decision.state.value
    row.step += 1
    row.next_attempt_at = decision.next_attempt_at
    row.finished_at = None if decision.state is State.PENDING else now


async def _write_failure(
    session: AsyncSession, endpoint: WebhookEndpoint, row: WebhookDelivery, decision: Decision, now: datetime
) -> None:
    """Remember the endpoint's failure; the one that disables it is told to the others."""
    endpoint.failing_since, endpoint.last_failed_at = decision.health.failing_since, decision.health.last_failed_at
    if endpoint.disabled_at is not None:  # disabled while this attempt was under way: nothing is tried again
        row.state, row.next_attempt_at, row.finished_at = State.FAILED.value, None, now
    elif decision.disable is not None:
        await _disable(session, endpoint, decision.disable, now)


async def _disable(session: AsyncSession, endpoint: WebhookEndpoint, reason: DisabledReason, now: datetime) -> None:
    endpoint.disabled_at, endpoint.disabled_reason, endpoint.updated_at = now, reason.value, now
    await session.flush()
    await repository.fail_pending(await raw_connection(session), endpoint.org_id, endpoint.id, now)
    told = {"webhook_endpoint_id": endpoint.id, "reason": reason.value}
    await emit(session, endpoint.org_id, EventType.WEBHOOK_ENDPOINT_DISABLED, told)
