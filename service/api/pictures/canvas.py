"""What pictures are drawn with: an SVG of shapes and texts, light and dark by the reader's setting, no script; pure.

Sizes are in the units of the view box, which a picture fills whatever its width on screen. Colours come from classes
alone: `ink`, `soft`, `rule`, `accent`, `alarm` for strokes and texts, `wide` and `narrow` for bands of chance, `paper`.
They have a contrast of at least 4.5 to 1 as texts on the paper and on either band (WCAG 2.2, 1.4.3).
"""

import base64
import hashlib
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

Point = tuple[float, float]

STYLE = """
svg { color-scheme: light dark; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  background: #fbfaf6; }
.paper { fill: #fbfaf6; } .wide { fill: #ece9dd; } .narrow { fill: #dfdccb; }
text { fill: #1d2320; } text.soft { fill: #4c554f; } text.accent { fill: #1f5c49; } text.alarm { fill: #8a2d0f; }
.head { font-weight: 650; font-size: 16px; } .small { font-size: 11.5px; }
.stroke { fill: none; stroke: #1d2320; stroke-width: 1.5; } .stroke.soft { stroke: #4c554f; stroke-width: 1; }
.stroke.rule { stroke: #c9c5b3; stroke-width: 1; } .stroke.accent { stroke: #1f5c49; }
.stroke.alarm { stroke: #8a2d0f; stroke-width: 2; } .stroke.dashed { stroke-dasharray: 5 4; }
.fill { fill: #1d2320; } .fill.soft { fill: #4c554f; } .fill.accent { fill: #1f5c49; } .fill.alarm { fill: #8a2d0f; }
@media (prefers-color-scheme: dark) {
  svg { background: #151917; }
  .paper { fill: #151917; } .wide { fill: #222925; } .narrow { fill: #2f3833; }
  text { fill: #e7e9e3; } text.soft { fill: #b4beb6; } text.accent { fill: #8fd0b6; } text.alarm { fill: #f4a57c; }
  .stroke { stroke: #e7e9e3; } .stroke.soft { stroke: #b4beb6; } .stroke.rule { stroke: #47514b; }
  .stroke.accent { stroke: #8fd0b6; } .stroke.alarm { stroke: #f4a57c; }
  .fill { fill: #e7e9e3; } .fill.soft { fill: #b4beb6; } .fill.accent { fill: #8fd0b6; } .fill.alarm { fill: #f4a57c; }
}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""The browser itself refuses whatever a picture would load or run."""
TOGETHER = "\u00a0"
"""A space at which no line is broken."""
LINE = 18.0
"""Height of a line of text."""
CHARACTER = 6.6
"""Mean width of a character of a text."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` laid over units from `start` to `end`; an end may lie before the start."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies; those outside lie on the edge."""
        span = self.high - self.low or 1.0
        share = min(max((value - self.low) / span, 0.0), 1.0)
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within, about as many as asked for."""
        span = self.high - self.low
        if span <= 0:
            return [self.low]
        raw = span / about
        power = 10 ** np.floor(np.log10(raw))
        step = float(next(times * power for times in (1, 2, 5, 10) if times * power >= raw * 0.999))
        first = np.ceil(self.low / step - 1e-9)
        return [float(number * step) + 0.0 for number in np.arange(first, np.floor(self.high / step + 1e-9) + 1)]


@dataclass(slots=True)
class Canvas:
    """Shapes in the order in which they are drawn; `title` and `description` are read out in their place."""

    width: float
    title: str
    description: str
    parts: list[str] = field(default_factory=list)

    def line(self, start: Point, end: Point, kind: str = "") -> None:
        """A straight line."""
        self.path([start, end], kind)

    def path(self, points: Iterable[Point], kind: str = "") -> None:
        """Points joined by straight lines; those with as many steps as wanted make a curve."""
        self.parts.append(f'<path class="{_classes("stroke", kind)}" d="M{_joined(points)}"/>')

    def area(self, points: Iterable[Point], kind: str) -> None:
        """A filled shape."""
        self.parts.append(f'<path class="{kind}" d="M{_joined(points)}Z"/>')

    def band(self, upper: Sequence[Point], lower: Sequence[Point], kind: str) -> None:
        """The area between two curves, both from left to right."""
        self.area([*upper, *reversed(lower)], kind)

    def dot(self, at: Point, radius: float = 4.0, kind: str = "", *, hollow: bool = False, note: str = "") -> None:
        """A disc or a ring; `note` is shown to those who point at it."""
        shape = _classes("stroke" if hollow else "fill", kind)
        told = f"<title>{_said(note)}</title>" if note else ""
        self.parts.append(f'<circle class="{shape}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}">{told}</circle>')

    def text(self, at: Point, words: str, kind: str = "", anchor: str = "start") -> None:
        """One line of text; `at` is on its baseline, at its `start`, `middle` or `end`."""
        named = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text{named} x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}">{_said(words)}</text>')

    def paragraph(self, at: Point, words: str, width: float, kind: str = "") -> float:
        """Text broken into lines of a width; returns where the next baseline would be."""
        x, y = at
        for row in textwrap.wrap(words.replace(" %", f"{TOGETHER}%"), max(int(width / CHARACTER), 10)):
            self.text((x, y), row, kind)
            y += LINE
        return y

    def render(self, height: float) -> str:
        """The document."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {height:g}" role="img" '
            'aria-labelledby="title desc" lang="en">'
            f'<title id="title">{_said(self.title)}</title><desc id="desc">{_said(self.description)}</desc>'
            f'<style>{STYLE}</style><path class="paper" d="M0 0H{self.width:g}V{height:g}H0Z"/>'
            f"{''.join(self.parts)}</svg>\n"
        )


def _joined(points: Iterable[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _said(words: str) -> str:
    """Escaped, without the control characters that XML cannot hold."""
    return escape("".join(char for char in words if char.isprintable() or char in f"\n{TOGETHER}"), quote=False)


def _classes(*names: str) -> str:
    return " ".join(name for name in names if name)
