"""What something that begins at different times for different units changes: staggered difference-in-differences; pure.

All take panels: values and weights (... x units x periods), nan or a weight of 0 where a unit has no such period,
and starts (... x units), the period in which it began for a unit, `NEVER` where it did not. Leading dimensions are
panels of their own. Strata (units) are labels: units are compared within one.

Units begin because of their last periods, or may. Then they were on their way back to normal anyhow, and what begins
looks as if it helped. Two ways deal with that, and the truth lies between them (Ding & Li 2019, Political Analysis 27).

For both each period in which units begin is a trial of its own (Hernan et al. 2008, Epidemiology 19): who begins then
is compared with who has not begun by then, whatever becomes of them, so that nothing that happens later decides who is
compared. Those who begin meanwhile have some of the effect too, so that the difference is divided by how much longer
it has been there for the former (Wald 1940, Annals of Mathematical Statistics 11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from service.statistics.arrays import Bools, Floats, as_floats, tail_levels
from service.statistics.staggered_panels import Panel, Windows

LEAST_COMPARED = 3
"""A cohort with fewer units to compare with is left out."""
LEAST_APART = 0.1
"""Of the periods after, the share by which those who begin must be ahead of the others."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class StaggeredEffect:
    """The mean effect per period with its clustered error; arrays (...), nan where untold."""

    value: Floats
    error: Floats
    freedom: Floats
    begun: Floats
    """Units that the effect is of."""
    compared: Floats
    """Units that they are compared with; one that begins later is in both."""
    baseline: Floats
    """What those that it is of had before."""

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Student's t, equal-tailed."""
        half = self._t(tail_levels(level)[1]) * self.error
        return self.value - half, self.value + half

    def p_value(self) -> Floats:
        """Two-sided, that it changes nothing; 1 where untold."""
        told = np.isfinite(self.value) & (self.error > 0)
        t = np.divide(np.abs(self.value), self.error, out=np.zeros(self.value.shape), where=told)
        return np.where(told, 2 * stdtr(np.maximum(self.freedom, 1.0), -t), 1.0)

    def detectable(self, alpha: float = 0.05, power: float = 0.8) -> Floats:
        """The size of effect that would be found with a probability of `power` (Bloom 1995, Evaluation Review 19)."""
        return (self._t(1 - alpha / 2) + self._t(power)) * self.error

    def _t(self, level: float) -> Floats:
        return as_floats(stdtrit(np.maximum(self.freedom, 1.0), level))


def adjusted_effect(panel: Panel, windows: Windows) -> StaggeredEffect:
    """The effect against units with the same path: right where units begin for what is in their record, or by chance.

    Callaway & Sant'Anna 2021, Journal of Econometrics 225, by outcome regression: those who begin in a period, against
    what units of their stratum that have not begun come to with the same last period, dip, time before it and earlier
    mean. Whatever of it returns to normal by itself is in these slopes, which all cohorts share.
    """
    return _estimate(panel, windows, is_adjusted=True)


def mirrored_effect(panel: Panel, windows: Windows) -> StaggeredEffect:
    """The change since before the dip, the dip excluded, less that of units that have not begun.

    Right where units begin for a passing dip below what is normal for them, whoever knows it: both sides are equally
    long and equally far from the dip, so that what fades away after it was on its way to it before in the same measure
    (Chabe-Ferret 2015, Journal of Econometrics 185; Heckman & Robb 1985).
    """
    return _estimate(panel, windows, is_adjusted=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Cohort:
    """Who begins in a period, and who of the stratum has not (... x units); all less the mean of the latter."""

    places: NDArray[np.intp]
    own: Floats
    other: Floats
    outcome: Floats
    begun: Floats
    path: Floats
    """(... x units x what is known before)."""
    baseline: Floats

    @classmethod
    def of(
        cls, panel: Panel, places: NDArray[np.intp], start: int, windows: Windows, *, is_adjusted: bool
    ) -> "_Cohort":
        """Units without enough periods on either side are neither."""
        outcome, told = panel.mean(places, start, windows.after, (len(windows.after) + 1) // 2)
        if is_adjusted:
            path, baseline, known = _path(panel, places, start, windows)
        else:
            baseline, known = panel.mean(places, start, windows.mirrored, (len(windows.after) + 1) // 2)
            outcome, path = outcome - baseline, np.zeros((*outcome.shape, 0))
        usable, starts = told & known, panel.starts[..., places]
        begins, other = usable & (starts == start) & panel.asked[places], usable & (starts > start)
        counts = begins.any(-1, keepdims=True) & (other.sum(-1, keepdims=True) >= LEAST_COMPARED)
        own, other = (begins & counts) * 1.0, (other & counts) * 1.0
        begun = panel.share_begun(places, start, windows.after)
        centred = (_less_mean(one, other) for one in (outcome[..., None], begun[..., None], path))
        outcome, begun, path = centred
        return cls(places, own, other, outcome[..., 0], begun[..., 0], path, baseline)

    @property
    def pull(self) -> Floats:
        """How much each unit to compare with counts: those who begin, over those who do not."""
        others = self.other.sum(-1, keepdims=True)
        counted = self.own.sum(-1, keepdims=True) * self.other
        return as_floats(np.divide(counted, others, out=np.zeros(self.other.shape), where=others > 0))


def _path(panel: Panel, places: NDArray[np.intp], start: int, windows: Windows) -> tuple[Floats, Floats, Bools]:
    """What is on record before a start: the last period, the dip, as long before it, and the mean before the dip."""
    long_before, known = panel.mean(places, start, windows.earlier, windows.least)
    parts = [long_before]
    if windows.trigger:
        dip, fell = panel.mean(places, start, windows.dip, 1)
        known = known & fell
        last, is_last = panel.mean(places, start, range(-1, 0), 1)
        short, is_short = panel.mean(places, start, range(-2 * windows.trigger, -windows.trigger), 1)
        parts += [dip, np.where(is_last, last, dip), np.where(is_short, short, long_before)]
    return np.stack(parts, -1), long_before, known


def _less_mean(values: Floats, of: Floats) -> Floats:
    """(... x units x columns) less the mean of some units."""
    count = np.maximum(of.sum(-1), 1.0)[..., None, None]
    return as_floats(values - (values * of[..., None]).sum(-2, keepdims=True) / count)


def _estimate(panel: Panel, windows: Windows, *, is_adjusted: bool) -> StaggeredEffect:
    cohorts = [_Cohort.of(panel, places, start, windows, is_adjusted=is_adjusted) for places, start in panel.members()]
    shape = panel.starts.shape
    nothing = np.zeros(shape[:-1])
    paths = cohorts[0].path.shape[-1] if cohorts else 0
    inverse = _inverse(_total(np.zeros((*shape[:-1], paths, paths)), (_crossed(one, one.path) for one in cohorts)))
    outcome = _less_path(cohorts, inverse, [one.outcome for one in cohorts])
    begun = _less_path(cohorts, inverse, [one.begun for one in cohorts])
    total = _total(nothing, ((one.own * y).sum(-1) for one, y in zip(cohorts, outcome, strict=True)))
    size = _total(nothing, ((one.own * d).sum(-1) for one, d in zip(cohorts, begun, strict=True)))
    count = _total(nothing, (one.own.sum(-1) for one in cohorts))
    told = (count >= 2) & (size > LEAST_APART * count)
    value = np.divide(total, size, out=np.full(nothing.shape, np.nan), where=told)
    own_path = _total(np.zeros(inverse.shape[:-1]), ((one.path * one.own[..., None]).sum(-2) for one in cohorts))
    slope_pull = (inverse @ own_path[..., None])[..., 0]
    spread, used, against = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for one, y, d in zip(cohorts, outcome, begun, strict=True):
        left = y - np.nan_to_num(value)[..., None] * d
        by_path = (one.path @ slope_pull[..., None])[..., 0] * one.other
        own_apart, apart = _apart(count)[..., None], _apart(one.other.sum(-1, keepdims=True))
        spread[..., one.places] += own_apart * one.own * left - apart * (one.pull + by_path) * left
        used[..., one.places] += one.own
        against[..., one.places] += one.pull
    compared = (against > 0).sum(-1).astype(np.float64)
    told &= compared > paths
    # Slopes cost a unit each (MacKinnon & White's HC1).
    squares = (spread**2).sum(-1) * np.divide(compared, compared - paths, out=np.ones(nothing.shape), where=told)
    error = np.divide(np.sqrt(squares), size, out=np.full(nothing.shape, np.nan), where=told)
    based = _total(nothing, ((one.own * one.baseline).sum(-1) for one in cohorts))
    return StaggeredEffect(
        np.where(told, value, np.nan),
        error,
        _effective(used**2 + against**2) - 1,
        (used > 0).sum(-1).astype(np.float64),
        compared,
        np.divide(based, count, out=np.full(nothing.shape, np.nan), where=count > 0),
    )


def _total(nothing: Floats, parts: Iterable[Floats]) -> Floats:
    return reduce(np.add, parts, nothing)


def _apart(count: Floats) -> Floats:
    """What a residual is inflated by, as its own unit is in the mean that it is counted from (HC3)."""
    return as_floats(np.divide(count, count - 1, out=np.ones(count.shape), where=count > 1))


def _crossed(cohort: _Cohort, columns: Floats) -> Floats:
    """The path of those to compare with, times some columns of theirs (... x path x columns)."""
    return as_floats(np.swapaxes(cohort.path * cohort.other[..., None], -1, -2) @ columns)


def _inverse(crossed: Floats) -> Floats:
    """Of a matrix of squares; columns that tell nothing new are left out."""
    size = np.sqrt(np.diagonal(crossed, axis1=-2, axis2=-1))
    size = np.where(size > 0, size, 1.0)
    scale = size[..., :, None] * size[..., None, :]
    return as_floats(np.linalg.pinv(crossed / scale, rcond=ROUNDING, hermitian=True) / scale)


def _less_path(cohorts: list[_Cohort], inverse: Floats, values: list[Floats]) -> list[Floats]:
    """Less what the path leads to by the slopes of those to compare with, of all cohorts."""
    nothing = np.zeros((*inverse.shape[:-1], 1))
    crossed = (_crossed(one, value[..., None]) for one, value in zip(cohorts, values, strict=True))
    slopes = inverse @ _total(nothing, crossed)
    return [value - (one.path @ slopes)[..., 0] for one, value in zip(cohorts, values, strict=True)]


def _effective(squares: Floats) -> Floats:
    """How many units, were all weighed alike (Kish 1965, Survey Sampling)."""
    total, of_squares = squares.sum(-1), (squares**2).sum(-1)
    return as_floats(np.divide(total**2, of_squares, out=np.zeros(total.shape), where=of_squares > 0))
