"""Which connection a verified event reaches: its own portal's, under its own secret, and no other."""

import asyncio

import orjson
import pytest

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.crm.use_cases.connections import get_crm_connection_status
from service.crm.use_cases.unclaimed import claim_unclaimed
from tests.factories.receivers import Receivers, deal_event, new_portal
from tests.factories.sales_org import SalesOrg

SECRET = "the-shared-secret"


async def test_a_batch_over_two_portals_of_two_organizations_is_parted(
    receivers: Receivers, org: SalesOrg, other_org: SalesOrg
) -> None:
    app = new_portal()
    ours = await receivers.connect(org.id, app_id=str(app), secret=SECRET)
    theirs = await receivers.connect(other_org.id, app_id=str(app), secret=SECRET)
    stranger = new_portal()
    portals = [int(ours.account_id), int(theirs.account_id), stranger]
    batch = [deal_event(portal, app, number) for number in range(3) for portal in portals]
    assert (await receivers.post_hubspot(SECRET, batch)).status_code == 200
    (our_body,) = await receivers.deliveries(org.id, ours.id)
    (their_body,) = await receivers.deliveries(other_org.id, theirs.id)
    (waiting,) = await receivers.unclaimed(stranger)
    for portal, body in zip(portals, (our_body, their_body, waiting), strict=True):
        assert orjson.loads(body) == [event for event in batch if event["portalId"] == portal]


async def test_a_portal_belongs_to_one_organization(receivers: Receivers, org: SalesOrg, other_org: SalesOrg) -> None:
    ours = await receivers.connect(org.id)
    for claimer in (other_org, org):
        with pytest.raises(ServiceError) as refused:
            await receivers.connect(claimer.id, account_id=ours.account_id, app_id=ours.app_id)
        assert refused.value.kind is ErrorKind.CONFLICT
        assert refused.value.fields[0].pointer == "/account_id"


async def test_claims_at_the_same_time_leave_one(receivers: Receivers, org: SalesOrg, other_org: SalesOrg) -> None:
    account = str(new_portal())
    claims = (receivers.connect(claimer.id, account_id=account) for claimer in (org, other_org) * 3)
    results = await asyncio.gather(*claims, return_exceptions=True)
    refused = [result for result in results if isinstance(result, ServiceError)]
    assert len(refused) == 5
    assert {error.kind for error in refused} == {ErrorKind.CONFLICT}


async def test_one_who_names_an_app_that_is_not_theirs_receives_nothing_of_it(
    receivers: Receivers, org: SalesOrg, other_org: SalesOrg
) -> None:
    ours = await receivers.connect(org.id, secret=SECRET)
    assert ours.app_id is not None
    portal, app = int(ours.account_id), int(ours.app_id)
    thief = await receivers.connect(other_org.id, app_id=ours.app_id, secret="the-thief's-own")
    event = deal_event(portal, app)
    assert (await receivers.post_hubspot("the-thief's-own", [event])).status_code == 200
    assert await receivers.deliveries(org.id, ours.id) == []
    assert await receivers.deliveries(other_org.id, thief.id) == []
    stolen = deal_event(int(thief.account_id), app)
    assert (await receivers.post_hubspot(SECRET, [event, stolen])).status_code == 200
    assert await receivers.deliveries(other_org.id, thief.id) == []
    assert [orjson.loads(body) for body in await receivers.deliveries(org.id, ours.id)] == [[event]]


async def test_what_came_before_the_connection_is_claimed_by_the_secret_that_verified_it(
    receivers: Receivers, org: SalesOrg, other_org: SalesOrg
) -> None:
    app, portal = new_portal(), new_portal()
    await receivers.connect(org.id, app_id=str(app), secret=SECRET)
    await receivers.connect(org.id, app_id=str(app), secret="some-other-secret")
    ours, forged = deal_event(portal, app), deal_event(portal, app)
    assert (await receivers.post_hubspot(SECRET, [ours])).status_code == 200
    assert (await receivers.post_hubspot("some-other-secret", [forged])).status_code == 200
    assert len(await receivers.unclaimed(portal)) == 2
    owner = await receivers.connect(other_org.id, account_id=str(portal), app_id=str(app), secret=SECRET)
    async with receivers.database.tenant(other_org.id) as session:
        system, box = Principal.system(other_org.id), receivers.runtime.secret_box
        assert await claim_unclaimed(session, system, owner.id, box) == 1
    assert [orjson.loads(body) for body in await receivers.deliveries(other_org.id, owner.id)] == [[ours]]
    assert [orjson.loads(body) for body in await receivers.unclaimed(portal)] == [[forged]]


async def test_a_new_portal_of_a_known_app_receives_at_once(receivers: Receivers, org: SalesOrg) -> None:
    app = new_portal()
    first = await receivers.connect(org.id, app_id=str(app), secret=SECRET)
    assert (await receivers.post_hubspot(SECRET, [deal_event(int(first.account_id), app)])).status_code == 200
    await asyncio.sleep(0.06)
    second = await receivers.connect(org.id, app_id=str(app), secret=SECRET)
    assert (await receivers.post_hubspot(SECRET, [deal_event(int(second.account_id), app)])).status_code == 200
    assert len(await receivers.deliveries(org.id, second.id)) == 1


async def test_both_secrets_are_valid_until_the_rotation_ends(receivers: Receivers, org: SalesOrg) -> None:
    connection = await receivers.connect(org.id, secret="before-rotation")
    assert connection.app_id is not None
    event = deal_event(int(connection.account_id), int(connection.app_id))

    async def statuses() -> list[int]:
        await asyncio.sleep(0.1)
        secrets = ("before-rotation", "after-rotation")
        return [(await receivers.post_hubspot(secret, [event])).status_code for secret in secrets]

    assert await statuses() == [200, 401]
    await receivers.update(org.id, connection.id, secret="after-rotation")
    assert await statuses() == [200, 200]
    await receivers.update(org.id, connection.id, end_rotation=True)
    assert await statuses() == [401, 200]


async def test_a_deleted_connection_receives_nothing(receivers: Receivers, org: SalesOrg) -> None:
    connection = await receivers.connect(org.id, secret=SECRET)
    assert connection.app_id is not None
    event = deal_event(int(connection.account_id), int(connection.app_id))
    assert (await receivers.post_hubspot(SECRET, [event])).status_code == 200
    await receivers.disconnect(org.id, connection.id)
    await asyncio.sleep(0.1)
    assert (await receivers.post_hubspot(SECRET, [event])).status_code == 401
    assert await receivers.deliveries(org.id, connection.id) == []


async def test_the_state_counts_what_arrived(receivers: Receivers, org: SalesOrg) -> None:
    connection = await receivers.connect(org.id, secret=SECRET)
    assert connection.app_id is not None
    event = deal_event(int(connection.account_id), int(connection.app_id))
    await receivers.post_hubspot(SECRET, [event])
    async with receivers.database.tenant(org.id) as session:
        state = await get_crm_connection_status(session, Principal.system(org.id), connection.id)
    assert (state.counts.deliveries, state.counts.pending_deliveries) == (1, 1)
    assert state.last_delivery_at is not None
