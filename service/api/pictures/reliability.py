"""The reliability diagram: what came true by what was said, per forecaster; pure.

On the diagonal what was said came true. A dot is a tenth of probabilities, its area the number of deals, its bar the
90 % interval of the share that was won; the number of deals stands below it.
"""

from service.api.pictures.canvas import LINE, Canvas, Scale
from service.kpi_snapshots.forecasts.accuracy_dto import DealForecastScoreDTO, ForecastAccuracyDTO, ReliabilityBinDTO
from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecasterKind, Sureness

WIDTH, LEFT, RIGHT, PLOT, TEXT = 480.0, 58.0, 24.0, 260.0, 430.0
MOST_PANELS = 30
LEGEND = (
    "On the diagonal, what was said came true; above it too little was said, below it too much. Dots: tenths of "
    "probability, the larger the more deals, whose number stands below. Bars: 90 % intervals."
)
TITLE = "Forecasts of deals: said and come true"
CAPACITIES = {
    ForecasterKind.MODEL: "The model",
    ForecasterKind.REP: "All reps",
    ForecasterKind.MANAGER: "All managers",
}
SMALLEST, LARGEST = 3.0, 9.0
"""Radii of dots."""


def draw_reliability(found: ForecastAccuracyDTO) -> str:
    """The whole picture: a panel per forecaster in the answer's order, thirty at most."""
    shown = found.deals[:MOST_PANELS]
    canvas = Canvas(WIDTH, TITLE, "\n".join(f"{_name(one)}: {_told(one)}" for one in shown))
    canvas.text((16, 30), TITLE, "head")
    since = "" if found.period_start is None else f" Outcomes from {found.period_start} to {found.period_end}."
    left_out = len(found.deals) - len(shown)
    also = f" {left_out} more forecasters are not drawn." if left_out else ""
    made = (
        f"Forecasts made at least {found.horizon_days} days before the outcome, as of {found.as_of:%Y-%m-%d %H:%M} UTC."
    )
    y = canvas.paragraph((16, 52), f"{made}{since} {LEGEND}{also}", TEXT, "soft small")
    for one in shown:
        y = _panel(canvas, one, y + 22)
    return canvas.render(y + 8)


def _panel(canvas: Canvas, one: DealForecastScoreDTO, top: float) -> float:
    """Draws a forecaster from `top` downwards; returns where that ends."""
    canvas.text((16, top), _name(one), "head")
    y = canvas.paragraph((16, top + 22), one.explanation, TEXT)
    if not one.bins:
        return y
    across, up = Scale(0, 1, LEFT, WIDTH - RIGHT), Scale(0, 1, y + PLOT, y)
    for percent in range(0, 101, 25):
        share = percent / 100
        canvas.line((LEFT, up(share)), (WIDTH - RIGHT, up(share)), "rule")
        canvas.text((LEFT - 8, up(share) + 4), f"{percent} %", "soft small", "end")
        canvas.text((across(share), up.start + 36), f"{percent} %", "soft small", "middle")
    canvas.line((across(0), up(0)), (across(1), up(1)), "soft dashed")
    if one.share_won is not None:
        canvas.line((LEFT, up(float(one.share_won))), (WIDTH - RIGHT, up(float(one.share_won))), "soft dashed")
        canvas.text((WIDTH - RIGHT, up(float(one.share_won)) + 14), "won on average", "soft small", "end")
    as_seen = {BiasVerdict.NONE_SEEN, Sureness.AS_SURE_AS_RIGHT, None}
    kind = "accent" if {one.verdict, one.sureness} <= as_seen else "alarm"
    most = max(part.n for part in one.bins)
    for part in one.bins:
        _dot(canvas, part, (across, up), kind, most)
    caption = "across: said; up: won; above the scale: numbers of deals"
    canvas.text(((LEFT + WIDTH - RIGHT) / 2, up.start + 54), caption, "soft small", "middle")
    return y + PLOT + 3 * LINE + 8


def _dot(canvas: Canvas, part: ReliabilityBinDTO, scales: tuple[Scale, Scale], kind: str, most: int) -> None:
    across, up = scales
    x, y = across(float(part.mean_forecast)), up(float(part.share_won))
    canvas.line((x, up(float(part.low))), (x, up(float(part.high))), kind)
    canvas.dot((x, y), max(LARGEST * (part.n / most) ** 0.5, SMALLEST), kind, note=_bin(part))
    canvas.text((across(float(part.said_from + part.said_to) / 2), up.start + 18), f"{part.n:,}", "small", "middle")


def _name(one: DealForecastScoreDTO) -> str:
    if one.name is None:
        return CAPACITIES[one.forecaster]
    return f"{one.name}, as {one.forecaster.value}"


def _told(one: DealForecastScoreDTO) -> str:
    return " ".join([one.explanation, *(_bin(part) for part in one.bins)])


def _bin(part: ReliabilityBinDTO) -> str:
    said, won, low, high = (
        f"{100 * float(end):.0f} %" for end in (part.mean_forecast, part.share_won, part.low, part.high)
    )
    return f"Said {said}: {won} of {part.n:,} won (90 % interval {low} to {high})."
