"""Every captured change event and Apex payload, from the receiver to facts or to a named reason in quarantine."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlmodel import col, select

from service.activities.dto.sources import SourceMapping
from service.activities.models import Activity, Deal
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.crm.dto.connections import CreatedCrmConnectionDTO, CrmSystem, ReplayRequest
from service.crm.models import CrmEvent
from service.crm.tasks import drain_deliveries
from service.crm.use_cases.events import replay_connection
from tests.factories.receivers import Receivers, new_salesforce_org
from tests.factories.sales_org import SalesOrg
from tests.fixtures.receivers import running_receivers

CLOUDEVENT, JSON = "application/cloudevents+json", "application/json"
NO_FACT = "{}: no object that becomes a fact here; leave it out of the channel"
MALFORMED = "CloseDate: not a date or time: 2015-02-05 08:00:00T00:00:00.000Z"

VECTORS: dict[str, str] = {
    "cdc/amp_new_account.json": NO_FACT.format("Account"),
    "cdc/amp_update_contact.json": NO_FACT.format("Contact"),
    "cdc/amp_update_contact_compound_address.json": NO_FACT.format("Contact"),
    "cdc/amp_update_lead_compound_address.json": NO_FACT.format("Lead"),
    "cdc/amp_update_user.json": NO_FACT.format("User"),
    "cdc/triggermesh_account_create_cloudevent.json": NO_FACT.format("Account"),
    "cdc/triggermesh_account_update_cloudevent.json": NO_FACT.format("Account"),
    "salesforce/apex_opportunity_all_null.json": "Id: missing or not a record id",
    "salesforce/apex_opportunity_created.json": MALFORMED,
    "salesforce/apex_opportunity_updated.json": MALFORMED,
}
"""None of the captured change events is of an object that becomes a fact; the Apex ones need a mapping to."""

APEX_MAPPING = SourceMapping(fields={"CloseDate": "attr:close_date", "Probability": "attr:probability"})


@pytest_asyncio.fixture(scope="session")
async def receivers(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[Receivers]:
    """Receivers on the scenarios' database."""
    async with running_receivers(settings, urls, database, secret_box) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Told:
    """What became of what a connection received."""

    events: list[CrmEvent]
    deals: list[Deal]
    activities: list[Activity]

    @property
    def outcomes(self) -> list[tuple[str, str | None]]:
        return [(event.status, event.reason) for event in self.events]

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The facts without what names this run."""
        rows = [*self.deals, *self.activities]
        return [row.model_dump(exclude={"org_id", "id", "received_at"}) for row in rows]


async def connect(
    receivers: Receivers, org: SalesOrg, mapping: SourceMapping | None = None, system: CrmSystem = CrmSystem.SALESFORCE
) -> CreatedCrmConnectionDTO:
    account = new_salesforce_org()
    return await receivers.connect(org.id, mapping, system=system, account_id=account)


async def send(receivers: Receivers, to: CreatedCrmConnectionDTO, body: Any, kind: str = JSON) -> None:
    answer = await receivers.post_events(to.events_url, to.signing_secret, body, kind)
    assert answer.status_code == 202


async def outcome(org: SalesOrg) -> Told:
    while await drain_deliveries(org.database, org.id, 5000):
        pass
    async with org.database.tenant(org.id) as session:
        events = select(CrmEvent).where(col(CrmEvent.org_id) == org.id).order_by(col(CrmEvent.received_at))
        deals = select(Deal).where(col(Deal.org_id) == org.id).order_by(col(Deal.name))
        activities = select(Activity).where(col(Activity.org_id) == org.id).order_by(col(Activity.kind))
        return Told(
            list((await session.exec(events)).all()),
            list((await session.exec(deals)).all()),
            list((await session.exec(activities)).all()),
        )


def test_no_vector_is_left_out(shared: Path) -> None:
    folder = shared / "vectors"
    found = {str(path.relative_to(folder)) for name in ("cdc", "salesforce") for path in (folder / name).glob("*.json")}
    assert found == set(VECTORS)


@pytest.mark.parametrize(("name", "reason"), VECTORS.items())
async def test_every_vector_ends_with_a_named_reason(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str, reason: str
) -> None:
    body = (shared / "vectors" / name).read_bytes()
    connection = await connect(receivers, org)
    for _ in range(2):
        await send(receivers, connection, body)
    assert (await outcome(org)).outcomes[-1] == ("quarantined", reason)
    if "cloudevent" in name:
        url = f"{receivers.base_url}/integrations/events/{connection.id}"
        answer = await receivers.post_events(url, connection.signing_secret, body, CLOUDEVENT)
        assert answer.status_code == 202
        assert {found for _status, found in (await outcome(org)).outcomes} == {reason}


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("cdc/")])
async def test_every_change_event_would_be_a_fact_if_it_were_an_opportunity_s(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str
) -> None:
    """The shapes are read: with the entity changed and a field of it mapped, each captured event is a deal."""
    text = (shared / "vectors" / name).read_text()
    for entity in ("Account", "Contact", "Lead", "User"):
        text = text.replace(f'"entityName":"{entity}"', '"entityName":"Opportunity"')
        text = text.replace(f'"entityName": "{entity}"', '"entityName": "Opportunity"')
    mapping = SourceMapping(
        fields=dict.fromkeys(("Rating", "Name.LastName", "Name.FirstName", "MailingAddress.Street"), "attr:x")
        | {"Address.Street": "attr:street", "CleanStatus": "attr:clean"}
    )
    connection = await connect(receivers, org, mapping)
    await send(receivers, connection, text.encode())
    told = await outcome(org)
    assert told.outcomes == [("applied", None)]
    assert len(told.deals) == 1
    expected: dict[str, Any] = {
        "cdc/amp_new_account.json": {"clean": "Pending"},
        "cdc/amp_update_contact.json": {"x": "Youngest"},
        "cdc/amp_update_contact_compound_address.json": {"x": "1235 wildwood St"},
        "cdc/amp_update_lead_compound_address.json": {},
        "cdc/amp_update_user.json": {"x": "BUTTERBALL"},
        "cdc/triggermesh_account_create_cloudevent.json": {"clean": "Pending"},
        "cdc/triggermesh_account_update_cloudevent.json": {"x": "Hot"},
    }
    assert told.deals[0].attributes == expected[name]


@pytest.mark.parametrize("name", ["created", "updated"])
async def test_apex_payloads_become_a_deal_by_the_connection_s_mapping(
    receivers: Receivers, org: SalesOrg, shared: Path, name: str
) -> None:
    body = (shared / "vectors" / "salesforce" / f"apex_opportunity_{name}.json").read_bytes()
    connection = await connect(receivers, org, APEX_MAPPING)
    await send(receivers, connection, body)
    (deal,) = (await outcome(org)).deals
    assert (deal.stage, deal.amount, deal.currency) == ("negotiation", Decimal(312321), "EUR")
    assert deal.attributes == {"close_date": "2015-02-05 08:00:00T00:00:00.000Z", "probability": "90"}


def opportunity(stage: str, number: int, kind: str = "UPDATE", **fields: Any) -> dict[str, Any]:
    """A relayed change; commit numbers count beyond 2^53 within one second."""
    return {
        "ChangeEventHeader": {
            "entityName": "Opportunity",
            "recordIds": ["0065g00000ABCDEAA5"],
            "changeType": kind,
            "changedFields": [*fields, "StageName"],
            "transactionKey": f"transaction-{number}",
            "sequenceNumber": 1,
            "commitTimestamp": 1_745_500_706_000,
            "commitNumber": str(1_745_500_706_683_617_280 + number),
        },
        "StageName": stage,
        **fields,
    }


HISTORY = [
    opportunity("Prospecting", 1, "CREATE", Name="Acme", Amount=100.10),
    opportunity("Qualification", 2),
    opportunity("", 3, "DELETE"),
    opportunity("Closed Won", 4, "UNDELETE", Amount=None, CloseDate=1_745_452_800_000),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_any_order_and_any_repetition_end_in_the_same_deal(
    receivers: Receivers, org: SalesOrg, order: tuple[int, ...]
) -> None:
    connection = await connect(receivers, org)
    for index in (*order, order[0]):
        await send(receivers, connection, HISTORY[index])
    told = await outcome(org)
    assert [status for status, _reason in told.outcomes] == ["applied"] * 4
    (deal,) = told.deals
    assert (deal.name, deal.stage, deal.outcome, deal.amount) == ("Acme", "closed_won", "won", None)
    assert str(deal.closed_on) == "2025-04-24"
    async with org.database.tenant(org.id) as session:
        await replay_connection(session, org.system, connection.id, ReplayRequest())
    assert (await outcome(org)).facts == told.facts


async def test_odd_and_bad_events_block_nobody_and_are_named(receivers: Receivers, org: SalesOrg) -> None:
    connection = await connect(receivers, org)
    good = msgspec.json.encode(opportunity("Prospecting", 1, Name="half \x00"))
    whole = msgspec.json.encode(opportunity("Prospecting", 2))
    gap = msgspec.json.encode(opportunity("", 3, "GAP_UPDATE"))
    lost = msgspec.json.encode(opportunity("", 4, "GAP_OVERFLOW"))
    odd = [b'{"a":' + b"9" * 5000 + b"}", b'{"Id":"\\u0000","\\u0000":1}', b'{"ChangeEventHeader":{}}', b"7"]
    await send(receivers, connection, b"[" + b",".join([good, whole, gap, lost, *odd]) + b"]")
    told = await outcome(org)
    assert len(told.deals) == 1
    reasons = sorted(reason for _status, reason in told.outcomes if reason)
    assert reasons == [
        "Id: missing or not a record id",
        "Name: holds NUL characters",
        "changeType GAP_OVERFLOW: changes were lost; resynchronise the object",
        "changeType GAP_UPDATE: the change was not sent; read the record again",
        "commitTimestamp: missing or not a whole number: None",
        "the event cannot be read: Integer value out of range - at `$[...]`",
        "the event is not an object",
    ]


async def test_any_other_crm_from_cloudevents_to_facts(receivers: Receivers, org: SalesOrg) -> None:
    mapping = SourceMapping(stages={"Offer": "proposal"}, fields={"value": "amount"})
    connection = await connect(receivers, org, mapping, CrmSystem.OTHER)

    def cloud_event(number: int, type_: str, data: Any) -> dict[str, Any]:
        time = f"2026-05-04T10:00:0{number}Z"
        return {"specversion": "1.0", "id": str(number), "source": "/crm", "type": type_, "time": time, "data": data}

    batch = [
        cloud_event(1, "touchline.deal.upserted", {"id": "D-1", "name": "Acme", "stage": "Offer", "value": "12.50"}),
        cloud_event(2, "touchline.call.upserted", {"id": "C-1", "occurred_at": "2026-05-04", "duration_seconds": 90}),
        cloud_event(3, "touchline.task.upserted", {"id": "T-1", "occurred_at": "2026-05-04"}),
        cloud_event(4, "touchline.task.deleted", {"id": "T-1"}),
        cloud_event(5, "com.acme.quote", {"id": "Q-1"}),
    ]
    await send(receivers, connection, batch[::-1], "application/cloudevents-batch+json")
    await send(receivers, connection, batch[0], CLOUDEVENT)
    told = await outcome(org)
    assert [(deal.name, deal.stage, str(deal.amount)) for deal in told.deals] == [("Acme", "proposal", "12.5")]
    assert [(fact.kind, fact.duration_seconds) for fact in told.activities] == [("call", Decimal(90))]
    assert [reason for _status, reason in told.outcomes if reason] == [
        "type: com.acme.quote is not one of the types that are read here"
    ]
    assert len(told.events) == 5
