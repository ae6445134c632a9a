"""Drivers as an answer; pure."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from service.kpi_snapshots.drivers.dto import WinDriverDTO
from service.kpi_snapshots.drivers.estimating import Driver
from service.kpi_snapshots.drivers.sentences import explain_driver
from service.kpi_snapshots.drivers.table import Candidate

METHOD = (
    "Penalised logistic regression with an intercept per person, stage by stage; 90 % intervals with errors clustered "
    "by person (CR2, Student's t); Benjamini-Hochberg"
)
MODEL_VERSION = "drivers-1"
PLACES = Decimal("0.0001")
MOST_NEEDED = 1_000_000


def present_driver(one: Driver, names: Mapping[Candidate, str]) -> WinDriverDTO:
    """A candidate with its counts, its estimate where there is one, and a sentence."""
    effect, left_out = one.effect, one.left_out
    other = None if left_out is None or left_out.other is None else names[left_out.other]
    return WinDriverDTO(
        kind=one.candidate.kind,
        key=one.candidate.key,
        name=names[one.candidate],
        n=one.n,
        with_it=one.with_it,
        prevalence=_decimal(one.with_it / one.n if one.n else np.nan),
        won_with=_decimal(one.won_with),
        won_without=_decimal(one.won_without),
        odds_ratio=None if effect is None else _decimal(effect.ratio),
        interval_low=None if effect is None else _decimal(effect.low),
        interval_high=None if effect is None else _decimal(effect.high),
        adjusted_p=None if effect is None else _decimal(effect.p),
        stability=None if effect is None else _decimal(effect.stability),
        deals_needed=None if effect is None or effect.needed > MOST_NEEDED else int(np.ceil(effect.needed)),
        verdict=one.verdict,
        cannot_tell=None if left_out is None else left_out.reason,
        goes_with=other,
        explanation=explain_driver(one, other),
    )


def _decimal(number: float) -> Decimal | None:
    return None if np.isnan(number) else Decimal(repr(float(number))).quantize(PLACES)
