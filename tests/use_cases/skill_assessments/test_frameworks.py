"""Whose frameworks, in one statement; and what comes with Touchline is copied once, whoever comes first."""

import asyncio
from copy import deepcopy
from uuid import UUID

import pytest

from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.skill_assessments.dto.frameworks import (
    AssessmentTemplateFilter,
    CompetencyFrameworkFilter,
    CreateAssessmentTemplate,
    CreateCompetencyFramework,
)
from service.skill_assessments.use_cases.frameworks import (
    create_competency_framework,
    find_frameworks,
    frameworks_of_people,
    list_competency_frameworks,
    resolve_framework,
)
from service.skill_assessments.use_cases.templates import (
    create_assessment_template,
    find_templates,
    list_assessment_templates,
    resolve_template,
)
from tests.factories.sales_org import SalesOrg
from tests.factories.skill_requests import FRAMEWORK, TEMPLATE
from tests.fixtures.statements import counted_statements


async def add(org: SalesOrg, key: str, *job_roles: str) -> UUID:
    """The next version of a framework for these job roles."""
    raw = deepcopy(FRAMEWORK) | {"key": key}
    raw["document"]["requirements"] = [{"job_role": role, "levels": {"listening": 2}} for role in job_roles]
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(raw)
        return (await create_competency_framework(session, org.system, data)).id


async def test_the_newest_version_that_names_ones_job_role(org: SalesOrg) -> None:
    await add(org, "a", "AE", "SDR")
    a = await add(org, "a", "AE")
    b = await add(org, "b", "AE", "SDR")
    await add(org, "c")
    people = {role: (await org.add_person(str(role), job_role=role)).id for role in ("AE", "SDR", "AE's", None)}
    unknown = new_id()
    async with org.database.tenant(org.id) as session:
        with counted_statements(org.database) as statements:
            found = await frameworks_of_people(session, org.system, [*people.values(), unknown])
    expected = {people["AE"]: [a, b], people["SDR"]: [b], people["AE's"]: [], people[None]: [], unknown: []}
    assert {person: [one.id for one in of] for person, of in found.items()} == expected
    assert len([one for one in statements if "competency_framework" in one]) == 1


async def test_a_shipped_one_is_copied_once(org: SalesOrg) -> None:
    async def resolve(kind: str) -> UUID:
        async with org.database.tenant(org.id) as session:
            if kind == "template":
                return (await resolve_template(session, org.system, "b2b-seller")).framework_id
            return (await resolve_framework(session, org.system, "b2b-seller")).id

    assert len(set(await asyncio.gather(*map(resolve, ["framework", "template", "framework", "template"])))) == 1
    async with org.database.tenant(org.id) as session:
        frameworks = await list_competency_frameworks(session, org.system, CompetencyFrameworkFilter(), PageRequest())
        (framework,) = frameworks.items
        about = AssessmentTemplateFilter(framework_id=framework.id)
        (template,) = (await list_assessment_templates(session, org.system, about, PageRequest())).items
        assert (framework.key, framework.version, template.key) == ("b2b-seller", 1, "b2b-seller")
        assert (await resolve_framework(session, org.system, framework.id)) == framework
        assert (await resolve_template(session, org.system, template.id)) == template
        assert (await find_frameworks(session, org.system, [framework.id, new_id()])) == {framework.id: framework}
        assert (await find_templates(session, org.system, [template.id, new_id()])) == {template.id: template}


async def test_an_own_one_under_a_shipped_key_is_not_overwritten(org: SalesOrg) -> None:
    own = await add(org, "b2b-seller", "AE")
    async with org.database.tenant(org.id) as session:
        assert (await resolve_framework(session, org.system, "b2b-seller")).id == own
        with pytest.raises(ServiceError, match="no assessment template") as refused:
            await resolve_template(session, org.system, "b2b-seller")
        assert [field.pointer for field in refused.value.fields] == ["/template_key"]


async def test_a_template_stays_with_the_version_that_it_was_made_for(org: SalesOrg) -> None:
    data = CreateAssessmentTemplate.model_validate(
        TEMPLATE
        | {
            "framework_key": "ours",
            "document": {"items": [{"key": "asks", "kind": "rating", "skill": "listening", "prompt": "How?"}]},
        }
    )
    versions = [await add(org, "ours", "AE")]
    async with org.database.tenant(org.id) as session:
        first = await create_assessment_template(session, org.system, data)
    versions.append(await add(org, "ours", "AE"))
    async with org.database.tenant(org.id) as session:
        second = await create_assessment_template(session, org.system, data)
        assert (await resolve_template(session, org.system, "ours")) == second
        assert (await resolve_template(session, org.system, first.id)) == first
    assert [(one.version, one.framework_id) for one in (first, second)] == [(1, versions[0]), (2, versions[1])]


@pytest.mark.parametrize("named", ["unheard-of", UUID(int=7)])
async def test_a_name_of_nothing(org: SalesOrg, named: str | UUID) -> None:
    async with org.database.tenant(org.id) as session:
        for resolve, pointer in ((resolve_framework, "/framework_key"), (resolve_template, "/template_key")):
            with pytest.raises(ServiceError) as refused:
                await resolve(session, org.system, named)
            assert [field.pointer for field in refused.value.fields] == [pointer]
