"""Inputs and outputs of coaching capability: the four keys, per manager and tree."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from service.coaching_capability.dto.trees import ManagerTreeDTO
from service.coaching_capability.keys.judging import CapabilityKey, CapabilityTrend, StandardVerdict
from service.coaching_sessions.dto.adherence import AccountSpan
from service.core.dto import OutputDTO


class CapabilityQuery(AccountSpan):
    """Whose capability: of `manager_id` and every manager below, or of all whom the caller sees.

    `tree`: of a manager everybody below counts; without it their direct reports and their own sessions alone.
    """

    manager_id: UUID | None = None
    tree: bool = True


class CapabilityShareDTO(OutputDTO):
    """One key of a tree: how many of how many, against the standard and against the period before."""

    key: CapabilityKey
    """Which of the four it is."""
    numerator: int
    """Covered people, topics and commitments about process, people with agreed gaps, or sessions held on time."""
    denominator: int
    """All people, topics and commitments about process or outcome, all people, or owed sessions."""
    n: int
    """How many independent units it rests on: people, sessions that were held, people, or reps."""
    share: Decimal | None
    """The one by the other; null: there is nothing to divide by."""
    interval_low: Decimal | None
    """The lower end of its interval of 90 %."""
    interval_high: Decimal | None
    """Its upper end."""
    standard: Decimal
    """What the organization itself wants at least."""
    verdict: StandardVerdict
    """How the share stands against the standard."""
    explanation: str
    """The verdict in words; where it cannot be told, why, and what it takes."""
    before_numerator: int
    """The same in the period before."""
    before_denominator: int
    """Of how many."""
    before_share: Decimal | None
    """The share of the period before; null: there is nothing to divide by."""
    change: Decimal | None
    """The share less that of the period before; null: one of them is not there."""
    change_low: Decimal | None
    """The lower end of the change's interval of 90 %."""
    change_high: Decimal | None
    """Its upper end."""
    trend: CapabilityTrend
    """Whether it changed beyond chance."""
    next_step: str | None
    """The one next step: what to call, or whom to ask; null: nothing is missing."""


class ManagerCapabilityDTO(ManagerTreeDTO):
    """Whether the four keys to coaching are in place with one manager."""

    from_on: date
    """The first day."""
    to_on: date
    """The last day; the period before ends where this one begins, and is as long."""
    people: int
    """Reps who were in the tree on any of the days."""
    keys_met: int
    """How many of the four keys meet the organization's standard."""
    keys_below: int
    """How many are below it beyond chance; of the others it cannot be told."""
    keys: list[CapabilityShareDTO]
    """Success models, process, skills, cadence."""
    method: str
    """How the intervals were come by."""
