"""What becomes of an opportunity: the states, who may see it since when, and what a review changes; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from service.coaching_opportunities.findings import Finding, Judgements, Subject


class OpportunityState(StrEnum):
    """Where an opportunity is on its way."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    CLOSED = "closed"


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


@dataclass(slots=True)
class Changes:
    """What a review does: to raise, to bring up to date, to close (true: the person did it alone), to wake up."""

    raised: list[tuple[Subject, Finding]]
    updated: list[tuple[Kept, Finding]]
    closed: list[tuple[Kept, bool]]
    woken: list[Kept]


def review(kept: Iterable[Kept], judged: Judgements, today: date) -> Changes:
    """Decide what becomes of every subject.

    What nothing is told about stays as it is. What is not judged at all any more (a KPI that the model has no more, a
    deal that is decided) is closed, which is nobody's merit.
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
            changes.closed.append((one, alone))
        elif one.subject not in judged.untold:
            changes.closed.append((one, False))
    changes.raised += [
        (subject, finding) for subject, finding in judged.found.items() if finding is not None and subject not in seen
    ]
    return changes
