"""The permission matrix of skills: every operation by everybody and by keys of every scope, on both surfaces alike."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa
from strawberry.utils.str_converters import to_camel_case

from schema.inputs import REFERENCES
from schema.relay import snake, to_global_id
from schema.router import build_schema
from service.cli.permissions_doc import graphql_fields, rest_operations
from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.core.settings import Settings
from service.core.tables import metadata
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ALL_PERMISSIONS
from service.permissions import ROLES as ROLE_TABLE
from service.skill_assessments.permissions import Permission
from tests.contracts.skill_matrix import BODIES, READ_OF_REP, ROLES, TABLE, expected
from tests.factories.requests import BODIES as ANY_BODIES
from tests.factories.rows import sample_row
from tests.factories.skills_cast import SkillsCast, make_skills_cast
from tests.fixtures.documents import plain_api
from tests.fixtures.rest import ANYWAY, bearer
from tests.graphql.root_fields import FOREIGN

SCOPES = tuple(Permission)
OTHERS = "every other scope"
OPERATIONS = {one.operation_id: one for one in rest_operations(plain_api()) if one.needs in set(SCOPES)}
FIELDS = [
    name.split(".")[1] for name, needs in graphql_fields(build_schema(Settings(_env_file=None))) if needs in set(SCOPES)
]
PART_OF_ANOTHER = {"getPlanProgress"}
"""Over GraphQL a field of what it is about, not of the root."""
TYPES = {
    "assessment_id": "SkillAssessment",
    "plan_id": "DevelopmentPlan",
    "step_id": "PlanStep",
    "review_id": "PlanReview",
    "framework_id": "CompetencyFramework",
    "template_id": "AssessmentTemplate",
    "person_id": "Person",
}
READ_BY_LINE = [operation for operation, labels in TABLE.items() if labels is READ_OF_REP]
ABOUT_READING = {"listSkillReaders", "listSkillAccesses"}
"""Of who reads, not of what is said."""
OUTSIDE = {"enablement": "Ena", "admin": "Ada", "org_key": "Script"}
CODES = {
    "ForbiddenError": "forbidden",
    "NotFoundError": "nothing",
    "ConflictError": "conflict",
    "InvalidInputError": "invalid",
}


def twin(operation: str) -> str:
    """The name of the same over GraphQL."""
    if OPERATIONS[operation].is_write:
        return operation
    name = re.sub("^(get|list)", "", operation)
    return name[0].lower() + name[1:]


@dataclass(slots=True)
class World:
    """What is asked about, and the key of everybody who asks."""

    ids: dict[str, Any]
    keys: dict[str, str]

    def body(self, operation: str) -> dict[str, Any]:
        """What a write sends."""
        body = BODIES.get(operation, ANY_BODIES.get(operation) or {})
        filled = {name: one.format(**self.ids) if isinstance(one, str) else one for name, one in body.items()}
        is_about = operation in {"createSkillAssessment", "createDevelopmentPlan"}
        return filled | ({"person_id": str(self.ids["person_id"])} if is_about else {})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(database: Database) -> World:
    """One of everything that is over, and a key of each scope."""
    cast = await make_skills_cast(database)
    ids: dict[str, Any] = {
        "person_id": cast.people["rep"].id,
        "rater_id": cast.people["colleague"].id,
        "framework_id": cast.framework_id,
        "template_id": cast.template_id,
        "assessment_id": await cast.plant("manager", "superseded"),
        "key": "b2b-seller",
        "soon": cast.org.day_of(utc_now()) + timedelta(days=60),
        **{name: new_id() for name in ("plan_id", "step_id", "review_id")},
    }
    await cast.plant("peer", rater_id=cast.people["colleague"].id)
    await plant_plan(cast, ids)
    keys = dict(cast.keys)
    async with database.tenant(cast.org.id) as session:
        # The names of people are read beside what is asked.
        scopes = {scope: [scope, "people:read"] for scope in SCOPES} | {OTHERS: sorted(ALL_PERMISSIONS - set(SCOPES))}
        for scope, granted in scopes.items():
            data = CreateApiKey(name=scope, scopes=granted)
            keys[scope] = (await create_api_key(session, cast.org.system, data, ROLE_TABLE)).key
    return World(ids, keys)


NOT_YET = ("extended_at", "extension_reason", "first_target_on", "manager_id")
NEVER = ("final_progress", "lifted_at", "lift_reason", "lifted_by", "created_by")
PLANTED = {"development_plan": "plan_id", "plan_step": "step_id", "plan_review": "review_id"}


async def plant_plan(cast: SkillsCast, ids: dict[str, Any]) -> None:
    """A plan that was dropped after its start, with a step and a review."""
    about = {"person_id": ids["person_id"], "owner_id": ids["person_id"], "framework_id": ids["framework_id"]}
    about |= {"plan_id": ids["plan_id"], "status": "dropped", **dict.fromkeys((*NOT_YET, *NEVER))}
    about["baseline"] = {"discovery": {"skill": None, "kpi": None}}
    async with cast.org.database.tenant(cast.org.id) as session:
        for table_name, id_name in PLANTED.items():
            table = metadata.tables[table_name]
            row = sample_row(table, cast.org.id, new_id())
            row |= {name: value for name, value in about.items() if name in row} | {"id": ids[id_name]}
            await (await session.connection()).execute(sa.insert(table).values(row))


def invalid(pointers: list[str]) -> str:
    """By the first part of the first pointer, named as over REST."""
    first = pointers[0].split("/")[1]
    return f"invalid /{snake(first)}"


async def by_rest(client: httpx.AsyncClient, world: World, operation: str, key: str) -> str:
    """What a request comes to."""
    one = OPERATIONS[operation]
    path = one.path.format(**world.ids)
    if operation == "getSkillGaps":
        path += f"?person_id={world.ids['person_id']}"
    body = world.body(operation) if one.is_write and one.method != "DELETE" else None
    answer = await client.request(one.method, path, json=body, headers=bearer(world.keys[key]) | ANYWAY)
    if answer.status_code == 403:
        return "denied" if answer.json()["code"] == "permission_denied" else "forbidden"
    if answer.status_code == 422:
        return invalid([error["pointer"] for error in answer.json()["errors"]])
    if answer.status_code == 200:
        return "nothing" if answer.json().get("data", True) == [] else "ok"
    return {404: "nothing", 409: "conflict"}[answer.status_code]


async def by_graphql(client: httpx.AsyncClient, world: World, operation: str, key: str) -> str:
    """The same of its twin."""
    if not OPERATIONS[operation].is_write:
        return await queried(client, world, twin(operation), key)
    names = re.findall("{(.*?)}", OPERATIONS[operation].path)
    given: dict[str, Any] = {name: to_global_id(TYPES[name], world.ids[name]) for name in names}
    if names:
        given["id"] = given.pop(names[-1])
    for name, value in world.body(operation).items():
        given[name] = to_global_id(REFERENCES[name], value) if name in REFERENCES else value
    given |= {name: given[name].upper() for name in ("kind", "resolution") if name in given}
    kind = f"{operation[0].upper()}{operation[1:]}Input!"
    query = f"""mutation ($input: {kind}) {{ found: {operation}(input: $input) {{ __typename
        ... on UserError {{ code }} ... on InvalidInputError {{ fields {{ edges {{ node }} }} }} }} }}"""
    sent = {"query": query, "variables": {"input": camel(given)}}
    answer = await client.post("/graphql", json=sent, headers=bearer(world.keys[key]))
    found = answer.json()["data"]["found"]
    if found.get("code") == "permission_denied":
        return "denied"
    label = CODES.get(found["__typename"], "ok")
    return invalid([edge["node"] for edge in found["fields"]["edges"]]) if label == "invalid" else label


def camel(given: dict[str, Any]) -> dict[str, Any]:
    """Names as the schema has them, but not within documents."""
    return {
        to_camel_case(name): [camel(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for name, value in given.items()
    }


async def queried(client: httpx.AsyncClient, world: World, field: str, key: str) -> str:
    """What a query comes to."""
    query, variables = FOREIGN[field]
    ids = {name.removesuffix("_id"): to_global_id(TYPES[name], world.ids[name]) for name in TYPES}
    given = {name: ids[name] for name in variables}
    answer = (
        await client.post("/graphql", json={"query": query, "variables": given}, headers=bearer(world.keys[key]))
    ).json()
    if "errors" in answer:
        told = answer["errors"][0]["extensions"]
        return "denied" if told["code"] == "permission_denied" else str(told["kind"])
    return "nothing" if answer["data"][field] in (None, {"edges": []}) else "ok"


def test_every_operation_and_field_is_in_the_table() -> None:
    assert set(OPERATIONS) == set(TABLE)
    assert set(FIELDS) == {twin(operation) for operation in TABLE if operation not in PART_OF_ANOTHER}


SURFACES: dict[str, Callable[..., Awaitable[str]]] = {"rest": by_rest, "graphql": by_graphql}


@pytest.mark.parametrize("surface", SURFACES)
async def test_each_operation_by_each_role(rest: httpx.AsyncClient, world: World, surface: str) -> None:
    # Somebody outside the line reads first, so that there is a reading to be told of.
    await by_rest(rest, world, "listSkillHistory", "enablement")
    for operation in TABLE:
        if surface == "rest" or operation not in PART_OF_ANOTHER:
            found = {role: await SURFACES[surface](rest, world, operation, role) for role in ROLES}
            assert found == {role: expected(operation, role) for role in ROLES}, operation


@pytest.mark.parametrize("surface", SURFACES)
async def test_each_operation_by_a_key_of_each_scope(rest: httpx.AsyncClient, world: World, surface: str) -> None:
    for operation, one in OPERATIONS.items():
        if surface == "graphql" and operation in PART_OF_ANOTHER:
            continue
        for scope in (*SCOPES, OTHERS):
            wanted = expected(operation, "org_key") if scope == one.needs else "denied"
            found = await SURFACES[surface](rest, world, operation, scope)
            assert found == wanted, (operation, scope)


@pytest.mark.parametrize("surface", SURFACES)
async def test_each_reading_from_outside_the_line_is_told_to_the_rep(
    rest: httpx.AsyncClient, world: World, surface: str
) -> None:
    path = f"/v1/people/{world.ids['person_id']}/skill-accesses?limit=3&fields=id,name,surface"

    async def newest() -> list[dict[str, str]]:
        found: list[dict[str, str]] = (await rest.get(path, headers=bearer(world.keys["rep"]))).json()["data"]
        return found

    await by_rest(rest, world, "listSkillHistory", "enablement")
    before = await newest()
    for operation in READ_BY_LINE:
        if surface == "graphql" and operation in PART_OF_ANOTHER:
            continue
        for role in ROLES:
            await SURFACES[surface](rest, world, operation, role)
            after = await newest()
            if role in OUTSIDE and operation not in ABOUT_READING:
                # Over GraphQL a plan and its progress are read apart.
                new = after[: after.index(before[0])]
                assert 1 <= len(new) <= (1 if surface == "rest" else 2), (operation, role)
                assert {(one["name"], one["surface"]) for one in new} == {(OUTSIDE[role], surface)}, (operation, role)
            else:
                assert after == before, (operation, role)
            before = after
