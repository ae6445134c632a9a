"""How much of the process somebody follows: criteria of their deals and targets of their process KPIs; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.statistics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ProcessItems:
    """What one person met: one entry per deal with known criteria, and one per process KPI with target.

    `deal_met` of `deal_known` criteria; `kpi_met` of `kpi_known` finished periods. Every person of one answer has the
    same KPIs in the same order (0 of 0 where there was none).
    """

    deal_met: Floats
    deal_known: Floats
    kpi_met: Floats
    kpi_known: Floats


@dataclass(frozen=True, slots=True)
class ProcessScore:
    """The share that somebody met: as counted, and the underlying one with its interval of 90 %.

    `met` of `n` items, which tell as much as `effective_n` independent ones. `good` is the probability that the
    underlying share is at or above the standard. Without items the share and the estimate are None.
    """

    met: int
    n: int
    deals: int
    """Deals with known criteria."""
    kpi_periods: int
    """Finished periods of KPIs with target."""
    effective_n: float
    share: float | None
    estimate: float | None
    low: float | None
    high: float | None
    good: float | None


def score_processes(people: Sequence[ProcessItems], standard: float) -> list[ProcessScore]:
    """Each person's score against the standard (0 to 1), in their order; the others tell what shares are usual."""
    raise NotImplementedError
