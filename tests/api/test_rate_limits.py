"""Rate limits: what is told, what is refused, and that processes together grant no more than there is."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from service.api.limits import RequestBounds
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.principal import Principal
from service.core.rate_limits import RateLimitedError, RateLimiter
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer, surface_runtime
from tests.fixtures.statements import counted_statements

LIMIT = 60


@pytest_asyncio.fixture
async def rest(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[httpx.AsyncClient]:
    """A service with limits; those of the caller are the narrower ones."""
    limited = settings.model_copy(update={"rate_limit_caller": LIMIT, "rate_limit_organization": 2 * LIMIT})
    api = build_api(limited)
    api.state.runtime = surface_runtime(limited, urls, database, secret_box)
    transport = httpx.ASGITransport(RequestBounds(api, limited))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_every_answer_says_where_one_stands(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    first = await rest.get("/v1/me", headers=headers)
    assert first.headers["ratelimit-policy"] == '"caller";q=60;w=60, "organization";q=120;w=60'
    assert first.headers["ratelimit"] == '"caller";r=59;t=1, "organization";r=119;t=1'
    second = await rest.post("/graphql", json={"query": "{ me { role } }"}, headers=headers)
    assert second.headers["ratelimit"].startswith('"caller";r=58;t=2')
    assert (await rest.get("/v1/nothing/here", headers=headers)).status_code == 404
    missing = await rest.get(f"/v1/people/{UUID(int=7)}", headers=headers)
    assert missing.headers["ratelimit"].startswith('"caller";r=57;')
    assert "ratelimit" not in (await rest.get("/v1/me")).headers


async def test_beyond_the_limit_one_waits(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    answers = [await rest.get("/v1/me", headers=headers) for _ in range(LIMIT + 20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 1 <= len(refused) <= 20
    assert (refused[0].json()["code"], refused[0].headers["retry-after"]) == ("rate_limited", "1")
    assert refused[0].headers["ratelimit"].startswith('"caller";r=0;')
    colleague = bearer(await org.key_for(await org.add_person("Ann")))
    assert (await rest.get("/v1/me", headers=colleague)).status_code == 200
    await asyncio.sleep(1.1)
    assert (await rest.get("/v1/me", headers=headers)).status_code == 200


async def test_an_organization_has_a_limit_of_its_own(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    keys = [await org.key_for(await org.add_person(f"P{index}")) for index in range(4)]
    statuses = [(await rest.get("/v1/me", headers=bearer(key))).status_code for key in keys for _ in range(LIMIT - 15)]
    assert 2 * LIMIT <= statuses.count(200) < len(statuses)


@pytest.mark.parametrize("processes", [1, 3, 8])
async def test_processes_share_what_there_is(
    database: Database, settings: Settings, org: SalesOrg, processes: int
) -> None:
    limits = settings.model_copy(update={"rate_limit_caller": 100, "rate_limit_organization": 0})
    limiters = [RateLimiter(database, limits) for _ in range(processes)]
    principal = Principal(org.id, key_id=UUID(int=processes))

    async def spend(limiter: RateLimiter) -> int:
        try:
            await limiter.spend(principal)
        except RateLimitedError:
            return 0
        return 1

    loop = asyncio.get_running_loop()
    started = loop.time()
    granted = sum(await asyncio.gather(*(spend(limiters[index % processes]) for index in range(300))))
    assert granted <= 100 + (loop.time() - started) * 100 / 60 + 1
    assert granted >= 100 - processes * 5  # what was leased and not spent


async def test_a_request_updates_no_row_of_its_own(database: Database, settings: Settings, org: SalesOrg) -> None:
    limiter = RateLimiter(database, settings.model_copy(update={"rate_limit_caller": 1000}))
    principal = Principal(org.id, key_id=UUID(int=1))
    await limiter.spend(principal)
    with counted_statements(database) as statements:
        for _ in range(40):
            await limiter.spend(principal)
    assert statements == []


async def test_without_limits_nothing_is_counted(database: Database, settings: Settings, org: SalesOrg) -> None:
    assert await RateLimiter(database, settings).spend(Principal(org.id, key_id=UUID(int=1))) == []
