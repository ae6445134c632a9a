"""What a version moves: computed as if each were active, for those whom the caller sees, a draft included."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.pace import Status
from service.kpi_snapshots.use_cases.changes import SHOWN, get_model_changes
from service.kpi_snapshots.versions.dto import KpiChangeDTO, ModelChangesDTO, ModelChangesQuery
from service.organizations.dto.people import PersonDTO
from service.success_models.differences import Change
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import create_success_model
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, model_document, target
from tests.fixtures.statements import counted_statements


async def draft(org: SalesOrg, **fields: Any) -> SuccessModelDTO:
    async with org.database.tenant(org.id) as session:
        return await create_success_model(session, org.system, model_document(**fields))


async def ask(org: SalesOrg, model_id: UUID, principal: Principal | None = None, **query: Any) -> ModelChangesDTO:
    asked = ModelChangesQuery.model_validate({"as_of": org.local(2026, 3, 20, 12), **query})
    async with org.database.tenant(org.id) as session:
        return await get_model_changes(session, principal or org.system, model_id, asked)


def of(found: ModelChangesDTO, kpi: str) -> KpiChangeDTO:
    (one,) = [change for change in found.kpis if change.kpi == kpi]
    return one


@pytest_asyncio.fixture
async def ann(org: SalesOrg) -> PersonDTO:
    """With three calls in March 2026, one of them connected, under version 1."""
    await org.activate(model_document())
    person = await org.add_person("Ann", hired_on="2025-01-01")
    for day, outcome in ((3, "connected"), (4, "busy"), (5, "busy")):
        await org.add_activity(person, org.local(2026, 3, day, 12), outcome=outcome)
    await org.refresh()
    return person


async def test_a_draft_says_whose_snapshots_it_would_move(org: SalesOrg, ann: PersonDTO) -> None:
    kpis = [flow_kpi("calls", CONNECTED), *model_document()["kpis"][1:]]
    version = await draft(org, kpis=kpis)
    found = await ask(org, version.id)
    assert (found.version, found.against_version) == (2, 1)
    calls = of(found, "calls")
    assert (calls.change, calls.pointers) == (Change.CHANGED, ["/kpis/0/measure"])
    (moved,) = [one for one in calls.snapshots if one.person_id == ann.id]
    assert (moved.value_before, moved.value_after) == (Decimal(3), Decimal(1))
    assert (moved.target_before, moved.target_after) == (Decimal(10), Decimal(10))
    assert [one.moved for one in found.kpis if one.kpi != "calls"] == [0, 0, 0]
    assert (await ask(org, version.id)) == found  # asking changed nothing


async def test_a_target_moves_everybody(org: SalesOrg, ann: PersonDTO) -> None:
    version = await draft(org, targets=[target("calls", "month", "2")])
    calls = of(await ask(org, version.id), "calls")
    assert calls.moved == 2  # Ann and the administrator
    (moved,) = [one for one in calls.snapshots if one.person_id == ann.id]
    assert (moved.target_before, moved.target_after) == (Decimal(10), Decimal(2))
    assert moved.status_after is Status.AHEAD
    assert moved.value_before == moved.value_after == Decimal(3)


async def test_added_and_removed_kpis_have_one_side(org: SalesOrg, ann: PersonDTO) -> None:
    kpis = [*model_document()["kpis"][1:], flow_kpi("talks", CALLS)]
    found = await ask(org, (await draft(org, kpis=kpis, targets=[])).id)
    added, removed = of(found, "talks"), of(found, "calls")
    assert (added.change, removed.change) == (Change.ADDED, Change.REMOVED)
    (gained,) = [one for one in added.snapshots if one.person_id == ann.id]
    (lost,) = [one for one in removed.snapshots if one.person_id == ann.id]
    assert (gained.value_before, gained.value_after) == (None, Decimal(3))
    assert (lost.value_before, lost.value_after) == (Decimal(3), None)


async def test_a_first_version_and_an_explicit_one(org: SalesOrg, ann: PersonDTO) -> None:
    second, third = await draft(org, name="Two"), await draft(org, targets=[])
    assert (await ask(org, third.id)).against_version == 2
    against = await ask(org, third.id, against=second.id)
    assert against == await ask(org, third.id)
    first = await ask(org, second.id, against=None)
    assert first.against_id is not None
    alone = await ask(org, first.against_id)
    assert (alone.against_id, {one.change for one in alone.kpis}) == (None, {Change.ADDED})


async def test_a_rep_learns_of_their_own_only(org: SalesOrg, ann: PersonDTO) -> None:
    bob = await org.add_person("Bob", hired_on="2025-01-01")
    version = await draft(org, targets=[target("calls", "month", "2")])
    found = of(await ask(org, version.id, org.acting_as(bob)), "calls")
    assert [one.person_id for one in found.snapshots] == [bob.id]
    assert found.moved == 1
    assert ann.id not in {one.person_id for one in found.snapshots}


async def test_not_more_than_a_hundred_are_shown(org: SalesOrg) -> None:
    await org.activate(model_document())
    for number in range(SHOWN + 5):
        await org.add_person(f"Rep{number:03}", hired_on="2025-01-01")
    version = await draft(org, targets=[target("calls", "month", "2")])
    with counted_statements(org.database) as statements:
        found = of(await ask(org, version.id), "calls")
    assert (found.moved, len(found.snapshots)) == (SHOWN + 6, SHOWN)
    assert len(statements) < 40


async def test_permissions_and_other_organizations(org: SalesOrg, ann: PersonDTO) -> None:
    version = await draft(org)
    with pytest.raises(ServiceError) as refused:
        await ask(org, version.id, Principal(org_id=org.id, permissions=frozenset()))
    assert refused.value.kind is ErrorKind.FORBIDDEN
    other = await make_sales_org(org.database)
    for model_id, against in ((version.id, None), (new_id(), None)):
        with pytest.raises(ServiceError) as hidden:
            await ask(other, model_id, against=against)
        assert hidden.value.code == "success_model_not_found"
    theirs = await draft(other)
    with pytest.raises(ServiceError) as foreign:
        await ask(org, version.id, against=theirs.id)
    assert foreign.value.code == "success_model_not_found"
