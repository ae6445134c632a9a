"""Frameworks and templates over GraphQL: the same as over REST."""

from copy import deepcopy

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.sales_org import SalesOrg
from tests.factories.skill_requests import FRAMEWORK, TEMPLATE
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

CREATE = """mutation ($input: CreateCompetencyFrameworkInput!) { createCompetencyFramework(input: $input) {
    ... on CompetencyFrameworkPayload { competencyFramework { id key version name document } }
    ... on UserError { code } ... on InvalidInputError { fields { edges { node } } } } }"""
CREATE_TEMPLATE = """mutation ($input: CreateAssessmentTemplateInput!) { createAssessmentTemplate(input: $input) {
    ... on AssessmentTemplatePayload { assessmentTemplate { id key version frameworkId document } }
    ... on UserError { code } ... on InvalidInputError { fields { edges { node } } } } }"""
SHIPPED = """{ competencyFrameworkTemplates { edges { node {
    id key name description document assessmentName assessment } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def test_versions_and_templates(org: SalesOrg, ask: Ask) -> None:
    made = [(await ask(org.admin_key, CREATE, input=FRAMEWORK))["data"] for _ in range(2)]
    frameworks = [one["createCompetencyFramework"]["competencyFramework"] for one in made]
    assert [one["version"] for one in frameworks] == [1, 2]
    assert frameworks[0]["document"]["skills"][0]["key"] == "listening"
    listed = await ask(org.admin_key, "{ competencyFrameworks(sort: VERSION_DESC) { edges { node { id } } } }")
    found = [edge["node"]["id"] for edge in listed["data"]["competencyFrameworks"]["edges"]]
    assert found == [frameworks[1]["id"], frameworks[0]["id"]]
    item = {"key": "asks", "kind": "rating", "skill": "listening", "prompt": "How?"}
    data = {"key": "ours", "name": "Ours", "frameworkKey": "ours", "document": {"items": [item]}}
    made_template = (await ask(org.admin_key, CREATE_TEMPLATE, input=data))["data"]["createAssessmentTemplate"]
    template = made_template["assessmentTemplate"]
    assert template["frameworkId"] == frameworks[1]["id"]
    about = "query ($id: ID) { assessmentTemplates(frameworkId: $id) { edges { node { id } } } }"
    for framework, expected in ((frameworks[0], []), (frameworks[1], [template["id"]])):
        listed = await ask(org.admin_key, about, id=framework["id"])
        assert [edge["node"]["id"] for edge in listed["data"]["assessmentTemplates"]["edges"]] == expected
    for kind, id_ in (("CompetencyFramework", frameworks[0]["id"]), ("AssessmentTemplate", template["id"])):
        assert await ask(org.admin_key, NODE, id=id_) == {"data": {"node": {"__typename": kind, "id": id_}}}


async def test_faults_are_named_as_the_document_has_them(org: SalesOrg, ask: Ask) -> None:
    bad = deepcopy(FRAMEWORK)
    bad["document"]["requirements"].append({"job_role": "AE", "levels": {"listening": 1}})
    refused = (await ask(org.admin_key, CREATE, input=bad))["data"]["createCompetencyFramework"]
    assert refused["code"] == "invalid_competency_framework"
    assert "/document/requirements/1/from_month" in str(refused["fields"])
    data = {"key": "a", "name": "A", "frameworkKey": "unheard-of", "document": TEMPLATE["document"]}
    refused = (await ask(org.admin_key, CREATE_TEMPLATE, input=data))["data"]["createAssessmentTemplate"]
    assert "/frameworkKey" in str(refused["fields"])


async def test_what_is_shipped(org: SalesOrg, ask: Ask) -> None:
    found = (await ask(org.admin_key, SHIPPED))["data"]["competencyFrameworkTemplates"]["edges"]
    assert [edge["node"]["key"] for edge in found] == ["b2b-seller", "sales-coaching"]
    one = '{ competencyFrameworkTemplate(key: "sales-coaching") { id key document assessment } }'
    shipped = (await ask(org.admin_key, one))["data"]["competencyFrameworkTemplate"]
    assert shipped["document"] == found[1]["node"]["document"]
    expected = {"__typename": "CompetencyFrameworkTemplate", "id": shipped["id"]}
    assert await ask(org.admin_key, NODE, id=shipped["id"]) == {"data": {"node": expected}}
    unheard = await ask(org.admin_key, '{ competencyFrameworkTemplate(key: "unheard-of") { id } }')
    assert unheard == {"data": {"competencyFrameworkTemplate": None}}


async def test_what_people_are_rated_by_in_a_constant_number_of_statements(
    org: SalesOrg, ask: Ask, database: Database
) -> None:
    people = "query ($first: Int) { people(first: $first) { edges { node { id competencyFrameworks {"
    people += " edges { node { key version } } } } } } }"
    made = [(await ask(org.admin_key, CREATE, input=FRAMEWORK))["data"] for _ in range(2)]
    newest = made[1]["createCompetencyFramework"]["competencyFramework"]["id"]
    sellers = [await org.add_person(name, job_role="AE") for name in ("Ann", "Bob", "Cem")]
    await org.add_person("Dee", job_role="SDR")
    counts = []
    for first in (2, 9):
        with counted_statements(database) as statements:
            found = (await ask(org.admin_key, people, first=first))["data"]["people"]["edges"]
        counts.append(len(statements))
    rated = {edge["node"]["id"]: edge["node"]["competencyFrameworks"]["edges"] for edge in found}
    version = {"node": {"key": "ours", "version": 2}}
    assert [id_ for id_, by in rated.items() if by == [version]] == [to_global_id("Person", one.id) for one in sellers]
    assert counts[0] == counts[1]
    about = "query ($id: ID) { competencyFrameworks(personId: $id) { edges { node { id } } } }"
    ann = await org.key_for(sellers[0])
    listed = (await ask(ann, about, id=to_global_id("Person", sellers[0].id)))["data"]["competencyFrameworks"]
    assert [edge["node"]["id"] for edge in listed["edges"]] == [newest]
    hidden = await ask(ann, about, id=to_global_id("Person", sellers[1].id))
    assert hidden == {"data": {"competencyFrameworks": {"edges": []}}}
