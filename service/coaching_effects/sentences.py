"""An effect in plain sentences; pure."""

from decimal import Decimal

from service.coaching_effects.judging import LEAST_COACHED, LEAST_COMPARED, Design, Doubt, EffectVerdict
from service.success_models.kpis import Kpi, KpiKind

RETURN = (
    "People are coached when they have just been weak, and after weak weeks better ones follow by themselves: this "
    "return to normal is the default explanation of any rise after coaching. "
)
CAUTION = {
    Design.OBSERVATIONAL: RETURN + "It is taken out as far as it is on record. What only the manager knew, and what "
    "else changed for those coached at the same time, is not: whether coaching is the cause stays a judgement.",
    Design.EXPERIMENTAL: RETURN + "Here a draw decided who began when, so the comparison is experimental. It is of "
    "everybody drawn, whether their sessions were held or not.",
}
WHY = {
    Doubt.NOT_BY_WEEK: "Its value does not add up by the week, so weeks before and after cannot be compared.",
    Doubt.TOO_FEW_COACHED: (
        f"It takes {LEAST_COACHED} people who were coached in it and have enough weeks on record before and after."
    ),
    Doubt.TOO_FEW_COMPARED: (
        f"It takes {LEAST_COMPARED} people of the same model and job role who had not been coached in it yet."
    ),
    Doubt.NO_EQUALS: (
        "Whoever had such weeks was coached soon, so nobody with the same weeks behind them is left to compare with."
    ),
    Doubt.DIFFERED_BEFORE: (
        "Those coached and the others already went different ways before coaching began, so a difference after it "
        "may be the same going on."
    ),
    Doubt.PLACEBO_MOVED: (
        "Another KPI moved as well in which nobody was coached, so something else happened at the same time."
    ),
    Doubt.TOO_IMPRECISE: "Even an effect as large as the whole KPI would not surely be seen in so little data.",
    Doubt.WITHIN_CHANCE: "The difference is within chance.",
    Doubt.DEPENDS_ON_METHOD: (
        "Against people with the same path there is a difference; against what the same people had before their weak "
        "weeks there is not. The truth lies between the two."
    ),
}


def explain(
    kpi: Kpi,
    verdict: tuple[EffectVerdict, Doubt | None],
    effect: tuple[Decimal, Decimal, Decimal] | None,
    counts: tuple[int, int],
    minimum: Decimal | None,
) -> str:
    """`effect` with its interval, `counts` those coached and those compared."""
    name, found = kpi.name, ""
    # A share is what it is in any week; what adds up is told of one.
    unit = " a week" if kpi.kind is KpiKind.FLOW else ""
    if effect is not None:
        value, low, high = effect
        found = (
            f" {counts[0]} coached, against {counts[1]} not coached yet: {value:+f}{unit}, 90 % interval {low:+f} to "
            f"{high:+f}."
        )
    if verdict[1] is None:
        how = "rose" if effect is not None and effect[0] > 0 else "fell"
        good = "Coaching helped" if verdict[0] is EffectVerdict.HELPED else "Coaching did not help, on the contrary"
        return f"{good}: {name} {how} beyond chance and beyond the return to normal.{found}"
    least = "" if minimum is None else f" An effect of {minimum:f}{unit} would be found four times in five."
    return f"Cannot tell whether coaching changed {name}. {WHY[verdict[1]]}{found}{least}"
