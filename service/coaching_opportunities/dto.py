"""Inputs and outputs of coaching opportunities."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.coaching_opportunities.findings import OpportunityKind
from service.coaching_opportunities.lifecycle import ClosedBecause, OpportunityState
from service.core.dto import Day, InputDTO, OutputDTO, SearchText, Text, example
from service.core.sorting import Sorting
from service.kpi_snapshots.leads.grading import LeadGrade


class CoachingOpportunityDTO(OutputDTO):
    """Something worth coaching, found in the numbers; the person sees it first, their manager after a grace time."""

    id: UUID
    person_id: UUID
    """Whom it concerns."""
    kind: OpportunityKind
    """A KPI behind its target, a deal that breaks its standard, or a rate below its benchmark beyond chance."""
    kpi: str | None
    """Key of the KPI; null: it is about a deal."""
    deal_id: UUID | None
    """The deal; null: it is about a KPI."""
    status: OpportunityState
    """Where it is on its way."""
    size: Decimal
    """How much of what is wanted is missing, from 0 to 1."""
    reason: str
    """Why, in words."""
    evidence: dict[str, Any]
    """The numbers behind the reason."""
    raised_at: datetime
    """When it was found first."""
    manager_sees_on: date
    """The day from which others than the person see it."""
    snoozed_until: date | None
    """The day on which it comes up again."""
    dismissal: str | None
    """Why it was dismissed."""
    closed_at: datetime | None
    """When the gap was closed."""
    self_corrected: bool
    """The person closed it alone, before the manager saw it."""
    closed_because: ClosedBecause | None = None
    """The gap was closed, or nobody looks at it any more: its KPI or deal is gone, or its KPI is gamed or expired."""
    lead_grade: LeadGrade | None = None
    """What its KPI was worth as a sign of what is to come, at the last review; null of a deal and of a result."""
    updated_at: datetime


OPPORTUNITY_SORTING = Sorting({"raised_at": datetime, "size": Decimal}, default="-size")


class OpportunityFilter(InputDTO):
    """Which opportunities a list holds."""

    person_id: UUID | None = None
    manager_id: UUID | None = None
    kind: OpportunityKind | None = None
    status: OpportunityState | None = None
    kpi: SearchText | None = None


class DismissOpportunity(InputDTO):
    """Why it is none."""

    model_config = example(reason="She covers for a colleague this month")

    reason: Text
    """In words; both sides read it."""


class SnoozeOpportunity(InputDTO):
    """For how long it may rest."""

    model_config = example(until="2026-09-01")

    until: Day
    """The day on which it comes up again; after today, and within a year."""
