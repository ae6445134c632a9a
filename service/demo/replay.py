"""The last weeks as signed webhooks through the real receivers, with what real vendors do to them."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

import httpx

from service.demo import hubspot, salesforce
from service.demo.generator import DemoData, Opportunity
from service.demo.state import DemoState

T = TypeVar("T")

BATCH = 100
DUPLICATED = 0.05
MISTAKES = 0.01
PAUSES = (1, 2, 4, 8)
"""Seconds before a delivery is sent again that found the receiver not available: a real vendor waits longer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to be sent: a HubSpot batch, or a Salesforce message."""

    system: str
    body: bytes
    events: int


def deliveries(data: DemoData, since: datetime, seed: int) -> list[Delivery]:
    """Everything after `since` as deliveries: shuffled, with duplicates, some records deleted afterwards."""
    rng = random.Random(f"{seed}/replay/{since}")  # noqa: S311 - a story, not a secret
    events: list[hubspot.Event] = []
    records: list[salesforce.Record] = []
    for item in data.work:
        if item.at < since:
            continue
        mistake = rng.random() < MISTAKES
        if item.rep.team == 0:
            events += hubspot.work_events(item)
            if mistake:
                events.append(hubspot.work_deletion(item, item.at + timedelta(minutes=5)))
        else:
            record = salesforce.work_record(item)
            records.append(record)
            if mistake:
                records.append(salesforce.deleted(record, item.at + timedelta(minutes=5)))
    for deal in data.opportunities:
        if deal.rep.team == 0:
            events += (event for event in hubspot.deal_events(deal, since) if _happened(event, data.until))
        else:
            records += salesforce.deal_records(_until(deal, data.until), since)
    return _shuffled(events, records, rng)


def _happened(event: hubspot.Event, until: datetime) -> bool:
    return bool(event["occurredAt"] <= until.timestamp() * 1000)


def _until(deal: Opportunity, until: datetime) -> Opportunity:
    """The deal without the moves that lie in the future."""
    return replace(deal, moves=tuple(move for move in deal.moves if move[0] <= until))


def _shuffled(events: list[hubspot.Event], records: list[salesforce.Record], rng: random.Random) -> list[Delivery]:
    """Batches out of order, events out of order within and across them, and some of them twice."""
    events = events + rng.sample(events, int(len(events) * DUPLICATED))
    records = records + rng.sample(records, int(len(records) * DUPLICATED))
    rng.shuffle(events)
    rng.shuffle(records)
    found = [
        Delivery("hubspot", json.dumps(batch, separators=(",", ":")).encode(), len(batch)) for batch in _batches(events)
    ]
    found += [Delivery("salesforce", salesforce.message(batch), len(batch)) for batch in _batches(records)]
    rng.shuffle(found)
    return found + rng.sample(found, max(1, len(found) // 20)) if found else []


def _batches(items: list[T]) -> Iterable[list[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


async def send(
    client: httpx.AsyncClient,
    state: DemoState,
    found: list[Delivery],
    on_sent: Callable[[int], None],
) -> None:
    """Send each delivery, again where the receiver is not available, and insist on the vendor's own idea of success."""
    for delivery in found:
        answer = await _post(client, state, delivery)
        for pause in PAUSES:
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(pause)
            answer = await _post(client, state, delivery)
        answer.raise_for_status()
        on_sent(delivery.events)


async def _post(client: httpx.AsyncClient, state: DemoState, delivery: Delivery) -> httpx.Response:
    if delivery.system == "hubspot":
        now_ms = time.time_ns() // 1_000_000
        headers = hubspot.sign(state.hubspot_secret, state.hubspot_url, delivery.body, now_ms)
        return await client.post(state.hubspot_url, content=delivery.body, headers=headers)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    return await client.post(state.salesforce_url, content=delivery.body, headers=headers)
