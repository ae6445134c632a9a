"""Any interleaving, duplication, reordering, redelivery and deletion of events ends in the same numbers."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Activity, Deal, Record, StageChange
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.secrets import SecretBox
from service.crm.dto.connections import CreateCrmConnection, CrmSystem
from service.crm.models import Delivery
from service.crm.tasks import drain_deliveries
from service.crm.use_cases.connections import create_crm_connection, delete_crm_connection
from service.demo.salesforce import message
from service.kpi_snapshots.models import MeasureCell
from service.success_models.use_cases.success_models import shipped_document
from tests.factories.receivers import new_portal, new_salesforce_org
from tests.factories.sales_org import SalesOrg, make_sales_org

T0 = 1_772_400_000_000
HOUR = 3_600_000
OWNERS = ("71", "72", "99")
STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "closedwon", "closedlost", "uuid-1")
NAMES = ("Prospecting", "Needs Analysis", "Closed Won", "Closed Lost", "Own Stage")

Parcel = tuple[CrmSystem, list[Any]]


def hubspot_event(draw: random.Random, portal: int) -> dict[str, Any]:
    """Some event about one of a few records; equal times are frequent, so ties are too."""
    at = T0 + draw.randrange(6) * HOUR * 24
    base: dict[str, Any] = {
        "portalId": portal,
        "appId": 1,
        "occurredAt": at,
        "eventId": draw.randrange(3),
        "attemptNumber": 0,
    }
    if draw.random() < 0.6:
        base["objectId"] = draw.randrange(2)
        kind = draw.choice(["creation", "deletion", "restore", *["propertyChange"] * 6])
        base["subscriptionType"] = f"deal.{kind}"
        name, value = draw.choice(
            [
                ("dealstage", draw.choice(STAGES)),
                ("hubspot_owner_id", draw.choice(OWNERS)),
                ("amount", draw.choice(["100", "250.5", "", "junk"])),
                ("closedate", str(at)),
            ]
        )
    else:
        base |= {"objectId": 10 + draw.randrange(2), "objectTypeId": "0-48"}
        kind = draw.choice(["creation", "deletion", *["propertyChange"] * 4])
        base["subscriptionType"] = f"object.{kind}"
        name, value = draw.choice(
            [
                ("hubspot_owner_id", draw.choice(OWNERS)),
                ("hs_timestamp", str(at - HOUR)),
                ("hs_call_disposition", "f240bbac-87c9-4f6e-bf70-924b57d47db7"),
            ]
        )
    return {**base, "propertyName": name, "propertyValue": value} if kind == "propertyChange" else base


def salesforce_record(draw: random.Random) -> tuple[str, dict[str, str]]:
    """Some state of one of two opportunities."""
    at = datetime.fromtimestamp(T0 / 1000 + draw.randrange(6) * 86_400, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return "Opportunity", {
        "Id": f"0065g00000ABCD{draw.randrange(2)}",
        "LastModifiedDate": at,
        "StageName": draw.choice(NAMES),
        "Amount": draw.choice(["10.0", "99.5"]),
        "OwnerId": f"0055g00000REP0{draw.randrange(2)}",
        "IsDeleted": draw.choice(["false", "false", "true"]),
    }


def story(seed: int) -> tuple[list[dict[str, Any]], list[tuple[str, dict[str, str]]]]:
    """The events of one example; `portal` is filled in per organization."""
    draw = random.Random(seed)
    return (
        [hubspot_event(draw, 0) for _ in range(draw.randrange(1, 25))],
        [salesforce_record(draw) for _ in range(draw.randrange(0, 10))],
    )


def parcels(events: list[dict[str, Any]], records: list[tuple[str, dict[str, str]]], seed: int | None) -> list[Parcel]:
    """In order and alone (seed None), or duplicated, shuffled and cut into batches of any size."""
    if seed is None:
        found: list[Parcel] = [(CrmSystem.HUBSPOT, [item]) for item in events]
        return found + [(CrmSystem.SALESFORCE, [item]) for item in records]
    draw = random.Random(seed)
    found = []
    for system, items in ((CrmSystem.HUBSPOT, events), (CrmSystem.SALESFORCE, records)):
        mixed: list[Any] = [*items, *draw.choices(items, k=len(items) // 2)] if items else []
        draw.shuffle(mixed)
        while mixed:
            size = draw.randrange(1, 8)
            found.append((system, mixed[:size]))
            mixed = mixed[size:]
    draw.shuffle(found)
    return found


@dataclass(frozen=True)
class House:
    """An organization with one connection of each system and a model."""

    org: SalesOrg
    portal: int
    connections: dict[CrmSystem, UUID]


async def make_house(database: Database, box: SecretBox, portal: int) -> House:
    """The portal is the example's: it is part of every event, and so of the keys that break ties."""
    org = await make_sales_org(database)
    await org.activate(shipped_document("b2b_outbound"))
    identities = [
        ("hubspot", "71", "salesforce", "0055g00000REP00"),
        ("hubspot", "72", "salesforce", "0055g00000REP01"),
    ]
    for index, (first, one, second, two) in enumerate(identities):
        await org.add_person(
            f"Rep{index}",
            external_identities=[{"system": first, "external_id": one}, {"system": second, "external_id": two}],
        )
    connections = {}
    fields: dict[CrmSystem, dict[str, Any]] = {
        CrmSystem.HUBSPOT: {"account_id": str(portal), "app_id": str(new_portal()), "secret": "a-long-secret"},
        CrmSystem.SALESFORCE: {"account_id": new_salesforce_org()},
    }
    for system, extra in fields.items():
        data = CreateCrmConnection.model_validate({"system": system, "name": system.value, **extra})
        async with database.tenant(org.id) as session:
            made = await create_crm_connection(session, org.system, data, box, "https://coach.example.com")
        connections[system] = made.id
    return House(org, portal, connections)


async def deliver(house: House, found: list[Parcel], drain_after: list[bool]) -> None:
    """Store each parcel as its own delivery; drain in between where the example says so."""
    org = house.org
    for (system, items), drained in zip(found, drain_after, strict=True):
        body = (
            msgspec.json.encode([{**item, "portalId": house.portal} for item in items])
            if system is CrmSystem.HUBSPOT
            else message(items)
        )
        row = Delivery(
            org_id=org.id, id=new_id(), connection_id=house.connections[system], received_at=utc_now(), body=body
        )
        async with org.database.tenant(org.id) as session:
            session.add(row)
        if drained:
            await drain_deliveries(org.database, org.id, 40)
            await org.refresh()
    while await drain_deliveries(org.database, org.id, 5000):
        pass
    await org.refresh()


async def outcome(house: House) -> dict[str, Any]:
    """Facts by the CRM's own ids and people's names, cells, and what `verify` says."""
    org = house.org
    async with org.database.tenant(org.id) as session:
        records = (await session.exec(select(Record).where(col(Record.org_id) == org.id))).all()
        external = {row.id: (row.object_type, row.external_id) for row in records}
        everyone = {person.id: person.name for person in await org_people(session, org)}
        found: dict[str, Any] = {"unmapped": sorted((external[row.id], row.unmapped or []) for row in records)}
        for table in (Activity, Deal, StageChange, MeasureCell):
            rows = (await session.exec(select(table).where(col(table.org_id) == org.id))).all()
            found[table.__name__] = sorted(repr(comparable(row.model_dump(), external, everyone)) for row in rows)
    verified = await org.verify()
    found["differences"] = (verified.dirty, verified.differences)
    return found


async def org_people(session: AsyncSession, org: SalesOrg) -> list[Any]:
    from service.organizations.use_cases.people import list_everyone  # noqa: PLC0415 - used here only

    return await list_everyone(session, org.system)


def comparable(row: dict[str, Any], external: dict[UUID, Any], people: dict[UUID, str]) -> dict[str, Any]:
    """A row without what differs between two organizations that tell the same story."""
    for name in ("org_id", "received_at", "known_from", "fingerprint"):
        row.pop(name, None)
    for name in ("id", "deal_id"):
        if row.get(name) is not None:
            row[name] = external[row[name]]
    for name, value in row.items():
        if name in {"person_id", "owner_id", "created_owner_id", "closed_owner_id"} and value is not None:
            row[name] = people[value]
        if name in {"stage_history", "owner_history"}:
            row[name] = [{**entry, "person_id": people.get(UUID(entry["person_id"] or "0" * 32))} for entry in value]
    return row


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 10**6), order=st.integers(0, 10**6), pauses=st.randoms(use_true_random=False))
async def test_every_order_ends_in_the_same_numbers(
    database: Database, secret_box: SecretBox, seed: int, order: int, pauses: random.Random
) -> None:
    events, records = story(seed)
    portal = new_portal()
    told = await make_house(database, secret_box, portal)
    straight, mixed = parcels(events, records, None), parcels(events, records, order)
    await deliver(told, straight, [False] * len(straight))
    first = await outcome(told)
    async with database.tenant(told.org.id) as session:
        await delete_crm_connection(session, told.org.system, told.connections[CrmSystem.HUBSPOT])
    retold = await make_house(database, secret_box, portal)
    await deliver(retold, mixed, [pauses.random() < 0.3 for _ in mixed])
    second = await outcome(retold)
    assert first == second
    assert first["differences"] == (0, [])
