"""How deals ripen, on the database: whose deals count, since when, and what their age says of the open ones."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.maturity.dto import PipelineMaturityDTO, PipelineMaturityQuery, RecordsStart
from service.kpi_snapshots.maturity.estimating import AgeVerdict, WhyNot
from service.kpi_snapshots.use_cases.maturity import get_pipeline_maturity
from tests.factories.maturity import AS_OF, START, House, deal, make_ripening_house
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> House:
    return await make_ripening_house(database)


async def ask(org: SalesOrg, principal: Principal | None = None, **query: Any) -> PipelineMaturityDTO:
    asked = PipelineMaturityQuery.model_validate({"as_of": AS_OF, **query})
    async with org.database.tenant(org.id) as session:
        return await get_pipeline_maturity(session, principal or org.system, asked)


async def test_what_becomes_of_deals(house: House) -> None:
    org, people = house
    found = await ask(org, person_id=people["rita"].id)
    assert (found.records_start, found.records_start_is) == (date(2025, 1, 16), RecordsStart.EARLIEST_CLOSE)
    whole = found.together
    # Two began on each of the ten days before the first close.
    assert (whole.n, whole.won, whole.lost, whole.open, whole.late_entries) == (141, 40, 40, 61, 20)
    assert (whole.cannot_tell, whole.eventual_days, whole.last_win_days, whole.left_out) == (None, 59, 49, 0)
    assert whole.win_rate_low < whole.win_rate < whole.win_rate_high  # type: ignore[operator]
    assert [one.days for one in whole.incidence] == [0, 7, 14, 21, 30, 45, 59]
    assert whole.incidence[-1].value == whole.win_rate == whole.if_open[0].value
    assert (whole.normal_age, whole.ageing, whole.dead) == (1, 0, 60)
    assert found.segments == []
    oldest, fresh = found.open_deals[0], found.open_deals[-1]
    assert (oldest.days, oldest.verdict, oldest.probability) == (333, AgeVerdict.DEAD, Decimal(0))
    assert (fresh.name, fresh.days, fresh.verdict) == ("Fresh", 5, AgeVerdict.NORMAL_AGE)


async def test_segments_have_courses_of_their_own(house: House) -> None:
    org, _ = house
    found = await ask(org, segment="attributes.source")
    told = {one.segment: one for one in found.segments}
    assert {name: one.n for name, one in told.items()} == {"web": 41, "fair": 40, None: 62}
    assert (told["web"].win_rate, told["fair"].win_rate) == (Decimal(1), Decimal(0))
    assert told["web"].win_rate_low < Decimal("0.95")  # type: ignore[operator]
    assert told[None].cannot_tell is WhyNot.TOO_FEW_DECIDED
    assert (told[None].win_rate, told[None].incidence) == (None, [])
    assert {one.verdict for one in found.open_deals if one.segment is None} == {AgeVerdict.CANNOT_TELL}
    sizes = await ask(org, segment="amount")
    assert [one.segment for one in sizes.segments] == [
        "below 1026.33", "1026.33 to below 5012.67", "5012.67 and more", None,
    ]  # fmt: skip
    assert (await ask(org, segment="pipeline")).segments[0].n == 143


async def test_whose_deals(house: House) -> None:
    org, people = house
    everybody, tree = await ask(org), await ask(org, manager_id=people["lea"].id)
    assert everybody.together == tree.together
    assert (await ask(org, manager_id=people["lea"].id, person_id=people["rob"].id)).together.n == 2
    rob = org.acting_as(people["rob"])
    mine = await ask(org, rob)
    assert (mine.together.n, mine.together.cannot_tell) == (2, WhyNot.TOO_FEW_DECIDED)
    assert [one.verdict for one in mine.open_deals] == [AgeVerdict.CANNOT_TELL]
    for query in ({"person_id": people["rita"].id}, {"manager_id": people["lea"].id}, {"person_id": new_id()}):
        with pytest.raises(ServiceError) as refused:
            await ask(org, rob if "manager_id" in query or query["person_id"] == people["rita"].id else None, **query)
        assert refused.value.kind is ErrorKind.NOT_FOUND


async def test_as_of_and_where_the_records_start(house: House) -> None:
    org, people = house
    then = await ask(org, as_of=datetime(2025, 2, 20, 12, tzinfo=UTC), person_id=people["rita"].id)
    assert then.together.won + then.together.lost < 80
    assert then.together.n == 140
    before = await ask(org, as_of=datetime(2025, 1, 10, 22, tzinfo=UTC))
    assert (before.records_start, before.records_start_is) == (None, RecordsStart.NOTHING_CLOSED)
    assert (before.together.n, before.together.late_entries) == (10, 0)
    early = await ask(org, records_start="2024-01-01")
    assert (early.records_start_is, early.together.late_entries) == (RecordsStart.GIVEN, 0)
    late = await ask(org, records_start="2025-02-01", person_id=people["rita"].id)
    assert late.together.left_out > 0
    assert late.together.n + late.together.left_out == 141


async def test_nothing_at_all(database: Database) -> None:
    org = await make_sales_org(database)
    for segment in (None, "amount", "attributes.source"):
        found = await ask(org, segment=segment)
        assert (found.together.n, found.together.cannot_tell) == (0, WhyNot.TOO_FEW_DECIDED)
        assert (found.segments, found.open_deals) == ([], [])


async def test_too_many_segments_and_few_statements(database: Database) -> None:
    org = await make_sales_org(database)
    rep = await org.add_person("Rita")
    rows = [deal(org, rep, START, 3, "won", attributes={"account": f"No. {number}"}) for number in range(51)]
    await org.write([*rows], [])
    with pytest.raises(ServiceError) as refused:
        await ask(org, segment="attributes.account")
    assert refused.value.kind is ErrorKind.INVALID
    with counted_statements(org.database) as statements:
        await ask(org)
    assert len([one for one in statements if "deal" in one]) == 3
