"""A level in plain sentences, and as numbers to show; pure."""

from service.skill_assessments.calibration.raters import NoSeverity
from service.skill_assessments.levels import ErrorBasis, NoLevel, PersonLevel

METHOD = (
    "mean of the newest rating of each rater within 365 days, the person's own left out; severity of raters taken out "
    "by a mixed linear model where raters overlap; 90 % normal interval"
)
NOTHING = {
    NoLevel.NOT_RATED: "Nobody has rated this within a year: cannot tell. Ask a manager to rate it.",
    NoLevel.ONLY_SELF: "Only the person has rated this: cannot tell. Ask a manager to rate it.",
    NoLevel.TOO_FEW_PEERS: "Fewer than three peers have rated this: cannot tell, as a single one could be recognized.",
}
UNADJUSTED = {
    NoSeverity.NO_OVERLAP: "Severity is not taken out: nobody else rates the same people as its raters do.",
    NoSeverity.TOO_LITTLE_OVERLAP: "Severity is not taken out: its raters rate too little that others rate too.",
}


def explain_level(found: PersonLevel, low: float | None, high: float | None) -> str:
    """Where somebody stands, how sure that is, and what would make it surer."""
    if found.cannot_tell is not None or found.level is None or low is None or high is None:
        return NOTHING[found.cannot_tell or NoLevel.NOT_RATED]
    raters = "one rater" if found.n == 1 else f"{found.n} raters"
    said = f"Level {found.level:.1f} ({low:.1f} to {high:.1f}) by {raters}"
    if found.not_adjusted is None:
        said += f", with severity taken out; {found.raw:.1f} as given."
    else:
        said += f". {UNADJUSTED[found.not_adjusted]}"
    if found.basis is ErrorBasis.ASSUMED:
        said += " How far raters lie apart is assumed, not measured: too few have rated the same people."
    if found.peers_waiting:
        said += " Further peers have rated; they count three at a time."
    return said
