"""Whether a deal is decided: what several types say of deals."""

from schema.describing import describe_enum
from service.activities.derivation import DealOutcome

__all__ = ["DealOutcome"]

describe_enum(
    DealOutcome,
    "Whether a deal is decided, and how.",
    open="Not decided yet.",
    won="Won.",
    lost="Lost.",
)
