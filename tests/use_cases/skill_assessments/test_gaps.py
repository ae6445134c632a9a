"""Whose gaps cost most, from facts and assessments on the real database."""

from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import text

from service.core.database import Database
from service.core.principal import Principal
from service.skill_assessments.dto.gaps import SkillGapDTO, SkillGapsDTO, SkillGapsQuery
from service.skill_assessments.impact.deciding import SkillGapMissing, SkillStanding
from service.skill_assessments.use_cases.gaps import get_skill_gaps
from tests.factories.gaps import AS_OF, GapHouse, make_gap_house
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> GapHouse:
    return await make_gap_house(database)


async def ask(house: GapHouse, principal: Principal | None = None, **query: object) -> SkillGapsDTO:
    asked = SkillGapsQuery.model_validate({"as_of": AS_OF, **query})
    async with house.org.database.tenant(house.org.id) as session:
        return await get_skill_gaps(session, principal or house.org.acting_as(house.lea), asked)


def skills_of(found: SkillGapsDTO, name: str) -> dict[str, SkillGapDTO]:
    (person,) = [one for one in found.people if one.name == name]
    return {skill.skill: skill for skill in person.skills}


async def test_the_gap_that_costs_is_the_focus(house: GapHouse) -> None:
    found = await ask(house)
    assert [one.name for one in found.people] == ["Ada", "Bea", "Cid", "Dan", "Eve", "Fay", "Gus", "Una"]
    una = found.people[-1]
    assert una.verdict == "focus"
    assert una.explanation.startswith(
        "Questioning: Level 1.0 where 3 is required, below it with a probability of 100 %."
    )
    assert "Discovery → Proposal: 12 of 60 (20 %); the peers' median is 59 %." in una.explanation
    skills = skills_of(found, "Una")
    told = {key: (one.standing, list(one.missing)) for key, one in skills.items()}
    assert told["questioning"] == (SkillStanding.FOCUS, [])
    assert told["writing"] == (SkillStanding.NO_GAP, [])
    assert told["planning"] == (
        SkillStanding.CANNOT_TELL,
        [SkillGapMissing.NOT_ASSESSED, SkillGapMissing.NOT_IN_FUNNEL],
    )
    assert skills["closing"].standing in {"cannot_tell", "nothing_to_gain"}
    worst = skills["questioning"]
    assert [worst.required, worst.level, worst.raters, worst.gap] == [3, 1, 1, 2]
    assert worst.wins is not None
    assert worst.wins_low is not None
    # 15 deals a quarter, of which 20 % come on and half of these are won, would be 60 %.
    assert worst.wins == pytest.approx(Decimal(3), abs=Decimal("0.9"))
    assert worst.money is not None
    assert worst.money / worst.wins == pytest.approx(Decimal(1000), rel=Decimal("0.1"))
    (rate,) = worst.rates
    assert [rate.key, rate.hits, rate.n, rate.undecided, rate.peers] == ["stage:discovery", 12, 60, 0, 7]


async def test_the_team_is_the_sum_of_its_people(house: GapHouse) -> None:
    team = {one.skill: one for one in (await ask(house)).team}
    assert list(team) == ["questioning", "closing", "writing", "planning"]
    assert [team["questioning"].required, team["questioning"].assessed, team["questioning"].focus] == [8, 1, 1]
    assert [team["questioning"].below, team["questioning"].gap] == [1, 2]
    assert [team["planning"].assessed, team["planning"].below] == [0, None]


async def test_as_many_statements_for_a_team_as_for_one_person(house: GapHouse) -> None:
    with counted_statements(house.org.database) as one:
        alone = await ask(house, person_id=house.people["Una"].id)
    with counted_statements(house.org.database) as many:
        team = await ask(house)
    assert len(team.people) == 8
    # Who is below the manager is looked up, and whether the person is among them.
    assert len(many) <= len(one)
    assert alone.people[0] == team.people[-1]


async def test_what_was_submitted_later_or_long_ago_does_not_count(house: GapHouse) -> None:
    before = await ask(house, as_of=AS_OF - timedelta(days=10))
    assert {skill.level for skill in skills_of(before, "Una").values()} == {None}
    after = await ask(house, as_of=AS_OF + timedelta(days=360))
    assert {skill.level for skill in skills_of(after, "Una").values()} == {None}


async def test_a_stage_with_two_deals_tells_nothing(database: Database) -> None:
    house = await make_gap_house(database, deals=2)
    una = skills_of(await ask(house), "Una")["questioning"]
    assert (una.standing, list(una.missing)) == (SkillStanding.CANNOT_TELL, [SkillGapMissing.TOO_FEW_CASES])
    (rate,) = una.rates
    assert [rate.hits, rate.n] == [1, 2]


async def test_who_reads_from_outside_the_line_is_told_of(house: GapHouse) -> None:
    async def reads() -> int:
        query = text("SELECT count(*) FROM audit_event WHERE action = 'readSkillAssessments'")
        async with house.org.database.tenant(house.org.id) as session:
            return int((await (await session.connection()).execute(query)).scalar_one())

    before = await reads()
    await ask(house)
    await ask(house, house.org.acting_as(house.people["Una"]))
    assert await reads() == before
    await ask(house, house.org.acting_as(await house.org.add_person("Enid", role="enablement")))
    assert await reads() == before + 8


async def test_self_and_manager_far_apart_is_told(database: Database) -> None:
    house = await make_gap_house(database, deals=2)
    await house.assess("Ada", {"closing": 1, "writing": 3})
    await house.assess("Ada", {"closing": 4, "writing": 2}, rater_kind="self", rater_id=house.people["Ada"].id)
    (ada,) = (await ask(house, person_id=house.people["Ada"].id)).people
    (apart,) = ada.disagreements
    assert [apart.skill, apart.side, apart.own, apart.manager] == ["closing", "self_higher", 4, 1]
    assert apart.reason.startswith(
        "In Closing the person rates themself 4 and the manager rates them 1, on a scale of 4."
    )
