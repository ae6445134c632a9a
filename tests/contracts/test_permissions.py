"""The permission matrix: every operation of both surfaces says what it needs, and its use case asks for just that."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from schema.describing import ANYONE as ANY_CALLER
from schema.router import build_schema
from service.api.operation import ANYONE, PUBLIC
from service.cli.permissions_doc import graphql_fields, render_permissions, rest_operations
from service.core.settings import Settings
from service.main import build_api
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ALL_PERMISSIONS, ROLES
from tests.factories.requests import BODIES, FORMS, GRAPHQL_INPUTS, PARAMS, PATH_VALUES
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.skill_requests import ID
from tests.fixtures.documents import plain_api
from tests.fixtures.rest import ANYWAY, bearer

ROOT = Path(__file__).parents[2]
SETTINGS = Settings(_env_file=None)
REST = {one.operation_id: one for one in rest_operations(plain_api())}
FIELDS = dict(graphql_fields(build_schema(SETTINGS)))


LIMITED = [name for name, one in REST.items() if one.needs not in (ANYONE, PUBLIC)]


def test_the_matrix_is_committed() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text() == render_permissions(SETTINGS)


def test_every_operation_says_what_it_needs() -> None:
    for name, one in REST.items():
        assert one.needs in {ANYONE, PUBLIC, *ALL_PERMISSIONS}, f"{name} does not say what it needs"
    for name, needs in FIELDS.items():
        assert needs in {ANY_CALLER, *ALL_PERMISSIONS}, f"{name} does not say what it needs"


def test_an_undeclared_route_is_found() -> None:
    api = build_api(SETTINGS)

    @api.get("/v1/undeclared", operation_id="undeclared")
    async def undeclared() -> None:
        """Says nothing about who may call it."""

    assert [one.needs for one in rest_operations(api) if one.path == "/v1/undeclared"] == [None]
    with pytest.raises(ValueError, match="undeclared"):
        render_permissions(SETTINGS, api)


def test_both_surfaces_write_the_same_and_need_the_same() -> None:
    writes = {name: one.needs for name, one in REST.items() if one.is_write}
    mutations = {
        name.removeprefix("Mutation."): needs for name, needs in FIELDS.items() if name.startswith("Mutation.")
    }
    assert mutations == writes


async def key_with(org: SalesOrg, scopes: frozenset[str]) -> str:
    async with org.database.tenant(org.id) as session:
        data = CreateApiKey(name="Probe", scopes=sorted(scopes))
        return (await create_api_key(session, org.system, data, ROLES)).key


@pytest.fixture(scope="module")
async def probes(database: Any) -> tuple[dict[str, str], dict[str, str]]:
    """For each permission a key with all others, and a key with it alone."""
    org = await make_sales_org(database)
    without = {one: await key_with(org, ALL_PERMISSIONS - {one}) for one in ALL_PERMISSIONS}
    return without, {one: await key_with(org, frozenset({one})) for one in ALL_PERMISSIONS}


@pytest.mark.parametrize("name", LIMITED)
async def test_a_rest_operation_needs_just_what_it_says(
    rest: httpx.AsyncClient, probes: tuple[dict[str, str], dict[str, str]], name: str
) -> None:
    method, path, permission = REST[name].method, REST[name].path.format(**PATH_VALUES), str(REST[name].needs)
    statuses = []
    for key in (probes[0][permission], probes[1][permission]):
        body = {"files": FORMS[name]} if name in FORMS else {"json": BODIES.get(name)}
        answer = await rest.request(method, path, params=PARAMS.get(name), headers=bearer(key) | ANYWAY, **body)
        statuses.append(answer.status_code)
        if len(statuses) == 1:
            assert answer.json()["detail"] == f"This needs the permission {permission}.", answer.text
    assert statuses[0] == 403
    assert statuses[1] != 403


@pytest.mark.parametrize("field", sorted(name for name in FIELDS if name.startswith("Mutation.")))
async def test_a_mutation_needs_just_what_it_says(
    rest: httpx.AsyncClient, probes: tuple[dict[str, str], dict[str, str]], field: str
) -> None:
    name, permission = field.removeprefix("Mutation."), FIELDS[field]
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = (
        f"mutation ($input: {kind}!) {{ found: {name}(input: $input) {{ __typename ... on UserError {{ message }} }} }}"
    )
    body = {"query": query, "variables": {"input": GRAPHQL_INPUTS.get(name, {"id": ID})}}
    refused = (await rest.post("/graphql", json=body, headers=bearer(probes[0][permission]))).json()["data"]["found"]
    assert refused == {"__typename": "ForbiddenError", "message": f"This needs the permission {permission}."}
    found = (await rest.post("/graphql", json=body, headers=bearer(probes[1][permission]))).json()["data"]["found"]
    assert found["__typename"] != "ForbiddenError"
