"""Whether something talked about concerns process or outcome; pure.

`process_share` rests on it: coaching what a rep does, and not harping on what came out.
"""

from enum import StrEnum

from service.success_models.kpis import KpiLevel


class Concern(StrEnum):
    """What a topic or commitment is about."""

    PROCESS = "process"
    """A process KPI, an exit criterion, a skill, or the inspection of a deal."""
    OUTCOME = "outcome"
    """A result."""
    OTHER = "other"
    """It is linked to nothing that is measured."""


def concern_of(kpi_level: KpiLevel | None, *, has_criterion: bool, has_skill: bool, has_deal: bool) -> Concern:
    """A criterion, a skill and a deal are process whatever the KPI; a KPI is what its level says."""
    if has_criterion or has_skill or has_deal:
        return Concern.PROCESS
    if kpi_level is None:
        return Concern.OTHER
    return Concern.OUTCOME if kpi_level is KpiLevel.RESULT else Concern.PROCESS
