"""A comparison of rates in plain sentences; pure."""

from service.kpi_snapshots.rates.comparing import CannotTell, Control, Needed, PersonRate, RateComparison

REASONS = {
    CannotTell.NO_CASES: "Nobody has a decided case in the period yet: cannot tell.",
    CannotTell.ONE_PERSON: "One person alone has cases: there is nobody to compare with.",
    CannotTell.ALL_THE_SAME: "Every case came out the same way: nothing tells people apart.",
    CannotTell.TOO_FEW_PEERS: "Fewer than five others have cases: a comparison would give away their numbers.",
    CannotTell.TOO_FEW_CASES: "Nobody has enough cases to tell people apart: even all or none of them could be chance.",
}


def explain_comparison(found: RateComparison, tests: int) -> str:
    """What the spread between people means, and who is beyond chance in numbers; nobody is named."""
    if found.cannot_tell is not None:
        return REASONS[found.cannot_tell]
    share = found.group.is_share
    out = sum(rate.control in {Control.ABOVE, Control.BELOW} for rate in found.rates)
    seen = (
        f"{_counted(found.hits, found.n, is_share=share)} of {found.people} people together. {_noise(found)} of the "
        "spread between them is noise"
    )
    if out:
        verdict = (
            f". {_people(out)} out of control beyond chance with all {tests:,} comparisons counted; differences "
            "between the others are within it."
        )
    elif (found.homogeneity_p or 0.0) > 0.05:
        verdict = f": it is what chance alone makes (p = {found.homogeneity_p:.2f}), and nobody is out of control."
    else:
        verdict = (
            f". They differ more than chance alone makes them (p {_p(found.homogeneity_p or 0.0)}), but nobody is out "
            f"of control with all {tests:,} comparisons counted."
        )
    return seen + verdict + _needed(found.needed)


def explain_rate(rate: PersonRate, *, is_share: bool) -> str:
    """One person's line, addressed to whoever reads it."""
    case = rate.case
    if rate.cannot_tell is CannotTell.NO_CASES or rate.rate is None:
        return "No decided case in the period yet: cannot tell."
    seen = _counted(case.hits, case.n, is_share=is_share)
    if rate.estimate is None or rate.low is None or rate.high is None:
        return f"{seen}. {REASONS[CannotTell.TOO_FEW_PEERS]}"
    drawn = (
        f"{seen}; with chance taken out about {_shown(rate.estimate, is_share=is_share)} "
        f"({_shown(rate.low, is_share=is_share)} to {_shown(rate.high, is_share=is_share)})."
    )
    if rate.cannot_tell is CannotTell.TOO_FEW_CASES:
        return f"{drawn} Too few cases to tell: even all or none of them could be chance."
    if rate.cannot_tell is not None:
        return f"{drawn} {REASONS[rate.cannot_tell]}"
    if rate.control is Control.IN_CONTROL:
        return f"{drawn} Within what chance makes of so many cases."
    side = "Lower" if rate.control is Control.BELOW else "Higher"
    return f"{drawn} {side} than chance makes it, with all comparisons counted (p {_p(rate.p or 0.0)})."


def needed_cases(needed: Needed) -> tuple[int, int, int]:
    """Whole cases: the median and the ends of the interval."""
    median, low, high = (max(1, round(end)) for end in (needed.median, needed.low, needed.high))
    return median, low, high


def _counted(hits: float, n: float, *, is_share: bool) -> str:
    word = "of" if is_share else "on"
    return f"{hits:,.0f} {word} {n:,.0f} ({_shown(hits / n, is_share=is_share)})"


def _shown(number: float, *, is_share: bool) -> str:
    return f"{100 * number:.1f} %" if is_share else f"{number:.2f}"


def _noise(found: RateComparison) -> str:
    return f"{100 * (found.noise_share or 0.0):.0f} %"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _people(count: int) -> str:
    return "One person is" if count == 1 else f"{count} people are"


def _needed(needed: Needed | None) -> str:
    if needed is None:
        return ""
    median, low, high = needed_cases(needed)
    return (
        f" It takes about {median:,} cases per person ({low:,} to {high:,}) before half of a difference that is seen "
        "is real."
    )
