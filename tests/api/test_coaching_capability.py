"""Capability and self-correction over REST: what they look like, how they are paged, drawn and refused."""

import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from service.core.ids import new_id
from tests.factories.capability import House, make_house
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

QUARTER = {"from": "2026-01-01", "to": "2026-03-31"}
SVG = {"Accept": "image/svg+xml"}


@pytest.fixture
async def house(org: SalesOrg) -> House:
    return await make_house(org)


async def test_what_a_manager_reads(rest: httpx.AsyncClient, house: House) -> None:
    headers = bearer(await house.org.key_for(house.people["Zoe"]))
    answer = await rest.get("/v1/coaching-capability", params=QUARTER, headers=headers)
    assert answer.status_code == 200, answer.text
    (zoe,) = answer.json()["data"]
    assert (zoe["name"], zoe["from_on"], zoe["to_on"], zoe["people"]) == ("Zoe", "2026-01-01", "2026-03-31", 6)
    models = zoe["keys"][0]
    assert models == {
        "key": "models",
        "numerator": 1,
        "denominator": 6,
        "n": 6,
        "share": "0.1667",
        "interval_low": "0.0381",
        "interval_high": "0.5024",
        "standard": "0.90",
        "verdict": "below",
        "explanation": "17 % (1 of 6 people): below the standard of 90 %, beyond chance (allowing for 4 % to 50 %).",
        "before_numerator": 0,
        "before_denominator": 5,
        "before_share": "0.0000",
        "change": "0.1667",
        "change_low": models["change_low"],
        "change_high": models["change_high"],
        "trend": "within_chance",
        "next_step": "Ask enablement to activate a success model for SDR, which Hal, Ida and 2 more have none of: "
        "POST /v1/success-models/{id}/activate.",
    }
    assert [key["key"] for key in zoe["keys"]] == ["models", "process", "skills", "cadence"]
    assert (await rest.get("/v1/coaching-capability", headers=bearer(await _rep(house)))).status_code == 403


async def _rep(house: House) -> str:
    return await house.org.key_for(house.people["Ann"])


@pytest.mark.parametrize("path", ["coaching-capability", "self-correction"])
async def test_pages(rest: httpx.AsyncClient, house: House, path: str) -> None:
    headers = bearer(house.org.admin_key)
    names: list[str] = []
    params: dict[str, Any] = {"limit": 2, **(QUARTER if path == "coaching-capability" else {"months": 12})}
    while True:
        answer = await rest.get(f"/v1/{path}", params=params, headers=headers)
        names += [one["name"] for one in answer.json()["data"]]
        if answer.json()["next_cursor"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        params["cursor"] = answer.json()["next_cursor"]
    assert names == ["Max", "Vera", "Zoe"]


@pytest.mark.parametrize(
    ("path", "params", "status", "pointers"),
    [
        ("coaching-capability", {"from": "2026-02-01", "to": "2026-01-01"}, 422, {"to"}),
        ("coaching-capability", {"from": "2020-01-01", "to": "2026-01-01"}, 422, {"from"}),
        ("coaching-capability", {"manager_id": "Max", "tree": "perhaps"}, 422, {"manager_id", "tree"}),
        ("coaching-capability", {"manager_id": str(new_id())}, 404, set()),
        ("self-correction", {"months": 25}, 422, {"months"}),
        ("self-correction", {"months": 0, "as_of": "now"}, 422, {"months", "as_of"}),
        ("self-correction", {"manager_id": str(new_id())}, 404, set()),
    ],
)
async def test_what_is_refused(
    rest: httpx.AsyncClient, org: SalesOrg, path: str, params: dict[str, Any], status: int, pointers: set[str]
) -> None:
    answer = await rest.get(f"/v1/{path}", params=params, headers=bearer(org.admin_key))
    assert answer.status_code == status, answer.text
    assert {error["pointer"] for error in answer.json().get("errors", [])} == pointers


async def test_the_picture_says_all_of_it_in_words(rest: httpx.AsyncClient, house: House) -> None:
    headers = bearer(house.org.admin_key) | SVG
    answer = await rest.get("/v1/coaching-capability", params={**QUARTER, "limit": 2}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["vary"] == "Accept"
    picture = ET.fromstring(answer.text)
    space = "{http://www.w3.org/2000/svg}"
    texts = [one.text or "" for one in picture.iter(f"{space}text")]
    described = picture.findtext(f"{space}desc") or ""
    assert picture.findtext(f"{space}title") == "Coaching capability"
    assert "Max: 1 of 4 keys in place. Success models: 83 % (5 of 6 people)" in described
    assert "Max: 1 of 4 keys in place (6 reps)" in texts
    # The verdict and the trend stand in words beside each share.
    assert [text for text in texts if text.endswith(("better", "meets it", "below it", "cannot tell"))][:4] == [
        "83 %: cannot tell, better",
        "50 %: meets it",
        "33 %: below it",
        "76 %: cannot tell",
    ]
    assert "There are more managers on the next page." in texts
    assert "<script" not in answer.text
    sparse = await rest.get("/v1/coaching-capability", params={"fields": "data"}, headers=headers)
    assert sparse.status_code == 422
    neither = await rest.get("/v1/coaching-capability", headers=headers | {"Accept": "image/png"})
    assert neither.status_code == 406


async def test_the_standards_are_the_organization_s(rest: httpx.AsyncClient, house: House) -> None:
    headers = bearer(house.org.admin_key)
    read = await rest.get("/v1/organization", headers=headers)
    keys = ("models", "process", "skills", "cadence")
    assert [read.json()[f"coaching_standard_{key}"] for key in keys] == ["0.90", "0.50", "0.80", "0.80"]
    patch = {"coaching_standard_models": "0.8", "coaching_standard_cadence": "0.75"}
    blind = await rest.patch("/v1/organization", json=patch, headers=headers)
    assert blind.status_code == 428
    changed = await rest.patch("/v1/organization", json=patch, headers=headers | {"If-Match": read.headers["etag"]})
    assert changed.status_code == 200, changed.text
    stale = await rest.patch("/v1/organization", json=patch, headers=headers | {"If-Match": read.headers["etag"]})
    assert stale.status_code == 412
    for value in ("1.01", "-0.1", "0.755", None, "NaN"):
        refused = await rest.patch(
            "/v1/organization", json={"coaching_standard_models": value}, headers=headers | {"If-Match": "*"}
        )
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/coaching_standard_models")
    found = await rest.get("/v1/coaching-capability", params=QUARTER, headers=headers)
    assert [key["verdict"] for key in found.json()["data"][0]["keys"]] == ["met", "met", "below", "met"]
