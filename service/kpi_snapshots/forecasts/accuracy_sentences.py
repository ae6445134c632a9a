"""How forecasts came true, in plain sentences; pure."""

from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecastMeasure, Sureness
from service.kpi_snapshots.forecasts.quarters import QuarterScore
from service.kpi_snapshots.forecasts.scoring import LEAST_SCORED, DealScore


def explain_deals(score: DealScore) -> str:
    """A forecaster of deals."""
    if score.bias is None or score.mean_said is None:
        return (
            f"Cannot tell yet: {_deals(score.n)} decided and forecast early enough, and it takes "
            f"{LEAST_SCORED - score.n} more; {_deals(score.undecided)} still open."
        )
    bias = score.bias
    seen = (
        f"Of {score.n:,} deals {_share(score.won / score.n)} were won; {_share(score.mean_said)} was said on average, "
        f"{_points(bias.value)} (90 % interval {_signed(bias.low)} to {_signed(bias.high)})."
    )
    verdict = {
        BiasVerdict.TOO_HIGH: " Too hopeful, beyond chance.",
        BiasVerdict.TOO_LOW: " Too careful, beyond chance.",
        BiasVerdict.NONE_SEEN: " No bias is seen beyond chance.",
    }[score.verdict or BiasVerdict.NONE_SEEN]
    return f"{seen}{verdict}{_sureness(score)}{_skill(score)}{_days(score)}"


def explain_quarters(score: QuarterScore, measure: ForecastMeasure) -> str:
    """A forecaster of quarters."""
    if score.error is None or score.coverage is None:
        return (
            f"Cannot tell yet: {_quarters(score.n)} ended that were forecast early enough, and it takes {score.needed} "
            f"more at least; {_quarters(score.undecided)} not ended."
        )
    unit = "wins" if measure is ForecastMeasure.WINS else "in money"
    error, (held, low, high) = score.error, score.coverage
    verdict = {
        BiasVerdict.TOO_HIGH: "too hopeful, beyond chance",
        BiasVerdict.TOO_LOW: "too careful, beyond chance",
        BiasVerdict.NONE_SEEN: "no bias is seen beyond chance",
    }[score.verdict or BiasVerdict.NONE_SEEN]
    return (
        f"Over {score.n:,} quarters {error.value:+,.1f} {unit} per quarter against what came (90 % interval "
        f"{error.low:+,.1f} to {error.high:+,.1f}): {verdict}. {_share(held)} lay between low and high "
        f"({_share(low)} to {_share(high)}), where 90 % should."
    )


def _sureness(score: DealScore) -> str:
    if score.slope is None or score.sureness in {None, Sureness.AS_SURE_AS_RIGHT}:
        return ""
    ends = f"90 % interval {10 * score.slope.low:.0f} to {10 * score.slope.high:.0f}"
    word = "Too sure" if score.sureness is Sureness.TOO_SURE else "Not sure enough"
    return (
        f" Where 10 points more are said, {10 * score.slope.value:.0f} more come true ({ends}). {word}, beyond chance."
    )


def _skill(score: DealScore) -> str:
    if score.skill is None:
        return " All came out the same way: there is no telling whether deals were told apart."
    if score.skill.low > 0:
        return " Better than saying the average of every deal."
    if score.skill.high < 0:
        return " Worse than saying the average of every deal."
    return " Not seen to be better or worse than saying the average of every deal."


def _days(score: DealScore) -> str:
    late = score.days_late
    if late is None:
        return ""
    way = "later" if late.value > 0 else "earlier"
    return (
        f" The {score.dated:,} deals of which a day was said were decided {abs(late.value):.0f} days {way} on average "
        f"(90 % interval {late.low:+.0f} to {late.high:+.0f})."
    )


def _points(bias: float) -> str:
    size = round(100 * abs(bias))
    way = "off" if size == 0 else "too much" if bias > 0 else "too little"
    return f"{size} {'point' if size == 1 else 'points'} {way}"


def _signed(bias: float) -> str:
    return f"{100 * bias:+.0f}"


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"


def _deals(count: int) -> str:
    return "1 deal is" if count == 1 else f"{count:,} deals are"


def _quarters(count: int) -> str:
    return "1 quarter has" if count == 1 else f"{count:,} quarters have"
