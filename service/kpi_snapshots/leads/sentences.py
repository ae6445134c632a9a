"""A grade in plain sentences; pure."""

from service.kpi_snapshots.leads.dto import LeadFiguresDTO
from service.kpi_snapshots.leads.evidence import OF_LATE, RECENT, WINDOW
from service.kpi_snapshots.leads.grading import LEAST_CAME, LEAST_PEOPLE, LEAST_WEEKS, Graded, LeadGrade, LeadUnproven
from service.kpi_snapshots.leads.outcomes import Link
from service.success_models.kpis import Polarity

MISSING = {
    LeadUnproven.NOT_BY_WEEK: "Its value does not add up by the week, so weeks cannot be held against what came later.",
    LeadUnproven.NO_OUTCOME: "The model names no count further up the funnel that it could lead to.",
    LeadUnproven.TOO_FEW_PEOPLE: f"It takes {LEAST_PEOPLE} people with weeks on record; there are fewer.",
    LeadUnproven.TOO_FEW_WEEKS: f"It takes {LEAST_WEEKS} weeks whose outcome is due; there are fewer.",
    LeadUnproven.TOO_FEW_OUTCOMES: f"It takes {LEAST_CAME} outcomes in the last third of the weeks; there are fewer.",
    LeadUnproven.NEVER_VARIES: "Nobody does more of it in one week than in another, so there is nothing to compare.",
    LeadUnproven.NO_EFFECT_SEEN: "",
    LeadUnproven.NO_LIFT_SEEN: "",
}


def explain_lead(link: Link, lag: int | None, graded: Graded, figures: LeadFiguresDTO | None) -> str:
    """What the grade means, with the numbers that it rests on."""
    name = link.kpi.name
    if figures is None or link.outcome is None or lag is None:
        why = "" if graded.unproven is None else MISSING[graded.unproven]
        return f"{name} is unproven: cannot tell yet. {why}"
    outcome, later = link.outcome.name, _weeks(lag)
    if graded.grade is LeadGrade.PREDICTIVE:
        return (
            f"{name} leads {outcome}: after people's better weeks {_lift(figures)} of it came {later} later than they "
            f"have anyhow, beyond chance ({_n(figures)})."
        )
    if graded.grade is LeadGrade.GAMED:
        return (
            f"{name} looks gamed: in the last {RECENT} weeks there was {figures.change:.2f} times as much of it "
            f"{'' if link.kpi.polarity is Polarity.HIGHER else '(less is better) '}as before, and "
            f"{figures.yield_change:.2f} times as much {outcome} came "
            f"{'of each' if link.kpi.polarity is Polarity.HIGHER else 'per week'}, both beyond chance ({_n(figures)})."
        )
    if graded.grade is LeadGrade.EXPIRED:
        return (
            f"{name} led {outcome} once and does no more: of an effect of {figures.earlier_effect:f} a week, "
            f"{figures.recent_effect:f} is seen in the last {OF_LATE} weeks, less than half beyond chance "
            f"({_n(figures)})."
        )
    return (
        f"{name} is unproven: {_seen(figures, graded, outcome, later)} ({_n(figures)}).{_wait(graded)} It may still "
        "lead; the data of the last "
        f"{WINDOW} weeks do not show it."
    )


def _seen(figures: LeadFiguresDTO, graded: Graded, outcome: str, later: str) -> str:
    if graded.unproven is LeadUnproven.NO_LIFT_SEEN:
        return (
            f"people's better weeks go with more {outcome} {later} later, but not beyond chance in the last third of "
            f"the weeks, where {_lift(figures)} of it came"
        )
    return f"what came of {outcome} {later} after people's better weeks is within chance"


def _lift(figures: LeadFiguresDTO) -> str:
    if figures.lift is None:
        return "as much"
    return f"{figures.lift:.2f} times as much ({figures.lift_low:.2f} to {figures.lift_high:.2f})"


def _wait(graded: Graded) -> str:
    if graded.weeks_needed is None:
        return ""
    return f" If the effect is as it looks, about {_weeks(graded.weeks_needed)} more would show it."


def _weeks(count: int) -> str:
    return "a week" if count == 1 else f"{count} weeks"


def _n(figures: LeadFiguresDTO) -> str:
    return f"{figures.people} people, {figures.n:,} of their weeks"
