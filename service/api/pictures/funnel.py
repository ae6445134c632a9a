"""The funnel plot of compared rates: everybody's rate against what chance makes of so many cases; pure.

One panel per comparison. A ring is the rate as counted, the dot on a bar is the estimate with its 90 % interval; who is
out of control is drawn in a colour of its own and named, everybody else is named to those who point at them.
"""

from service.api.pictures.canvas import LINE, Canvas, Scale
from service.kpi_snapshots.rates.comparing import Control
from service.kpi_snapshots.rates.dto import AnonymousPeersDTO, PersonRateDTO, RateComparisonDTO, RateComparisonsDTO

WIDTH, LEFT, RIGHT, PLOT = 520.0, 58.0, 28.0, 260.0
LEGEND = (
    "Ring: as counted. Dot with bar: with chance taken out, and its 90 % interval. Shaded: where chance alone puts "
    "95 % (dark) and 99.8 % (light) of rates on so many cases."
)


def draw_funnels(found: RateComparisonsDTO) -> str:
    """The whole picture; without comparisons it says so."""
    title = f"Rates compared, {found.period_start} to {found.period_end}"
    canvas = Canvas(WIDTH, title, _described(found))
    canvas.text((16, 30), title, "head")
    y = canvas.paragraph((16, 52), f"As of {found.as_of:%Y-%m-%d %H:%M} UTC. {LEGEND}", WIDTH - 32, "soft small") + 12
    if not found.comparisons:
        y = canvas.paragraph((16, y), "No ratio of counts holds for anybody here: there is nothing to compare.", WIDTH)
    for comparison in found.comparisons:
        y = _panel(canvas, comparison, y + 14)
    return canvas.render(y + 8)


def _described(found: RateComparisonsDTO) -> str:
    lines = []
    for one in found.comparisons:
        lines.append(f"{_title(one)}: {one.explanation}")
        lines += [f"{rate.name}: {rate.explanation}" for rate in one.rates]
        if one.peers is not None:
            lines.append(_peers(one, one.peers))
    return "\n".join(lines)


def _title(one: RateComparisonDTO) -> str:
    return one.name if one.job_role is None else f"{one.name}, {one.job_role}"


def _panel(canvas: Canvas, one: RateComparisonDTO, top: float) -> float:
    """Draws a comparison from `top` downwards; returns where it ends."""
    canvas.text((16, top + 8), _title(one), "head")
    y = canvas.paragraph((16, top + 30), one.explanation, WIDTH - 32)
    if one.peers is not None:
        y = canvas.paragraph((16, y), _peers(one, one.peers), WIDTH - 32, "soft")
    if not one.funnel:
        for rate in one.rates:
            y = canvas.paragraph((16, y), f"{rate.name}: {rate.explanation}", WIDTH - 32, "soft")
        return y
    across = Scale(0.0, float(one.funnel[-1].n), LEFT, WIDTH - RIGHT)
    up = _heights(one, y)
    _axes(canvas, one, across, up)
    _limits(canvas, one, across, up)
    named_at: list[float] = []
    for rate in one.rates:
        _person(canvas, rate, across, up, named_at)
    return y + PLOT + 3 * LINE


def _heights(one: RateComparisonDTO, top: float) -> Scale:
    """As high as the rates and the limits where people are, not where the limits of few cases would lead."""
    ends = [float(end) for rate in one.rates for end in _reach(rate)]
    if one.peers is not None:
        ends += [float(one.peers.lower_quartile), float(one.peers.upper_quartile)]
    widest = one.funnel[len(one.funnel) // 2]
    ends += [float(widest.control_low), float(widest.control_high)]
    room = (max(ends) - min(ends)) * 0.08
    high = max(ends) + room
    return Scale(max(0.0, min(ends) - room), min(high, 1.0) if one.is_share else high, top + PLOT, top)


def _reach(rate: PersonRateDTO) -> list[float]:
    known = (rate.rate, rate.interval_low, rate.interval_high) if rate.n else ()
    return [float(end) for end in known if end is not None]


def _axes(canvas: Canvas, one: RateComparisonDTO, across: Scale, up: Scale) -> None:
    for tick in up.ticks():
        canvas.line((LEFT, up(tick)), (WIDTH - RIGHT, up(tick)), "rule")
        canvas.text((LEFT - 8, up(tick) + 4), _shown(tick, one), "soft small", "end")
    for tick in across.ticks():
        canvas.line((across(tick), up.start), (across(tick), up.start + 4), "rule")
        canvas.text((across(tick), up.start + 18), f"{tick:,.0f}", "soft small", "middle")
    canvas.text(((LEFT + WIDTH - RIGHT) / 2, up.start + 36), "cases", "soft small", "middle")


def _limits(canvas: Canvas, one: RateComparisonDTO, across: Scale, up: Scale) -> None:
    for low, high, kind in (("control_low", "control_high", "wide"), ("warning_low", "warning_high", "narrow")):
        upper, lower = (
            [(across(float(limits.n)), up(float(getattr(limits, name)))) for limits in one.funnel]
            for name in (high, low)
        )
        canvas.band(upper, lower, kind)
        for edge in (upper, lower):
            canvas.path(edge, "soft" if kind == "narrow" else "soft dashed")
    if one.rate is not None:
        canvas.line((LEFT, up(float(one.rate))), (WIDTH - RIGHT, up(float(one.rate))), "")
    if one.peers is not None:
        x = WIDTH - RIGHT + 10
        canvas.line((x, up(float(one.peers.lower_quartile))), (x, up(float(one.peers.upper_quartile))), "soft")
        canvas.dot((x, up(float(one.peers.median))), 3, "soft", note=_peers(one, one.peers))


def _person(canvas: Canvas, rate: PersonRateDTO, across: Scale, up: Scale, named_at: list[float]) -> None:
    known = (rate.rate, rate.estimate, rate.interval_low, rate.interval_high)
    if not rate.n or any(number is None for number in known):
        return
    counted, estimate, low, high = (up(float(number or 0)) for number in known)
    x, out = across(float(rate.n)), rate.control in {Control.ABOVE, Control.BELOW}
    kind = "alarm" if out else "accent"
    canvas.line((x, low), (x, high), kind)
    canvas.dot((x, counted), 4.5, kind, hollow=True)
    canvas.dot((x, estimate), 3.5, kind, note=f"{rate.name}: {rate.explanation}")
    if out:
        # Names of people close together are set below each other.
        y = counted + 4
        while any(abs(y - other) < LINE - 4 for other in named_at):
            y += LINE - 4
        named_at.append(y)
        canvas.text((x - 9, y), rate.name, "alarm", "end")


def _peers(one: RateComparisonDTO, peers: AnonymousPeersDTO) -> str:
    rate, low, high = (_shown(float(end), one) for end in (peers.rate, peers.lower_quartile, peers.upper_quartile))
    return (
        f"{peers.people} others: {rate} together on {peers.n:,} cases; the middle half of them {low} to {high} (the "
        "bar on the right)."
    )


def _shown(number: float, one: RateComparisonDTO) -> str:
    return f"{100 * number:.0f} %" if one.is_share else f"{number:.2f}"
