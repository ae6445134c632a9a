"""How raters compare, in plain sentences; pure."""

from collections.abc import Sequence

from service.skill_assessments.calibration.candour import Candour, NoCandour
from service.skill_assessments.calibration.drift import Drift, NoDrift
from service.skill_assessments.calibration.items import Clarity, NoClarity, SubjectAgreement
from service.skill_assessments.calibration.raters import Leaning, NoSeverity, RaterSeverity
from service.statistics.severity import LEAST_SHARED

METHOD = (
    "Krippendorff's ordinal alpha, bias-corrected and accelerated bootstrap over people; severity by a mixed linear "
    "model of people's skills and raters; drift against the others' mean, clustered by person; never below the "
    "standard by exact permutation within people; Benjamini-Hochberg over raters"
)
CLEAR = {
    Clarity.RELIABLE: "Raters mean the same by it.",
    Clarity.TENTATIVE: "Raters mean much the same by it; draw tentative conclusions only.",
    Clarity.AMBIGUOUS: "It is ambiguous: raters mean different things by it. Sharpen its anchors.",
}
UNCLEAR = {
    NoClarity.NO_RATINGS: "Nobody has rated it: cannot tell.",
    NoClarity.ONE_RATER: "One rater alone has rated it: cannot tell.",
    NoClarity.NO_OVERLAP: "No two raters have rated the same person: cannot tell. Have some people rated twice.",
    NoClarity.ALL_THE_SAME: "Every rating is the same: whether raters tell people apart cannot be told.",
    NoClarity.TOO_FEW_PEOPLE: "Fewer than five people are rated by two raters: cannot tell. Have more rated twice.",
    NoClarity.WIDE_INTERVAL: "Too few people are rated by two raters to tell whether it is ambiguous.",
}
NO_SEVERITY = {
    NoSeverity.NO_OVERLAP: "Nobody else has rated the same people: severity cannot be told.",
    NoSeverity.TOO_LITTLE_OVERLAP: (
        f"Severity cannot be told: it takes {LEAST_SHARED} ratings of what others have rated too, and enough of them "
        "among all raters."
    ),
}
NO_DRIFT = {
    NoDrift.TOO_FEW_OTHERS: "Whether that changes cannot be told: it takes two others who rate the same people.",
    NoDrift.TOO_LITTLE_OVERLAP: (
        "Whether that changes cannot be told: it takes five people in either half whom others have rated too."
    ),
}
NO_CANDOUR = {
    NoCandour.NO_STANDARD: "No level is required of those they rate.",
    NoCandour.TOO_LITTLE_OVERLAP: (
        "They rate nobody below the standard; with fewer than five people in common nobody can tell whether others do."
    ),
}


def explain_agreement(found: SubjectAgreement) -> str:
    """What the agreement on an item or a skill allows."""
    agreement = found.agreement
    said = CLEAR[found.clarity] if found.clarity else UNCLEAR[found.cannot_tell or NoClarity.NO_RATINGS]
    if agreement.alpha is None or agreement.low is None or agreement.high is None:
        return said
    if found.cannot_tell is NoClarity.TOO_FEW_PEOPLE:
        return said
    seen = f"{agreement.raters} raters, {agreement.units} people rated by two or more"
    return f"{said} Alpha {agreement.alpha:.2f} ({agreement.low:.2f} to {agreement.high:.2f}); {seen}."


def explain_rater(severity: RaterSeverity, drift: Drift | None, candour: Candour | None) -> str:
    """One rater in sentences; without drift and candour where these are not the reader's."""
    said = [f"{_ratings(severity.ratings)} of {_people(severity.people)}. {_severity(severity)}"]
    if drift is not None and severity.cannot_tell is None:
        said.append(_drift(drift))
    if candour is not None:
        said.append(_candour(candour))
    return " ".join(one for one in said if one)


def _severity(found: RaterSeverity) -> str:
    if found.cannot_tell is not None or found.severity is None or found.low is None or found.high is None:
        return NO_SEVERITY[found.cannot_tell or NoSeverity.NO_OVERLAP]
    side = "lower" if found.severity > 0 else "higher"
    ends = sorted((abs(found.low), abs(found.high)))
    if found.leaning is Leaning.IN_LINE:
        return f"They rate as others do, within chance ({-found.high:+.1f} to {-found.low:+.1f} levels)."
    return (
        f"They rate {abs(found.severity):.1f} levels {side} than others rate the same "
        f"({ends[0]:.1f} to {ends[1]:.1f}), beyond chance."
    )


def _drift(found: Drift) -> str:
    if found.cannot_tell is not None or found.change is None:
        return NO_DRIFT[found.cannot_tell or NoDrift.TOO_LITTLE_OVERLAP]
    if not found.drifting:
        return "That has not changed beyond chance."
    side = "severe" if found.change > 0 else "lenient"
    return (
        f"They have become {abs(found.change):.1f} levels more {side} from the earlier half to the recent one "
        f"(n = {found.before} and {found.after} ratings), beyond chance: rate a call together."
    )


def _candour(found: Candour) -> str:
    if found.cannot_tell is not None:
        return NO_CANDOUR[found.cannot_tell]
    if not found.never_below:
        return ""
    return (
        f"They never rate anybody below the standard, of {_people(found.people)}; others put {found.others_below} of "
        f"the {found.shared} people in common below it. Honest feedback may be missing where it costs most."
    )


def explain_all(
    subjects: Sequence[tuple[str, Clarity | None, NoClarity | None]],
    severities: Sequence[RaterSeverity],
    *,
    withheld: bool,
) -> str:
    """Which items and skills are ambiguous, by their names, and whether raters overlap enough."""
    said = []
    told = [(name, clarity) for name, clarity, _ in subjects if clarity is not None]
    ambiguous = [name for name, clarity in told if clarity is Clarity.AMBIGUOUS]
    if withheld:
        said.append("How raters agree is for those who have three raters below them.")
    elif not told:
        said.append("Whether raters mean the same by items and skills cannot be told: have some people rated twice.")
    elif ambiguous:
        said.append(f"Ambiguous are {len(ambiguous)} of {len(told)} items and skills: {'; '.join(ambiguous)}.")
    else:
        said.append(f"None of {len(told)} items and skills is ambiguous.")
    untold = len(subjects) - len(told)
    if told and untold:
        said.append(f"Of {untold} it cannot be told.")
    if severities and all(one.cannot_tell is not None for one in severities):
        said.append("Raters have too little in common to compare them: have some people rated by two raters.")
    return " ".join(said)


def _ratings(n: int) -> str:
    return "One rating" if n == 1 else f"{n} ratings"


def _people(n: int) -> str:
    return "one person" if n == 1 else f"{n} people"
