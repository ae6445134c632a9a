"""The incidence of wins by age as SVG: a panel per course, each estimate with its interval; pure."""

from collections.abc import Sequence
from itertools import accumulate

from service.api.pictures.canvas import Canvas, Scale
from service.kpi_snapshots.maturity.dto import AgeShareDTO, MaturitySegmentDTO, PipelineMaturityDTO
from service.kpi_snapshots.maturity.estimating import LEAST_AT_RISK, LEAST_DECIDED, WhyNot

WIDTH, LEFT, RIGHT = 480, 58, 464
HEAD, PANEL, BARE, PLOT, TOP = 64, 216, 66, 140, 40
"""Heights: of the heading, of a panel with and without a plot, of that plot, and where in the panel it begins."""
ENDS = ("high", "low")
MOST_SEGMENTS = 8
LONGEST_NAME = 40
WHY = {
    WhyNot.TOO_FEW_DECIDED: f"Cannot tell: fewer than {LEAST_DECIDED} deals are won or lost.",
    WhyNot.TOO_FEW_AT_RISK: f"Cannot tell: fewer than {LEAST_AT_RISK} deals were on record at young ages.",
}


def draw_incidence(found: PipelineMaturityDTO) -> str:
    """The whole picture: all deals, their chance if still open, then the largest segments, eight at most."""
    largest = sorted(found.segments, key=lambda one: -one.n)[:MOST_SEGMENTS]
    shown = [one for one in found.segments if one in largest]
    whole = found.together
    panels = [
        (f"Won by age — all deals, {_counted(whole)}", whole, whole.incidence),
        ("Won eventually, if still open at an age", whole, whole.if_open),
        *((f"Won by age — {_name(one)}, {_counted(one)}", one, one.incidence) for one in shown),
    ]
    start = "" if found.records_start is None else f" Records since {found.records_start}."
    left_out = len(found.segments) - len(shown)
    also = f" {left_out} smaller segments are not drawn." if left_out else ""
    told = [_described("All deals", whole), *(_described(_name(one), one) for one in shown)]
    heights = [PANEL if course.cannot_tell is None else BARE for _, course, _ in panels]
    *tops, height = accumulate(heights, initial=HEAD)
    canvas = Canvas(WIDTH, "How deals ripen", " ".join(told) + start + also)
    canvas.text((16, 28), canvas.title, "head")
    canvas.text((16, 48), f"Bands: 90 % intervals.{start + also}", "soft")
    for top, (heading, course, shares) in zip(tops, panels, strict=True):
        _panel(canvas, top, heading, course, shares)
    return canvas.render(height)


def _panel(canvas: Canvas, top: int, heading: str, course: MaturitySegmentDTO, shares: Sequence[AgeShareDTO]) -> None:
    canvas.text((16, top + 22), heading)
    if course.cannot_tell is not None:
        canvas.text((16, top + TOP + 4), WHY[course.cannot_tell], "soft")
        return
    last = max(shares[-1].days, 1)
    x, y = Scale(0, last, LEFT, RIGHT), Scale(0, 1, top + TOP + PLOT, top + TOP)
    for percent in (0, 25, 50, 75, 100):
        at = y(percent / 100)
        canvas.line((LEFT, at), (RIGHT, at), "rule")
        canvas.text((LEFT - 6, at + 4), f"{percent} %", "soft", "end")
    for days in _ticks(last):
        label = f"{days} days" if days == last else str(days)
        canvas.text((x(days), top + TOP + PLOT + 20), label, "soft", "end" if days == last else "middle")
    upper, lower = ([(x(one.days), y(float(getattr(one, end)))) for one in shares] for end in ENDS)
    canvas.band(upper, lower, "narrow")
    known = [(x(one.days), y(float(one.value))) for one in shares if one.value is not None]
    canvas.path(known, "accent")
    for point in known:
        canvas.dot(point, 3, "accent")


def _ticks(last: int) -> list[int]:
    """A few round ages, and the last, with room between them."""
    step = next((step for step in (1, 7, 30, 90, 180, 365) if last / step <= 6), max(last // 4, 1))
    return [*(days for days in range(0, last, step) if last - days > last / 5), last]


def _name(course: MaturitySegmentDTO) -> str:
    name = "without a value" if course.segment is None else course.segment
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _counted(course: MaturitySegmentDTO) -> str:
    return f"n = {course.n:,}"


def _described(who: str, course: MaturitySegmentDTO) -> str:
    """A course in a sentence, for who cannot see the picture."""
    if course.cannot_tell is not None:
        return f"{who} ({_counted(course)}): {WHY[course.cannot_tell]}"
    rate, low, high = (f"{float(one or 0):.0%}" for one in (course.win_rate, course.win_rate_low, course.win_rate_high))
    return (
        f"{who} ({_counted(course)}): {rate} are won by day {course.eventual_days}, the last close observed "
        f"(90% interval {low} to {high})."
    )
