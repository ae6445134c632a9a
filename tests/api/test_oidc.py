"""JWTs of an identity provider: which are taken, for whom, and how keys change."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.oidc import AUDIENCE, Issuer, issuing
from tests.fixtures.rest import ANYWAY, bearer, rest_client

PATH = "/v1/identity-provider"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest_asyncio.fixture
async def rest(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[httpx.AsyncClient]:
    """A service that may ask a provider on this machine, as often as it likes."""
    changes = {
        "webhook_allow_http": True,
        "webhook_allowed_networks": Settings(webhook_allowed_networks=["127.0.0.0/8"]).webhook_allowed_networks,
        "oidc_refetch_seconds": 0.0,
    }
    async with rest_client(settings.model_copy(update=changes), urls, database, secret_box) as client:
        yield client


async def connect(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer, **claim: str) -> httpx.Response:
    body = {"issuer": issuer.url, "audience": AUDIENCE, **claim}
    return await rest.put(PATH, json=body, headers=bearer(org.admin_key) | ANYWAY)


async def me(rest: httpx.AsyncClient, token: str) -> httpx.Response:
    return await rest.get("/v1/me", headers=bearer(token))


async def test_a_good_token_is_its_person(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    ann = await org.add_person("Ann", role="manager")
    assert (await connect(rest, org, issuer)).status_code == 200
    for token in (issuer.token(), issuer.token(aud=["x", AUDIENCE]), issuer.token(email="ANN@example.com")):
        found = (await me(rest, token)).json()
        assert (found["person"]["id"], found["role"]) == (str(ann.id), "manager")
    claimed = (await me(rest, issuer.token(roles=["admin"], role="admin", scope="api_keys:write"))).json()
    assert claimed["role"] == "manager"
    assert "api_keys:write" not in claimed["permissions"]


def forgeries(issuer: Issuer) -> dict[str, Callable[[], str]]:
    """One token per way of being wrong."""
    now = int(time.time())
    other = Issuer()
    return {
        "expired": lambda: issuer.token(exp=now - 10, iat=now - 900),
        "without an end": lambda: issuer.token(exp=None),
        "not yet valid": lambda: issuer.token(nbf=now + 3600),
        "issued tomorrow": lambda: issuer.token(iat=now + 86400),
        "wrong audience": lambda: issuer.token(aud="https://other.example"),
        "without audience": lambda: issuer.token(aud=None),
        "wrong issuer": lambda: issuer.token(iss="https://evil.example"),
        "without subject": lambda: issuer.token(sub=None),
        "none": issuer.unsigned,
        "HS256 with the public key": issuer.signed_with_the_public_key,
        "unknown kid": lambda: issuer.token(header={"kid": "nope"}),
        "odd kid": lambda: issuer.token(header={"kid": None, "typ": "JWT"}, key=other.keys[0]),
        "another's key under a known kid": lambda: issuer.token(key=other.keys[0]),
        "tampered": lambda: _tampered(issuer.token()),
        "cut": lambda: issuer.token().rpartition(".")[0],
        "a refresh token": lambda: issuer.token(header={"typ": "rt+jwt"}),
        "nonsense": lambda: "ey.ey.ey",
    }


def _tampered(token: str) -> str:
    head, claims, signature = token.split(".")
    return f"{head}.{claims[:-2]}{'AA' if claims[-2:] != 'AA' else 'BB'}.{signature}"


@pytest.mark.parametrize("kind", forgeries(Issuer()))
async def test_a_forged_token_is_refused(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer, kind: str) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    answer = await me(rest, forgeries(issuer)[kind]())
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_clocks_may_differ_a_little(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    now = int(time.time())
    assert (await me(rest, issuer.token(exp=now - 2))).status_code == 200
    assert (await me(rest, issuer.token(nbf=now + 3, iat=now + 3))).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nobody@example.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": 7},
    ],
)
async def test_who_is_nobody_here_is_told_so(
    rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer, changes: dict[str, Any]
) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    answer = await me(rest, issuer.token(**changes))
    assert (answer.status_code, answer.json()["code"]) == (403, "person_not_provisioned")


async def test_a_subject_comes_before_an_address(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    await org.add_person("Ann")
    bob = await org.add_person("Bob")
    await connect(rest, org, issuer)
    await rest.put(f"/v1/people/{bob.id}/external-identities/oidc/ann", headers=bearer(org.admin_key))
    assert (await me(rest, issuer.token())).json()["person"]["name"] == "Bob"
    assert (await me(rest, issuer.token(email=None, email_verified=None))).json()["person"]["name"] == "Bob"


async def test_who_has_left_is_refused(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    ann = await org.add_person("Ann")
    await connect(rest, org, issuer)
    for days, status in ((2, 401), (-2, 200)):
        left_on = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
        headers = bearer(org.admin_key) | ANYWAY
        assert (await rest.patch(f"/v1/people/{ann.id}", json={"left_on": left_on}, headers=headers)).status_code == 200
        assert (await me(rest, issuer.token())).status_code == status


async def test_a_rotation_needs_no_restart(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    before = issuer.token()
    assert (await me(rest, before)).status_code == 200
    issuer.rotate()
    assert (await me(rest, issuer.token())).status_code == 200
    assert (await me(rest, before)).status_code == 200
    fetched = issuer.fetched
    for _ in range(5):
        assert (await me(rest, issuer.token())).status_code == 200
    assert issuer.fetched == fetched
    issuer.rotate(keep=False)
    assert (await me(rest, issuer.token())).status_code == 200
    assert (await me(rest, before)).status_code == 401
    issuer.replace_keys()
    assert (await me(rest, issuer.token())).status_code == 200


async def test_a_provider_out_of_reach(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    issuer.down = True
    answer = await me(rest, issuer.token())
    assert (answer.status_code, answer.json()["code"]) == (503, "identity_provider_unreachable")
    issuer.down = False
    assert (await me(rest, issuer.token())).status_code == 200
    issuer.down = True
    assert (await me(rest, issuer.token(header={"kid": "unknown"}))).status_code == 401
    assert (await me(rest, issuer.token())).status_code == 200


async def test_a_configuration_of_another_issuer_is_not_taken(
    rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer
) -> None:
    await org.add_person("Ann")
    await connect(rest, org, issuer)
    issuer.named = "https://evil.example"
    assert (await me(rest, issuer.token())).status_code == 503


async def test_a_token_belongs_to_one_organization(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    """Two customers of one provider are told apart by a claim; nobody takes another's tokens."""
    other = await make_sales_org(org.database)
    for each in (org, other):
        await each.add_person("Ann")
    assert (await connect(rest, org, issuer, claim_name="org_id", claim_value="a")).status_code == 200
    taken = await connect(rest, other, issuer, claim_name="org_id", claim_value="a")
    assert (taken.status_code, taken.json()["code"]) == (409, "identity_provider_claimed")
    assert (await connect(rest, other, issuer)).status_code == 409
    assert (await connect(rest, other, issuer, claim_name="tid", claim_value="b")).status_code == 409
    assert (await connect(rest, other, issuer, claim_name="org_id", claim_value="b")).status_code == 200
    for value, each in (("a", org), ("b", other)):
        found = (await me(rest, issuer.token(org_id=value))).json()
        assert found["organization"]["id"] == str(each.id)
    for odd in ("c", None, 7):
        assert (await me(rest, issuer.token(org_id=odd))).status_code == 401


async def test_the_providers_life(rest: httpx.AsyncClient, org: SalesOrg, issuer: Issuer) -> None:
    headers = bearer(org.admin_key)
    assert (await rest.get(PATH, headers=headers)).status_code == 404
    await org.add_person("Ann")
    put = await connect(rest, org, issuer)
    assert (await rest.get(PATH, headers=headers)).headers["etag"] == put.headers["etag"]
    assert (await me(rest, issuer.token())).status_code == 200
    stale = await rest.delete(PATH, headers=headers | {"If-Match": '"old"'})
    assert stale.status_code == 412
    assert (await rest.delete(PATH, headers=headers)).status_code == 204
    assert (await me(rest, issuer.token())).status_code == 401
    rep = bearer(await org.key_for(await org.add_person("Rep")))
    assert (await rest.get(PATH, headers=rep)).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"issuer": "ftp://x.example"}, "/issuer"),
        ({"issuer": "https://169.254.169.254"}, "/issuer"),
        ({"issuer": "https://u:p@id.example.com"}, "/issuer"),
        ({"claim_name": "hd"}, ""),
        ({"claim_name": "email", "claim_value": "x"}, "/claim_name"),
    ],
)
async def test_a_bad_provider_is_named(
    rest: httpx.AsyncClient, org: SalesOrg, body: dict[str, str], pointer: str
) -> None:
    full = {"issuer": "https://id.example.com", "audience": AUDIENCE, **body}
    answer = await rest.put(PATH, json=full, headers=bearer(org.admin_key) | ANYWAY)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
