"""Every node is found again by its id, by those who may see it and nobody else."""

import base64
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import GraphQLObjectType, build_schema

from schema.nodes import BY_KEY, BY_ROW_ID
from schema.relay import to_global_id
from schema.router import export_sdl
from service.core.database import Database
from service.core.ids import new_id
from service.core.secrets import SecretBox
from service.core.tables import metadata
from service.crm.dto.connections import CreateCrmConnection
from service.crm.use_cases.connections import create_crm_connection
from tests.factories.deals import push_deal
from tests.factories.receivers import new_salesforce_org
from tests.factories.rows import sample_row
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.graphql.conftest import Ask

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NAMED_OTHERWISE = {"CrmConnection": "CrmLink"}
"""Kinds of ids whose type has another name."""

FINDING = {
    "Me": "{ me { id } }",
    "AuditEvent": "{ found: auditEvents(first: 1) { edges { node { id } } } }",
    "ExternalIdentity": """{ people(sort: NAME, first: 1) { edges { node {
        found: externalIdentities { edges { node { id } } } } } } }""",
    "KpiSnapshot": "{ found: kpiSnapshots(first: 1) { edges { node { id } } } }",
    "KpiSnapshot, then": '{ found: kpiSnapshots(first: 1, asOf: "2026-03-04T05:06:07Z") { edges { node { id } } } }',
    "DealHealth": "{ deals { edges { node { health { id } } } } }",
    "DealHealth, then": '{ deals { edges { node { health(asOf: "2026-03-04T05:06:07Z") { id } } } } }',
    "CrmConnectionStatus": "{ crmConnections { edges { node { status { id } } } } }",
    "WebhookAttempt": """{ webhookDeliveries { edges { node { found: attempts { edges { node { id } } } } } } }""",
}
"""Nodes that are no row with an id of its own, or that no other field leads to."""


def test_every_type_that_is_a_node_can_be_found() -> None:
    schema = build_schema(export_sdl())
    nodes = {
        name
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and any(interface.name == "Node" for interface in kind.interfaces)
    }
    assert nodes == {NAMED_OTHERWISE.get(kind, kind) for kind in BY_ROW_ID | BY_KEY}


async def fill(org: SalesOrg, database: Database, secret_box: SecretBox) -> None:
    """One of everything."""
    await org.add_person("Ada", external_identities=[{"system": "hubspot", "external_id": "a:b c"}])
    await org.activate(model_document())
    data = CreateCrmConnection.model_validate(
        {"system": "salesforce", "name": "CRM", "account_id": new_salesforce_org()}
    )
    await push_deal(org, "d1", None, [(org.local(2026, 3, 2), "discovery")])
    shared = new_id()
    async with database.tenant(org.id) as session:
        await create_crm_connection(session, org.system, data, secret_box, "https://x.example")
        for name in ("webhook_endpoint", "outbox_event", "webhook_delivery", "webhook_attempt"):
            row = sample_row(metadata.tables[name], org.id, shared)
            if name == "webhook_delivery":
                row["event_type"] = "webhook_endpoint.test"
            await (await session.connection()).execute(sa.insert(metadata.tables[name]).values(row))


def id_in(found: Any) -> str:
    """The innermost id of an answer."""
    while "id" not in found:
        found = found["edges"][0]["node"] if "edges" in found else next(iter(found.values()))
    return str(found["id"])


@pytest.mark.parametrize("kind", FINDING)
async def test_a_node_is_found_by_its_own_and_nobody_else(
    kind: str, org: SalesOrg, other: SalesOrg, ask: Ask, database: Database, secret_box: SecretBox
) -> None:
    await fill(org, database, secret_box)
    await ask(org.admin_key, 'mutation { createTeam(input: {name: "East"}) { __typename } }')
    id_ = id_in((await ask(org.admin_key, FINDING[kind]))["data"])
    assert id_in((await ask(org.admin_key, FINDING[kind]))["data"]) == id_
    expected = {"__typename": kind.partition(",")[0], "id": id_}
    assert await ask(org.admin_key, NODE, id=id_) == {"data": {"node": expected}}
    assert await ask(other.admin_key, NODE, id=id_) == {"data": {"node": None}}
    rep = await org.key_for(await org.add_person("Rep"))
    hidden = await ask(rep, NODE, id=id_)
    assert hidden["data"]["node"] is None
    codes = {error["extensions"]["code"] for error in hidden.get("errors", [])}
    may_ask = {"Me", "ExternalIdentity", "KpiSnapshot", "DealHealth"}
    assert codes == (set() if kind.partition(",")[0] in may_ask else {"permission_denied"})


@pytest.mark.parametrize("kind", [*BY_ROW_ID, *BY_KEY])
@pytest.mark.parametrize(
    "key", ["", "x", ":", "a:b:c:d", "{row}:calls:month:2026-03-02", "{row}:1", "{row}:calls:month"]
)
async def test_a_key_that_was_not_handed_out_finds_nothing(org: SalesOrg, ask: Ask, kind: str, key: str) -> None:
    await org.activate(model_document())
    me = (await ask(org.admin_key, "{ me { person { id } } }"))["data"]["me"]["person"]["id"]
    row = base64.urlsafe_b64decode(me + "==").decode().removeprefix("Person:")
    assert await ask(org.admin_key, NODE, id=to_global_id(kind, key.format(row=row))) == {"data": {"node": None}}
