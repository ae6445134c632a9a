"""What inspections and confirmations share."""

from schema.describing import describe_enum
from schema.paging import orders
from service.success_models.dto.judgements import JUDGEMENT_SORTING
from service.success_models.evidence import Verdict

__all__ = ["JudgementSort", "Verdict"]

describe_enum(
    Verdict,
    "What somebody, or a piece of evidence, says about a criterion.",
    met="It is met.",
    unmet="It is not.",
)

JudgementSort = orders("JudgementSort", JUDGEMENT_SORTING)
