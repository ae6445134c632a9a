"""`GET /v1/forecast-accuracy`: shape, the picture, and what is refused."""

from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from tests.factories.forecasts import AS_OF, Forecasters, make_scored_forecasters
from tests.fixtures.rest import bearer

PATH = "/v1/forecast-accuracy"
NAMES = {"s": "http://www.w3.org/2000/svg"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> Forecasters:
    return await make_scored_forecasters(database)


async def test_the_answer(rest: httpx.AsyncClient, house: Forecasters) -> None:
    headers = bearer(await house.org.key_for(house.people["Lea"]))
    answer = await rest.get(PATH, params={"as_of": AS_OF.isoformat(), "forecaster": "rep"}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["horizon_days"], found["interval_level"], found["model_version"]) == (
        14,
        "0.9",
        "forecast-accuracy-1",
    )
    assert [(one["forecaster"], one["name"], one["n"]) for one in found["deals"]] == [
        ("rep", None, 43),
        ("rep", "Rita", 40),
        ("rep", "Rob", 3),
    ]
    rita = found["deals"][1]
    assert [(one["said_from"], one["said_to"], one["n"]) for one in rita["bins"]] == [
        ("0.3", "0.4", 10),
        ("0.7", "0.8", 10),
        ("0.8", "0.9", 20),
    ]
    parts = {name: float(rita[name]) for name in ("reliability", "resolution", "uncertainty")}
    within = float(rita["within_variance"]) - float(rita["within_covariance"])
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"] + within
    assert total == pytest.approx(float(rita["brier"]), abs=5e-6)
    assert found["deals"][2]["cannot_tell"] == "too_few_scored"
    assert found["deals"][2]["explanation"].startswith("Cannot tell yet: 3 deals are decided")


async def test_the_picture(rest: httpx.AsyncClient, house: Forecasters) -> None:
    headers = bearer(house.org.admin_key) | {"Accept": "image/svg+xml"}
    answer = await rest.get(PATH, params={"as_of": AS_OF.isoformat()}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (
        200,
        "image/svg+xml",
        "Accept",
    )
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    drawing = ET.fromstring(answer.text)
    assert drawing.findtext("s:title", namespaces=NAMES) == "Forecasts of deals: said and come true"
    told = str(drawing.findtext("s:desc", namespaces=NAMES))
    assert "Said 35 %: 0 % of 10 won (90 % interval 0 % to 21 %)." in told
    assert "The model: Cannot tell yet: 0 deals are" in told
    # Reps together and Rita: a dot for each tenth, each with its bar.
    dots = drawing.findall("s:circle", NAMES)
    assert len(dots) == 6
    assert all("90 % interval" in str(dot.findtext("s:title", namespaces=NAMES)) for dot in dots)
    bars = [path for path in drawing.findall("s:path", NAMES) if path.get("class") in {"stroke accent", "stroke alarm"}]
    assert len(bars) == 6
    assert drawing.find("s:script", NAMES) is None
    assert (await rest.get(PATH, params={"fields": "deals"}, headers=headers)).status_code == 422
    assert (await rest.get(PATH, headers=headers | {"Accept": "image/png"})).status_code == 406


@pytest.mark.parametrize(
    "params",
    [
        {"horizon_days": "-1"},
        {"horizon_days": "366"},
        {"forecaster": "oracle"},
        {"period": "fortnight"},
        {"period_start": "2025-01-01"},
        {"as_of": "now"},
    ],
)
async def test_bad_questions(rest: httpx.AsyncClient, house: Forecasters, params: dict[str, str]) -> None:
    answer = await rest.get(PATH, params=params, headers=bearer(house.org.admin_key))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(params)
