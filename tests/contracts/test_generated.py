"""What is generated and committed is what the code says."""

from pathlib import Path

import orjson
from openapi_spec_validator import validate

from schema.router import export_sdl
from service.core.configuration_doc import render_configuration
from service.core.principal import Role
from service.core.settings import Settings
from service.main import build_api, export_openapi
from service.permissions import ALL_PERMISSIONS, ROLES

ROOT = Path(__file__).parents[2]


def test_openapi_is_committed_and_valid() -> None:
    text = export_openapi()
    assert (ROOT / "openapi" / "openapi.json").read_text() == text
    document = orjson.loads(text)
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_sdl_is_committed() -> None:
    assert (ROOT / "schema" / "schema.graphql").read_text() == export_sdl()


def test_configuration_is_documented() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == render_configuration()


def test_the_admin_may_do_everything_and_nobody_more() -> None:
    assert ROLES[Role.ADMIN] == ALL_PERMISSIONS
    assert set(ROLES) == set(Role)
    assert all(granted <= ALL_PERMISSIONS for granted in ROLES.values())


def test_pages_need_no_internet() -> None:
    api = build_api(Settings(_env_file=None))
    assert api.docs_url is None  # FastAPI's own page would load from a CDN
