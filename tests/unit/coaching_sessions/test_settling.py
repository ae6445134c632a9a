"""When the data settle a goal: a table over kinds of KPI, days and values."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coaching_sessions.settling import (
    NO_NUMBER_DAYS,
    CommitmentState,
    Goal,
    Reading,
    only_grows,
    settle,
)
from service.success_models.kpis import Kpi
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, ratio_kpi

DUE = date(2026, 3, 31)
GRACE = 5
S = CommitmentState
STOCK: dict[str, Any] = {"source": "open_deals", "aggregate": "sum", "field": "amount"}


def kpi(kind: str, **fields: Any) -> Kpi:
    if kind == "ratio":
        return Kpi.model_validate(ratio_kpi("rate", CONNECTED, CALLS, **fields))
    if kind == "duration":
        stay = {"kind": "duration", "duration": {"from_stage": "discovery"}, "measure": None, "unit": "days"}
        return Kpi.model_validate({**flow_kpi("days", CALLS), **stay, "polarity": "lower", **fields})
    if kind == "stock":
        return Kpi.model_validate(flow_kpi("open", STOCK, kind="stock", unit="currency", **fields))
    return Kpi.model_validate(flow_kpi("calls", CALLS, **fields))


FLOW, RATIO, DURATION, LEVEL = (kpi(kind) for kind in ("flow", "ratio", "duration", "stock"))
FEW = kpi("flow", polarity="lower")
DIVIDED = kpi("flow", per={"kpi": "other"})


@pytest.mark.parametrize(
    ("measured", "value", "late", "state"),
    [
        # A sum that grows is there as soon as it is there.
        (FLOW, "10", -20, S.DONE),
        (FLOW, "12", 0, S.DONE),
        (FLOW, "9", -20, S.OPEN),
        (FLOW, "9", 0, S.OPEN),
        (FLOW, "9", 1, S.OPEN),
        (FLOW, "9", 5, S.OPEN),
        (FLOW, "9", 6, S.MISSED),
        (FLOW, "10", 3, S.DONE),
        (FLOW, "10", 40, S.DONE),
        # One that is to stay low can still grow until the day is over.
        (FEW, "3", -20, S.OPEN),
        (FEW, "3", 0, S.OPEN),
        (FEW, "3", 1, S.DONE),
        (FEW, "10", 1, S.DONE),
        (FEW, "11", 1, S.OPEN),
        (FEW, "11", 6, S.MISSED),
        # Divided by another number it goes down as well.
        (DIVIDED, "12", 0, S.OPEN),
        (DIVIDED, "12", 1, S.DONE),
        # Rates, durations and levels are judged when the day is over.
        (RATIO, "12", 0, S.OPEN),
        (RATIO, "10", 1, S.DONE),
        (RATIO, "9.99", 1, S.OPEN),
        (RATIO, "9.99", 6, S.MISSED),
        (DURATION, "8", 0, S.OPEN),
        (DURATION, "8", 1, S.DONE),
        (DURATION, "10.5", 6, S.MISSED),
        (LEVEL, "11", -1, S.OPEN),
        (LEVEL, "11", 1, S.DONE),
        (LEVEL, "0", 6, S.MISSED),
        # Without a number nobody is judged.
        (RATIO, None, 0, S.OPEN),
        (RATIO, None, 1, S.OPEN),
        (RATIO, None, 14, S.OPEN),
        (RATIO, None, 15, S.DROPPED),
        (None, None, -3, S.OPEN),
        (None, None, 14, S.OPEN),
        (None, None, 15, S.DROPPED),
    ],
)
def test_what_the_data_say(measured: Kpi | None, value: str | None, late: int, state: CommitmentState) -> None:
    reading = None if measured is None else Reading(measured, None if value is None else Decimal(value))
    verdict = settle(Goal(Decimal(10), DUE), reading, DUE + timedelta(days=late), GRACE)
    assert verdict.state is state
    settled_by_number = state in {S.DONE, S.MISSED}
    assert verdict.value == (Decimal(value) if settled_by_number and value is not None else None)
    assert (verdict.reason is None) == (state is S.OPEN and late <= 0)


def test_it_is_said_in_words() -> None:
    def said(value: str | None, late: int) -> str | None:
        reading = Reading(FLOW, None if value is None else Decimal(value))
        return settle(Goal(Decimal(160), DUE), reading, DUE + timedelta(days=late), GRACE).reason

    assert said("121", 9) == "121 by 2026-03-31, where 160 was the goal."
    assert said("121", 2) == "121 by 2026-03-31, where 160 was the goal. Late facts may still come."
    assert said(None, 2) == "There is no number to judge it by yet."
    assert said(None, 20) == "There was no number to judge it by."


@given(
    st.sampled_from([FLOW, FEW, RATIO, DURATION, LEVEL, DIVIDED]),
    st.none() | st.decimals(0, 20, places=2),
    st.decimals(0, 20, places=2),
    st.integers(-40, 40),
    st.integers(0, 30),
)
def test_nobody_misses_before_the_day_is_over_and_everything_ends(
    measured: Kpi, value: Decimal | None, goal: Decimal, late: int, grace: int
) -> None:
    verdict = settle(Goal(goal, DUE), Reading(measured, value), DUE + timedelta(days=late), grace)
    if late <= 0:
        assert verdict.state is S.OPEN or (verdict.state is S.DONE and only_grows(measured))
    if late > max(grace, NO_NUMBER_DAYS):
        assert verdict.state is not S.OPEN
    if value is None:
        assert verdict.state in {S.OPEN, S.DROPPED}
    else:
        assert verdict.state is not S.DROPPED


@given(st.decimals(0, 20, places=2), st.decimals(0, 20, places=2), st.integers(-40, 40))
def test_a_sum_that_has_reached_its_goal_is_done_from_then_on(value: Decimal, more: Decimal, late: int) -> None:
    def state(reached: Decimal, days: int) -> CommitmentState:
        return settle(Goal(Decimal(10), DUE), Reading(FLOW, reached), DUE + timedelta(days=days), GRACE).state

    if state(value, late) is S.DONE:
        assert state(value + more, late + 1) is S.DONE
