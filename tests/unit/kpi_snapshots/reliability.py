"""Forecasters of known truth in the product's own picture: `python -m tests.unit.kpi_snapshots.reliability X.svg`."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from service.api.pictures.reliability import draw_reliability
from service.core.ids import new_id
from service.kpi_snapshots.forecasts.accuracy_dto import DealForecastScoreDTO, ForecastAccuracyDTO
from service.kpi_snapshots.forecasts.accuracy_presenting import METHOD, MODEL_VERSION, Forecaster, present_deal_score
from service.kpi_snapshots.forecasts.kinds import ForecasterKind
from service.kpi_snapshots.forecasts.scoring import DealForecasts, score_deals

SEED, DEALS = 6, 600
TRUTHS: Mapping[str, tuple[float, float]] = {"Honest": (1.0, 0.0), "Hopeful": (1.0, -0.8), "Bold": (0.4, 0.0)}
"""By how much the true log odds are those said, times the first, plus the second."""


def scores() -> list[DealForecastScoreDTO]:
    """How each of them comes out over so many deals."""
    generator = np.random.default_rng(SEED)
    parts = []
    for stretch, shift in TRUTHS.values():
        said = np.round(generator.beta(1.2, 1.5, DEALS), 2)
        true = expit(stretch * logit(np.clip(said, 0.001, 0.999)) + shift)
        parts.append(DealForecasts(said, (generator.random(DEALS) < true).astype(np.float64), np.zeros(0), 0, 0))
    return [
        present_deal_score(Forecaster(ForecasterKind.REP, new_id(), name), score)
        for name, score in zip(TRUTHS, score_deals(parts), strict=True)
    ]


def answer(deals: list[DealForecastScoreDTO]) -> ForecastAccuracyDTO:
    """An answer that holds them."""
    return ForecastAccuracyDTO(
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        horizon_days=14,
        period_start=None,
        period_end=None,
        interval_level=Decimal("0.9"),
        method=METHOD,
        model_version=MODEL_VERSION,
        deals=deals,
        quarters=[],
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw_reliability(answer(scores())), encoding="utf-8")
