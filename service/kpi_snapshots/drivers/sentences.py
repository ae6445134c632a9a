"""Drivers in plain sentences; pure."""

from service.kpi_snapshots.drivers.case_mix import LEAST_EACH
from service.kpi_snapshots.drivers.estimating import Driver, Drivers, DriversWhyNot, DriverVerdict
from service.kpi_snapshots.drivers.screening import LEAST_EVENTS, LEAST_PEOPLE, DriverNotTold
from service.kpi_snapshots.drivers.table import DriverKind

NOTHING_TOLD = {
    DriversWhyNot.NO_DEALS: "No deal was closed in these days: cannot tell.",
    DriversWhyNot.ALL_WON: "Every deal was won: nothing tells wins from losses.",
    DriversWhyNot.ALL_LOST: "Every deal was lost: nothing tells wins from losses.",
    DriversWhyNot.TOO_FEW_PEOPLE: (
        f"Fewer than {LEAST_PEOPLE} people closed deals: what a person does cannot be told from who the person is."
    ),
    DriversWhyNot.NO_CANDIDATES: "No model with criteria or activities holds for them: there is nothing to look at.",
}
REASONS = {
    DriverNotTold.NOTHING_KNOWN: "Nothing was on record of it before the outcome.",
    DriverNotTold.TOO_FEW_DEALS: f"It was known of fewer than {LEAST_EVENTS} won or lost deals, or of too few people.",
    DriverNotTold.ONE_OUTCOME: "It was known only of deals that ended the same way.",
    DriverNotTold.CONSTANT: "It was the same in every deal.",
    DriverNotTold.TOO_RARE: f"Fewer than {LEAST_EACH} deals differ in it.",
    DriverNotTold.DECIDES_ALONE: (
        "All deals with it, or all without it, ended the same way: no odds can be put on that. See whether it is "
        "recorded because of the outcome."
    ),
    DriverNotTold.ONLY_BETWEEN_PEOPLE: "It differs between people, hardly between deals: it would tell people apart.",
    DriverNotTold.GOES_WITH_ANOTHER: "It goes together with what is told already, too closely to be told apart.",
    DriverNotTold.TOO_MANY_COLUMNS: "There are too few deals for so many candidates: those that vary more came first.",
}
CAUTION = (
    "This shows what goes together with wins, the case mix and the person being equal; it does not prove that doing "
    "more of it wins more."
)


def explain_drivers(found: Drivers) -> str:
    """What all of it comes to; nobody is named."""
    if found.why_not is DriversWhyNot.TOO_FEW_DEALS:
        return (
            f"{found.won:,} of {found.n:,} closed deals were won. It takes {LEAST_EVENTS} won and {LEAST_EVENTS} lost "
            f"ones to tell anything: at this rate {found.needed:,} more closed deals."
        )
    if found.why_not is not None:
        return NOTHING_TOLD[found.why_not]
    beyond = sum(one.verdict in {DriverVerdict.GOES_WITH_WINS, DriverVerdict.GOES_WITH_LOSSES} for one in found.drivers)
    told = sum(one.effect is not None for one in found.drivers)
    seen = f"{found.won:,} of {found.n:,} closed deals of {found.people:,} people were won."
    if not told:
        return f"{seen} Of none of the candidates anything can be told yet."
    candidates = "the one candidate" if told == 1 else f"the {told} candidates"
    if not beyond:
        return f"{seen} Of {candidates} none goes with wins or losses beyond chance."
    verb = "goes" if beyond == 1 else "go"
    return f"{seen} Of {candidates} that can be told {beyond} {verb} with wins or losses beyond chance. {CAUTION}"


def explain_driver(one: Driver, other: str | None) -> str:
    """One candidate; `other` is the name of the one it cannot be told apart from."""
    if one.left_out is not None:
        told = REASONS[one.left_out.reason]
        return told if other is None else f"It goes together with \u201c{other}\u201d, too closely to be told apart."
    if one.effect is None:
        return "Cannot tell: see the reason for all of them."
    effect = one.effect
    ratio = f"{_ratio(effect.ratio)} times as high ({_ratio(effect.low)} to {_ratio(effect.high)})"
    odds = f"the odds of a win are {ratio} {_with(one)}"
    if one.verdict is DriverVerdict.NOT_BEYOND_CHANCE:
        return f"Not beyond chance: {odds}, on {one.n:,} deals."
    more = "more" if one.verdict is DriverVerdict.GOES_WITH_WINS else "less"
    return (
        f"Deals {_subject(one)} are won {more} often: {odds}, on {one.n:,} deals; the same way in "
        f"{100 * effect.stability:.0f} % of resamples."
    )


def _with(one: Driver) -> str:
    if one.candidate.kind is DriverKind.CRITERION:
        return "where it is met"
    return "for each doubling of 1 + their number per week"


def _subject(one: Driver) -> str:
    return "in which it is met" if one.candidate.kind is DriverKind.CRITERION else "with more of it per week"


def _ratio(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:,.0f}"
