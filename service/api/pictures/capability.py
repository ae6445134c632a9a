"""The picture of coaching capability: the four keys of each manager as a dot with its interval, against the standard.

A disc meets the standard, a diamond is below it beyond chance, a ring cannot be told; which it is stands in words
beside it, and never in the colour alone. The small upright line is the share of the period before.
"""

from collections.abc import Sequence
from decimal import Decimal

from service.api.pictures.canvas import LINE, Canvas, Scale
from service.coaching_capability.dto.capability import CapabilityShareDTO, ManagerCapabilityDTO
from service.coaching_capability.keys.judging import CapabilityKey, CapabilityTrend, StandardVerdict

WIDTH, LEFT, RIGHT, ROW = 600.0, 128.0, 182.0, 30.0
TITLE = "Coaching capability"
NAMES = {
    CapabilityKey.MODELS: "Success models",
    CapabilityKey.PROCESS: "Process",
    CapabilityKey.SKILLS: "Skills",
    CapabilityKey.CADENCE: "Cadence",
}
VERDICTS = {
    StandardVerdict.MET: "meets it",
    StandardVerdict.BELOW: "below it",
    StandardVerdict.CANNOT_TELL: "cannot tell",
}
TRENDS = {
    CapabilityTrend.BETTER: ", better",
    CapabilityTrend.WORSE: ", worse",
    CapabilityTrend.WITHIN_CHANCE: "",
    CapabilityTrend.CANNOT_TELL: "",
}
KINDS = {StandardVerdict.MET: "accent", StandardVerdict.BELOW: "alarm", StandardVerdict.CANNOT_TELL: "soft"}
LEGEND = (
    "Each key's share with its 90 % interval, against the organization's own standard (dashed). Disc: meets it. "
    "Diamond: below it beyond chance. Ring: cannot tell. Upright line: the period before; better and worse are told "
    "only beyond chance."
)


def draw_capability(managers: Sequence[ManagerCapabilityDTO], has_more: bool) -> str:
    """The whole picture: a panel per manager of a page, in its order."""
    described = "\n".join(_told(one) for one in managers) or "Nobody reported to anybody in these days."
    canvas = Canvas(WIDTH, TITLE, described)
    canvas.text((16, 30), TITLE, "head")
    y = canvas.paragraph((16, 52), f"{_days(managers)}{LEGEND}", WIDTH - 32, "soft small")
    if not managers:
        y = canvas.paragraph((16, y + 8), "Nobody reported to anybody in these days.", WIDTH - 32)
    for one in managers:
        y = _panel(canvas, one, y + 26)
    if has_more:
        y = canvas.paragraph((16, y + 22), "There are more managers on the next page.", WIDTH - 32, "soft")
    return canvas.render(y + 8)


def _days(managers: Sequence[ManagerCapabilityDTO]) -> str:
    if not managers:
        return ""
    one = managers[0]
    return f"{one.from_on} to {one.to_on}, as of {one.as_of:%Y-%m-%d %H:%M} UTC. "


def _told(one: ManagerCapabilityDTO) -> str:
    keys = " ".join(f"{NAMES[key.key]}: {key.explanation}" for key in one.keys)
    return f"{one.name}: {one.keys_met} of 4 keys in place. {keys}"


def _panel(canvas: Canvas, one: ManagerCapabilityDTO, top: float) -> float:
    """Draws a manager from `top` downwards; returns where that ends."""
    people = f"{one.people} {'rep' if one.people == 1 else 'reps'}"
    y = canvas.paragraph((16, top), f"{one.name}: {one.keys_met} of 4 keys in place ({people})", WIDTH - 32, "head") + 6
    across = Scale(0, 1, LEFT, WIDTH - RIGHT)
    bottom = y + ROW * len(one.keys)
    for percent in range(0, 101, 25):
        x = across(percent / 100)
        canvas.line((x, y), (x, bottom), "rule")
        canvas.text((x, bottom + 14), f"{percent} %", "soft small", "middle")
    for place, key in enumerate(one.keys):
        _key(canvas, key, across, y + ROW * (place + 0.5))
    y = bottom + 2 * LINE + 6
    for key in one.keys:
        if key.next_step is not None:
            y = canvas.paragraph((16, y), f"{NAMES[key.key]}: {key.next_step}", WIDTH - 32, "soft small")
    return y


def _key(canvas: Canvas, key: CapabilityShareDTO, across: Scale, y: float) -> None:
    canvas.text((16, y + 4), NAMES[key.key])
    standard, kind = across(float(key.standard)), KINDS[key.verdict]
    canvas.line((standard, y - 12), (standard, y + 12), "dashed")
    if key.before_share is not None:
        before = across(float(key.before_share))
        canvas.line((before, y - 5), (before, y + 5), "soft")
    if key.share is not None:
        canvas.line((across(_number(key.interval_low)), y), (across(_number(key.interval_high)), y), kind)
        _mark(canvas, key, (across(float(key.share)), y))
    share = "none" if key.share is None else f"{round(100 * key.share)} %"
    said = f"{share}: {VERDICTS[key.verdict]}{TRENDS[key.trend]}"
    canvas.text((WIDTH - RIGHT + 12, y + 4), said, kind)


def _mark(canvas: Canvas, key: CapabilityShareDTO, at: tuple[float, float]) -> None:
    x, y = at
    if key.verdict is StandardVerdict.BELOW:
        canvas.area([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], "fill alarm")
        return
    is_open = key.verdict is StandardVerdict.CANNOT_TELL
    canvas.dot(at, 5, KINDS[key.verdict], hollow=is_open, note=key.explanation)


def _number(value: Decimal | None) -> float:
    return 0.0 if value is None else float(value)
