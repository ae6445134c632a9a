"""Two organizations over REST: whatever the one asks for with the other's ids is not found, and nothing moves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from service.core.database import Database
from service.core.ids import new_id
from service.core.principal import Principal
from service.core.tables import metadata
from service.core.tenancy import tenant_tables
from service.organizations.use_cases.lifecycle import export_organization
from service.webhooks.tasks import publish_outbox
from tests.api.single_rows import BODIES
from tests.factories.coaching import plant_coaching
from tests.factories.receivers import new_portal
from tests.factories.requests import ABSENCE, FORMS
from tests.factories.rows import sample_row
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.skills import plant_skills
from tests.factories.success_models import process_document
from tests.fixtures.documents import plain_api
from tests.fixtures.rest import ANYWAY, bearer
from tests.fixtures.statements import counted_statements

THE_TWOS = {
    *("not_your_move", "not_a_participant"),
    *("not_a_rater", "coaching_rating_not_found"),
    *("private_note_not_found", "note_grant_not_found", "assessment_guide_not_found"),
}
"""What an administrator meets in a coaching session, or as another rater's guide, that is not theirs."""


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Method, path, operation id and description of all that the API serves."""
    document = plain_api().openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation["operationId"], operation


NAMED = (
    *("person_id", "manager_id", "key_id", "model_id", "activity_id", "deal_id", "import_id", "absence_id"),
    *("inspection_id", "confirmation_id", "forecast_id"),
    *("session_id", "programme_id", "cadence_id", "format_id", "topic_id", "commitment_id", "feed_id"),
    *("substitution_id", "hand_over_id"),
    *("framework_id", "template_id", "assessment_id", "plan_id", "step_id", "review_id"),
)

SHIPPED = {"getCompetencyFrameworkTemplate"}
"""Everybody has what comes with Touchline."""
UNKEYED = {"readCalendarFeed"}
"""Found by a token alone, whoever asks."""
ABSENT = {"getIdentityProvider", "getRaterCalibration"}
"""An organization has neither a provider nor a framework until it sets one up."""
SINGLE = {
    name: (method, path) for method, path, name, _ in operations() if "{" in path and name not in UNKEYED | SHIPPED
}
LISTS = {name: (path, o) for method, path, name, o in operations() if method == "GET" and "{" not in path}


@dataclass(frozen=True, slots=True)
class Victim:
    """An organization with one of everything, and the ids of it all."""

    org: SalesOrg
    ids: dict[str, str]

    def fill(self, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """A body with the ids in their places."""
        if body is None:
            return None
        return {key: value.format(**self.ids) if isinstance(value, str) else value for key, value in body.items()}

    async def everything(self) -> list[bytes]:
        """All of its rows."""
        async with self.org.database.tenant(self.org.id) as session:
            return sorted([line async for line in export_organization(session, Principal.system(self.org.id))])


@pytest.fixture
async def victim(rest: httpx.AsyncClient, database: Database) -> Victim:
    """Somebody else's organization."""
    org = await make_sales_org(database)
    headers = bearer(org.admin_key)

    async def post(path: str, body: dict[str, Any]) -> str:
        answer = await rest.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    manager_id = await post("/v1/people", {"name": "Boss", "email": "boss@example.com", "role": "manager"})
    person_id = await post("/v1/people", {"name": "Ann", "email": "ann@example.com"})
    identity = await rest.put(f"/v1/people/{person_id}/external-identities/hubspot/77", headers=headers)
    assert identity.status_code == 200
    connection = {"system": "hubspot", "name": "HubSpot", "secret": "a-secret-of-the-app"}
    connection |= {"account_id": str(new_portal()), "app_id": str(new_portal())}
    event = sample_row(metadata.tables["crm_event"], org.id, new_id()) | {"dedup_key": bytes(range(32))}
    async with database.tenant(org.id) as session:
        await (await session.connection()).execute(sa.insert(metadata.tables["crm_event"]).values(event))
    endpoint_id = await post("/v1/webhook-endpoints", {"url": "https://hooks.example.com"})
    opportunity = sample_row(metadata.tables["coaching_opportunity"], org.id, new_id())
    opportunity |= {"person_id": UUID(person_id), "manager_sees_on": date(2026, 1, 1)}
    async with database.tenant(org.id) as session:
        table = metadata.tables["coaching_opportunity"]
        await (await session.connection()).execute(sa.insert(table).values(opportunity))
    told = (await rest.post(f"/v1/webhook-endpoints/{endpoint_id}/test", headers=headers)).json()
    await publish_outbox(database, org.id)
    sent = await rest.get("/v1/webhook-deliveries", params={"event_id": told["event_id"]}, headers=headers)
    upload = await rest.post("/v1/imports", files=FORMS["createImport"], headers=headers)

    async def push(path: str, item: dict[str, Any]) -> str:
        answer = await rest.post(f"/v1/{path}", json={"system": "pipes", path: [item]}, headers=headers)
        return str(answer.json()["data"][0]["id"])

    model = await org.activate(process_document(key="theirs"), build=False)
    deal_id = await push(
        "deals", {"external_id": "1", "name": "Theirs", "stage": "closed_won", "closed_at": "2026-03-02"}
    )
    said = sample_row(metadata.tables["confirmation"], org.id, new_id()) | {"deal_id": UUID(deal_id)}
    async with database.tenant(org.id) as session:
        await (await session.connection()).execute(sa.insert(metadata.tables["confirmation"]).values(said))
    forecast = sample_row(metadata.tables["forecast"], org.id, new_id())
    forecast |= {"deal_id": UUID(deal_id), "person_id": UUID(person_id), "forecaster_id": UUID(person_id)}
    async with database.tenant(org.id) as session:
        await (await session.connection()).execute(sa.insert(metadata.tables["forecast"]).values(forecast))
    async with database.tenant(org.id) as session:
        coaching = await plant_coaching(session, org.id, UUID(manager_id), UUID(person_id))
        coaching |= await plant_skills(session, org.id, UUID(manager_id), UUID(person_id))
    ids = {
        **{name: str(id_) for name, id_ in coaching.items()},
        "activity_id": await push("activities", {"external_id": "1", "kind": "call", "occurred_at": "2026-03-02"}),
        "deal_id": deal_id,
        "inspection_id": await post(f"/v1/deals/{deal_id}/inspections", {"criterion": "champion", "verdict": "met"}),
        "confirmation_id": str(said["id"]),
        "forecast_id": str(forecast["id"]),
        "import_id": upload.json()["id"],
        "opportunity_id": str(opportunity["id"]),
        "operation_id": upload.json()["id"],
        "manager_id": manager_id,
        "person_id": person_id,
        "period_id": await post(
            f"/v1/people/{person_id}/manager-periods", {"manager_id": manager_id, "start_on": "2026-01-01"}
        ),
        "snapshot_id": f"{person_id}.calls.month.2026-01-01",
        "system": "hubspot",
        "external_id": "77",
        "team_id": await post("/v1/teams", {"name": "East", "member_ids": [person_id]}),
        "absence_id": await post("/v1/absences", ABSENCE | {"person_id": person_id}),
        "key_id": await post("/v1/api-keys", {"name": "Theirs", "scopes": ["people:read"]}),
        "success_model_id": str(model.id),
        "model_id": await post("/v1/success-models", process_document()),
        "connection_id": await post("/v1/crm-connections", connection),
        "event_id": bytes(range(32)).hex(),
        "endpoint_id": endpoint_id,
        "delivery_id": sent.json()["data"][0]["id"],
    }
    return Victim(org, ids)


def test_every_operation_on_a_single_row_is_tried() -> None:
    assert set(SINGLE) == set(BODIES)


async def test_another_organizations_row_is_not_found_and_does_not_change(
    rest: httpx.AsyncClient, org: SalesOrg, victim: Victim
) -> None:
    before = await victim.everything()
    for name, (method, path) in SINGLE.items():
        body = BODIES[name]
        answer = await rest.request(
            method, path.format(**victim.ids), json=victim.fill(body), headers=bearer(org.admin_key) | ANYWAY
        )
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), name
        assert answer.json()["code"].endswith("_not_found"), name
    assert await victim.everything() == before


async def test_the_same_requests_are_found_by_their_own_organization(rest: httpx.AsyncClient, victim: Victim) -> None:
    """Otherwise the test above would prove nothing; reads first, deletions last."""
    order = {"GET": 0, "PATCH": 1, "PUT": 1, "POST": 2, "DELETE": 3}
    todo = sorted(SINGLE.items(), key=lambda item: (order[item[1][0]], item[0] == "deletePerson"))
    for name, (method, path) in todo:
        body = BODIES[name]
        answer = await rest.request(
            method, path.format(**victim.ids), json=victim.fill(body), headers=bearer(victim.org.admin_key) | ANYWAY
        )
        # A second line from the same day overlaps, an active model is not deleted: known, all the same.
        # The event's delivery is made up, so replaying it finds the event and not its delivery.
        # A deal that is somebody else's is found, but not for the administrator to confirm.
        # A session is the two's own: others neither write in it nor find a note of theirs.
        found = answer.status_code < 300 or answer.status_code == 409 or name == "replayCrmEvent"
        not_theirs = (name, answer.status_code) == ("createConfirmation", 403)
        assert found or not_theirs or answer.json()["code"] in THE_TWOS, (name, answer.text)


async def test_lists_hold_nothing_of_another_organization(
    rest: httpx.AsyncClient, org: SalesOrg, victim: Victim
) -> None:
    """Both organizations have the same model, so that it is what is theirs that is not found, and not a KPI."""
    await org.activate(process_document(key="ours"), build=False)
    headers, unanswered = bearer(org.admin_key), set()
    for name, (path, operation) in LISTS.items():
        asked = [p for p in operation.get("parameters", []) if p.get("in") == "query"]
        needed = {p["name"]: p["schema"]["examples"][0] for p in asked if p["required"]}
        filters = {p["name"] for p in asked if p["name"] in victim.ids}
        if name == "listWebhookDeliveries":
            filters.discard("event_id")  # ours there; the one at hand is a CRM event's, which is no UUID
        for query in ({}, *({filter_name: victim.ids[filter_name]} for filter_name in filters)):
            answer = await rest.get(path, params=needed | query, headers=headers)
            unasked = name == "getProcessAdherence" and not {"person_id", "manager_id"} & set(query)
            assert answer.status_code in ({422} if unasked else {200, 404}), (name, answer.text)
            if not query and answer.status_code == 404:
                unanswered.add(name)
            found = {key for key in NAMED if victim.ids[key] in answer.text}
            assert not found, (name, query)
    assert unanswered == ABSENT


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/people", {"name": "A", "email": "a@example.com", "manager_id": "{manager_id}"}, "/manager_id"),
        ("/v1/api-keys", {"name": "A", "person_id": "{person_id}"}, "/person_id"),
        ("/v1/absences", ABSENCE | {"person_id": "{person_id}"}, "/person_id"),
        ("/v1/coaching-sessions", {"rep_id": "{person_id}", "starts_at": "2099-01-05T10:00:00Z"}, "/rep_id"),
    ],
)
async def test_another_organizations_id_in_a_body_is_no_id(
    rest: httpx.AsyncClient, org: SalesOrg, victim: Victim, path: str, body: dict[str, str], pointer: str
) -> None:
    filled = {key: value.format(**victim.ids) for key, value in body.items()}
    answer = await rest.post(path, json=filled, headers=bearer(org.admin_key) | ANYWAY)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_every_statement_names_the_organization(rest: httpx.AsyncClient, victim: Victim) -> None:
    """Row-level security is the second fence; the first is a plain `org_id = …` in the statement."""
    names = [table.name for table in tenant_tables(metadata)]
    with counted_statements(victim.org.database) as statements:
        for method, path in SINGLE.values():
            if method == "GET":
                await rest.get(path.format(**victim.ids), headers=bearer(victim.org.admin_key))
        for path, _ in LISTS.values():
            await rest.get(path, headers=bearer(victim.org.admin_key))
    tenant = [s for s in statements if re.search(rf"\b(FROM|JOIN|UPDATE|INTO) ({'|'.join(names)})\b", s)]
    assert len(tenant) > len(SINGLE)
    assert [s for s in tenant if not re.search(r"org_id = \$\d|\(org_id, ", s)] == []
