"""Teams whose KPIs lead, or do not, as it is planted: how often each truth gets which grade; and a plot of it.

`python -m tests.unit.kpi_snapshots.leads.simulation docs/plots/leads.svg`. Every seed gives the same teams.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from service.kpi_snapshots.leads.evidence import MOST_WEEKS, OF_LATE, RECENT, Panel, gather_evidence
from service.kpi_snapshots.leads.grading import FALSE_DISCOVERIES, LeadGrade, decide

SEED = 20261130
TEAMS = {5: 400, 12: 200, 60: 60}
"""How many teams of each size."""
KPIS = 5
"""Graded together."""


class Truth(StrEnum):
    """What is planted in every KPI of a team."""

    NOTHING = "nothing leads"
    LEADS = "it leads"
    GAMED = "it is gamed"
    EXPIRED = "it led once"


def simulate(truth: Truth, people: int, teams: int, generator: np.random.Generator) -> Panel:
    """Weeks of some teams, KPI by KPI.

    Whoever does more by habit has more come of it anyhow; both share a season; a good week is followed by another;
    counts come in bursts. Where it leads, twice as much in a week brings twice as much. What is gamed is half as much
    more in the last quarter, for nothing. What has expired led until half a year ago.
    """
    g, shape = generator, (teams, KPIS, people, MOST_WEEKS)
    skill = g.gamma(8, 1 / 8, (teams, 1, people, 1))
    habit = 20 * skill * g.gamma(10, 1 / 10, (*shape[:3], 1))
    level, news = np.zeros(shape), g.normal(0, 0.2, shape)
    for week in range(1, MOST_WEEKS):
        level[..., week] = 0.7 * level[..., week - 1] + news[..., week]
    weeks = np.arange(MOST_WEEKS)
    season = 0.2 * np.sin(weeks / 52 * 2 * np.pi)
    mean = habit * np.exp(level + season)
    if truth is Truth.GAMED:
        mean = mean * np.where(weeks >= MOST_WEEKS - RECENT, 1.5, 1.0)
    done = g.poisson(mean * g.gamma(5, 1 / 5, shape)).astype(np.float64)
    leads = {Truth.LEADS: weeks >= 0, Truth.EXPIRED: weeks < MOST_WEEKS - OF_LATE}.get(truth, weeks < 0)
    factor = np.where(leads, np.maximum(done / habit, 0.02), 1.0)
    came = g.poisson(0.8 * skill * np.exp(season) * factor).astype(np.float64)
    return Panel(done, np.ones(shape), came, np.zeros((teams, KPIS), dtype=bool))


@dataclass(frozen=True)
class Shares:
    """How often KPIs get each grade, and how often any KPI of a team gets another than unproven."""

    of: Mapping[LeadGrade, float]
    any_told: float
    teams: int


def grade(panel: Panel) -> Shares:
    """Each team is graded by itself, as a model's KPIs are."""
    found = gather_evidence(panel)
    teams = found.weeks.shape[0]
    p, gamed, expired = decide(found, np.ones((teams, KPIS), dtype=bool))
    given = np.full((teams, KPIS), LeadGrade.UNPROVEN, dtype=object)
    given[expired] = LeadGrade.EXPIRED
    given[p <= FALSE_DISCOVERIES] = LeadGrade.PREDICTIVE
    given[gamed] = LeadGrade.GAMED
    shares = {one: float((given == one).mean()) for one in LeadGrade}
    return Shares(shares, float((given != LeadGrade.UNPROVEN).any(1).mean()), teams)


def simulate_all() -> dict[tuple[Truth, int], Shares]:
    """By truth and size of team."""
    generator = np.random.default_rng(SEED)
    return {
        (truth, people): grade(simulate(truth, people, teams, generator))
        for truth in Truth
        for people, teams in TEAMS.items()
    }


COLOURS = {
    LeadGrade.PREDICTIVE: "#2b7a4b",
    LeadGrade.UNPROVEN: "#c8ccd2",
    LeadGrade.GAMED: "#b5382e",
    LeadGrade.EXPIRED: "#8a6a1f",
}
BAR, ROW, LEFT, TOP = 420, 26, 170, 64


def draw(found: Mapping[tuple[Truth, int], Shares]) -> str:
    """A bar per truth and size of team, of the shares of grades."""
    height = TOP + len(found) * ROW + len(Truth) * 12 + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + BAR + 30} {height}"',
        'font-family="sans-serif" font-size="12">',
        "<title>Which grade KPIs get, by what is true of them and size of team</title>",
        f'<rect width="{LEFT + BAR + 30}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="24" font-weight="bold" font-size="14">Grades by what is true ({KPIS} KPIs a team)</text>',
    ]
    x = 16.0
    for one, colour in COLOURS.items():
        parts.append(f'<rect x="{x:.0f}" y="36" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18:.0f}" y="47">{one.value}</text>')
        x += 110
    y = TOP
    for (truth, people), shares in found.items():
        y += 12 if people == min(TEAMS) else 0
        told = ", ".join(f"{one.value} {share:.3f}" for one, share in shares.of.items())
        parts.append(f"<g><title>{truth.value}, {people} people, {shares.teams} teams: {told}</title>")
        parts.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{truth.value}, {people} people</text>')
        x = float(LEFT)
        for one, colour in COLOURS.items():
            width = shares.of[one] * BAR
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 6}" fill="{colour}"/>')
            x += width
        parts.append("</g>")
        y += ROW
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(simulate_all()), encoding="utf-8")
