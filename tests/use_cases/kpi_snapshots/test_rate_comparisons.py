"""Comparisons of rates on the database: who is compared, who is shown to whom, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.rates.comparing import CannotTell, Control
from service.kpi_snapshots.rates.dto import RateComparisonDTO, RateComparisonsDTO, RateComparisonsQuery
from service.kpi_snapshots.use_cases.rate_comparisons import get_rate_comparisons
from service.organizations.dto.people import PersonDTO
from tests.factories.rates import RatesOrg, make_rates_org
from tests.factories.sales_org import make_sales_org
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rates(database: Database) -> RatesOrg:
    return await make_rates_org(database)


async def ask(rates: RatesOrg, who: PersonDTO | None = None, **query: Any) -> RateComparisonsDTO:
    principal = rates.org.system if who is None else rates.org.acting_as(who)
    async with rates.org.database.tenant(rates.org.id) as session:
        asked = RateComparisonsQuery.model_validate({"as_of": rates.at, "kpi": ("connected-rate",), **query})
        return await get_rate_comparisons(session, principal, asked)


async def refused(rates: RatesOrg, who: PersonDTO | None = None, **query: Any) -> ServiceError:
    with pytest.raises(ServiceError) as error:
        await ask(rates, who, **query)
    return error.value


def of_aes(found: RateComparisonsDTO) -> RateComparisonDTO:
    (one,) = [comparison for comparison in found.comparisons if comparison.job_role == "AE"]
    return one


async def test_a_manager_reads_their_tree_by_name(rates: RatesOrg) -> None:
    found = await ask(rates, rates.lead)
    (compared,) = found.comparisons
    assert (found.tests, found.team_on) == (8, rates.at.date())
    assert [rate.name for rate in compared.rates] == ["New", *(f"Rep{number}" for number in range(8))]
    assert compared.peers is None
    newcomer, *others = compared.rates
    assert (newcomer.control, newcomer.cannot_tell, newcomer.rate) == (None, CannotTell.NO_CASES, None)
    assert [rate.control for rate in others] == [*[Control.IN_CONTROL] * 7, Control.BELOW]
    weak = others[-1]
    assert (weak.numerator, weak.n, weak.rate) == (6, 40, Decimal("0.15"))
    assert weak.estimate is not None
    assert weak.interval_low is not None
    assert weak.interval_high is not None
    assert weak.interval_low < weak.estimate < weak.interval_high
    assert (compared.people, compared.numerator, compared.n) == (8, 174, 320)
    assert compared.cases_needed_low is not None
    assert compared.funnel
    assert await ask(rates, manager_id=rates.lead.id) == found


async def test_a_rep_reads_themself_and_a_nameless_team(rates: RatesOrg) -> None:
    whole = of_aes(await ask(rates, rates.lead))
    for rep in (rates.reps[0], rates.reps[-1]):
        found = of_aes(await ask(rates, rep))
        assert [rate.person_id for rate in found.rates] == [rep.id]
        assert found.rates == [rate for rate in whole.rates if rate.person_id == rep.id]
        assert (found.noise_share, found.explanation) == (whole.noise_share, whole.explanation)
        assert found.peers is not None
        assert (found.peers.people, found.peers.n) == (7, 280)
        text = found.model_dump_json()
        assert not any(other.name in text or str(other.id) in text for other in rates.reps if other is not rep)


async def test_fewer_than_five_unseen_people_give_nothing_away(rates: RatesOrg) -> None:
    found = await ask(rates, rates.reps[0], team_id=rates.team.id)
    (compared,) = found.comparisons
    assert (compared.cannot_tell, compared.rate, compared.people) == (CannotTell.TOO_FEW_PEERS, None, 0)
    assert (compared.peers, compared.funnel, found.tests) == (None, [], 0)
    (own,) = compared.rates
    assert (own.numerator, own.n, own.estimate, own.limits) == (24, 40, None, None)
    shown = of_aes(await ask(rates, rates.lead, team_id=rates.team.id))
    assert [rate.name for rate in shown.rates] == ["Rep0", "Rep1", "Rep2"]


async def test_job_roles_are_compared_apart(rates: RatesOrg) -> None:
    everybody = await ask(rates)
    assert {one.job_role: one.cannot_tell for one in everybody.comparisons} == {
        None: CannotTell.NO_CASES,
        "AE": None,
        "Manager": CannotTell.NO_CASES,
        "SDR": CannotTell.ONE_PERSON,
    }
    every_kpi = await ask(rates, kpi=())
    assert {one.kpi for one in every_kpi.comparisons} == {"connected-rate", "win-rate"}


async def test_whose_team_one_may_ask_about(rates: RatesOrg) -> None:
    rep = rates.reps[0]
    assert await ask(rates, rep) == await ask(rates, rep, manager_id=rates.lead.id)
    above = await ask(rates, rep, manager_id=rates.head.id)
    assert of_aes(above).rates[0].person_id == rep.id
    by_sdr = await ask(rates, rates.sdr)
    assert of_aes(by_sdr).rates == []
    assert of_aes(by_sdr).peers is not None
    for stranger in (rates.alone, rates.sdr):
        assert (await refused(rates, stranger, manager_id=rates.lead.id)).code == "person_not_found"
        assert (await refused(rates, stranger, team_id=rates.team.id)).code == "team_not_found"
    own = await ask(rates, rates.alone)
    assert [rate.name for one in own.comparisons for rate in one.rates] == ["Alone"]


async def test_what_is_refused(rates: RatesOrg) -> None:
    both = await refused(rates, manager_id=rates.lead.id, team_id=rates.team.id)
    assert [fault.pointer for fault in both.fields] == ["team_id"]
    flow = await refused(rates, kpi=("calls",))
    assert [fault.pointer for fault in flow.fields] == ["kpi"]
    assert (await refused(rates, kpi=("nothing",))).code == "kpi_not_found"
    start = await refused(rates, period_start="2025-01-02")
    assert [fault.pointer for fault in start.fields] == ["period_start"]
    for name in ("manager_id", "team_id"):
        unknown: dict[str, Any] = {name: new_id()}
        assert (await refused(rates, **unknown)).kind is ErrorKind.NOT_FOUND
    async with rates.org.database.tenant(rates.org.id) as session:
        nobody = Principal(org_id=rates.org.id, permissions=frozenset())
        with pytest.raises(ServiceError) as forbidden:
            await get_rate_comparisons(session, nobody, RateComparisonsQuery())
    assert forbidden.value.kind is ErrorKind.FORBIDDEN


async def test_nothing_after_as_of_counts(rates: RatesOrg) -> None:
    before = of_aes(await ask(rates, rates.lead, as_of=rates.org.local(2025, 3, 5, 11)))
    assert (before.cannot_tell, before.n) == (CannotTell.NO_CASES, 0)


async def test_any_number_of_people_in_as_many_statements(rates: RatesOrg, database: Database) -> None:
    small = await make_sales_org(database)
    await small.activate(rates.model.document.stored())
    counts = []
    for org in (small, rates.org):
        async with org.database.tenant(org.id) as session:
            with counted_statements(org.database) as statements:
                await get_rate_comparisons(session, org.system, RateComparisonsQuery(as_of=rates.at))
        counts.append(len(statements))
    assert counts[0] == counts[1]
