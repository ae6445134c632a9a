"""From stored deliveries to facts: quarantine, replay, poison, claims and privacy."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlmodel import col, select

from service.activities.dto.sources import SourceMapping
from service.activities.models import Activity, Deal, Record
from service.activities.tasks import rederive
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.secrets import SecretBox
from service.crm.dto.connections import CreateCrmConnection
from service.crm.models import Delivery
from service.crm.tasks import drain_deliveries
from service.crm.use_cases.connections import create_crm_connection, get_crm_connection_status
from service.organizations.dto.people import ExternalIdentityInput
from service.organizations.use_cases.people import delete_person, put_external_identity
from tests.factories.receivers import deal_event, new_portal
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PORTAL_OF: dict[UUID, int] = {}


async def connect(org: SalesOrg, box: SecretBox, mapping: SourceMapping | None = None) -> UUID:
    portal = new_portal()
    data = CreateCrmConnection.model_validate(
        {
            "system": "hubspot",
            "name": "CRM",
            "account_id": str(portal),
            "app_id": str(new_portal()),
            "secret": "a-long-secret",
            "mapping": mapping,
        }
    )
    async with org.database.tenant(org.id) as session:
        made = await create_crm_connection(session, org.system, data, box, "https://coach.example.com")
    PORTAL_OF[made.id] = portal
    return made.id


def event(connection: UUID, **changes: Any) -> dict[str, Any]:
    return deal_event(PORTAL_OF[connection], None, **changes)


async def deliver(org: SalesOrg, connection: UUID, *bodies: Any) -> None:
    """Store deliveries as the receiver does, and drain them."""
    for body in bodies:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        row = Delivery(org_id=org.id, id=new_id(), connection_id=connection, received_at=utc_now(), body=raw)
        async with org.database.tenant(org.id) as session:
            session.add(row)
    await drain(org)


async def drain(org: SalesOrg) -> None:
    while await drain_deliveries(org.database, org.id, 5000):
        pass


async def deals(org: SalesOrg) -> list[Deal]:
    async with org.database.tenant(org.id) as session:
        return list((await session.exec(select(Deal).where(col(Deal.org_id) == org.id))).all())


async def status(org: SalesOrg, connection: UUID) -> Any:
    async with org.database.tenant(org.id) as session:
        return await get_crm_connection_status(session, org.system, connection)


async def test_a_bad_event_is_quarantined_and_blocks_nothing(
    org: SalesOrg, rest: httpx.AsyncClient, secret_box: SecretBox
) -> None:
    connection = await connect(org, secret_box)
    await deliver(org, connection, [event(connection, propertyValue="junk"), event(connection, propertyValue="250")])
    (deal,) = await deals(org)
    assert deal.amount == 250
    state = await status(org, connection)
    assert (state.counts.quarantined_events, state.counts.applied_events, state.counts.pending_deliveries) == (1, 1, 0)
    assert "amount" in state.last_error
    query = {"status": "quarantined", "connection_id": str(connection)}
    found = (await rest.get("/v1/crm-events", params=query, headers=bearer(org.admin_key))).json()["data"]
    assert [item["reason"] for item in found] == ["amount: not a number: junk"]
    replayed = await rest.post(f"/v1/crm-events/{found[0]['id']}/replay", headers=bearer(org.admin_key))
    assert (replayed.status_code, replayed.json()) == (202, {"deliveries": 1})
    await drain(org)
    (deal,) = await deals(org)
    assert deal.amount == 250
    assert deal.outcome == "open"


async def test_a_quarantined_event_runs_again_after_its_cause_is_mended(
    org: SalesOrg, rest: httpx.AsyncClient, secret_box: SecretBox
) -> None:
    connection = await connect(org, secret_box, SourceMapping(fields={"custom": "amount"}))
    await deliver(org, connection, [event(connection, propertyName="custom", propertyValue="gold")])
    assert await deals(org) == []
    patch = {"mapping": {"fields": {"custom": "attr:tier"}}}
    path = f"/v1/crm-connections/{connection}"
    assert (await rest.patch(path, json=patch, headers=bearer(org.admin_key) | ANYWAY)).status_code == 200
    assert (await rest.post(f"{path}/replay", json={}, headers=bearer(org.admin_key))).json() == {"deliveries": 1}
    await drain(org)
    assert [deal.attributes for deal in await deals(org)] == [{"tier": "gold"}]
    assert (await status(org, connection)).counts.quarantined_events == 0


@pytest.mark.parametrize("body", [b"not json", b"{}", b"\xff\xfe"])
async def test_an_unreadable_delivery_is_set_aside(org: SalesOrg, secret_box: SecretBox, body: bytes) -> None:
    connection = await connect(org, secret_box)
    await deliver(org, connection, body, [event(connection)])
    assert len(await deals(org)) == 1
    state = await status(org, connection)
    assert state.counts.pending_deliveries == 0
    assert "JSON" in state.last_error


async def test_a_poisonous_delivery_does_not_block_the_others(
    org: SalesOrg, secret_box: SecretBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.crm.hubspot import translation  # noqa: PLC0415 - patched below

    connection = await connect(org, secret_box)
    honest = translation._property_change

    def faulty(found: Any, payload: Any, fields: Any) -> Any:
        if payload["objectId"] == 666:
            raise ZeroDivisionError
        return honest(found, payload, fields)

    monkeypatch.setattr(translation, "_property_change", faulty)
    await deliver(
        org,
        connection,
        [event(connection, object_id=1)],
        [event(connection, object_id=666)],
        [event(connection, object_id=2)],
    )
    assert len(await deals(org)) == 2
    state = await status(org, connection)
    assert (state.counts.pending_deliveries, state.last_error) == (
        0,
        "ZeroDivisionError while processing; replay it after the fault is mended",
    )


async def test_unknown_owners_wait_and_are_claimed(org: SalesOrg, secret_box: SecretBox) -> None:
    connection = await connect(org, secret_box)
    won = event(connection, propertyName="dealstage", propertyValue="closedwon")
    await deliver(org, connection, [event(connection, propertyName="hubspot_owner_id", propertyValue="71"), won])
    assert [deal.owner_id for deal in await deals(org)] == [None]
    assert (await status(org, connection)).unmapped_owners == {"71": 1}
    person = await org.add_person("Rita")
    async with org.database.tenant(org.id) as session:
        identity = ExternalIdentityInput(system="hubspot", external_id="71")
        await put_external_identity(session, org.system, person.id, identity)
    await rederive(org.database, org.id, only_unmapped=True)
    (deal,) = await deals(org)
    assert (deal.owner_id, deal.closed_owner_id) == (person.id, person.id)
    assert (await status(org, connection)).unmapped_owners == {}
    async with org.database.tenant(org.id) as session:
        await delete_person(session, org.system, person.id)
    await rederive(org.database, org.id)
    assert [deal.owner_id for deal in await deals(org)] == [None]


async def test_unmapped_stages_are_shown_and_mapped_later(org: SalesOrg, secret_box: SecretBox) -> None:
    connection = await connect(org, secret_box)
    await deliver(org, connection, [event(connection, propertyName="dealstage", propertyValue="uuid-7")])
    assert (await status(org, connection)).unmapped_stages == {"uuid-7": 1}
    assert [deal.stage for deal in await deals(org)] == ["uuid-7"]


async def test_a_merge_hides_the_merged_and_a_restore_brings_a_deletion_back(
    org: SalesOrg, secret_box: SecretBox
) -> None:
    connection = await connect(org, secret_box)
    both = [event(connection, object_id=number) for number in (1, 2)]
    merge = event(connection, subscriptionType="deal.merge", primaryObjectId=1, mergedObjectIds=[2])
    await deliver(org, connection, both, [merge])
    assert len(await deals(org)) == 1
    later = {"occurredAt": both[0]["occurredAt"] + 60_000}
    await deliver(org, connection, [event(connection, subscriptionType="deal.deletion", **later)])
    assert await deals(org) == []
    restore = {"occurredAt": both[0]["occurredAt"] + 120_000}
    await deliver(org, connection, [event(connection, subscriptionType="deal.restore", **restore)])
    assert len(await deals(org)) == 1


async def test_a_privacy_deletion_purges_the_raw_payloads(org: SalesOrg, secret_box: SecretBox) -> None:
    connection = await connect(org, secret_box)
    private = event(
        connection,
        object_id=77,
        subscriptionType="contact.propertyChange",
        propertyName="email",
        propertyValue="jane@private.example",
    )
    await deliver(org, connection, [private, event(connection)])
    purge = event(connection, object_id=77, subscriptionType="contact.privacyDeletion")
    await deliver(org, connection, [purge])
    async with org.database.tenant(org.id) as session:
        bodies = (await session.exec(select(Delivery.body).where(col(Delivery.org_id) == org.id))).all()
        records = (await session.exec(select(Record.external_id).where(col(Record.org_id) == org.id))).all()
    assert not any(b"jane" in body for body in bodies)
    assert records == ["1"]
    assert len(await deals(org)) == 1


async def test_redacted_values_are_never_stored(org: SalesOrg, secret_box: SecretBox) -> None:
    connection = await connect(org, secret_box)
    await deliver(org, connection, [event(connection, propertyName="dealname", propertyValue="REDACTED")])
    assert await deals(org) == []


async def test_calls_by_generic_events(org: SalesOrg, secret_box: SecretBox) -> None:
    connection = await connect(org, secret_box)
    call = {"subscriptionType": "object.propertyChange", "objectTypeId": "0-48", "object_id": 5}
    disposition = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
    await deliver(
        org,
        connection,
        [
            event(connection, propertyName="hs_call_disposition", propertyValue=disposition, **call),
            event(connection, propertyName="hs_timestamp", propertyValue="1782371971992", **call),
        ],
    )
    async with org.database.tenant(org.id) as session:
        (found,) = (await session.exec(select(Activity).where(col(Activity.org_id) == org.id))).all()
    assert (found.kind, found.outcome, str(found.occurred_on)) == ("call", "connected", "2026-06-25")
