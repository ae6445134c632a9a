"""The demo organization: people, model, connections and a year of history, made once per home folder."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from service.activities.dto.sources import SourceMapping
from service.coaching_sessions.dto.programmes import CreateCoachingProgramme
from service.coaching_sessions.use_cases.programmes import create_coaching_programme
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.crm.dto.connections import CreateCrmConnection, CrmSystem
from service.crm.imports.runner import run_import
from service.crm.use_cases.connections import create_crm_connection
from service.demo.archetypes import MANAGERS, REPS
from service.demo.generator import generate
from service.demo.history import write_history
from service.demo.identifiers import APP_ID, PORTAL_ID, SALESFORCE_ORG_ID
from service.demo.salesforce import FIELD_MAPPING
from service.demo.skills import assess_reps
from service.demo.state import DemoState
from service.kpi_snapshots.tasks import build_measures
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.organizations import CreateOrganization, UpdateOrganization
from service.organizations.dto.people import PersonFilter
from service.organizations.use_cases.api_keys import create_api_key
from service.organizations.use_cases.organizations import create_organization, update_organization
from service.organizations.use_cases.people import list_people
from service.success_models.use_cases.success_models import (
    activate_success_model,
    create_success_model,
    shipped_document,
)

NAME = "Touchline Demo"
REPLAYED_DAYS = 21

PROCESS_STANDARD = "0.5"

TARGETS = {
    "calls-made": ("40", "170", "510"),
    "connected-call-rate": ("0.35", "0.35", "0.35"),
    "emails-sent": ("20", "85", "255"),
    "meetings-held": ("3.5", "15", "45"),
    "opportunities-created": ("1.4", "6", "18"),
    "deals-to-discovery": ("0.8", "3.5", "10"),
    "proposals-made": ("0.6", "2.5", "8"),
    "deals-won": ("0.3", "1.2", "3.6"),
    "win-rate-closed": ("0.2", "0.2", "0.2"),
    "won-amount": ("5000", "20000", "60000"),
}


def demo_model() -> dict[str, Any]:
    """The shipped model with targets that fit the demo's people, and a standard that its steady reps keep.

    A steady rep meets a weekly target in somewhat more than half of the weeks: the targets ask for the mean.
    """
    document = shipped_document("b2b_outbound")
    document["process_standard"] = PROCESS_STANDARD
    document["targets"] = [
        {"kpi": kpi, "period": period, "value": value, "scope": {"organization": True}}
        for kpi, values in TARGETS.items()
        for period, value in zip(("week", "month", "quarter"), values, strict=True)
    ]
    return document


def weekly_sessions(today: date) -> CreateCoachingProgramme:
    """Everybody who reports to somebody has half an hour a week, from tomorrow on."""
    return CreateCoachingProgramme(
        name="Weekly one-to-ones",
        description="What to do next, and why it works",
        rule="FREQ=WEEKLY;BYDAY=TU",
        starts_on=today + timedelta(days=1),
        starts_at=time(9),
        format_key="grow",
    )


async def create_demo(runtime: Runtime, *, port: int, seed: int, today: date, say: Callable[[str], None]) -> DemoState:
    """Create the organization, its model and connections, and import its history up to three weeks ago."""
    cut = datetime.combine(today - timedelta(days=REPLAYED_DAYS), time.min, UTC)
    organization, admin_key = await create_organization(
        runtime.database,
        CreateOrganization(name=NAME, admin_email="admin@demo.example", admin_name="Ada Admin"),
    )
    principal = Principal.system(organization.id)
    async with runtime.database.tenant(organization.id) as session:
        # The demo's manager reads on the day that the numbers arrive: nobody waits for a grace time.
        await update_organization(session, principal, UpdateOrganization(opportunity_grace_working_days=0))
        model = await create_success_model(session, principal, demo_model())
        await activate_success_model(session, principal, model.id)
        await create_coaching_programme(session, principal, weekly_sessions(today))
    await build_measures(runtime.database, organization.id)
    secret = secrets.token_hex(16)
    async with runtime.database.tenant(organization.id) as session:
        hubspot_url, salesforce_url = await _connect(session, principal, runtime, secret)
    say("Importing twelve months of history")
    folder = runtime.settings.home / "demo"
    data = generate(seed, today, cut)
    for kind, path, mapping in write_history(folder, data, cut):
        report = await run_import(runtime.database, organization.id, kind, path, mapping)
        if report.faults:
            fault = report.faults[0]
            raise RuntimeError(f"{path}, line {fault.line}, {fault.column}: {fault.message}")
        say(f"  {report.rows:>6} rows of {path.name}")
    async with runtime.database.tenant(organization.id) as session:
        manager_key, manager_id = await _key(session, principal, MANAGERS[0].email)
        rep_key, rep_id = await _key(session, principal, REPS[0].email)
    say("Assessing skills: each manager rates their reps")
    async with runtime.database.tenant(organization.id) as session:
        await assess_reps(session, organization.id)
    return DemoState(
        org_id=str(organization.id),
        seed=seed,
        first_run=today,
        cut=cut,
        replayed_until=cut,
        admin_key=admin_key.key,
        manager_key=manager_key,
        rep_key=rep_key,
        manager_id=str(manager_id),
        rep_id=str(rep_id),
        hubspot_secret=secret,
        hubspot_url=hubspot_url,
        salesforce_url=salesforce_url,
        port=port,
    )


async def _connect(session: TenantSession, principal: Principal, runtime: Runtime, secret: str) -> tuple[str, str]:
    """The receivers' URLs of both connections; a portal belongs to one organization of an installation."""
    box, base_url = runtime.secret_box, runtime.settings.base_url
    hubspot = CreateCrmConnection(
        system=CrmSystem.HUBSPOT,
        name="Demo HubSpot",
        account_id=PORTAL_ID,
        app_id=APP_ID,
        secret=SecretStr(secret),
    )
    salesforce = CreateCrmConnection(
        system=CrmSystem.SALESFORCE,
        name="Demo Salesforce",
        account_id=SALESFORCE_ORG_ID,
        mapping=SourceMapping(fields=FIELD_MAPPING),
    )
    first = await create_crm_connection(session, principal, hubspot, box, base_url)
    second = await create_crm_connection(session, principal, salesforce, box, base_url)
    return first.receiver_url, second.receiver_url


async def _key(session: TenantSession, principal: Principal, email: str) -> tuple[str, UUID]:
    people = await list_people(session, principal, PersonFilter(email=email), PageRequest(limit=1))
    person = people.items[0]
    key = await create_api_key(session, principal, CreateApiKey(name=f"Demo: {person.name}", person_id=person.id))
    return key.key, person.id
