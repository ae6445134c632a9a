"""How raters compare, from the database: who reads of whom, and what is named."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ServiceError
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.teams import create_team
from service.skill_assessments.calibration.drift import NoDrift
from service.skill_assessments.calibration.items import Clarity, NoClarity
from service.skill_assessments.calibration.raters import Leaning, NoSeverity
from service.skill_assessments.dto.calibration import AgreementWithheld, RaterCalibrationDTO, RaterCalibrationQuery
from service.skill_assessments.dto.frameworks import CreateAssessmentTemplate, CreateCompetencyFramework
from service.skill_assessments.use_cases.calibration import get_rater_calibration
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from service.skill_assessments.use_cases.templates import create_assessment_template
from tests.factories.ratings import Rated, framework, plant_ratings, rate
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements

TODAY = datetime.now(UTC).date() - timedelta(days=1)
"""Over everywhere."""
ITEMS = [
    {"key": "asks", "kind": "rating", "skill": "discovery", "prompt": "How well do they ask?"},
    {"key": "vibe", "kind": "rating", "skill": "closing", "prompt": "How is the vibe?"},
    {"key": "budget", "kind": "yes_no", "skill": "closing", "prompt": "Was the budget named?"},
]


class House:
    """Three leads below Top rate twelve reps by items: one severely, one who never goes below 3."""

    def __init__(self, org: SalesOrg, people: dict[str, PersonDTO]) -> None:
        self.org, self.people = org, people

    async def ask(self, by: Principal | str | None = None, **query: object) -> RaterCalibrationDTO:
        principal = self.org.acting_as(self.people[by]) if isinstance(by, str) else by or self.org.system
        async with self.org.database.tenant(self.org.id) as session:
            asked = RaterCalibrationQuery.model_validate({"framework": "seller", **query})
            return await get_rater_calibration(session, principal, asked)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def house(database: Database) -> House:
    """Written once; nothing here changes it."""
    org = await make_sales_org(database)
    people = {"Top": await org.add_person("Top", role="manager"), "Ena": await org.add_person("Ena", role="enablement")}
    for name in ("Severe", "Kind", "Fair"):
        people[name] = await org.add_person(name, role="manager", manager_id=people["Top"].id)
    people["Alone"] = await org.add_person("Alone", role="manager")
    for at in range(12):
        people[f"Rep{at}"] = await org.add_person(f"Rep{at}", job_role="AE", manager_id=people["Fair"].id)
    generator = np.random.default_rng(5)
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(framework("AE"))
        framework_id = (await create_competency_framework(session, org.system, data)).id
        template = CreateAssessmentTemplate.model_validate(
            {"key": "calls", "name": "Calls", "framework_key": "seller", "document": {"items": ITEMS}}
        )
        template_id = (await create_assessment_template(session, org.system, template)).id
        rated = []
        for half, days in ((0, 300), (1, 20)):
            for at in range(12):
                level = 1.6 + at * 0.28
                for name, apart in (("Severe", -1), ("Kind", 0), ("Fair", 0)):
                    asks = float(np.clip(round(level + apart + generator.normal(0, 0.2)), 1, 5))
                    vibe = float(generator.integers(1, 6))
                    if name == "Kind":
                        asks, vibe = max(asks, 3.0), max(vibe, 3.0)
                    items = {"asks": ("discovery", asks), "vibe": ("closing", vibe), "budget": ("closing", at % 2 > 0)}
                    about = people[f"Rep{at}"].id, people[name].id
                    on = TODAY - timedelta(days=days - half)
                    rated.append(Rated(*about, on=on, template_id=template_id, items=items))
        rep = people["Rep0"].id
        rated.append(Rated(rep, rep, {"discovery": 5}, TODAY))
        rated.append(Rated(people["Top"].id, people["Alone"].id, {"demo": 3}, TODAY))
        rated.append(Rated(people["Rep1"].id, "calls", {"demo": 3}, TODAY))
        await plant_ratings(session, org.id, framework_id, rated)
    return House(org, people)


async def test_ambiguous_items_are_named_and_clear_ones_are_not(house: House) -> None:
    found = await house.ask(days=90)
    items = {one.key: one for one in found.items}
    assert items["vibe"].clarity is Clarity.AMBIGUOUS
    # Nobody ever disagreed; of twelve people that is no proof of reliability.
    assert (items["budget"].clarity, items["budget"].alpha) == (Clarity.TENTATIVE, Decimal(1))
    assert (items["vibe"].people, items["vibe"].raters, items["vibe"].n) == (12, 3, 36)
    assert items["vibe"].name == "How is the vibe?"
    assert "How is the vibe?" in found.explanation
    skills = {one.key: one for one in found.skills}
    assert skills["demo"].cannot_tell is NoClarity.NO_OVERLAP
    assert list(skills) == ["discovery", "demo", "closing"]
    assert (found.n, found.people, found.rater_count) == (74, 13, 5)


async def test_raters_are_named_to_enablement(house: House) -> None:
    everybody = (await house.ask("Ena")).raters
    assert [one.name for one in everybody] == ["Alone", "Fair", "Kind", "Severe", "calls"]
    calls, alone = everybody[-1], everybody[0]
    raters = {one.name: one for one in (await house.ask("Ena", skill="discovery")).raters}
    assert raters["Severe"].leaning is Leaning.SEVERE
    assert (raters["Severe"].severity_low or 0) > 0
    assert (raters["Severe"].never_below, raters["Severe"].drifting) == (False, False)
    assert "levels lower than others" in raters["Severe"].explanation
    assert raters["Kind"].never_below is True
    assert raters["Kind"].below == 0
    assert "Honest feedback may be missing" in raters["Kind"].explanation
    assert (calls.rater_id, calls.scorer) == (None, "calls")
    assert (alone.no_severity, alone.no_drift) == (NoSeverity.NO_OVERLAP, NoDrift.TOO_LITTLE_OVERLAP)
    assert alone.severity is None


async def test_a_manager_reads_the_agreement_of_the_raters_below_and_of_themself_alone(house: House) -> None:
    top = await house.ask("Top")
    assert (top.withheld, top.rater_count, top.raters) == (None, 3, [])
    assert {one.key for one in top.items} == {"asks", "vibe", "budget"}
    severe = await house.ask("Severe", skill="discovery")
    assert severe.withheld is AgreementWithheld.NOBODY_BELOW
    [own] = severe.raters
    assert (own.name, own.leaning) == ("Severe", Leaning.SEVERE)
    assert (own.drift, own.below, own.others_below, own.never_below, own.candour_people) == (None,) * 5
    fair = await house.ask("Fair")
    assert (fair.withheld, fair.items, fair.skills, fair.n) == (AgreementWithheld.TOO_FEW_RATERS, [], [], 0)
    rep = await house.ask("Rep0")
    assert (rep.withheld, rep.raters) == (AgreementWithheld.NOBODY_BELOW, [])


async def test_one_skill_and_one_managers_raters(house: House) -> None:
    one = await house.ask(skill="closing")
    assert [found.key for found in one.skills] == ["closing"]
    assert {found.key for found in one.items} == {"vibe", "budget"}
    below = await house.ask(manager_id=house.people["Top"].id)
    assert [rater.name for rater in below.raters] == ["Fair", "Kind", "Severe"]
    org = house.org
    async with org.database.tenant(org.id) as session:
        data = CreateTeam(name="Two", member_ids=[house.people["Fair"].id, house.people["Alone"].id])
        team = await create_team(session, org.system, data)
    assert [rater.name for rater in (await house.ask(team_id=team.id)).raters] == ["Alone", "Fair"]


@pytest.mark.parametrize(
    ("by", "query", "named"),
    [
        (None, {"framework": "unheard-of"}, "framework"),
        (None, {"skill": "unheard-of"}, "skill"),
        (None, {"team_id": UUID(int=5)}, "team"),
        ("Top", {"manager_id": UUID(int=5)}, "person"),
        ("Alone", {"manager_id": "Top"}, "person"),
    ],
)
async def test_what_is_not_there_is_not_found(
    house: House, by: str | None, query: dict[str, object], named: str
) -> None:
    asked = query | ({"manager_id": house.people["Top"].id} if query.get("manager_id") == "Top" else {})
    with pytest.raises(ServiceError, match=named):
        await house.ask(by, **asked)


async def test_nothing_later_counts(house: House) -> None:
    then = datetime.combine(TODAY - timedelta(days=200), datetime.min.time(), UTC)
    found = await house.ask(as_of=then)
    assert (found.n, found.rater_count) == (72, 3)
    assert {one.no_drift for one in found.raters} == {NoDrift.TOO_LITTLE_OVERLAP}


async def test_where_nobody_overlaps_it_says_so(org: SalesOrg) -> None:
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(framework("AE"))
        id_ = (await create_competency_framework(session, org.system, data)).id
    nothing = await House(org, {}).ask(framework=None)
    assert (nothing.items, nothing.skills, nothing.raters, nothing.n) == ([], [], [], 0)
    for at in range(3):
        lead, rep = await org.add_person(f"L{at}", role="manager"), await org.add_person(f"R{at}", job_role="AE")
        await rate(org, id_, rep.id, lead.id, {"demo": 2}, on=date(TODAY.year, 1, 1) if at else TODAY)
    found = await House(org, {}).ask(framework=None)
    assert found.framework_id == id_
    assert {one.no_severity for one in found.raters} == {NoSeverity.NO_OVERLAP}
    assert "too little in common" in found.explanation
    with counted_statements(org.database) as statements:
        await House(org, {}).ask()
    assert len(statements) <= 12
