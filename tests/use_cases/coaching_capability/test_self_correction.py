"""Self-correction of a small organization by hand, through a reorganization; and who reads what of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from service.coaching_capability.dto.self_correction import SelfCorrectionDTO, SelfCorrectionQuery
from service.coaching_capability.use_cases.self_correction import get_self_correction, list_self_correction
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.permissions import ALL_PERMISSIONS
from tests.factories.capability import MAXS, SINCE, ZOES, House
from tests.factories.corrections import BECAME, raise_all
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements

AS_OF = datetime(2026, 4, 15, 12, tzinfo=UTC)
Counts = list[tuple[int, int] | None]


@pytest.fixture
async def house(org: SalesOrg) -> House:
    """Vera over Max and Zoe; Max has six reps, Zoe five; Ann moves from Max to Zoe on 16 February.

    Raised on 10 January, 10 February and 10 March, one of each rep. Of Max's: in January Ann, Bob and Cid correct
    themselves; in February Ann; in March (Bob, Cid, Dee, Eve, Flo) Flo. Of Zoe's: none in January and February, and
    of her six in March Ann.
    """
    people = {"Vera": await org.add_person("Vera", role="manager")}
    for name in ("Max", "Zoe"):
        people[name] = await org.add_person(name, role="manager", manager_id=people["Vera"].id, manager_from=SINCE)
    for names, manager in ((MAXS, "Max"), (ZOES, "Zoe")):
        for name in names:
            people[name] = await org.add_person(name, manager_id=people[manager].id, manager_from=SINCE)
    house = House(org, people)
    await house.move("Ann", "Zoe", date(2026, 2, 16))
    alone = {(1, "Ann"), (1, "Bob"), (1, "Cid"), (2, "Ann"), (3, "Flo"), (3, "Ann")}
    await raise_all(
        org,
        [
            (people[name], date(2026, month, 10), "alone" if (month, name) in alone else "open")
            for month in (1, 2, 3)
            for name in (*MAXS, *ZOES)
        ],
    )
    return house


async def ask(house: House, principal: Principal | None = None, **query: Any) -> dict[str, SelfCorrectionDTO]:
    asked = SelfCorrectionQuery.model_validate({"months": 4, "as_of": AS_OF, **query})
    async with house.org.database.tenant(house.org.id) as session:
        found = await list_self_correction(session, principal or house.org.system, asked, PageRequest(200))
    return {one.name: one for one in found.items}


def months(found: SelfCorrectionDTO) -> Counts:
    return [None if one.decided is None else (one.self_corrected or 0, one.decided) for one in found.months]


async def test_a_rep_who_moves_counts_where_it_was_raised(house: House) -> None:
    found = await ask(house)
    assert {name: months(one) for name, one in found.items()} == {
        "Max": [(3, 6), (1, 6), (1, 5), (0, 0)],
        "Vera": [(0, 0)] * 4,
        "Zoe": [(0, 5), (0, 5), (1, 6), (0, 0)],
    }
    whole = await ask(house, tree=True)
    assert months(whole["Vera"]) == [(3, 11), (1, 11), (2, 11), (0, 0)]
    assert months(whole["Max"]) == months(found["Max"])
    max_ = found["Max"]
    assert (max_.self_corrected, max_.decided, max_.people, max_.share) == (5, 17, 6, Decimal("0.2941"))
    # Of each rep: Ann 2 of 2, Bob, Cid and Flo 1 of 3, Dee and Eve 0 of 3. The variance of the share between six reps
    # is 6/5 ∙ (1.4118² + 3 ∙ 0.1176² + 2 ∙ 0.8824²) / 17² = 0.014914, so that 17 are worth
    # 0.20761 / 0.014914 ∙ (1.6449 / 2.0150)² = 9.2757 independent ones. Wilson's interval of those is
    # (2.7282 + 1.3528) / 11.9812 = 0.3406 and 1.6449 √(1.9257 + 0.6764) / 11.9812 = 0.2215 either side.
    assert (max_.interval_low, max_.interval_high) == (Decimal("0.1192"), Decimal("0.5621"))
    assert (max_.trend.value, max_.withheld) == ("within_chance", 0)
    assert max_.explanation.startswith("5 of 17 opportunities were closed by the rep alone within the grace time: 29 %")


async def test_a_team_that_moves_under_another_manager(house: House) -> None:
    house.people["Wes"] = await house.org.add_person("Wes", role="manager")
    await house.move("Max", "Wes", date(2026, 3, 1))
    found = await ask(house, tree=True)
    assert months(found["Vera"]) == [(3, 11), (1, 11), (1, 6), (0, 0)]
    assert months(found["Wes"]) == [(0, 0), (0, 0), (1, 5), (0, 0)]
    assert months(found["Max"]) == [(3, 6), (1, 6), (1, 5), (0, 0)]
    # Each manager reads what was raised while it was theirs.
    seen = await ask(house, house.org.acting_as(house.people["Wes"]))
    assert {name: months(one) for name, one in seen.items()} == {
        "Max": [(0, 0), (0, 0), (1, 5), (0, 0)],
        "Wes": [(0, 0)] * 4,
    }
    for name in MAXS[1:]:
        await house.move(name, "Zoe", date(2026, 3, 5))
    assert months((await ask(house))["Max"]) == [(3, 6), (1, 6), (0, 0), (0, 0)]
    assert months((await ask(house))["Zoe"]) == [(0, 5), (0, 5), (2, 11), (0, 0)]


async def test_what_counts(org: SalesOrg) -> None:
    """Whatever was withdrawn within the grace time, or had none, could not be corrected by anybody."""
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id, manager_from=SINCE)
    await raise_all(org, [(ann, date(2026, 3, 2), became) for became in BECAME])
    house = House(org, {})
    assert months((await ask(house))["Lead"])[2] == (1, 6)
    # On 4 March their grace time is not over.
    early = await ask(house, as_of=datetime(2026, 3, 4, 17, tzinfo=UTC))
    assert months(early["Lead"])[3] == (0, 0)
    assert early["Lead"].explanation.startswith("Cannot tell yet: 0 of 0 opportunities")


async def test_peers_are_anonymous(house: House) -> None:
    org, people = house.org, house.people
    enid, ada = [await org.add_person(name, role=role) for name, role in (("Enid", "enablement"), ("Ada", "admin"))]
    key = Principal(org_id=org.id, permissions=ALL_PERMISSIONS, key_id=new_id())
    # A month that is not over is nobody's but the manager's.
    groups: dict[str, Counts] = {
        "Max": [(3, 6), (1, 6), (1, 5), (0, 0)],
        "Vera": [(0, 0)] * 4,
        "Zoe": [(0, 5), (0, 5), (1, 6), (0, 0)],
    }
    for principal in (org.acting_as(enid), org.acting_as(ada), key, org.acting_as(people["Vera"])):
        assert {name: months(one) for name, one in (await ask(house, principal)).items()} == groups
    # Reps read their team of today, managers theirs and the one that they are in.
    assert {name: months(one) for name, one in (await ask(house, org.acting_as(people["Ann"]))).items()} == {
        "Zoe": groups["Zoe"]
    }
    assert set(await ask(house, org.acting_as(people["Max"]))) == {"Max", "Vera"}
    # As of March the tenth's month runs; and a team of four in February.
    running = await ask(house, org.acting_as(people["Bob"]), as_of=datetime(2026, 3, 20, tzinfo=UTC))
    assert months(running["Max"]) == [(0, 0), (3, 6), (1, 6), None]
    assert running["Max"].withheld == 1
    for name in ("Gil", "Hal"):
        await house.move(name, "Max", date(2026, 2, 1))
    small = await ask(house, org.acting_as(enid), tree=True)
    assert months(small["Zoe"]) == [(0, 5), None, None, (0, 0)]
    assert (small["Zoe"].decided, small["Zoe"].withheld) == (5, 2)
    # The tree above is the sum of what is shown: the difference is nothing new.
    assert months(small["Vera"]) == [(3, 11), (1, 8), (1, 7), (0, 0)]
    assert months((await ask(house, org.acting_as(people["Vera"]), tree=True))["Vera"])[1] == (1, 11)


async def test_what_may_not_be_asked(house: House) -> None:
    org, people = house.org, house.people
    await refused(house, ErrorKind.NOT_FOUND, org.acting_as(people["Ann"]), manager_id=house.id("Max"))
    await refused(house, ErrorKind.NOT_FOUND, org.acting_as(people["Max"]), manager_id=house.id("Zoe"))
    await refused(house, ErrorKind.NOT_FOUND, manager_id=new_id())
    await refused(house, ErrorKind.FORBIDDEN, Principal(org_id=org.id))
    other = House(await make_sales_org(org.database), people)
    assert await ask(other) == {}
    await refused(other, ErrorKind.NOT_FOUND, manager_id=house.id("Max"))
    assert set(await ask(house, manager_id=house.id("Max"))) == {"Max"}
    asked = SelfCorrectionQuery(manager_id=house.id("Max"), months=4, as_of=AS_OF)
    async with org.database.tenant(org.id) as session:
        assert await get_self_correction(session, org.system, asked) == (await ask(house))["Max"]
        with pytest.raises(ServiceError):
            await get_self_correction(session, org.acting_as(people["Ann"]), asked)


async def test_a_constant_number_of_statements(house: House, database: Database) -> None:
    counts = []
    for extra in (0, 3):
        for number in range(extra):
            lead = await house.org.add_person(f"Lead{number}", role="manager", manager_id=house.id("Vera"))
            rep = await house.org.add_person(f"Rep{number}", manager_id=lead.id, manager_from=SINCE)
            await raise_all(house.org, [(rep, date(2026, 3, 10), "alone")])
        with counted_statements(database) as statements:
            await ask(house)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def refused(house: House, kind: ErrorKind, principal: Principal | None = None, **query: Any) -> None:
    with pytest.raises(ServiceError) as refusal:
        await ask(house, principal, **query)
    assert refusal.value.kind is kind
