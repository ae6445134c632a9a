"""What a verdict asks of a coach, and what would settle an open one, in words; pure."""

from collections.abc import Mapping
from datetime import date

from service.kpi_snapshots.quadrants.classifying import Classification, DealVerdict, QuadrantVerdict, Undecided

PRESCRIPTIONS: Mapping[QuadrantVerdict, str] = {
    QuadrantVerdict.EARNED_SUCCESS: "Celebrate, keep doing it, and let others learn from it: the process earned this.",
    QuadrantVerdict.UNLUCKY: "Be patient, and do not stop doing the right things: the process is good, the wins have "
    "not come yet.",
    QuadrantVerdict.LUCKY: "Celebrate, but do not get comfortable: the process will not carry this.",
    QuadrantVerdict.EARNED_FAILURE: "Correct the process: the results are what it leads to.",
    QuadrantVerdict.TOO_EARLY: "Cannot tell yet: the open deals decide. Coach the process, not the result.",
    QuadrantVerdict.INSUFFICIENT_DATA: "Cannot tell yet: there is too little to judge by. Coach the process, not the "
    "result.",
}

DEAL_LESSONS: Mapping[DealVerdict, str] = {
    DealVerdict.EARNED_WIN: "Won by the process: show others how.",
    DealVerdict.LUCKY_WIN: "Won without the process: enjoy it, and do not take it for a way of working.",
    DealVerdict.UNLUCKY_LOSS: "Lost in spite of the process: do the same again.",
    DealVerdict.EARNED_LOSS: "Lost, and the process was not followed: what was left out?",
    DealVerdict.CANNOT_TELL: "Nothing is known of its process.",
}

_WHY: Mapping[Undecided, str] = {
    Undecided.OPEN_DEALS_DECIDE: "the open deals decide it",
    Undecided.TOO_FEW_DECIDED: "too few deals are decided",
    Undecided.PROCESS_UNKNOWN: "nothing is known of the process: no criteria or targets could be judged",
    Undecided.PROCESS_CLOSE: "the process is close to the standard",
    Undecided.OUTCOME_CLOSE: "the wins are close to what was expected",
    Undecided.BOTH_CLOSE: "the process is close to the standard, and the wins to what was expected",
    Undecided.NO_DEALS: "there are no deals",
    Undecided.NOBODY_TO_COMPARE: "nobody else has decided deals to compare with",
    Undecided.ALL_THE_SAME: "every deal of everybody came out the same way",
}


def prescription(verdict: QuadrantVerdict) -> str:
    """What to do about it."""
    return PRESCRIPTIONS[verdict]


def explain(reason: Undecided) -> str:
    """Why there is none of the four verdicts, as part of a sentence."""
    return _WHY[reason]


def what_settles(found: Classification, settled_on: date | None) -> str | None:
    """What would settle it and when, in a sentence; None where it is settled. `settled_on` is the day of `in_days`."""
    settling = found.settling
    if settling is None:
        return None
    ways = []
    if settling.more_decided is not None:
        ways.append(_count(settling.more_decided, "more decided deal", "more decided deals"))
    if settling.more_items is not None:
        items = _count(settling.more_items, "more criterion or target", "more criteria or targets")
        ways.append(f"{items} known, met at the same rate")
    if found.reason is Undecided.PROCESS_UNKNOWN:
        ways.append("criteria with a source, or targets for process KPIs")
    if found.reason is Undecided.NOBODY_TO_COMPARE:
        ways.append("decided deals of somebody else")
    if settled_on is not None:
        ways.append(f"waiting until {settled_on}, when most of the open deals will be decided")
    if not ways:
        return "More of the same would not settle it within any useful time."
    return f"What would settle it: {', and '.join(ways)}."


def _count(number: int, one: str, many: str) -> str:
    return f"one {one}" if number == 1 else f"{number} {many}"
