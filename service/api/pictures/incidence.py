"""The incidence of wins by age as SVG: a panel per course, each estimate with its interval; pure."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate

from service.kpi_snapshots.maturity.dto import AgeShareDTO, MaturitySegmentDTO, PipelineMaturityDTO
from service.kpi_snapshots.maturity.estimating import LEAST_AT_RISK, LEAST_DECIDED, WhyNot

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1d2320; }
.paper { fill: #fbfaf6; }
.grid { stroke: #dcd9cd; }
.soft { fill: #566059; }
.head { font-size: 16px; font-weight: 600; }
.band { fill: #1f5c49; fill-opacity: 0.2; }
.line { fill: none; stroke: #1f5c49; stroke-width: 2; }
.dot { fill: #1f5c49; }
@media (prefers-color-scheme: dark) {
  text { fill: #e7e9e3; }
  .paper { fill: #151917; }
  .grid { stroke: #333a36; }
  .soft { fill: #a6b0a8; }
  .band, .dot { fill: #8fd0b6; }
  .line { stroke: #8fd0b6; }
}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'self'"
"""The browser itself refuses whatever the picture would load or run."""

WIDTH, LEFT, RIGHT = 480, 58, 464
HEAD, PANEL, BARE, PLOT, TOP = 64, 216, 66, 140, 40
"""Heights: of the heading, of a panel with and without a plot, of that plot, and where in the panel it begins."""
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
    size = f'viewBox="0 0 {WIDTH} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc" lang="en">',
        '<title id="title">How deals ripen</title>',
        f'<desc id="desc">{escape(" ".join(told) + start + also)}</desc>',
        f'<style>{STYLE}</style><rect class="paper" width="{WIDTH}" height="{height}"/>',
        '<text class="head" x="16" y="28">How deals ripen</text>',
        f'<text class="soft" x="16" y="48">Bands: 90 % intervals.{escape(start + also)}</text>',
    ]
    for top, (heading, course, shares) in zip(tops, panels, strict=True):
        parts += _panel(top, heading, course, shares)
    return "\n".join([*parts, "</svg>"])


def _panel(top: int, heading: str, course: MaturitySegmentDTO, shares: Sequence[AgeShareDTO]) -> Iterator[str]:
    yield f'<text x="16" y="{top + 22}">{escape(heading)}</text>'
    if course.cannot_tell is not None:
        yield f'<text class="soft" x="16" y="{top + TOP + 4}">{WHY[course.cannot_tell]}</text>'
        return
    last = max(shares[-1].days, 1)

    def x(days: int) -> str:
        return f"{LEFT + (RIGHT - LEFT) * days / last:.1f}"

    def y(share: float) -> str:
        return f"{top + TOP + PLOT * (1 - share):.1f}"

    for percent in (0, 25, 50, 75, 100):
        at = y(percent / 100)
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{at}" y2="{at}"/>'
        yield f'<text class="soft" x="{LEFT - 6}" y="{float(at) + 4:.1f}" text-anchor="end">{percent} %</text>'
    for days in _ticks(last):
        anchor = "end" if days == last else "middle"
        label = f"{days} days" if days == last else str(days)
        yield f'<text class="soft" x="{x(days)}" y="{top + TOP + PLOT + 20}" text-anchor="{anchor}">{label}</text>'
    upper = [f"{x(one.days)},{y(float(one.high))}" for one in shares]
    lower = [f"{x(one.days)},{y(float(one.low))}" for one in reversed(shares)]
    yield f'<polygon class="band" points="{" ".join(upper + lower)}"/>'
    known = [(x(one.days), y(float(one.value))) for one in shares if one.value is not None]
    yield f'<polyline class="line" points="{" ".join(f"{left},{at}" for left, at in known)}"/>'
    for left, at in known:
        yield f'<circle class="dot" cx="{left}" cy="{at}" r="3"/>'


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
