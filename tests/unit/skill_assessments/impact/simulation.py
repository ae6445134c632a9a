"""Organizations whose truth is known: twelve reps, four linked stages, and one skill that one rep lacks.

`python -m tests.unit.skill_assessments.impact.simulation X.svg` draws how often the skill is found, by decided deals.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

import numpy as np

from service.skill_assessments.gaps import RequiredLevel, SkillGap, SkillLevel, find_gaps
from service.skill_assessments.impact.deciding import PersonImpact, Seat, SkillCase, SkillGapVerdict, find_focus
from service.skill_assessments.impact.drawing import draw_group
from service.skill_assessments.impact.levers import Lever, LinkedRateKind, TeamFunnel
from service.statistics.arrays import Floats

SEED, REPS, STAGES = 7, 12, 4
PEERS, PLANTED = 0.6, 0.3
PROBABILITY = 0.8
REQUIRED, LEVEL, ERROR = 4.0, 2.5, 0.35
"""Every skill is a level and a half below what is required, as far as the raters' error lets them see it."""
PEOPLE = [UUID(int=number + 1) for number in range(REPS)]


@dataclass(frozen=True)
class World:
    """`deals` decided past each stage, or past the planted one with all others as many as come that far."""

    deals: int
    chances: Floats
    """People x stages."""
    funnel_at: int | None = None


def planted(deals: int, stage: int | None, *, as_funnel: bool = False) -> World:
    """Everybody converts as everybody else, but for the first rep at one stage (None: without exception)."""
    chances = np.full((REPS, STAGES), PEERS)
    if stage is not None:
        chances[0, stage] = PLANTED
    return World(deals, chances, stage if as_funnel else None)


def simulate(generator: np.random.Generator, world: World) -> TeamFunnel:
    """What happened in a year; a fifth of the deals past a stage are undecided there."""
    people = len(world.chances)
    hits, n = np.zeros((2, *world.chances.shape), dtype=np.intp)
    at = world.funnel_at
    if at is None:
        n[:] = world.deals
        hits[:] = generator.binomial(n, world.chances)
    else:
        n[:, at] = world.deals
        hits[:, at] = generator.binomial(world.deals, world.chances[:, at])
        for stage in range(at + 1, STAGES):
            n[:, stage] = hits[:, stage - 1]
            hits[:, stage] = generator.binomial(n[:, stage], world.chances[:, stage])
        for stage in range(at - 1, -1, -1):
            hits[:, stage] = n[:, stage + 1]
            n[:, stage] = hits[:, stage] + generator.negative_binomial(hits[:, stage], world.chances[:, stage])
    steps = [
        Lever(
            f"stage:{stage}", f"Stage {stage}", LinkedRateKind.STEP, *(one[:, stage] * 1.0 for one in (hits, n, n // 5))
        )
        for stage in range(STAGES)
    ]
    amounts = np.full(people, 10_000.0)
    return TeamFunnel(
        people=PEOPLE[:people],
        steps=steps,
        kpis=[],
        opened=n[:, 0] * 1.2,
        quarters=np.full(people, 4.0),
        size_n=np.maximum(hits[:, -1], 2.0),
        size_mean=amounts,
        size_variance=amounts * 1e4,
    )


def gap_of(stage: int, level: float = LEVEL, error: float = ERROR) -> SkillGap:
    """The first rep's gap in the skill that is linked to a stage."""
    skill = f"skill-{stage}"
    found = SkillLevel(PEOPLE[0], skill, level, error, 2)
    return find_gaps([RequiredLevel(PEOPLE[0], skill, REQUIRED)], [found])[0]


def answer(generator: np.random.Generator, world: World) -> PersonImpact:
    """What the first rep is told."""
    rated = LEVEL + ERROR * generator.standard_normal(STAGES)
    gaps = [gap_of(stage, float(level)) for stage, level in enumerate(rated)]
    cases = [SkillCase(gap.skill, gap, [f"stage:{stage}"]) for stage, gap in enumerate(gaps)]
    return find_focus(PEOPLE[0], Seat(draw_group(simulate(generator, world)), 0), cases, PROBABILITY)


@dataclass(frozen=True)
class Told:
    """Shares of runs: what was said of the planted skill, and of the others."""

    focus: float
    top_two: float
    """By expected worth, named or not."""
    rank_one: float
    wrong: float
    """Another skill was named."""
    cannot_tell: float


@cache
def ask(deals: int, runs: int, *, is_planted: bool = True, as_funnel: bool = False, seed: int = SEED) -> Told:
    """Many organizations; the planted stage goes around."""
    generator = np.random.default_rng((seed, deals))
    rows = []
    for run in range(runs):
        stage = run % STAGES
        found = answer(generator, planted(deals, stage if is_planted else None, as_funnel=as_funnel))
        named = [one.case.gap.skill for one in found.focus]
        ranked = _ranked(found)
        skill = f"skill-{stage}" if is_planted else ""
        rows.append(
            (
                skill in named,
                skill in ranked[:2],
                skill in ranked[:1],
                any(name != skill for name in named),
                found.verdict is SkillGapVerdict.CANNOT_TELL,
            )
        )
    return Told(*(float(share) for share in np.mean(rows, axis=0)))


def _ranked(found: PersonImpact) -> list[str]:
    """Skills by expected worth."""
    valued = [(one.worth.wins.mean * (one.case.gap.below or 0.0), one) for one in found.skills if one.worth is not None]
    return [one.case.gap.skill for _, one in sorted(valued, key=lambda pair: -pair[0])]


DEALS, RUNS = (5, 10, 20, 30, 45, 60, 90), 24
LINES = {
    "the planted skill is a focus": ("#08519c", "focus"),
    "cannot tell": ("#888888", "cannot_tell"),
    "another skill is a focus": ("#cb181d", "wrong"),
}


@cache
def curves() -> Mapping[str, Sequence[float]]:
    """Per line a share of runs for each number of decided deals."""
    told = [ask(deals, RUNS) for deals in DEALS]
    return {name: [getattr(one, share) for one in told] for name, (_, share) in LINES.items()}


WIDTH, HEIGHT, LEFT, TOP = 460, 240, 56, 46
TITLE = "Twelve reps, peers convert 60 %, one of them 30 % at one of four stages"


def draw(lines: Mapping[str, Sequence[float]]) -> str:
    """The plot: how often what is said, by decided deals past each stage."""
    high, wide = TOP + HEIGHT + 120, LEFT + WIDTH + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">',
        "<title>How often the gap that matters is found, by decided deals</title>",
        f'<rect width="{wide}" height="{high}" fill="#fff"/>',
        _text(LEFT + WIDTH / 2, 24, TITLE, 'font-weight="bold" font-size="13"'),
        f'<g transform="translate({LEFT} {TOP})">',
        f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#333"/>',
        *(_text(-22, (1 - tick) * HEIGHT + 4, f"{tick:.0%}") for tick in (0, 0.5, 1)),
        *(_text(_x(n), HEIGHT + 18, str(n)) for n in DEALS),
        _text(WIDTH / 2, HEIGHT + 38, "decided deals past each stage, per rep"),
    ]
    for number, (name, shares) in enumerate(lines.items()):
        color = LINES[name][0]
        points = [(_x(n), (1 - share) * HEIGHT) for n, share in zip(DEALS, shares, strict=True)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts += [
            f'<g><text x="24" y="{HEIGHT + 64 + 18 * number}" fill="{color}">{name}</text>',
            f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>',
        ]
        for (x, y), n, share in zip(points, DEALS, shares, strict=True):
            title = f"<title>{n} deals: {100 * share:.0f} %</title>"
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}">{title}</circle>')
        parts.append("</g>")
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" {style}>{text}</text>'


def _x(deals: int) -> float:
    return deals / DEALS[-1] * WIDTH


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(curves()), encoding="utf-8")
