"""Does a process KPI lead? The grade of each from what the weeks say, with the false grades kept down; pure.

`predictive`: a person's better weeks are followed by more, beyond chance, and out of time as well. `gamed`: it got
better of late and its yield worse, both beyond chance, and less than half of the rise was kept. `expired`: it was
predictive, and of late less than half of that is left, beyond chance. All else is `unproven`. False discoveries are
kept down over the KPIs of a model (Benjamini & Hochberg 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from service.kpi_snapshots.leads.evidence import Evidence, Panel, gather_evidence
from service.statistics.arrays import Bools, Floats
from service.statistics.comparisons import adjusted_p_values

FALSE_DISCOVERIES, FALSE_ALARMS = 0.05, 0.025
"""Of those called predictive, and of those called gamed or expired: these take a KPI's opportunities away."""
LEVEL = 0.9
"""Of the intervals."""
LEAST_PEOPLE, LEAST_WEEKS, LEAST_CAME = 5, 16, 20
"""With fewer people their weeks cannot be told from each other's and somebody could be guessed; in fewer weeks, or with
fewer outcomes in those that the lift is judged by, chance says more than anything else."""
POWER = 2.49
"""How many errors away an effect must be to be found four times in five, one-sided at 5 % (1.645 + 0.842)."""
LONGEST_WAIT = 520
"""Weeks after which more of them is no answer."""


class LeadGrade(StrEnum):
    """What a KPI is worth as a sign of what is to come."""

    PREDICTIVE = "predictive"
    UNPROVEN = "unproven"
    GAMED = "gamed"
    EXPIRED = "expired"


SUPPRESSING = frozenset({LeadGrade.GAMED, LeadGrade.EXPIRED})
"""Grades whose KPIs are no reason to coach anybody."""


class LeadUnproven(StrEnum):
    """Why a KPI is unproven."""

    NOT_BY_WEEK = "not_by_week"
    NO_OUTCOME = "no_outcome"
    TOO_FEW_PEOPLE = "too_few_people"
    TOO_FEW_WEEKS = "too_few_weeks"
    TOO_FEW_OUTCOMES = "too_few_outcomes"
    NEVER_VARIES = "never_varies"
    NO_EFFECT_SEEN = "no_effect_seen"
    NO_LIFT_SEEN = "no_lift_seen"


TELLS_NOTHING = frozenset(LeadUnproven) - {LeadUnproven.NO_EFFECT_SEEN, LeadUnproven.NO_LIFT_SEEN}
"""Reasons for which there are no numbers to show."""


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of one KPI; `place` is that in the evidence, None where nothing could be looked at."""

    grade: LeadGrade
    unproven: LeadUnproven | None
    place: int | None
    p: float | None = None
    """That it leads, adjusted over the model's KPIs."""
    weeks_needed: int | None = None
    """More weeks of as many people until such an effect is likely found; None where that is no answer."""


def grade_leads(panels: Sequence[Panel | LeadUnproven]) -> tuple[list[Graded], Evidence | None]:
    """Grade the KPIs of one model, in their order: each with its panel (people x weeks), or why it has none."""
    given = [panel for panel in panels if isinstance(panel, Panel)]
    if not given:
        return [Graded(LeadGrade.UNPROVEN, one, None) for one in panels if not isinstance(one, Panel)], None
    together = Panel(
        *(np.stack([getattr(panel, name) for panel in given]) for name in ("done", "of", "came", "less_is_better"))
    )
    found = gather_evidence(together)
    lacking = [_lacking(found, place) for place in range(len(given))]
    told = np.array([one is None for one in lacking])
    p, gamed, expired = decide(found, told)
    graded, places = [], iter(range(len(given)))
    for panel in panels:
        if not isinstance(panel, Panel):
            graded.append(Graded(LeadGrade.UNPROVEN, panel, None))
            continue
        place = next(places)
        if not told[place]:
            graded.append(Graded(LeadGrade.UNPROVEN, lacking[place], place))
        else:
            graded.append(_grade(found, place, float(p[place]), gamed=bool(gamed[place]), expired=bool(expired[place])))
    return graded, found


def decide(found: Evidence, told: Bools) -> tuple[Floats, Bools, Bools]:
    """Adjusted p-values of leading, and which are gamed and expired.

    Arrays (... x KPIs of a model); `told` are those that can be judged.
    """
    enough_then = (found.earlier.effect.units >= LEAST_PEOPLE) & (found.earlier.came >= LEAST_CAME)
    p_expired = np.where(enough_then, np.maximum(found.earlier.p, found.p_faded), 1.0)
    p_gamed = np.where(found.change.freedom >= LEAST_PEOPLE - 1, found.p_gamed, 1.0)
    p, p_gamed, p_expired = (_adjusted(np.where(told, values, np.nan)) for values in (found.now.p, p_gamed, p_expired))
    gamed = (p_gamed <= FALSE_ALARMS) & ~found.kept_up
    expired = (p_expired <= FALSE_ALARMS) & (found.p_of_late > FALSE_DISCOVERIES) & ~(p <= FALSE_DISCOVERIES)
    return p, gamed, expired


def _adjusted(p: Floats) -> Floats:
    """Model by model."""
    return np.stack([adjusted_p_values(one) for one in p.reshape(-1, p.shape[-1])]).reshape(p.shape)


def _lacking(found: Evidence, place: int) -> LeadUnproven | None:
    now = found.now
    if now.effect.units[place] < LEAST_PEOPLE:
        return LeadUnproven.TOO_FEW_PEOPLE
    if found.weeks[place] < LEAST_WEEKS:
        return LeadUnproven.TOO_FEW_WEEKS
    if now.came[place] < LEAST_CAME:
        return LeadUnproven.TOO_FEW_OUTCOMES
    return None if np.isfinite(now.effect.within.value[place]) else LeadUnproven.NEVER_VARIES


def _grade(found: Evidence, place: int, p: float, *, gamed: bool, expired: bool) -> Graded:
    if gamed:
        return Graded(LeadGrade.GAMED, None, place, p)
    if p <= FALSE_DISCOVERIES:
        return Graded(LeadGrade.PREDICTIVE, None, place, p)
    if expired:
        return Graded(LeadGrade.EXPIRED, None, place, p)
    seen = found.now.p_effect[place] <= FALSE_DISCOVERIES
    why = LeadUnproven.NO_LIFT_SEEN if seen else LeadUnproven.NO_EFFECT_SEEN
    return Graded(LeadGrade.UNPROVEN, why, place, p, _weeks_needed(found, place))


def _weeks_needed(found: Evidence, place: int) -> int | None:
    """Errors shrink with the root of the weeks: until the weaker of the two signs, as seen, stands out."""
    effect, lift = found.now.effect.within, found.now.lift
    signs = [(abs(effect.value[place]), effect.error[place]), (lift.value[place] - 1, lift.error[place])]
    if found.now.p_effect[place] >= 0.5 or not all(error > 0 and away > 0 for away, error in signs):
        return None
    weakest = min(float(away / error) for away, error in signs)
    more = float(found.weeks[place]) * ((POWER / weakest) ** 2 - 1)
    return max(1, round(more)) if more <= LONGEST_WAIT else None
