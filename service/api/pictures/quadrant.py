"""The picture of quadrants: everybody as a cross of two intervals, against the standard and against what was expected.

Across is the share of the process, up the wins above what was expected. A disc is a verdict, a ring is none yet; which
one it is stands in words in the list below, by the number beside the point, and never in the colour alone.
"""

from collections.abc import Sequence
from decimal import Decimal

from service.api.pictures.canvas import LINE, Canvas, Scale
from service.kpi_snapshots.quadrants.classifying import QuadrantVerdict
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO
from service.kpi_snapshots.quadrants.presenting import TITLES

WIDTH, LEFT, RIGHT, PLOT = 520.0, 52.0, 20.0, 340.0
LEAST_REACH = 1.0
"""Wins above and below what was expected that are shown at least."""
LEGEND = (
    "Across: the share of criteria and targets that is met, with chance taken out; the upright line is the standard. "
    "Up: wins above what was expected, open deals counted with their chances; the level line is what was expected. "
    "Bars: 90 % intervals. Disc: a verdict. Ring: none yet."
)
CORNERS = (
    (QuadrantVerdict.LUCKY, "start", 14.0),
    (QuadrantVerdict.EARNED_SUCCESS, "end", 14.0),
    (QuadrantVerdict.EARNED_FAILURE, "start", PLOT - 6),
    (QuadrantVerdict.UNLUCKY, "end", PLOT - 6),
)
UNDECIDED = frozenset({QuadrantVerdict.TOO_EARLY, QuadrantVerdict.INSUFFICIENT_DATA})


def draw_quadrants(found: QuadrantsDTO) -> str:
    """The whole picture; those of whom process or outcome is not known are in the list only."""
    title = f"Process apart from outcome, {found.period_start} to {found.period_end}"
    canvas = Canvas(WIDTH, title, "\n".join(_told(one) for one in found.people) or "Nobody has deals here.")
    canvas.text((16, 30), title, "head")
    y = canvas.paragraph((16, 52), f"As of {found.as_of:%Y-%m-%d %H:%M} UTC. {LEGEND}", WIDTH - 32, "soft small") + 12
    placed = [one for one in found.people if _is_placed(one)]
    if placed:
        y = _plot(canvas, placed, y)
    elif not found.people:
        y = canvas.paragraph((16, y), "Nobody has deals here: there is nothing to show.", WIDTH - 32)
    numbers = {one.person_id: number for number, one in enumerate(placed, 1)}
    for one in found.people:
        number = numbers.get(one.person_id)
        kind = "soft" if one.verdict in UNDECIDED else ""
        sign = "not shown" if number is None else str(number)
        y = canvas.paragraph((16, y), f"{sign}: {one.name}: {TITLES[one.verdict].lower()}{_why(one)}", WIDTH - 32, kind)
    return canvas.render(y + 8)


def _told(one: PersonQuadrantDTO) -> str:
    return f"{one.name}: {TITLES[one.verdict]}. {one.explanation} {one.prescription}"


def _why(one: PersonQuadrantDTO) -> str:
    counted = f" ({one.won} won of {one.decided} decided, {one.open} open)"
    return f"{counted}. {one.prescription}"


def _is_placed(one: PersonQuadrantDTO) -> bool:
    return one.process_estimate is not None and one.residual is not None


def _plot(canvas: Canvas, people: Sequence[PersonQuadrantDTO], top: float) -> float:
    across = Scale(0.0, 1.0, LEFT, WIDTH - RIGHT)
    up = _heights(people, top)
    for tick in up.ticks():
        canvas.line((LEFT, up(tick)), (WIDTH - RIGHT, up(tick)), "rule")
        canvas.text((LEFT - 8, up(tick) + 4), f"{tick:+g}" if tick else "0", "soft small", "end")
    for tick in across.ticks():
        canvas.line((across(tick), up.start), (across(tick), up.start + 4), "rule")
        canvas.text((across(tick), up.start + 18), f"{100 * tick:.0f} %", "soft small", "middle")
    canvas.text(((LEFT + WIDTH - RIGHT) / 2, up.start + 36), "of the process met", "soft small", "middle")
    canvas.line((LEFT, up(0)), (WIDTH - RIGHT, up(0)))
    for standard in sorted({one.process_standard for one in people}):
        x = across(float(standard))
        canvas.line((x, up.start), (x, up.end), "dashed")
    for verdict, anchor, below in CORNERS:
        x = LEFT + 6 if anchor == "start" else WIDTH - RIGHT - 6
        canvas.text((x, top + below), TITLES[verdict], "soft", anchor)
    taken: list[tuple[float, float]] = []
    for number, one in enumerate(people, 1):
        _person(canvas, one, number, (across, up), taken)
    return up.start + 3 * LINE + 12


def _heights(people: Sequence[PersonQuadrantDTO], top: float) -> Scale:
    """As far up as down, so that what was expected is in the middle."""
    ends = [abs(_number(end)) for one in people for end in (one.residual_low, one.residual_high)]
    reach = max([LEAST_REACH, *ends]) * 1.06
    return Scale(-reach, reach, top + PLOT, top)


def _person(
    canvas: Canvas,
    one: PersonQuadrantDTO,
    number: int,
    scales: tuple[Scale, Scale],
    taken: list[tuple[float, float]],
) -> None:
    across, up = scales
    x, y = across(_number(one.process_estimate)), up(_number(one.residual))
    open_verdict = one.verdict in UNDECIDED
    kind = "soft" if open_verdict else "accent"
    canvas.line((across(_number(one.process_low)), y), (across(_number(one.process_high)), y), kind)
    canvas.line((x, up(_number(one.residual_low))), (x, up(_number(one.residual_high))), kind)
    canvas.dot((x, y), 5, kind, hollow=open_verdict, note=f"{one.name}: {TITLES[one.verdict]}. {one.explanation}")
    # Numbers of people close together are set beside each other.
    at = (x + 8, y - 6)
    while any(abs(at[0] - other[0]) < 16 and abs(at[1] - other[1]) < LINE - 5 for other in taken):
        at = (at[0] + 16, at[1]) if at[0] < WIDTH - RIGHT - 16 else (x + 8, at[1] - LINE + 5)
    taken.append(at)
    canvas.text(at, str(number), kind)


def _number(value: Decimal | None) -> float:
    return 0.0 if value is None else float(value)
