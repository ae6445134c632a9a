"""What becomes of an opportunity: the states, who may see it since when, and what a review changes; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from service.coaching_opportunities.findings import Finding, Judgements, Subject
from service.kpi_snapshots.leads.grading import LeadGrade


class OpportunityState(StrEnum):
    """Where an opportunity is on its way."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class ClosedBecause(StrEnum):
    """Why an opportunity was closed."""

    GAP_CLOSED = "gap_closed"
    NO_LONGER_JUDGED = "no_longer_judged"
    KPI_GAMED = "kpi_gamed"
    KPI_EXPIRED = "kpi_expired"


OF_GRADE = {LeadGrade.GAMED: ClosedBecause.KPI_GAMED, LeadGrade.EXPIRED: ClosedBecause.KPI_EXPIRED}

ALLOWED: dict[OpportunityState, tuple[OpportunityState, ...]] = {
    OpportunityState.OPEN: (OpportunityState.ACCEPTED, OpportunityState.DISMISSED, OpportunityState.SNOOZED),
    OpportunityState.ACCEPTED: (OpportunityState.OPEN, OpportunityState.DISMISSED),
    OpportunityState.DISMISSED: (OpportunityState.OPEN,),
    OpportunityState.SNOOZED: (OpportunityState.OPEN, OpportunityState.ACCEPTED, OpportunityState.DISMISSED),
    OpportunityState.CLOSED: (),
}
"""What people may make of each; closing is the gap's own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An opportunity that is not closed, as far as a review looks at it."""

    id: UUID
    subject: Subject
    state: OpportunityState
    manager_sees_on: date
    snoozed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """What is closed and why; `alone` is whether the person closed the gap before others saw it."""

    kept: Kept
    because: ClosedBecause
    alone: bool = False


@dataclass(slots=True)
class Changes:
    """What a review does: to raise, to bring up to date, to close, to wake up."""

    raised: list[tuple[Subject, Finding]]
    updated: list[tuple[Kept, Finding]]
    closed: list[Closing]
    woken: list[Kept]


def review(kept: Iterable[Kept], judged: Judgements, today: date) -> Changes:
    """Decide what becomes of every subject.

    What nothing is told about stays as it is. What is not judged at all any more (a KPI that the model has no more, a
    deal that is decided) is closed, which is nobody's merit, and so is what is about a KPI that is gamed or expired.
    """
    changes = Changes([], [], [], [])
    seen: set[Subject] = set()
    for one in kept:
        seen.add(one.subject)
        finding = judged.found.get(one.subject)
        if finding is not None:
            changes.updated.append((one, finding))
            if one.state is OpportunityState.SNOOZED and one.snoozed_until is not None and one.snoozed_until <= today:
                changes.woken.append(one)
        elif one.subject in judged.found:
            alone = one.state in {OpportunityState.OPEN, OpportunityState.SNOOZED} and today < one.manager_sees_on
            changes.closed.append(Closing(one, ClosedBecause.GAP_CLOSED, alone))
        elif one.subject in judged.withdrawn:
            changes.closed.append(Closing(one, OF_GRADE[judged.withdrawn[one.subject]]))
        elif one.subject not in judged.untold:
            changes.closed.append(Closing(one, ClosedBecause.NO_LONGER_JUDGED))
    changes.raised += [
        (subject, finding) for subject, finding in judged.found.items() if finding is not None and subject not in seen
    ]
    return changes
