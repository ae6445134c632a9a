"""The way back from a quota on the database: from facts to needs, who may ask, and what cannot be planned."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.planning.dto import LeverKind, PlanNote, PlanRequest
from service.kpi_snapshots.planning.levers import BetterBy
from service.kpi_snapshots.use_cases.planning import plan_way_back
from service.success_models.use_cases.success_models import create_success_model
from tests.factories.planning import CALLS_PER_DEAL, DEALS, QUOTA, SellingTeam, make_selling_team
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, flow_kpi, model_document
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> SellingTeam:
    """One for all that only read."""
    return await make_selling_team(database)


async def test_from_the_quota_to_calls_per_week(team: SellingTeam) -> None:
    plan = await team.plan()
    assert (plan.kpi, plan.quota, plan.won, plan.missing) == ("won-amount", Decimal(QUOTA), Decimal(0), Decimal(QUOTA))
    assert plan.quota_reason
    assert (str(plan.period_start), str(plan.period_end)) == ("2026-01-01", "2026-03-31")
    assert plan.notes == []
    opportunities, calls = plan.requirements
    assert (opportunities.key, calls.key) == ("opportunities", "calls")
    for needed in (opportunities, calls):
        assert needed.low is not None
        assert needed.needed is not None
        assert needed.high is not None
        assert 0 < needed.low < needed.needed < needed.high
    # 10 days of February and 22 of March, less the hour since eight.
    assert plan.working_days_left == Decimal("31.90")
    assert opportunities.needed is not None
    assert opportunities.per_week is not None
    assert 0 <= opportunities.per_week - opportunities.needed * 5 / plan.working_days_left < Decimal("0.1")
    assert calls.needed is not None
    assert calls.needed > 3 * opportunities.needed
    assert plan.probability == 0


async def test_ann_learns_which_step_the_best_do_better(team: SellingTeam) -> None:
    plan = await team.plan()
    levers = {lever.key: lever for lever in plan.levers}
    assert list(levers) == ["calls", "stage:discovery", "stage:proposal", "deal_size"]
    assert levers["calls"].kind is LeverKind.ACTIVITY
    assert levers["calls"].value == pytest.approx(Decimal(1) / CALLS_PER_DEAL, abs=Decimal("0.02"))
    assert levers["calls"].n == DEALS * CALLS_PER_DEAL
    first, last = levers["stage:discovery"], levers["stage:proposal"]
    assert first.name == "Discovery → Proposal"
    assert (first.n, last.n) == (24, 12)
    assert last.interval_low < Decimal(4) / 12 < last.interval_high
    assert {first.better_by, last.better_by} == {BetterBy.PEERS}
    assert plan.most_telling == max(plan.levers, key=lambda lever: lever.saves).key
    bo = await team.plan(person_id=team.reps[1].id)
    assert bo.requirements[0].needed is not None
    assert plan.requirements[0].needed is not None
    assert bo.requirements[0].needed < plan.requirements[0].needed


async def test_more_confidence_needs_more(team: SellingTeam) -> None:
    sure, even = await team.plan(confidence="0.95"), await team.plan(confidence="0.5")
    assert sure.requirements[0].needed == sure.requirements[0].high
    assert even.requirements[0].needed == even.requirements[0].low
    assert even.requirements[0].needed == sure.requirements[0].low


async def test_a_quota_can_be_given(team: SellingTeam) -> None:
    half = await team.plan(quota="25000")
    assert (half.quota, half.quota_reason) == (Decimal(25_000), "As it was asked for.")
    assert half.requirements[0].needed is not None
    whole = (await team.plan()).requirements[0].needed
    assert whole is not None
    assert half.requirements[0].needed < whole


async def test_what_is_won_and_what_is_open_count(database: Database) -> None:
    team = await make_selling_team(database)
    before = await team.plan()
    org = team.org
    await org.add_deal(team.ann, org.local(2026, 1, 5), org.local(2026, 2, 2), "won", amount=20_000)
    soon = await org.add_deal(team.ann, org.local(2026, 2, 2), amount=9000)
    late = await org.add_deal(team.ann, org.local(2026, 2, 2), amount=9000)
    for made, due in ((soon, "2026-03-15"), (late, "2026-06-15")):
        made.close_date_history = [{"at": "2026-02-02T12:00:00+00:00", "on": "2026-02-02", "close_on": due, "slips": 0}]
        made.stage_history = [{"at": "2026-02-02T12:00:00+00:00", "on": "2026-02-02", "stage": "proposal"}]
        made.owner_history = [{"at": "2026-02-02T12:00:00+00:00", "person_id": str(team.ann.id)}]
        made.amount_history = [{"at": "2026-02-02T12:00:00+00:00", "amount": "9000"}]
        async with org.database.tenant(org.id) as session:
            await session.merge(made)
    await org.refresh()
    after = await team.plan()
    assert (after.won, after.missing, after.open_deals) == (Decimal(20_000), Decimal(30_000), 1)
    assert after.open_expected is not None
    assert 0 < after.open_expected < 9000
    assert before.requirements[0].needed is not None
    assert after.requirements[0].needed is not None
    assert after.requirements[0].needed < before.requirements[0].needed
    reached = await team.plan(quota="15000")
    assert (reached.notes, reached.probability, reached.most_telling) == ([PlanNote.REACHED], Decimal(1), None)
    assert {one.needed for one in reached.requirements} == {0}


async def test_without_stage_history_the_way_is_one_step(org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann", hired_on="2024-01-01")
    for number in range(12):
        created = org.local(2025, 6, 2) + timedelta(days=7 * number)
        await org.add_deal(ann, created, created + timedelta(days=9), ["won", "lost"][number % 2], amount=1000)
    await org.refresh()
    data = PlanRequest(person_id=ann.id, quota=Decimal(9000), as_of=org.local(2026, 2, 16, 9))
    async with org.database.tenant(org.id) as session:
        plan = await plan_way_back(session, org.system, model.id, data)
    assert plan.notes == [PlanNote.NO_STAGE_HISTORY, PlanNote.NO_ACTIVITY]
    assert [lever.key for lever in plan.levers] == ["won", "deal_size"]
    opportunities, calls = plan.requirements
    assert opportunities.needed
    assert (calls.needed, calls.per_week) == (None, None)


async def test_who_never_won_is_told_nothing(org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann", hired_on="2024-01-01")
    data = PlanRequest(person_id=ann.id, quota=Decimal(9000), as_of=org.local(2026, 2, 16, 9))
    async with org.database.tenant(org.id) as session:
        plan = await plan_way_back(session, org.system, model.id, data)
    assert PlanNote.NO_WON_DEALS in plan.notes
    assert (plan.requirements, plan.levers, plan.probability, plan.open_expected) == ([], [], None, None)


@pytest.mark.parametrize(("who", "may"), [("ann", True), ("lead", True), ("bo", False)])
async def test_who_may_ask(team: SellingTeam, who: str, may: bool) -> None:
    person = {"ann": team.ann, "lead": team.lead, "bo": team.reps[1]}[who]
    if may:
        assert await team.plan(team.org.acting_as(person)) == await team.plan()
    else:
        with pytest.raises(ServiceError) as refused:
            await team.plan(team.org.acting_as(person))
        assert refused.value.code == "person_not_found"


async def test_permissions_and_other_organizations(team: SellingTeam) -> None:
    nobody = Principal(org_id=team.org.id, permissions=frozenset())
    with pytest.raises(ServiceError) as refused:
        await team.plan(nobody)
    assert refused.value.kind is ErrorKind.FORBIDDEN
    other = await make_sales_org(team.org.database)
    async with other.database.tenant(other.id) as session:
        with pytest.raises(ServiceError) as hidden:
            await plan_way_back(session, other.system, team.model.id, PlanRequest(person_id=team.ann.id))
    assert hidden.value.code == "success_model_not_found"


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"person_id": str(new_id())}, "person_not_found", None),
        ({"kpi": "calls"}, "invalid_input", "/kpi"),
        ({"period_start": "2025-01-01"}, "invalid_input", "/period_start"),
        ({"period_start": "2026-01-02"}, "invalid_input", "/period_start"),
        ({"kpi": "won-amount", "period": "week"}, None, None),
    ],
)
async def test_what_cannot_be_planned(
    team: SellingTeam, asked: dict[str, Any], code: str | None, pointer: str | None
) -> None:
    if code is None:
        assert (await team.plan(**asked)).quota < QUOTA  # the quarter's quota, spread over its weeks
        return
    with pytest.raises(ServiceError) as refused:
        await team.plan(**asked)
    assert refused.value.code == code
    assert [one.pointer for one in refused.value.fields] == ([] if pointer is None else [pointer])


async def test_models_that_do_not_fit(org: SalesOrg) -> None:
    no_quota = model_document(kpis=[flow_kpi("calls", CALLS)], targets=[])
    model = await org.activate(no_quota)
    ann = await org.add_person("Ann")
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await plan_way_back(session, org.system, model.id, PlanRequest(person_id=ann.id))
        assert refused.value.code == "no_quota_kpi"
        draft = await create_success_model(session, org.system, model_document())
        with pytest.raises(ServiceError) as inactive:
            await plan_way_back(session, org.system, draft.id, PlanRequest(person_id=ann.id))
        assert inactive.value.code == "not_their_model"


async def test_without_a_target_the_quota_must_be_said(org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann")
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await plan_way_back(session, org.system, model.id, PlanRequest(person_id=ann.id))
    assert [one.pointer for one in refused.value.fields] == ["/quota"]


async def test_as_many_statements_for_a_small_team_as_for_a_large_one(team: SellingTeam, org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann", hired_on="2024-01-01")
    await org.add_deal(ann, org.local(2025, 6, 2), org.local(2025, 7, 2), "won", amount=1000)
    counts = []
    for place, model_id, person, at in (
        (org, model.id, ann, org.local(2026, 2, 16, 9)),
        (team.org, team.model.id, team.ann, team.at),
    ):
        data = PlanRequest(person_id=person.id, quota=Decimal(9000), as_of=at)
        async with place.database.tenant(place.id) as session:
            with counted_statements(place.database) as statements:
                await plan_way_back(session, place.system, model_id, data)
        counts.append(len(statements))
    assert counts[0] == counts[1]
