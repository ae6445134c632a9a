"""`/v1/kpi-snapshots` over HTTP: exact fields, decimals as text, every bad parameter by name."""

from decimal import Decimal

import httpx
import pytest

from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.fixtures.rest import bearer

PATH = "/v1/kpi-snapshots"


async def test_a_row_has_the_promised_fields(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_deal(ann, org.local(2026, 2, 1), org.local(2026, 3, 2), "won", amount="1000.10")
    await org.add_deal(ann, org.local(2026, 2, 1), org.local(2026, 3, 2), "lost")
    await org.refresh()
    query = {
        "person_id": str(ann.id),
        "period": "quarter",
        "period_start": "2026-01-01",
        "as_of": "2026-04-01T00:00:00Z",
    }
    response = await rest.get(PATH, params=query, headers=bearer(org.admin_key))
    assert response.status_code == 200
    body = response.json()
    assert body["next_cursor"] is None
    amount, rate = body["data"][2:]
    assert amount.pop("id") == f"{ann.id}.won-amount.quarter.2026-01-01"
    assert rate.pop("id") == f"{ann.id}.win-rate.quarter.2026-01-01"
    common = {
        "person_id": str(ann.id),
        "level": "result",
        "lead_grade": None,
        "period": "quarter",
        "period_start": "2026-01-01",
        "period_end": "2026-03-31",
        "as_of": "2026-04-01T00:00:00Z",
        "target": None,
        "target_reason": None,
        "expected": None,
        "attainment": None,
        "status": None,
        "probability": None,
        "polarity": "higher",
        "undecided": 0,
        "model_version": 1,
        "closed_at": None,
        "revision": 0,
    }
    assert amount == {
        **common,
        "kpi": "won-amount",
        "name": "won-amount",
        "unit": "currency",
        "interval_low": "1000.100000",
        "interval_high": "1000.100000",
        "method": "observed",
        "value": "1000.10",
        "numerator": None,
        "denominator": None,
        "n": 1,
    }
    low, high = Decimal(rate.pop("interval_low")), Decimal(rate.pop("interval_high"))
    assert 0 < low <= Decimal("0.5") <= high < 1
    assert rate == {
        **common,
        "kpi": "win-rate",
        "name": "win-rate",
        "unit": "ratio",
        "method": "beta_binomial",
        "value": "0.500000",
        "numerator": "1",
        "denominator": "2",
        "n": 2,
    }


async def test_a_rep_with_a_key_sees_themself(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.activate(model_document())
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    key = await org.key_for(ann)
    mine = await rest.get(PATH, headers=bearer(key))
    assert {row["person_id"] for row in mine.json()["data"]} == {str(ann.id)}
    response = await rest.get(PATH, params={"person_id": str(bob.id)}, headers=bearer(key))
    assert (response.status_code, response.json()["code"]) == (404, "person_not_found")


async def test_pages(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.activate(model_document())
    for name in ("Ann", "Bob"):
        await org.add_person(name)
    rows: list[tuple[str, str]] = []
    params = {"limit": "5"}
    while True:
        body = (await rest.get(PATH, params=params, headers=bearer(org.admin_key))).json()
        rows += [(row["person_id"], row["kpi"]) for row in body["data"]]
        if body["next_cursor"] is None:
            break
        params["cursor"] = body["next_cursor"]
    assert len(rows) == len(set(rows)) == 3 * 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person_id", "me"),
        ("manager_id", "1"),
        ("period", "decade"),
        ("period_start", "yesterday"),
        ("period_start", "2026-02-30"),
        ("period_start", "2026-03-15"),
        ("as_of", "2026-03-15T10:00:00"),
        ("as_of", "0001-01-01T00:00:00Z"),
        ("kpi", "nul\x00"),
        ("limit", "0"),
        ("limit", "201"),
        ("cursor", "nonsense"),
        ("cursor", "WyJhIl0"),
    ],
)
async def test_bad_parameters_are_named(rest: httpx.AsyncClient, org: SalesOrg, name: str, value: str) -> None:
    await org.activate(model_document())
    response = await rest.get(PATH, params={name: value}, headers=bearer(org.admin_key))
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in response.json()["errors"]] == [name]


async def test_without_a_key(rest: httpx.AsyncClient) -> None:
    assert (await rest.get(PATH)).status_code == 401
