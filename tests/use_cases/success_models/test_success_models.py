"""Versions of success models: drafted, activated, retired; an active one never changes."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from service.core.errors import ErrorKind, ServiceError
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import (
    activate_success_model,
    create_success_model,
    delete_success_model,
    get_success_model,
    list_active_models,
    list_success_models,
)
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document


async def draft(org: SalesOrg, **fields: Any) -> SuccessModelDTO:
    """A new version."""
    async with org.database.tenant(org.id) as session:
        return await create_success_model(session, org.system, model_document(**fields))


async def activate(org: SalesOrg, model_id: UUID) -> SuccessModelDTO:
    """The version, active."""
    async with org.database.tenant(org.id) as session:
        return await activate_success_model(session, org.system, model_id)


async def status_of(org: SalesOrg, model_id: UUID) -> str:
    """The version's state."""
    async with org.database.tenant(org.id) as session:
        return (await get_success_model(session, org.system, model_id)).status


async def test_a_known_key_gets_its_next_version(org: SalesOrg) -> None:
    first, second, other = await draft(org), await draft(org, name="Better"), await draft(org, key="other")
    assert [(model.version, model.status) for model in (first, second, other)] == [
        (1, "draft"),
        (2, "draft"),
        (1, "draft"),
    ]
    assert second.document.name == "Better"


async def test_versions_made_at_once_do_not_collide(org: SalesOrg) -> None:
    made = await asyncio.gather(*(draft(org) for _ in range(4)))
    assert sorted(model.version for model in made) == [1, 2, 3, 4]


async def test_activation_retires_the_model_of_the_same_job_role(org: SalesOrg) -> None:
    first, other_role = await draft(org), await draft(org, key="ae", job_role="AE")
    await activate(org, first.id)
    await activate(org, other_role.id)
    second = await draft(org)
    active = await activate(org, second.id)
    assert active.activated_at is not None
    assert [await status_of(org, model.id) for model in (first, other_role, second)] == ["retired", "active", "active"]
    async with org.database.tenant(org.id) as session:
        assert {model.id for model in await list_active_models(session, org.system)} == {other_role.id, second.id}


async def test_activating_twice_changes_nothing(org: SalesOrg) -> None:
    model = await draft(org)
    assert await activate(org, model.id) == await activate(org, model.id)


async def test_activations_at_once_leave_one_active(org: SalesOrg) -> None:
    models = [await draft(org) for _ in range(4)]
    await asyncio.gather(*(activate(org, model.id) for model in models))
    assert sorted([await status_of(org, model.id) for model in models]) == ["active", *["retired"] * 3]


async def test_activation_writes_its_job_in_the_same_transaction(org: SalesOrg) -> None:
    model = await draft(org)
    async with org.database.tenant(org.id) as session:
        await activate_success_model(session, org.system, model.id)
        jobs = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'build_measures' AND payload LIKE :org")
        connection = await session.connection()
        found = await connection.execute(jobs, {"org": f"%{org.id}%".encode()})
        assert found.scalar_one() == 1
        await session.rollback()
    assert await status_of(org, model.id) == "draft"


async def test_a_retired_version_stays_retired(org: SalesOrg) -> None:
    first, second = await draft(org), await draft(org)
    await activate(org, first.id)
    await activate(org, second.id)
    with pytest.raises(ServiceError) as caught:
        await activate(org, first.id)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.CONFLICT, "success_model_retired")


async def test_only_drafts_can_be_deleted(org: SalesOrg) -> None:
    unused, used = await draft(org), await draft(org)
    await activate(org, used.id)
    async with org.database.tenant(org.id) as session:
        await delete_success_model(session, org.system, unused.id)
        with pytest.raises(ServiceError) as caught:
            await delete_success_model(session, org.system, used.id)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.CONFLICT, "success_model_not_draft")
    with pytest.raises(ServiceError) as gone:
        await status_of(org, unused.id)
    assert gone.value.code == "success_model_not_found"


async def test_lists_are_paged_and_filtered(org: SalesOrg) -> None:
    models = [await draft(org) for _ in range(3)]
    await activate(org, models[0].id)
    async with org.database.tenant(org.id) as session:
        first = await list_success_models(session, org.system, None, PageRequest(2))
        rest = await list_success_models(session, org.system, None, PageRequest(2, first.next_cursor))
        drafts = await list_success_models(session, org.system, "draft", PageRequest())
    assert [item.id for item in (*first.items, *rest.items)] == [model.id for model in models]
    assert rest.next_cursor is None
    assert [item.id for item in drafts.items] == [models[1].id, models[2].id]


@pytest.mark.parametrize("act", [activate_success_model, delete_success_model, get_success_model])
async def test_unknown_versions_are_not_found(org: SalesOrg, act: Any) -> None:
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError) as caught:
            await act(session, org.system, uuid4())
    assert caught.value.kind is ErrorKind.NOT_FOUND


@pytest.mark.parametrize("act", [activate_success_model, delete_success_model, get_success_model])
async def test_permissions_come_first(org: SalesOrg, act: Any) -> None:
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError) as caught:
            await act(session, Principal(org_id=org.id), uuid4())
    assert caught.value.kind is ErrorKind.FORBIDDEN
