"""The four keys of a small house equal what is counted by hand, and stay right through reorganizations."""

from collections.abc import Callable, Coroutine
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.coaching_capability.dto.capability import CapabilityQuery, ManagerCapabilityDTO
from service.coaching_capability.use_cases.capability import get_manager_capability, list_coaching_capability
from service.coaching_sessions.dto.adherence import AdherenceQuery
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.dto.people import UpdatePerson
from service.organizations.use_cases.people import update_person
from tests.factories.capability import MAXS, QUARTER, House, make_house, plant, story
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements

Shares = dict[str, tuple[tuple[int, int], ...]]
BASE: Shares = {
    # Models, process, skills, cadence: how many of how many.
    "Max": ((5, 6), (6, 12), (2, 6), (13, 17)),
    "Vera": ((5, 11), (6, 12), (2, 11), (16, 20)),
    "Zoe": ((1, 6), (0, 0), (1, 6), (2, 2)),
}


async def ask(house: House, principal: Principal | None = None, **query: Any) -> list[ManagerCapabilityDTO]:
    asked = CapabilityQuery.model_validate({**QUARTER, **query})
    async with house.org.database.tenant(house.org.id) as session:
        found = await list_coaching_capability(session, principal or house.org.system, asked, PageRequest(200))
    return found.items


def shares(found: list[ManagerCapabilityDTO]) -> Shares:
    return {one.name: tuple((key.numerator, key.denominator) for key in one.keys) for one in found}


@pytest.fixture
async def house(org: SalesOrg) -> House:
    return await make_house(org)


async def test_a_rep_who_moves_counts_with_both_managers(house: House) -> None:
    found = await ask(house)
    assert shares(found) == BASE
    assert [(one.name, one.people, one.left_on) for one in found] == [
        ("Max", 6, None),
        ("Vera", 11, None),
        ("Zoe", 6, None),
    ]
    max_ = {key.key.value: key for key in found[0].keys}
    # Before, from 3 October on: no model was in force, and of skills only Flo's were agreed, a year old by now.
    assert [(key.before_numerator, key.before_denominator) for key in max_.values()] == [(0, 6), (0, 0), (1, 6), (0, 0)]
    # Wilson: (5 + 1.3528) / 8.7055 is the middle, and 1.64485 √(5/6 + 0.6764) / 8.7055 either side: 0.7297 ± 0.2322.
    models = max_["models"]
    assert (models.share, models.interval_low, models.interval_high) == tuple(
        map(Decimal, ("0.8333", "0.4976", "0.9619"))
    )
    # From 0 of 6, whose interval ends at 2.7055 / 8.7055 = 0.3108.
    # low: 0.8333 - √(0.3357² + 0.3108²); high: 0.8333 + √(0.1286² + 0²).
    assert (models.change, models.change_low, models.change_high) == tuple(map(Decimal, ("0.8333", "0.3758", "0.9619")))
    assert {name: (key.verdict.value, key.trend.value) for name, key in max_.items()} == {
        "models": ("cannot_tell", "better"),
        "process": ("met", "cannot_tell"),
        "skills": ("below", "within_chance"),
        "cadence": ("cannot_tell", "cannot_tell"),
    }
    assert (found[0].keys_met, found[0].keys_below) == (1, 1)


async def _max_leaves(house: House) -> None:
    for name in MAXS[1:]:
        await house.move(name, "Zoe", date(2026, 3, 1))
    async with house.org.database.tenant(house.org.id) as session:
        left = UpdatePerson(left_on=date(2026, 2, 28))
        await update_person(session, house.org.system, house.id("Max"), left)


async def _team_moves(house: House) -> None:
    await house.move("Max", "Wes", date(2026, 3, 1))


async def _nothing(_house: House) -> None:
    pass


REORGANIZATIONS: dict[str, tuple[str, Callable[[House], Coroutine[Any, Any, None]], Shares]] = {
    "nothing but Ann's move": ("Max", _nothing, BASE),
    # Max's people count with him as they stood on 28 February, and with Zoe on 31 March.
    "Max leaves, and his team is Zoe's": (
        "Zoe",
        _max_leaves,
        {
            "Max": ((5, 6), (6, 12), (2, 6), (9, 12)),
            "Vera": ((5, 11), (6, 12), (2, 11), (16, 20)),
            "Zoe": ((5, 11), (0, 0), (2, 11), (6, 7)),
        },
    ),
    # Vera keeps what was due until February; Wes has the five who are with Max in March.
    "Max and his team move under Wes": (
        "Max",
        _team_moves,
        {
            "Max": BASE["Max"],
            "Vera": ((5, 11), (6, 12), (2, 11), (12, 15)),
            "Wes": ((4, 5), (0, 0), (1, 5), (4, 5)),
            "Zoe": BASE["Zoe"],
        },
    ),
}


@pytest.mark.parametrize("case", REORGANIZATIONS)
async def test_reorganizations(org: SalesOrg, case: str) -> None:
    march, reorganize, expected = REORGANIZATIONS[case]
    house = await make_house(org, march)
    await reorganize(house)
    assert shares(await ask(house)) == expected
    # The cadence and the process of each tree are those of the account of cadences.
    for name, counted in expected.items():
        query = AdherenceQuery.model_validate({**QUARTER, "manager_id": house.id(name), "tree": True})
        async with org.database.tenant(org.id) as session:
            total = (await get_cadence_adherence(session, org.system, query)).total
        assert (total.process_share.numerator, total.process_share.denominator) == counted[1]
        assert (total.on_time.numerator, total.owed) == counted[3]


async def test_a_group_session_is_owed_once(house: House) -> None:
    """As in the account of cadences: one late session with Ann, Bob and Cid, and one that Zoe held."""
    await plant(house, [story(house, "Max", "Ann", date(2026, 1, 27), "late")], also=["Bob", "Cid"])
    await plant(house, [story(house, "Zoe", "Gil", date(2026, 1, 27))], also=["Hal"])
    found = {one.name: one.keys[3] for one in await ask(house)}
    assert {name: (key.numerator, key.denominator, key.n) for name, key in found.items()} == {
        "Max": (13, 18, 7),
        "Vera": (17, 22, 10),
        "Zoe": (3, 3, 3),
    }


async def test_direct_reports_alone(house: House) -> None:
    found = shares(await ask(house, tree=False))
    assert found == {"Max": BASE["Max"], "Vera": ((0, 0), (0, 0), (0, 0), (1, 1)), "Zoe": BASE["Zoe"]}


async def test_whoever_asks_reads_their_own_part(house: House) -> None:
    org = house.org
    await _team_moves(house)
    enid = await org.add_person("Enid", role="enablement")
    assert shares(await ask(house, org.acting_as(enid))) == shares(await ask(house))
    # Max counts for Vera until February, for Wes in March.
    seen = {name: shares(await ask(house, org.acting_as(house.people[name]))) for name in ("Vera", "Wes", "Max", "Zoe")}
    assert seen["Vera"]["Max"] == ((5, 6), (6, 12), (2, 6), (9, 12))
    assert seen["Wes"] == {"Max": ((4, 5), (0, 0), (1, 5), (4, 5)), "Wes": ((4, 5), (0, 0), (1, 5), (4, 5))}
    assert (set(seen["Max"]), set(seen["Zoe"])) == ({"Max"}, {"Zoe"})
    assert shares(await ask(house, org.acting_as(house.people["Vera"]), manager_id=house.id("Zoe"))) == {
        "Zoe": BASE["Zoe"]
    }
    for stranger in ("Vera", "Zoe"):
        await refused(house, ErrorKind.NOT_FOUND, org.acting_as(house.people["Max"]), manager_id=house.id(stranger))
    await refused(house, ErrorKind.NOT_FOUND, manager_id=new_id())
    await refused(house, ErrorKind.FORBIDDEN, org.acting_as(house.people["Ann"]))
    await refused(house, ErrorKind.INVALID, from_on=date(2026, 4, 1))
    other = House(await make_sales_org(org.database), house.people)
    assert await ask(other) == []
    await refused(other, ErrorKind.NOT_FOUND, manager_id=house.id("Max"))


async def test_one_manager_as_in_the_list(house: House) -> None:
    everything = {one.id: one for one in await ask(house)}
    for name in ("Max", "Ann"):
        asked = CapabilityQuery.model_validate({**QUARTER, "manager_id": house.id(name)})
        async with house.org.database.tenant(house.org.id) as session:
            if name == "Max":
                found = await get_manager_capability(session, house.org.system, asked)
                assert found.model_copy(update={"as_of": None}) == everything[house.id("Max")].model_copy(
                    update={"as_of": None}
                )
                continue
            with pytest.raises(ServiceError):
                await get_manager_capability(session, house.org.system, asked)


async def test_what_was_known_then(house: House) -> None:
    """On 12 January nobody had a plan, no session was due, and Ann was still Max's."""
    as_of = house.org.local(2026, 1, 12, 12)
    found = shares(await ask(house, to_on=date(2026, 3, 31), as_of=as_of))
    assert found == {
        "Max": ((5, 6), (0, 0), (0, 6), (0, 0)),
        "Vera": ((5, 11), (0, 0), (0, 11), (0, 0)),
        "Zoe": ((0, 5), (0, 0), (0, 5), (0, 0)),
    }


async def test_next_steps_name_what_to_call_and_whom_to_ask(house: House) -> None:
    steps = {one.name: {key.key.value: key.next_step for key in one.keys} for one in await ask(house)}
    assert steps["Max"] == {
        "models": "Ask enablement for a next version of the success model with targets of a process KPI and of a "
        "result for Flo: POST /v1/success-models.",
        "process": "Ask Max, in whose sessions most was about results, to begin the next ones with a process topic of "
        "the brief: GET /v1/coaching-sessions/{id}/brief.",
        "skills": "Rate every skill that the job role of Eve and Flo requires: POST /v1/skill-assessments.",
        "cadence": "2 of 17 owed sessions were missed: ask Max, of whom most are, and see GET /v1/cadence-adherence"
        f"?manager_id={house.id('Max')}&tree=true.",
    }
    assert steps["Zoe"] == {
        "models": "Ask enablement to activate a success model for SDR, which Hal, Ida and 2 more have none of: "
        "POST /v1/success-models/{id}/activate.",
        "process": "Name the topics that were discussed when a session is completed: "
        "POST /v1/coaching-sessions/{id}/complete.",
        "skills": "Ask enablement for a competency framework that names SDR, which Hal, Ida and 2 more need: "
        "POST /v1/competency-frameworks.",
        "cadence": None,
    }


async def test_a_constant_number_of_statements(house: House, database: Database) -> None:
    counts = []
    for extra in (0, 6):
        for number in range(extra):
            name, line = f"Rep{number}", {"manager_from": date(2026, 1, 1), "job_role": "AE"}
            lead = await house.org.add_person(f"Lead{number}", role="manager", manager_id=house.id("Vera"))
            house.people[lead.name] = lead
            house.people[name] = await house.org.add_person(name, manager_id=lead.id, **line)
            held = [story(house, lead.name, name, date(2026, month, 3), concerns=["process"]) for month in (1, 2, 3)]
            await plant(house, held)
        with counted_statements(database) as statements:
            await ask(house)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def refused(house: House, kind: ErrorKind, principal: Principal | None = None, **query: Any) -> None:
    with pytest.raises(ServiceError) as refusal:
        await ask(house, principal, **query)
    assert refusal.value.kind is kind
