"""What the facts of some people come to in a period, before any KPI makes a number of it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from service.success_models.kpis import Stay


@dataclass(frozen=True, slots=True)
class Total:
    """What a measure adds up to in a period, and the number of facts behind it.

    Of a share it is the number of facts that match, and `n` what they are a share of.
    """

    value: Decimal = Decimal(0)
    n: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """Of the deals that entered: how many came where they should, how many are decided, how many are not."""

    reached: int = 0
    decided: int = 0
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Stays:
    """Days that deals stayed, and which of these stays have ended; both of one length."""

    days: Sequence[float] = ()
    ended: Sequence[bool] = ()


CohortKey = tuple[UUID, UUID]
"""The identities of the measures of entering and of what is waited for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """By person: totals by measure, cohorts by their two measures, stays by what they are."""

    totals: Mapping[tuple[UUID, UUID], Total] = field(default_factory=dict)
    cohorts: Mapping[tuple[UUID, CohortKey], Followed] = field(default_factory=dict)
    stays: Mapping[tuple[UUID, Stay], Stays] = field(default_factory=dict)

    def total(self, person_id: UUID, measure_id: UUID) -> Total:
        """Nothing where there are no facts."""
        return self.totals.get((person_id, measure_id), Total())
