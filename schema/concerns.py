"""Whether something talked about is process or outcome: what topics, commitments and briefs share."""

from schema.describing import describe_enum
from service.coaching_sessions.concerns import Concern

__all__ = ["Concern"]

describe_enum(
    Concern,
    "Whether something talked about is process or outcome.",
    process="A process KPI, an exit criterion, a skill, or the inspection of a deal.",
    outcome="A result.",
    other="It is linked to nothing that is measured.",
)
