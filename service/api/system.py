"""Health, readiness, and the API's page with its assets, served without the internet."""

from pathlib import Path
from typing import Literal

from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from service.api.deps import RuntimeDep
from service.api.operation import PUBLIC, operation
from service.api.route import resource_router
from service.organizations.use_cases.organizations import check_database

router = resource_router("", "system")

STATIC = Path(__file__).parent / "static"


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", **operation("getHealth", "Is the process alive?", PUBLIC, 503))
async def get_health() -> Health:
    """Needs no key and touches nothing."""
    return Health()


@router.get("/readyz", **operation("getReadiness", "Can the service do its work?", PUBLIC, 503))
async def get_readiness(runtime: RuntimeDep) -> Health:
    """Needs no key; 503 while the database is out of reach."""
    await check_database(runtime.database)
    return Health()


@router.get("/docs", include_in_schema=False)
async def get_docs() -> HTMLResponse:
    """Swagger UI on the generated OpenAPI document."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Touchline API",
        swagger_js_url="/static/swagger/swagger-ui-bundle.js",
        swagger_css_url="/static/swagger/swagger-ui.css",
        swagger_favicon_url="/static/swagger/favicon-32x32.png",
    )
