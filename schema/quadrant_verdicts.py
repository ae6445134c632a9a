"""The quadrants of process and outcome, and why somebody is in none: what several types say of people."""

from schema.describing import describe_enum
from service.kpi_snapshots.quadrants.classifying import QuadrantVerdict

__all__ = ["QuadrantVerdict"]

describe_enum(
    QuadrantVerdict,
    "Of a person: one of the four quadrants of process and outcome, or why none.",
    earned_success="A good process and a good outcome.",
    unlucky="A good process and a bad outcome: be patient.",
    lucky="A bad process and a good outcome: do not get comfortable.",
    earned_failure="A bad process and a bad outcome: correct the process.",
    too_early="The open deals decide it.",
    insufficient_data="There is too little to judge by.",
)
