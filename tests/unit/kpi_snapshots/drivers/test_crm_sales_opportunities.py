"""A real set whose agents do not differ: product, sector and size of the account as candidates and as case mix."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from service.kpi_snapshots.drivers.estimating import DriverVerdict, find_drivers
from service.kpi_snapshots.drivers.screening import DriverNotTold
from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.statistics.arrays import as_floats

LARGE = 5000
CANDIDATES = [
    Candidate(DriverKind.CRITERION, key)
    for key in ("account_known", "large_account", "abroad", "subsidiary", "is_gtx", "bought_before")
]


def read(folder: Path) -> DealTable:
    """The closed deals, oldest close first; of each what was so before it closed."""
    with (folder / "accounts.csv").open(encoding="utf-8") as file:
        accounts = {row["account"]: row for row in csv.DictReader(file)}
    with (folder / "sales_pipeline.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["deal_stage"] in {"Won", "Lost"}]
    rows.sort(key=lambda row: row["close_date"])
    first_win: dict[str, str] = {}
    for row in rows:
        if row["deal_stage"] == "Won":
            first_win.setdefault(row["account"], row["close_date"])
    values = []
    for row in rows:
        account = accounts.get(row["account"])
        known = (
            [np.nan] * 3
            if account is None
            else [
                float(account["employees"]) >= LARGE,
                account["office_location"] != "United States",
                bool(account["subsidiary_of"]),
            ]
        )
        before = first_win.get(row["account"], row["close_date"]) < row["engage_date"]
        values.append([account is not None, *known, row["product"].startswith("GTX"), before])
    agents = sorted({row["sales_agent"] for row in rows})
    lives = [(date.fromisoformat(row["close_date"]) - date.fromisoformat(row["engage_date"])).days for row in rows]
    sectors = [accounts[row["account"]]["sector"] if row["account"] in accounts else "" for row in rows]
    return DealTable(
        won=np.array([row["deal_stage"] == "Won" for row in rows]),
        people=np.array([agents.index(row["sales_agent"]) for row in rows]),
        days=as_floats(lives),
        candidates=CANDIDATES,
        values=as_floats(values),
        amounts=as_floats([float(row["close_value"]) for row in rows]),
        begun=np.array([int(row["engage_date"][:4]) * 4 + (int(row["engage_date"][5:7]) - 1) // 3 for row in rows]),
        mix={"product": np.array([row["product"] for row in rows]), "sector": np.array(sectors)},
    )


def test_nothing_goes_with_wins_where_agents_do_not_differ(shared: Path) -> None:
    table = read(shared / "data" / "maven-crm-sales-opportunities")
    found = find_drivers(table, 1)
    assert (found.n, found.won, found.people) == (6711, 4238, 30)
    # Lost deals have a value of 0 there: that is no size, but the outcome.
    assert found.too_telling == ["amount"]
    told = {one.candidate.key: one for one in found.drivers}
    assert told["is_gtx"].left_out is not None
    assert told["is_gtx"].left_out.reason is DriverNotTold.GOES_WITH_ANOTHER
    for one in found.drivers:
        if one.effect is not None:
            assert 0.7 < one.effect.ratio < 1.4, one
            assert one.effect.low < one.effect.ratio < one.effect.high
    fitted = [one for one in found.drivers if one.effect is not None]
    assert len(fitted) == 4
    assert {one.verdict for one in fitted} == {DriverVerdict.NOT_BEYOND_CHANCE}
    # The first deals on record were won more often, and nobody had bought before: the quarter must be held equal.
    naive = find_drivers(replace(table, begun=None), 1).drivers[-1]
    assert naive.candidate.key == "bought_before"
    assert naive.verdict is DriverVerdict.GOES_WITH_LOSSES
