"""Benchmarks on the database: who counts as a peer, whose numbers are shown to whom, and which period it is."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.benchmarks import Proof, Tenure
from service.kpi_snapshots.dto import BenchmarkDTO, BenchmarksDTO, BenchmarksQuery
from service.kpi_snapshots.use_cases.benchmarks import get_benchmarks
from service.success_models.use_cases.success_models import create_success_model
from tests.factories.benchmarks import PeerOrg, make_peer_org
from tests.factories.sales_org import make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def peers(database: Database) -> PeerOrg:
    return await make_peer_org(database)


async def ask(peers: PeerOrg, principal: Principal | None = None, **query: Any) -> BenchmarksDTO:
    asked = BenchmarksQuery.model_validate({"as_of": peers.at, **query})
    async with peers.org.database.tenant(peers.org.id) as session:
        return await get_benchmarks(session, principal or peers.org.system, peers.model.id, asked)


async def test_quartiles_by_job_role_and_tenure(peers: PeerOrg) -> None:
    found = await ask(peers)
    assert (found.period_start, found.period_end) == (date(2025, 4, 1), date(2025, 6, 30))
    groups = {(one.job_role, one.tenure): one for one in found.benchmarks}
    assert {key: one.n for key, one in groups.items()} == {
        (None, None): 1,  # the administrator
        (None, Tenure.UNKNOWN): 1,
        ("AE", None): 15,
        ("AE", Tenure.TWO_YEARS_OR_MORE): 12,
        ("AE", Tenure.UNDER_6_MONTHS): 3,
        ("Manager", None): 1,
        ("Manager", Tenure.TWO_YEARS_OR_MORE): 1,
        ("SDR", None): 1,
        ("SDR", Tenure.TWO_YEARS_OR_MORE): 1,
    }
    old = groups["AE", Tenure.TWO_YEARS_OR_MORE]
    # 1 to 12 calls, as PostgreSQL's percentile_cont has them.
    assert (old.lower_quartile, old.median, old.upper_quartile) == (Decimal("3.75"), Decimal("6.5"), Decimal("9.25"))
    assert (old.proof, old.reliability) == (Proof.PROVEN, Decimal(1))
    assert old.proposed_target == old.upper_quartile
    few = groups["AE", Tenure.UNDER_6_MONTHS]
    assert (few.n, few.median, few.proposed_target, few.proof) == (3, None, None, Proof.TOO_FEW)


async def test_who_was_not_there_the_whole_period_is_no_peer(peers: PeerOrg) -> None:
    first = await ask(peers, period_start="2025-01-01")
    assert {one.tenure for one in first.benchmarks if one.job_role == "AE"} == {None, Tenure.TWO_YEARS_OR_MORE}
    (old,) = only(first, tenure=Tenure.TWO_YEARS_OR_MORE, job_role="AE")
    assert (old.n, old.median) == (12, Decimal("8.5"))
    assert old.proof is Proof.WITHIN_CHANCE  # nobody called in the quarter before


def only(found: BenchmarksDTO, **fields: Any) -> list[BenchmarkDTO]:
    return [one for one in found.benchmarks if all(getattr(one, name) == value for name, value in fields.items())]


async def test_filters(peers: PeerOrg) -> None:
    found = await ask(peers, kpi="calls", job_role="AE", tenure="2_years_or_more")
    assert [one.n for one in found.benchmarks] == [12]
    assert (await ask(peers, kpi="nothing")).benchmarks == []


async def test_a_month_and_a_running_period_can_be_asked_for(peers: PeerOrg) -> None:
    month = await ask(peers, period="month")
    assert month.period_start == date(2025, 7, 1)
    running = await ask(peers, period_start="2025-07-01")
    assert running.period_end == date(2025, 9, 30)


@pytest.mark.parametrize("who", ["rep", "lead"])
async def test_small_groups_are_for_those_who_see_everybody(peers: PeerOrg, who: str) -> None:
    person = peers.reps[0] if who == "rep" else peers.lead
    found = await ask(peers, peers.org.acting_as(person))
    assert {(one.job_role, one.tenure) for one in found.benchmarks} == {
        ("AE", None),
        ("AE", Tenure.TWO_YEARS_OR_MORE),
    }
    assert only(found, tenure=None) == only(await ask(peers), tenure=None, job_role="AE")


async def test_permissions_models_and_other_organizations(peers: PeerOrg) -> None:
    with pytest.raises(ServiceError) as refused:
        await ask(peers, Principal(org_id=peers.org.id, permissions=frozenset()))
    assert refused.value.kind is ErrorKind.FORBIDDEN
    other = await make_sales_org(peers.org.database)
    async with other.database.tenant(other.id) as session:
        for model_id in (peers.model.id, new_id()):
            with pytest.raises(ServiceError) as hidden:
                await get_benchmarks(session, other.system, model_id, BenchmarksQuery())
            assert hidden.value.code == "success_model_not_found"
        draft = await create_success_model(session, other.system, model_document())
        with pytest.raises(ServiceError) as inactive:
            await get_benchmarks(session, other.system, draft.id, BenchmarksQuery())
        assert inactive.value.code == "not_active"


async def test_a_start_that_starts_no_period_is_refused(peers: PeerOrg) -> None:
    with pytest.raises(ServiceError) as refused:
        await ask(peers, period_start="2025-01-02")
    assert [one.pointer for one in refused.value.fields] == ["period_start"]


async def test_any_number_of_people_in_as_many_statements(peers: PeerOrg, database: Database) -> None:
    small = await make_sales_org(database)
    model = await small.activate(peers.model.document.stored())
    counts = []
    for org, model_id in ((small, model.id), (peers.org, peers.model.id)):
        async with org.database.tenant(org.id) as session:
            with counted_statements(org.database) as statements:
                await get_benchmarks(session, org.system, model_id, BenchmarksQuery(as_of=peers.at))
        counts.append(len(statements))
    assert counts[0] == counts[1]
