"""A rep's page in one request: framework, levels over time, gaps, focus, plan, linked KPIs; as many statements ever."""

from datetime import timedelta
from typing import Any

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.coaching_team import house_of_seven
from tests.factories.plans import SKILLS, plans_of
from tests.factories.ratings import rate
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

PAGE = """query ($id: ID!) {
    competencyFrameworks(key: "ours", first: 1) { edges { node { name document } } }
    skillLevels(personId: $id) { skills(first: 40) { edges {
        node level standardError explanation history(first: 12) { edges { node n rawLevel } } } } }
    skillGaps(personId: $id) { people(first: 1) { edges { node verdict explanation } } }
    person(id: $id) { name
        kpiSnapshots(first: 20) { edges { node { kpi value status } } }
        developmentPlans(first: 5) { edges { node { status focuses { edges { node kpi baselineLevel } }
            steps { edges { node { description dueOn } } } reviews { edges { node { reviewOn } } }
            progress { stepsDone sentences { edges { node } }
                skills { edges { node verdict kpiVerdict } } } } } } } }"""


async def test_a_reps_page(org: SalesOrg, ask: Ask, database: Database) -> None:
    team = await house_of_seven(org)
    plans, ann = await plans_of(org), team.people["Ann"]
    key, id_ = await org.key_for(ann), to_global_id("Person", ann.id)
    counts: list[int] = []
    page: dict[str, Any] = {}
    for skills, raters, ratings in ((SKILLS[:1], ("Lead",), 1), (SKILLS[1:20], ("Lead", "Top", "Enid"), 4)):
        for ago in range(ratings):
            for name in raters:
                on, kind = plans.today - timedelta(days=30 * ago + 1), "enablement" if name == "Enid" else "manager"
                levels = dict.fromkeys(skills, 2 + ago % 2)
                await rate(org, plans.framework_id, ann.id, team.people[name].id, levels, on=on, kind=kind)
        await plans.plant(ann, "active", skills[0], kpi="calls")
        with counted_statements(database) as statements:
            answer = await ask(key, PAGE, id=id_)
        assert "errors" not in answer, answer
        counts.append(len(statements))
        page = answer["data"]
    assert counts[0] == counts[1]
    assert page["competencyFrameworks"]["edges"][0]["node"]["name"] == "Ours"
    levels_shown = {edge["node"]: edge for edge in page["skillLevels"]["skills"]["edges"]}
    assert len(levels_shown[SKILLS[1]]["history"]["edges"]) == 4
    assert [edge["node"] for edge in page["skillGaps"]["people"]["edges"]] == ["Ann"]
    shown = page["person"]["developmentPlans"]["edges"]
    assert [[focus["node"] for focus in one["node"]["focuses"]["edges"]] for one in shown] == [[SKILLS[0]], [SKILLS[1]]]
    assert {edge["node"]["kpi"] for edge in page["person"]["kpiSnapshots"]["edges"]} >= {"calls"}
