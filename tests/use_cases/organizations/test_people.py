"""People: who may be changed by whom, and what a change sets in motion."""

import asyncio
from typing import Any

import pytest

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.organizations.dto.people import ExternalIdentityInput, PersonDTO, UpdatePerson
from service.organizations.use_cases.people import (
    delete_external_identity,
    delete_person,
    get_people,
    get_person,
    owner_identities,
    put_external_identity,
    update_person,
)
from tests.factories.sales_org import SalesOrg
from tests.fixtures.jobs import waiting_jobs


async def update(org: SalesOrg, person: PersonDTO, **changes: Any) -> PersonDTO:
    async with org.database.tenant(org.id) as session:
        return await update_person(session, org.system, person.id, UpdatePerson(**changes))


async def delete(org: SalesOrg, person: PersonDTO) -> None:
    async with org.database.tenant(org.id) as session:
        await delete_person(session, org.system, person.id)


async def admin_of(org: SalesOrg) -> PersonDTO:
    """The administrator the organization was created with."""
    async with org.database.tenant(org.id) as session:
        owners = await owner_identities(session, org.system, "none")
        return await get_person(session, org.system, owners["admin@example.com"])


async def test_a_person_with_manager_and_identities(org: SalesOrg) -> None:
    boss = await org.add_person("Boss", role="manager")
    ann = await org.add_person(
        "Ann",
        email="ANN@Example.com",
        hired_on="2026-01-05",
        manager_id=boss.id,
        external_identities=[{"system": "hubspot", "external_id": "7"}],
    )
    assert (ann.email, ann.manager_id) == ("ann@example.com", boss.id)
    assert [(identity.system, identity.external_id) for identity in ann.external_identities] == [("hubspot", "7")]
    assert await waiting_jobs(org.database, org.id) == [
        *["cascade_programmes", "cascade_programmes", "claim_unmapped", "claim_unmapped"],
        *["refresh_snapshots", "refresh_snapshots"],
    ]


async def test_an_address_belongs_to_one_person(org: SalesOrg) -> None:
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    with pytest.raises(ServiceError) as refused:
        await org.add_person("Other", email="Ann@Example.Com")
    assert refused.value.code == "person_email_taken"
    with pytest.raises(ServiceError) as refused:
        await update(org, bob, email=ann.email)
    assert (refused.value.code, refused.value.fields[0].pointer) == ("person_email_taken", "/email")


async def test_another_address_derives_facts_anew_and_another_name_does_not(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    before = await waiting_jobs(org.database, org.id)
    await update(org, ann, name="Ann B")
    assert await waiting_jobs(org.database, org.id) == before
    await update(org, ann, job_role="AE", name="Ann C")
    assert await waiting_jobs(org.database, org.id) == sorted([*before, "cascade_programmes", "refresh_snapshots"])
    assert (await update(org, ann, email="ann.b@example.com", job_role=None)).job_role is None
    assert await waiting_jobs(org.database, org.id) == sorted(
        [*before, "rederive_all", *["cascade_programmes", "refresh_snapshots"] * 2]
    )


@pytest.mark.parametrize("changes", [{"role": "rep"}, {"left_on": "2030-01-01"}])
async def test_the_last_administrator_stays(org: SalesOrg, changes: dict[str, str]) -> None:
    admin = await admin_of(org)
    with pytest.raises(ServiceError) as refused:
        await update(org, admin, **changes)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "last_admin")
    assert refused.value.fields[0].pointer == f"/{next(iter(changes))}"
    with pytest.raises(ServiceError, match="at least one administrator"):
        await delete(org, admin)
    second = await org.add_person("Second", role="admin")
    await update(org, admin, **changes)
    with pytest.raises(ServiceError, match="at least one administrator"):
        await delete(org, second)


async def test_an_administrator_who_has_left_does_not_count_and_can_be_deleted(org: SalesOrg) -> None:
    gone = await org.add_person("Gone", role="admin", left_on="2026-01-01")
    with pytest.raises(ServiceError, match="at least one administrator"):
        await delete(org, await admin_of(org))
    await delete(org, gone)


async def test_two_administrators_cannot_demote_each_other_at_once(org: SalesOrg) -> None:
    """Each transaction alone would leave one; together they would leave none."""
    first, second = await admin_of(org), await org.add_person("Second", role="admin")
    outcomes = await asyncio.gather(
        update(org, first, role="rep"), update(org, second, role="rep"), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, ServiceError)]
    assert [error.code for error in refused] == ["last_admin"]


async def test_left_before_hired(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", hired_on="2026-02-01")
    with pytest.raises(ServiceError) as refused:
        await update(org, ann, left_on="2026-01-31")
    assert refused.value.fields[0].pointer == "/left_on"


async def test_a_deleted_person_is_gone_with_all_that_names_them(org: SalesOrg) -> None:
    boss = await org.add_person("Boss", role="manager")
    ann = await org.add_person("Ann", manager_id=boss.id)
    await delete(org, boss)
    async with org.database.tenant(org.id) as session:
        assert (await get_person(session, org.system, ann.id)).manager_id is None
        assert await get_people(session, org.system, [boss.id]) == {}
    assert "rederive_all" in await waiting_jobs(org.database, org.id)


async def test_identities_are_one_persons_in_either_form(org: SalesOrg) -> None:
    """The 15- and the 18-character id of Salesforce are the same owner."""
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    short, long = "001A0000006Vm9r", "001A0000006Vm9rIAC"
    async with org.database.tenant(org.id) as session:
        identity = ExternalIdentityInput(system="salesforce", external_id=short)
        found = await put_external_identity(session, org.system, ann.id, identity)
        assert [one.external_id for one in found.external_identities] == [long]
        owners = await owner_identities(session, org.system, "salesforce")
        assert owners[long] == owners["ann@example.com"] == ann.id
        assert long not in await owner_identities(session, org.system, "hubspot")
    jobs = await waiting_jobs(org.database, org.id)
    async with org.database.tenant(org.id) as session:
        again = ExternalIdentityInput(system="salesforce", external_id=long)
        await put_external_identity(session, org.system, ann.id, again)
        with pytest.raises(ServiceError) as refused:
            await put_external_identity(session, org.system, bob.id, again)
        assert refused.value.code == "external_identity_taken"
    assert await waiting_jobs(org.database, org.id) == jobs
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError, match="No such external identity"):
            await delete_external_identity(session, org.system, bob.id, "salesforce", short)
        await delete_external_identity(session, org.system, ann.id, "salesforce", short)
    assert await waiting_jobs(org.database, org.id) == sorted([*jobs, "rederive_all"])


async def test_who_may_write_people_cannot_make_administrators(org: SalesOrg) -> None:
    """Else a narrow key could raise itself to the widest."""
    narrow = Principal(org.id, frozenset({"people:read", "people:write"}))
    ann, admin = await org.add_person("Ann"), await admin_of(org)
    await org.add_person("Second", role="admin")
    async with org.database.tenant(org.id) as session:
        for attempt in (
            update_person(session, narrow, ann.id, UpdatePerson(role="admin")),
            update_person(session, narrow, ann.id, UpdatePerson(role="enablement")),
            update_person(session, narrow, admin.id, UpdatePerson(role="rep")),
            delete_person(session, narrow, admin.id),
        ):
            with pytest.raises(ServiceError, match="roles:write"):
                await attempt
        assert (await update_person(session, narrow, ann.id, UpdatePerson(role="manager"))).role == "manager"


async def test_writing_needs_its_permission(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", role="manager")
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError, match="people:write"):
            await update_person(session, org.acting_as(ann), ann.id, UpdatePerson(role="admin"))
        with pytest.raises(ServiceError, match="people:write"):
            await delete_person(session, org.acting_as(ann), ann.id)
