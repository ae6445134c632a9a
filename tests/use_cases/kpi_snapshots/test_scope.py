"""Whose snapshots a caller sees: a rep their own, a manager the tree below them on the day of `as_of`."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.dto.people import ManagerPeriodInput, PersonDTO
from service.organizations.use_cases.reporting_lines import add_manager_period
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, flow_kpi, model_document

SWITCH = date(2026, 3, 10)


@dataclass(frozen=True, slots=True)
class Tree:
    """Max leads Mia and Ann, Mia leads Bob; on the day of the switch Ann moves from Max to Zoe."""

    org: SalesOrg
    people: dict[str, PersonDTO]

    def principal(self, name: str) -> Principal:
        return self.org.acting_as(self.people[name])

    def id(self, name: str) -> UUID:
        return self.people[name].id

    async def names(self, as_whom: Principal, **query: Any) -> list[str]:
        """Who is in the answer."""
        by_id = {person.id: person.name for person in self.people.values()}
        return [by_id.get(item.person_id, "someone") for item in await self.org.snapshots(as_whom, **query)]


@pytest_asyncio.fixture(scope="module")
async def tree(database: Database) -> Tree:
    org = await make_sales_org(database)
    await org.activate(model_document(kpis=[flow_kpi("calls", CALLS)], targets=[]))
    start = {"manager_from": date(2026, 1, 1)}
    people = {name: await org.add_person(name, role="manager") for name in ("Max", "Zoe")}
    people["Mia"] = await org.add_person("Mia", role="manager", manager_id=people["Max"].id, **start)
    people["Ann"] = await org.add_person("Ann", manager_id=people["Max"].id, **start)
    people["Bob"] = await org.add_person("Bob", manager_id=people["Mia"].id, **start)
    async with org.database.tenant(org.id) as session:
        move = ManagerPeriodInput(manager_id=people["Zoe"].id, start_on=SWITCH)
        await add_manager_period(session, org.system, people["Ann"].id, move)
    return Tree(org, people)


async def test_a_rep_sees_themself(tree: Tree) -> None:
    ann = tree.principal("Ann")
    assert await tree.names(ann) == ["Ann"]
    assert await tree.names(ann, person_id=tree.id("Ann")) == ["Ann"]


async def test_a_manager_sees_the_tree_of_that_day(tree: Tree) -> None:
    before, after = tree.org.local(2026, 3, 9, 23, 59), tree.org.local(2026, 3, 10)
    assert await tree.names(tree.principal("Max"), as_of=before) == ["Ann", "Bob", "Max", "Mia"]
    assert await tree.names(tree.principal("Max"), as_of=after) == ["Bob", "Max", "Mia"]
    assert await tree.names(tree.principal("Zoe"), as_of=before) == ["Zoe"]
    assert await tree.names(tree.principal("Zoe"), as_of=after) == ["Ann", "Zoe"]


async def test_one_row_per_direct_report_of_that_day(tree: Tree) -> None:
    before, after = tree.org.local(2026, 3, 9, 23, 59), tree.org.local(2026, 3, 10)
    principal = tree.principal("Max")
    assert await tree.names(principal, manager_id=tree.id("Max"), as_of=before) == ["Ann", "Mia"]
    assert await tree.names(principal, manager_id=tree.id("Max"), as_of=after) == ["Mia"]
    assert await tree.names(principal, manager_id=tree.id("Mia"), as_of=after) == ["Bob"]


async def test_a_past_period_as_of_today_is_about_todays_team(tree: Tree) -> None:
    query = {"manager_id": tree.id("Max"), "period_start": "2026-02-01", "as_of": tree.org.local(2026, 3, 20)}
    assert await tree.names(tree.principal("Max"), **query) == ["Mia"]


@pytest.mark.parametrize(
    ("caller", "query"),
    [
        ("Ann", {"person_id": "Bob"}),
        ("Ann", {"manager_id": "Max"}),
        ("Mia", {"person_id": "Max"}),
        ("Mia", {"manager_id": "Max"}),
        ("Zoe", {"person_id": "Bob"}),
        ("Max", {"person_id": "Ann"}),
        ("Max", {"person_id": "nobody"}),
    ],
)
async def test_what_one_may_not_see_does_not_exist(tree: Tree, caller: str, query: dict[str, str]) -> None:
    asked = {name: tree.id(who) if who in tree.people else uuid4() for name, who in query.items()}
    with pytest.raises(ServiceError) as caught:
        await tree.org.snapshots(tree.principal(caller), as_of=tree.org.local(2026, 3, 20), **asked)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.NOT_FOUND, "person_not_found")


async def test_loaders_leave_out_what_one_may_not_see(tree: Tree) -> None:
    query = KpiSnapshotQuery(as_of=tree.org.local(2026, 3, 20))
    ids = [tree.id(name) for name in ("Ann", "Bob", "Mia")]
    async with tree.org.database.tenant(tree.org.id) as session:
        found = await kpi_snapshots_of(session, tree.principal("Mia"), ids, query)
    assert set(found) == {tree.id("Bob"), tree.id("Mia")}


async def test_a_key_needs_only_the_permission_to_read_snapshots(tree: Tree) -> None:
    key = Principal(org_id=tree.org.id, permissions=frozenset({Permission.KPI_SNAPSHOTS_READ.value}))
    assert set(tree.people) < set(await tree.names(key))
    assert await tree.names(key, manager_id=tree.id("Mia")) == ["Bob"]
    with pytest.raises(ServiceError) as caught:
        await tree.names(Principal(org_id=tree.org.id))
    assert caught.value.kind is ErrorKind.FORBIDDEN


async def test_person_and_manager_narrow_each_other(tree: Tree) -> None:
    reports = await tree.names(tree.org.system, manager_id=tree.id("Max"))
    assert reports
    for name in ("Ann", "Max"):
        found = await tree.names(tree.org.system, person_id=tree.id(name), manager_id=tree.id("Max"))
        assert found == [one for one in reports if one == name]


async def test_another_organizations_person_is_nobody(tree: Tree, database: Database) -> None:
    other = await make_sales_org(database)
    await other.activate(model_document())
    for name in ("person_id", "manager_id"):
        with pytest.raises(ServiceError) as caught:
            await other.snapshots(other.system, **{name: tree.id("Ann")})
        assert caught.value.kind is ErrorKind.NOT_FOUND
