"""What the weeks say of one lead: its effect now, earlier and of late, its lift, and how it and its yield moved; pure.

Panels are arrays (... people x weeks), the most recent week last, nan where somebody was not there; the outcome stands
in the week of what was done for it, that is moved back by the lag. Leading dimensions are leads of their own.
"""

from dataclasses import dataclass

import numpy as np

from service.statistics.arrays import Bools, Floats, as_floats
from service.statistics.lead_effects import Estimate, LeadEffect, lead_effect, lift_over_base, ratio_change

WINDOW = 52
"""Weeks that a lead is judged by: a year has every season once."""
LATE = 17
"""Of them the last third, in which the lift is judged by what the first two thirds had as their middle."""
OF_LATE = 26
"""Weeks that must have lost an effect before it counts as gone."""
RECENT = 13
"""Weeks in which what is gamed has gone up: a quarter."""
MOST_WEEKS = WINDOW + OF_LATE
"""More weeks are not looked at: the year before the last half year, and that half year."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """What was done, of how much (1 for a count per week), and what came of it; arrays (... people x weeks)."""

    done: Floats
    of: Floats
    came: Floats
    less_is_better: Bools
    """By lead (...)."""

    @property
    def value(self) -> Floats:
        """The KPI by week; nan where there is nothing to divide by."""
        told = np.isfinite(self.done) & np.isfinite(self.came) & (self.of > 0)
        return as_floats(np.divide(self.done, self.of, out=np.full(self.done.shape, np.nan), where=told))

    def weeks(self, start: int, end: int | None) -> "Panel":
        """Some of the weeks, counted as Python counts: from the end where negative."""
        done, of, came = (part[..., start:end] for part in (self.done, self.of, self.came))
        return Panel(done, of, came, self.less_is_better)


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """The effect of a stretch of weeks and the lift out of time within it; p-values are for "the better, the more"."""

    effect: LeadEffect
    lift: Estimate
    judged: Floats
    """Person-weeks that the lift is judged by."""
    came: Floats
    """What came of them."""
    p_effect: Floats
    p_lift: Floats

    @property
    def p(self) -> Floats:
        """That it leads: both must hold, so the weaker counts (Berger 1982, Technometrics 24)."""
        return np.maximum(self.p_effect, self.p_lift)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that grades rest on; arrays (...)."""

    weeks: Floats
    """Weeks in which anybody was there, of the last 52."""
    now: Lead
    earlier: Lead
    of_late: LeadEffect
    p_of_late: Floats
    """That it still leads of late."""
    p_faded: Floats
    """That its effect of late is less than half of the earlier one."""
    change: Estimate
    """Log of the KPI's change in the last quarter of a year against the rest of the year."""
    yield_change: Estimate
    """The same of what came of each unit done; of what should be low, of what came per week."""
    outcome_change: Estimate
    """The same of what came per week."""
    p_gamed: Floats
    """That the KPI got better and its yield worse."""
    kept_up: Bools
    """At least half of the rise came with a rise of the outcome: the last units bring less, and are no game."""


def gather_evidence(panel: Panel) -> Evidence:
    """Look at the last year, the year before the last half year, that half year, and the last quarter."""
    last = panel.weeks(-WINDOW, None)
    late = panel.weeks(-OF_LATE, None)
    before = panel.weeks(0, -OF_LATE)
    lower = panel.less_is_better
    now, earlier = _lead(last), _lead(before)
    of_late = lead_effect(late.value, late.came)
    there = np.isfinite(last.value)
    recent = np.arange(last.done.shape[-1]) >= last.done.shape[-1] - RECENT
    ones = np.where(there, 1.0, np.nan)
    done, of = np.where(there, last.done, np.nan), np.where(there, last.of, np.nan)
    change = ratio_change(done, of, recent)
    outcome_change = ratio_change(last.came, ones, recent)
    per_unit = ratio_change(last.came, done, recent)
    yield_change = _choose(lower, outcome_change, per_unit)
    return Evidence(
        weeks=there.any(-2).sum(-1).astype(np.float64),
        now=now,
        earlier=earlier,
        of_late=of_late,
        p_of_late=_p_better(of_late.within, lower),
        p_faded=_p_faded(earlier.effect.within, of_late.within, lower),
        change=change,
        yield_change=yield_change,
        outcome_change=outcome_change,
        p_gamed=np.maximum(_p_better(change, lower), yield_change.p_below()),
        kept_up=~lower & (np.nan_to_num(outcome_change.value) >= np.nan_to_num(change.value) / 2),
    )


def _lead(panel: Panel) -> Lead:
    value, lower = panel.value, panel.less_is_better
    effect = lead_effect(value, panel.came)
    first = value.shape[-1] - min(LATE, value.shape[-1] // 3)
    good = np.where(lower[..., None, None], -value, value)
    known, judged = good[..., :first], good[..., first:]
    middle, least = _median(known), np.nanmin(np.where(np.isnan(known), np.inf, known), -1, initial=np.inf)
    # Where the middle is the least that somebody does, at or above it is always: then above it.
    is_high = np.where((middle > least)[..., None], judged >= middle[..., None], judged > middle[..., None])
    chosen = np.where(np.isfinite(judged) & np.isfinite(middle)[..., None], is_high * 1.0, np.nan)
    came = np.where(np.isfinite(chosen), panel.came[..., first:], np.nan)
    lift = lift_over_base(chosen, came)
    return Lead(
        effect,
        lift,
        np.isfinite(came).sum((-2, -1)).astype(np.float64),
        np.nan_to_num(came).sum((-2, -1)),
        _p_better(effect.within, lower),
        lift.p_above(1.0),
    )


def _median(values: Floats) -> Floats:
    """Of each person's weeks; nan without any."""
    ordered, count = np.sort(values, -1), np.isfinite(values).sum(-1)
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    places = [np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[-1] - 1)]
    low, high = (np.take_along_axis(ordered, place[..., None], -1)[..., 0] for place in places)
    return np.where(count > 0, (low + high) / 2, np.nan)


def _p_better(estimate: Estimate, lower: Bools) -> Floats:
    return np.where(lower, estimate.p_below(), estimate.p_above())


def _p_faded(then: Estimate, late: Estimate, lower: Bools) -> Floats:
    """Against half of what it was, as an effect that stood out once was in part luck."""
    error = np.sqrt(late.error**2 + (then.error / 2) ** 2)
    away = Estimate(late.value - then.value / 2, error, np.minimum(late.freedom, then.freedom))
    return np.where(lower, away.p_above(), away.p_below())


def _choose(lower: Bools, low: Estimate, high: Estimate) -> Estimate:
    pairs = ((low.value, high.value), (low.error, high.error), (low.freedom, high.freedom))
    return Estimate(*(np.where(lower, one, other) for one, other in pairs))
