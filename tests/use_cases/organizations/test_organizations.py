"""An organization's life: made by the operator, set by its administrator, exported, deleted."""

from typing import Any

import orjson
import pytest

import service.activities.models
import service.crm.models
import service.kpi_snapshots.models
import service.success_models.models  # noqa: F401 - imported for the metadata, as those above
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.errors import ServiceError
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.core.tables import metadata
from service.core.tenancy import NON_TENANT_TABLES, tenant_tables
from service.organizations import tasks
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.use_cases.lifecycle import export_organization
from service.organizations.use_cases.organizations import (
    DELETE_ORGANIZATION,
    find_organization_id,
    get_organization,
    list_organization_ids,
    request_deletion,
    update_organization,
)
from tests.factories.rows import fill_organization
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.jobs import waiting_jobs


async def update(org: SalesOrg, **changes: Any) -> None:
    async with org.database.tenant(org.id) as session:
        await update_organization(session, org.system, UpdateOrganization(**changes))


async def test_a_name_is_unique_whatever_its_case(database: Database) -> None:
    org = await make_sales_org(database, name="Ångström & Sons Nº1")
    with pytest.raises(ServiceError) as refused:
        await make_sales_org(database, name="  ÅNGSTRÖM & sons nº1 ")
    assert refused.value.code == "organization_name_taken"
    other = await make_sales_org(database)
    with pytest.raises(ServiceError, match="of this name exists"):
        await update(other, name="ångström & sons Nº1")
    await update(org, name="ÅNGSTRÖM & Sons Nº1")
    await update(org, name="Renamed Nº1")
    assert await find_organization_id(database, "renamed nº1") == org.id
    assert await find_organization_id(database, str(org.id)) == org.id
    assert await find_organization_id(database, "Ångström & Sons Nº1") is None


@pytest.mark.parametrize(
    ("changes", "jobs"),
    [
        ({"time_zone": "Asia/Tokyo"}, ["cascade_programmes", "rederive_all", "refresh_snapshots"]),
        ({"currency": "EUR"}, ["rederive_all", "refresh_snapshots"]),
        ({"time_zone": "America/New_York", "currency": "USD"}, []),
        ({"week_start": 7, "fiscal_year_start_month": 4}, ["refresh_snapshots"]),
        ({"working_weekdays": [7, 1, 1]}, ["cascade_programmes", "refresh_snapshots"]),
        ({"session_horizon_weeks": 4}, ["cascade_programmes"]),
        ({"working_weekdays": [5, 4, 3, 2, 1], "holiday_calendar": None, "name": "Another name"}, []),
    ],
)
async def test_a_change_of_days_or_money_derives_facts_anew_and_one_of_working_time_snapshots(
    org: SalesOrg, changes: dict[str, Any], jobs: list[str]
) -> None:
    await update(org, **changes)
    assert await waiting_jobs(org.database, org.id) == jobs


async def test_a_rep_may_read_it_and_not_change_it(org: SalesOrg) -> None:
    ann = org.acting_as(await org.add_person("Ann"))
    async with org.database.tenant(org.id) as session:
        assert (await get_organization(session, ann)).id == org.id
        with pytest.raises(ServiceError, match="organization:write"):
            await update_organization(session, ann, UpdateOrganization(name="Mine"))
        with pytest.raises(ServiceError, match="organization:write"):
            await request_deletion(session, ann)


async def exported(database: Database, org_id: Any) -> list[dict[str, Any]]:
    async with database.tenant(org_id) as session:
        return [orjson.loads(line) async for line in export_organization(session, Principal.system(org_id))]


async def test_an_export_holds_every_table_and_no_secret(database: Database) -> None:
    org_id = await fill_organization(database)
    lines = await exported(database, org_id)
    tables = {table.name for table in tenant_tables(metadata)}
    assert {line["table"] for line in lines} == tables - {"private_note", "coaching_rating", "idempotency_record"}
    assert {line["row"]["org_id"] for line in lines} == {str(org_id)}
    assert not {"secret", "previous_secret", "token_hash", "key_hash"} & {
        name for line in lines for name in line["row"]
    }


async def test_deletion_is_one_job_and_leaves_nothing(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> None:
    gone, stays = await fill_organization(database), await fill_organization(database)
    untouched = await exported(database, stays)
    async with database.tenant(gone) as session:
        await request_deletion(session, Principal.system(gone))
    assert await waiting_jobs(database, gone) == [DELETE_ORGANIZATION]
    delete = tasks.handlers(Runtime(settings, urls, database, secret_box))[DELETE_ORGANIZATION]
    for _ in range(2):  # a job runs at least once
        await delete(gone, {})
    assert await exported(database, gone) == []
    async with database.directory() as session:
        connection = await session.connection()
        for name, table in metadata.tables.items():
            if name in NON_TENANT_TABLES and "org_id" in table.c:
                rows = (await connection.execute(table.select().where(table.c.org_id == gone))).all()
                assert rows == [], name
    assert gone not in await list_organization_ids(database)
    assert await exported(database, stays) == untouched
