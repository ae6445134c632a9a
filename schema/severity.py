"""Why the severity of raters cannot be told, as calibration and levels both say."""

from schema.describing import describe_enum
from service.skill_assessments.calibration.raters import NoSeverity

__all__ = ["NoSeverity"]

describe_enum(
    NoSeverity,
    "Why the severity of a rater cannot be told.",
    name="RaterNoSeverity",
    no_overlap="Nobody else rates the same people.",
    too_little_overlap="Too little of what is rated has been rated by others too.",
)
