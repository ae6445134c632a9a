"""The grade of a KPI as a lead, which stands wherever the KPI does."""

from schema.describing import describe_enum
from service.kpi_snapshots.leads.grading import LeadGrade

__all__ = ["LeadGrade"]

describe_enum(
    LeadGrade,
    "What a process KPI is worth as a sign of what is to come.",
    predictive="Better weeks are followed by more of what it leads to, beyond chance.",
    unproven="It may lead, but the data do not show it, or not yet.",
    gamed="There is more of it, and less comes of each, beyond chance.",
    expired="It led once, and does no more.",
)
