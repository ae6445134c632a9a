"""Every root field, asked by another organization, by a rep, a manager and a key with few scopes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import build_schema

from schema.relay import to_global_id
from schema.router import export_sdl
from service.activities.dto.facts import BulkUpsertActivities, BulkUpsertDeals
from service.activities.use_cases.pushing import bulk_upsert_activities, bulk_upsert_deals
from service.core import audit
from service.core.database import Database
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.core.tables import metadata
from service.crm.dto.connections import CreateCrmConnection
from service.crm.dto.imports import CreateImport
from service.crm.use_cases.connections import create_crm_connection
from service.crm.use_cases.imports import create_import
from service.organizations.dto.absences import AbsenceKind, CreateAbsence
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.identity import PutIdentityProvider
from service.organizations.dto.people import PersonDTO
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.absences import create_absence
from service.organizations.use_cases.api_keys import create_api_key
from service.organizations.use_cases.identity_providers import put_identity_provider
from service.organizations.use_cases.teams import create_team
from service.permissions import ROLES
from service.success_models.use_cases.success_models import list_active_models
from service.webhooks.addresses import UrlPolicy
from service.webhooks.dto import CreateWebhookEndpoint, DeliveryFilter
from service.webhooks.event_types import EventType
from service.webhooks.use_cases.deliveries import list_webhook_deliveries
from service.webhooks.use_cases.endpoints import create_webhook_endpoint, request_webhook_test
from tests.factories.coaching import plant_coaching
from tests.factories.events import publish
from tests.factories.receivers import new_salesforce_org
from tests.factories.requests import MAPPING, pieces_of
from tests.factories.rows import sample_row
from tests.factories.sales_org import SalesOrg
from tests.factories.skills import plant_skills
from tests.factories.success_models import model_document
from tests.graphql.conftest import Ask
from tests.graphql.root_fields import FOREIGN

SNAPSHOTS = "query ($id: ID) { kpiSnapshots(managerId: $id) { edges { node { kpi personId person { name } } } } }"
PERSON_SNAPSHOTS = "query ($id: ID!) { kpiSnapshots(personId: $id) { edges { node { kpi } } } }"
NAMES = "{ people { edges { node { name kpiSnapshots { edges { node { kpi value } } } } } } }"


ALIKE = {
    *("people", "importRows", "assessmentGuide", "skillHistory", "peerRatings", "skillAccesses"),
    *("dealStandardTemplates", "sessionFormatTemplates", "competencyFrameworkTemplate", "competencyFrameworkTemplates"),
}
"""Nobody reports to Zaphod, no row of his file was read, and nobody rated him yet: lists that are empty for both. All
have the templates."""


async def tree(org: SalesOrg) -> dict[str, PersonDTO]:
    """Top over Lead over Rita and Ron; Olaf reports to nobody. Each made one call."""
    top = await org.add_person("Top", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id)
    reps = [await org.add_person(name, manager_id=lead.id) for name in ("Rita", "Ron")]
    people = [top, lead, *reps, await org.add_person("Olaf")]
    await org.activate(model_document())
    for person in people:
        await org.add_activity(person, datetime.now(UTC) - timedelta(minutes=1), outcome="connected")
    await org.refresh()
    return {person.name: person for person in people}


def names(answer: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in answer["data"]["people"]["edges"]]


def test_every_root_field_is_in_the_table() -> None:
    query = build_schema(export_sdl()).query_type
    assert query is not None
    assert set(query.fields) == set(FOREIGN)


@pytest.mark.parametrize("field", FOREIGN)
async def test_no_field_tells_of_another_organization(
    field: str, org: SalesOrg, other: SalesOrg, ask: Ask, secret_box: SecretBox, database: Database, settings: Settings
) -> None:
    theirs = await other.add_person("Zaphod", role="manager")
    boss = await other.add_person("Trillian", role="manager")
    await other.add_person("Zaphods-rep", manager_id=theirs.id)
    await other.activate(model_document(name="Zaphod's model"))
    connection = CreateCrmConnection.model_validate(
        {"system": "salesforce", "name": "Zaphod's CRM", "account_id": new_salesforce_org()}
    )
    async with database.tenant(other.id) as session:
        made = await create_crm_connection(session, other.system, connection, secret_box, "https://x.example")
        model = (await list_active_models(session, other.system))[0]
        team = await create_team(session, other.system, CreateTeam(name="Zaphod's team", member_ids=[theirs.id]))
        days_off = CreateAbsence(
            person_id=theirs.id, start_on=date(2026, 1, 1), end_on=date(2026, 1, 2), kind=AbsenceKind.OTHER
        )
        absence = await create_absence(session, other.system, days_off)
        key = await create_api_key(session, other.system, CreateApiKey(name="Zaphod's key", person_id=theirs.id))
        event = sample_row(metadata.tables["crm_event"], other.id, new_id()) | {"dedup_key": bytes(range(32))}
        await (await session.connection()).execute(sa.insert(metadata.tables["crm_event"]).values(event))
        provider = PutIdentityProvider(issuer=f"https://{new_id()}.example", audience="Zaphod")
        await put_identity_provider(session, other.system, provider, settings)
        audit.record(session, other.acting_as(theirs), "Zaphod's deed", surface="rest")
        hook = CreateWebhookEndpoint(url="https://zaphod.example/hook", event_types=[EventType.WEBHOOK_ENDPOINT_TEST])
        endpoint = await create_webhook_endpoint(session, other.system, hook, secret_box, UrlPolicy())
        await request_webhook_test(session, other.system, endpoint.id)
        call = BulkUpsertActivities(
            system="dialler", activities=[{"external_id": "Zaphod's call", "kind": "call", "occurred_at": "2026-03-02"}]
        )
        (pushed_call,) = await bulk_upsert_activities(session, other.system, call)
        won = {"stage": "closed_won", "closed_at": "2026-03-02"}
        deal = BulkUpsertDeals(system="pipes", deals=[{"external_id": "1", "name": "Zaphod's deal", **won}])
        (pushed_deal,) = await bulk_upsert_deals(session, other.system, deal)
        for table in ("inspection", "confirmation"):
            said = sample_row(metadata.tables[table], other.id, new_id()) | {"deal_id": pushed_deal.id}
            await (await session.connection()).execute(sa.insert(metadata.tables[table]).values(said))
        forecast = sample_row(metadata.tables["forecast"], other.id, new_id())
        forecast |= {"deal_id": pushed_deal.id, "person_id": theirs.id, "forecaster_id": theirs.id}
        await (await session.connection()).execute(sa.insert(metadata.tables["forecast"]).values(forecast))
        gap = sample_row(metadata.tables["coaching_opportunity"], other.id, new_id()) | {"person_id": theirs.id}
        gap |= {"reason": "Zaphod's gap", "manager_sees_on": date(2026, 1, 1)}
        await (await session.connection()).execute(sa.insert(metadata.tables["coaching_opportunity"]).values(gap))
        coaching = await plant_coaching(session, other.id, boss.id, theirs.id) | await plant_skills(
            session, other.id, boss.id, theirs.id
        )
        file = CreateImport(mapping=MAPPING, file_name="Zaphod's file")
        operation = await create_import(session, other.system, file, pieces_of("id\n1\n"))
    await publish(other)
    async with database.tenant(other.id) as session:
        (sent,) = (await list_webhook_deliveries(session, other.system, DeliveryFilter(), PageRequest())).items
    ids = {
        "person": to_global_id("Person", theirs.id),
        "team": to_global_id("Team", team.id),
        "absence": to_global_id("Absence", absence.id),
        "token": to_global_id("ApiKey", key.id),
        "model": to_global_id("SuccessModel", model.id),
        "crm": to_global_id("CrmConnection", made.id),
        "hook": to_global_id("WebhookEndpoint", endpoint.id),
        "sent": to_global_id("WebhookDelivery", sent.id),
        "event": to_global_id("CrmEvent", bytes(range(32)).hex()),
        "call": to_global_id("Activity", str(pushed_call.id)),
        "deal": to_global_id("Deal", str(pushed_deal.id)),
        "said": to_global_id("Forecast", forecast["id"]),
        "chance": to_global_id("CoachingOpportunity", gap["id"]),
        "brief": to_global_id("CoachingSession", coaching["session_id"]),
        "format": to_global_id("SessionFormat", coaching["format_id"]),
        "framework": to_global_id("CompetencyFramework", coaching["framework_id"]),
        "plan": to_global_id("DevelopmentPlan", coaching["plan_id"]),
        "template": to_global_id("AssessmentTemplate", coaching["template_id"]),
        "assessment": to_global_id("SkillAssessment", coaching["assessment_id"]),
        "programme": to_global_id("CoachingProgramme", coaching["programme_id"]),
        "cadence": to_global_id("CoachingCadence", coaching["cadence_id"]),
        "feed": to_global_id("CalendarFeed", coaching["feed_id"]),
        "session": to_global_id("CoachingSession", coaching["session_id"]),
        "topic": to_global_id("CoachingTopic", coaching["topic_id"]),
        "taken": to_global_id("Commitment", coaching["commitment_id"]),
        "import": to_global_id("Import", operation.id),
        "operation": to_global_id("Operation", operation.id),
    }
    query, variables = FOREIGN[field]
    given = {name: ids[name] for name in variables}
    mine, own = await ask(org.admin_key, query, **given), await ask(other.admin_key, query, **given)
    assert "Zaphod" not in str(mine)
    assert to_global_id("Organization", other.id) not in str(mine)
    assert "errors" not in own
    assert mine != own or field in ALIKE
    assert "errors" not in mine
    if variables:
        assert mine["data"][field] in (None, {"edges": []})


async def test_a_manager_sees_the_tree_below_and_a_rep_themself(org: SalesOrg, ask: Ask) -> None:
    people = await tree(org)
    seen = {name: names(await ask(await org.key_for(person), NAMES)) for name, person in people.items()}
    assert seen == {
        "Top": ["Lead", "Rita", "Ron", "Top"],
        "Lead": ["Lead", "Rita", "Ron"],
        "Rita": ["Rita"],
        "Ron": ["Ron"],
        "Olaf": ["Olaf"],
    }


async def test_snapshots_keep_to_the_scope(org: SalesOrg, ask: Ask) -> None:
    people = await tree(org)
    ids = {name: to_global_id("Person", person.id) for name, person in people.items()}
    key = await org.key_for(people["Lead"])
    own_team = (await ask(key, SNAPSHOTS, id=ids["Lead"]))["data"]["kpiSnapshots"]["edges"]
    assert {edge["node"]["person"]["name"] for edge in own_team} == {"Rita", "Ron"}
    assert {edge["node"]["personId"] for edge in own_team} == {ids["Rita"], ids["Ron"]}
    assert len(own_team) == 2 * 4
    for name in ("Top", "Olaf"):
        for query in (SNAPSHOTS, PERSON_SNAPSHOTS):
            hidden = await ask(key, query, id=ids[name])
            assert hidden == {"data": {"kpiSnapshots": {"edges": []}}}
    everyone = (await ask(await org.key_for(people["Rita"]), SNAPSHOTS))["data"]["kpiSnapshots"]["edges"]
    assert {edge["node"]["personId"] for edge in everyone} == {ids["Rita"]}


async def test_a_manager_above_the_scope_is_null(org: SalesOrg, ask: Ask) -> None:
    people = await tree(org)
    found = await ask(await org.key_for(people["Rita"]), "{ people { edges { node { name manager { name } } } } }")
    assert found == {"data": {"people": {"edges": [{"node": {"name": "Rita", "manager": None}}]}}}


async def test_a_key_may_do_what_its_scopes_say(org: SalesOrg, ask: Ask, database: Database) -> None:
    people = await tree(org)
    async with database.tenant(org.id) as session:
        data = CreateApiKey(name="Board", scopes=["kpi_snapshots:read"])
        key = (await create_api_key(session, org.system, data, ROLES)).key
    refused = await ask(key, "{ people { edges { cursor } } }")
    assert refused["errors"][0]["extensions"] == {
        "code": "permission_denied",
        "kind": "forbidden",
        "classification": "BAD_REQUEST",
        "fields": [],
    }
    id_ = to_global_id("Person", people["Rita"].id)
    rows = await ask(key, "query ($id: ID!) { kpiSnapshots(personId: $id) { edges { node { personId } } } }", id=id_)
    assert {edge["node"]["personId"] for edge in rows["data"]["kpiSnapshots"]["edges"]} == {id_}
    # What may not be seen is null beside what may.
    partly = await ask(key, PERSON_SNAPSHOTS.replace("kpi }", "kpi person { name } }"), id=id_)
    assert partly["data"]["kpiSnapshots"]["edges"][0]["node"] == {"kpi": "calls", "person": None}
    assert {error["extensions"]["code"] for error in partly["errors"]} == {"permission_denied"}
    me = await ask(key, "{ me { role person { id } permissions { edges { node } } } }")
    assert me["data"]["me"] == {
        "role": None,
        "person": None,
        "permissions": {"edges": [{"node": "kpi_snapshots:read"}]},
    }
