"""Outlooks of a group: each person's is the same whoever is asked about beside them, and made once for one position."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from service.kpi_snapshots import standing
from service.kpi_snapshots.figures import Figures
from service.kpi_snapshots.pace import Outlook
from service.kpi_snapshots.snapshot import KpiValue
from service.kpi_snapshots.standing import Peers, Position, find_outlooks, month_spans
from service.organizations.working_time import CompanyCalendar, WorkingCalendar
from service.success_models.kpis import Kpi, KpiKind
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, ratio_kpi

TODAY = date(2026, 5, 20)
AMOUNT = {"source": "deals_won", "aggregate": "sum", "field": "amount"}
IDS = [UUID(int=number) for number in range(1, 8)]
KPIS = [
    Kpi.model_validate(flow_kpi("calls", CALLS)),
    Kpi.model_validate(ratio_kpi("rate", CONNECTED, CALLS)),
    Kpi.model_validate(flow_kpi("won", AMOUNT, unit="currency")),
]


def peers_of(kpi: Kpi, seed: int = 1) -> Peers:
    generator = np.random.default_rng(seed)
    months, sizes = {}, {}
    for measure, most in zip(kpi.measures, (30, 90), strict=False):  # a numerator lies below its denominator
        months[measure.identity()] = {
            (id_, first): int(generator.integers(most // 2, most)) for id_ in IDS for first, _ in month_spans(TODAY)
        }
        sizes[measure.identity()] = {id_: (12, float(generator.uniform(800, 900)), 5_000.0) for id_ in IDS}
    calendar = WorkingCalendar(CompanyCalendar())
    seen = dict.fromkeys(IDS, date(2026, 1, 5))
    return Peers(IDS, dict.fromkeys(IDS, calendar), months, sizes, seen, TODAY)


def positions_of(kpi: Kpi) -> list[Position]:
    generator = np.random.default_rng(2)
    found = []
    for id_ in IDS:
        below = int(generator.integers(10, 60))
        value = KpiValue(Decimal(below * 9), n=below)
        if kpi.kind is KpiKind.RATIO:
            value = KpiValue(None, Decimal(below // 3), Decimal(below), below)
        target = None if id_ == IDS[3] else Decimal("0.4") if kpi.kind is KpiKind.RATIO else Decimal(700)
        found.append(Position(id_, value, target, Fraction(29, 3)))
    return found


@pytest.fixture(autouse=True)
def races(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many people outlooks were made, time by time; nothing is remembered of other tests."""
    made: list[int] = []
    make = standing._outlooks

    def counted(kpi: Kpi, race: Any, peers: Peers) -> list[Outlook]:
        made.append(len(race.places))
        return make(kpi, race, peers)

    monkeypatch.setattr(standing, "_outlooks", counted)
    monkeypatch.setattr(standing, "_remembered", {})
    return made


def numbers(outlooks: Sequence[Outlook]) -> list[Any]:
    found = [one for outlook in outlooks for one in (outlook.probability, outlook.low, outlook.high)]
    return [-1 if one is None else one for one in found]


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.key)
def test_the_same_numbers_have_one_outlook(kpi: Kpi, races: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    positions, figures = positions_of(kpi), Figures()
    together = find_outlooks(kpi, positions, peers_of(kpi), figures)
    assert None not in (together[0].probability, together[0].low)
    assert together[3].probability is None
    again = find_outlooks(kpi, positions, peers_of(kpi), figures)
    assert (again, races) == (together, [7])

    moved = replace(positions[1], days_left=Fraction(28, 3))
    others = find_outlooks(kpi, [positions[0], moved, positions[2]], peers_of(kpi), figures)
    assert races == [7, 1]
    assert [others[0], others[2]] == [together[0], together[2]]
    assert others[1] != together[1]

    assert find_outlooks(kpi, positions, peers_of(kpi, seed=3), figures) != together
    assert races == [7, 1, 7]

    monkeypatch.setattr(standing, "MOST_REMEMBERED", 0)
    alone = [find_outlooks(kpi, [one], peers_of(kpi, seed=4), figures)[0] for one in positions]
    assert races == [7, 1, 7, *[1] * 7]
    assert numbers(alone) == pytest.approx(
        numbers(find_outlooks(kpi, positions, peers_of(kpi, seed=4), figures)), rel=1e-9, abs=1e-9
    )
