"""KPIs of every kind, as data, on the deal-intelligence files: each number equals one worked out from the CSV alone."""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest
import pytest_asyncio
from lifelines import KaplanMeierFitter

from service.core.database import Database
from service.crm.imports.mapping import ImportKind
from service.crm.imports.runner import run_import
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import bearer

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "deal-intelligence"
AS_OF = datetime(2024, 7, 31, 12, tzinfo=UTC)
"""Eight weeks before the last activity, so that deals are open and activities lie in the future."""
FILES = (
    (ImportKind.PEOPLE, "deals.csv", "people.toml"),
    (ImportKind.DEALS, "deals.csv", "deals.toml"),
    (ImportKind.DEALS, "stage_transitions.csv", "stages.toml"),
    (ImportKind.ACTIVITIES, "activities.csv", "activities.toml"),
)
CALLS, MEETINGS = ({"call_inbound", "call_outbound"}, {"meeting", "demo"})


def activities(kind: str) -> dict[str, Any]:
    """A measure that counts one kind of activity."""
    return {"source": "activities", "filters": [{"field": "kind", "op": "eq", "value": kind}]}


def moved_to(stage: str) -> dict[str, Any]:
    """A measure that counts moves into a stage."""
    return {"source": "stage_changes", "filters": [{"field": "to_stage", "op": "eq", "value": stage}]}


AMOUNT = {"source": "deals_won", "aggregate": "sum", "field": "amount"}
ENTERPRISE = {"field": "attributes.size", "op": "eq", "value": "enterprise"}
KPIS: list[dict[str, Any]] = [
    {"key": "calls", "kind": "flow", "level": "activity", "unit": "count", "measure": activities("call")},
    {
        "key": "meetings-per-opportunity", "kind": "ratio", "level": "activity", "unit": "ratio",
        "numerator": activities("meeting"), "denominator": {"source": "deals_created"},
    },
    {
        "key": "stage-2-to-3", "kind": "ratio", "basis": "cohort", "level": "objective", "unit": "ratio",
        "denominator": moved_to("qualification"), "numerator": moved_to("proposal"),
    },
    {
        "key": "days-in-negotiation", "kind": "duration", "level": "objective", "unit": "days", "polarity": "lower",
        "duration": {"from_stage": "negotiation"},
    },
    {
        "key": "days-to-proposal", "kind": "duration", "level": "objective", "unit": "days", "polarity": "lower",
        "duration": {"from_stage": "qualification", "to_stage": "proposal"},
    },
    {"key": "won-amount", "kind": "flow", "level": "result", "unit": "currency", "measure": AMOUNT},
    {
        "key": "median-won", "kind": "flow", "level": "result", "unit": "currency",
        "measure": {**AMOUNT, "aggregate": "median"},
    },
    {
        "key": "deals-touched", "kind": "flow", "level": "activity", "unit": "count",
        "measure": {**activities("call"), "aggregate": "count_distinct", "field": "deal"},
    },
    {
        "key": "enterprise-share", "kind": "flow", "level": "result", "unit": "ratio",
        "measure": {"source": "deals_won", "aggregate": "share", "matching": [ENTERPRISE]},
    },
    {
        "key": "kind-calls", "kind": "flow", "level": "activity", "unit": "count", "polarity": "higher",
        "measure": {
            "source": "activities",
            "filters": [{"field": "attributes.sentiment", "op": "gte", "value": 0.5}, *activities("call")["filters"]],
        },
    },
    {
        "key": "open-pipeline", "kind": "stock", "level": "objective", "unit": "currency",
        "measure": {"source": "open_deals", "aggregate": "sum", "field": "amount"},
    },
    {
        "key": "old-share", "kind": "stock", "level": "objective", "unit": "ratio", "polarity": "lower",
        "measure": {
            "source": "open_deals", "aggregate": "share", "matching": [{"field": "age_days", "op": "gte", "value": 90}],
        },
    },
]  # fmt: skip
MODEL = {
    "key": "intelligence",
    "name": "Deal intelligence",
    "stages": [{"key": key, "name": key} for key in ("prospecting", "qualification", "proposal", "negotiation")],
    "kpis": [{"name": kpi["key"], **kpi} for kpi in KPIS],
}


class Truth:
    """The files, and what they say of one rep's year up to `AS_OF`; days end at midnight UTC."""

    def __init__(self, folder: Path) -> None:
        self.deals = {row["deal_id"]: row for row in _read(folder / "deals.csv")}
        self.moves = _read(folder / "stage_transitions.csv")
        self.activities = [
            row
            for row in _read(folder / "activities.csv")
            if datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC) <= AS_OF
        ]

    def of(self, rep: str) -> dict[str, Decimal | None]:
        """Each KPI of a rep."""
        mine = {id_ for id_, deal in self.deals.items() if deal["owner_rep"] == rep}
        done = [row for row in self.activities if row["deal_id"] in mine]
        calls = [row for row in done if row["activity_type"] in CALLS]
        meetings = [row for row in done if row["activity_type"] in MEETINGS]
        moves = [row for row in self.moves if row["deal_id"] in mine and _seen(row["transition_date"])]
        won = [self.deals[id_] for id_ in mine if self._outcome(id_, moves) == "closed_won"]
        amounts = sorted(Decimal(deal["deal_value"]) for deal in won)
        opened = [self.deals[id_] for id_ in mine if not self._closed(id_)]
        old = [deal for deal in opened if AS_OF.date() - date.fromisoformat(deal["created_date"]) >= timedelta(90)]
        kind = [row for row in calls if Decimal(row["sentiment_score"]) >= Decimal("0.5")]
        return {
            "calls": Decimal(len(calls)),
            "meetings-per-opportunity": _share(len(meetings), len(mine)),
            "stage-2-to-3": self._conversion(mine, moves, "qualification", "proposal"),
            "days-in-negotiation": self._median_days(mine, moves, "negotiation", None),
            "days-to-proposal": self._median_days(mine, moves, "qualification", "proposal"),
            "won-amount": sum(amounts, Decimal(0)),
            "median-won": None if not amounts else Decimal(median(amounts)),
            "deals-touched": Decimal(len({row["deal_id"] for row in calls})),
            "enterprise-share": _share(sum(deal["deal_size_bucket"] == "enterprise" for deal in won), len(won)),
            "kind-calls": Decimal(len(kind)),
            "open-pipeline": sum((Decimal(deal["deal_value"]) for deal in opened), Decimal(0)),
            "old-share": _share(len(old), len(opened)),
        }

    def _outcome(self, deal_id: str, moves: list[dict[str, str]]) -> str | None:
        closings = [row["to_stage"] for row in moves if row["deal_id"] == deal_id and row["to_stage"][:6] == "closed"]
        return closings[-1] if closings and self._closed(deal_id) else None

    def _closed(self, deal_id: str) -> bool:
        text = self.deals[deal_id]["close_date"]
        return bool(text) and _seen(text)

    def _conversion(self, mine: set[str], moves: list[dict[str, str]], start: str, goal: str) -> Decimal | None:
        reached = {row["deal_id"] for row in moves if row["to_stage"] == goal}
        entered = {row["deal_id"] for row in moves if row["to_stage"] == start}
        decided = {id_ for id_ in entered if id_ in reached or self._closed(id_)}
        return _share(len(decided & reached), len(decided))

    def _median_days(self, mine: set[str], moves: list[dict[str, str]], start: str, goal: str | None) -> Decimal | None:
        """By lifelines' Kaplan-Meier."""
        days, ended = [], []
        for deal_id in mine:
            own = [row for row in moves if row["deal_id"] == deal_id]
            for index, row in enumerate(own):
                if row["to_stage"] != start:
                    continue
                began = _midnight(row["transition_date"])
                ends = [
                    _midnight(later["transition_date"])
                    for later in own[index + 1 :]
                    if goal in {None, later["to_stage"]}
                ]
                closed = _midnight(self.deals[deal_id]["close_date"]) if self._closed(deal_id) else None
                end = min(ends, default=closed if goal is None else None)
                days.append(max((end or closed or AS_OF) - began, timedelta(0)) / timedelta(days=1))
                ended.append(end is not None)
        if not any(ended):
            return None
        found = float(KaplanMeierFitter().fit(days, ended).median_survival_time_)
        return None if found == float("inf") else Decimal(repr(found)).quantize(Decimal("0.0001"))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _midnight(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _seen(text: str) -> bool:
    return _midnight(text) <= AS_OF


def _share(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def imported(database: Database, shared: Path) -> SalesOrg:
    """The files imported as their examples say, and the model in force."""
    org = await make_sales_org(database, time_zone="UTC")
    for kind, file, mapping in FILES:
        report = await run_import(
            org.database, org.id, kind, shared / "data" / "deal-intelligence" / file, EXAMPLES / mapping
        )
        assert not report.faults
    await org.activate(MODEL)
    await org.refresh()
    return org


async def shown(rest: httpx.AsyncClient, org: SalesOrg, **query: str) -> dict[str, dict[str, Decimal | None]]:
    """Rep → KPI → value, over REST."""
    people = (await rest.get("/v1/people?limit=200", headers=bearer(org.admin_key))).json()["data"]
    found = {}
    for person in people:
        parameters = {"person_id": person["id"], "period": "year", "as_of": AS_OF.isoformat(), **query}
        answer = await rest.get("/v1/kpi-snapshots", params=parameters, headers=bearer(org.admin_key))
        assert answer.status_code == 200, answer.text
        found[person["name"]] = {row["kpi"]: _decimal(row["value"]) for row in answer.json()["data"]}
    return found


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def reps(truth: Truth) -> Iterable[str]:
    """Everybody who owns a deal."""
    return sorted({deal["owner_rep"] for deal in truth.deals.values()})


async def test_every_kind_of_kpi_equals_the_files(rest: httpx.AsyncClient, imported: SalesOrg, shared: Path) -> None:
    truth = Truth(shared / "data" / "deal-intelligence")
    found = await shown(rest, imported)
    assert len(list(reps(truth))) == 5
    for rep in reps(truth):
        assert found[rep] == truth.of(rep), rep


async def test_what_was_known_is_read_from_versions_alike(rest: httpx.AsyncClient, imported: SalesOrg) -> None:
    """The same facts, once through cells and tables, once as known at this moment."""
    known = datetime.now(UTC).isoformat()
    assert await shown(rest, imported) == await shown(rest, imported, known_at=known)


@pytest.mark.parametrize("monday", [date(2024, 7, 29) - timedelta(weeks=back) for back in (0, 1, 5, 17, 30)])
async def test_calls_per_week_and_amounts_won_per_quarter(
    rest: httpx.AsyncClient, imported: SalesOrg, shared: Path, monday: date
) -> None:
    """Of the week and of the quarter that a Monday lies in: the weeks' calls and the quarters' amounts."""
    truth = Truth(shared / "data" / "deal-intelligence")
    first = date(monday.year, 3 * ((monday.month - 1) // 3) + 1, 1)
    weeks = await shown(rest, imported, period="week", period_start=monday.isoformat())
    quarters = await shown(rest, imported, period="quarter", period_start=first.isoformat())
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    for rep in reps(truth):
        calls = won = Decimal(0)
        for row in truth.activities:
            on = date.fromisoformat(row["timestamp"][:10])
            owned = truth.deals[row["deal_id"]]["owner_rep"] == rep
            calls += owned and row["activity_type"] in CALLS and monday <= on < monday + timedelta(days=7)
        for row in truth.moves:
            deal, on = truth.deals[row["deal_id"]], date.fromisoformat(row["transition_date"][:10])
            if deal["owner_rep"] == rep and row["to_stage"] == "closed_won" and _seen(row["transition_date"]):
                won += Decimal(deal["deal_value"]) if first <= on < following else 0
        assert (weeks[rep]["calls"], quarters[rep]["won-amount"]) == (calls, won), rep
