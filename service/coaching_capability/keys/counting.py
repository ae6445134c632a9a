"""The four shares of a tree in one period, each with what is missing; pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from service.coaching_capability.keys.agreeing import Agreement
from service.coaching_capability.keys.covering import Cover
from service.coaching_capability.keys.judging import CapabilityKey, Share
from service.coaching_sessions.cadence_adherence import pooled_rate, process_of, rate_of
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Standing

CoverOf = Callable[[UUID, date, datetime], Cover]
AgreementOf = Callable[[UUID, date, datetime], Agreement]


class Lapse(StrEnum):
    """Why an owed session was not held on time."""

    MISSED = "missed"
    CANCELLED = "cancelled"
    UNSCHEDULED = "without a time"
    UNFINISHED = "started and never completed"
    LATE = "not on time"


LAPSES = {
    Standing.HELD: Lapse.LATE,
    Standing.CANCELLED: Lapse.CANCELLED,
    Standing.MISSED: Lapse.MISSED,
    Standing.UNFINISHED: Lapse.UNFINISHED,
}
"""What it is of a session that is not on time."""


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """What counts for a tree in a period: the day on which each person stood, and the sessions that were due."""

    standing: Mapping[UUID, date]
    sessions: Sequence[LedgerSession]
    gaps: Sequence[LedgerGap]


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """The shares of a period, and who or what is missing from each."""

    shares: Mapping[CapabilityKey, Share]
    covers: Mapping[Cover, list[UUID]] = field(default_factory=dict)
    agreements: Mapping[Agreement, list[UUID]] = field(default_factory=dict)
    outcomes: Mapping[UUID, int] = field(default_factory=dict)
    """What was discussed of results, by manager."""
    lapses: Mapping[Lapse, Mapping[UUID, int]] = field(default_factory=dict)
    """By manager, too."""


def count_keys(
    facts: PeriodFacts, cover_of: CoverOf, agreement_of: AgreementOf, instant_of: Callable[[date], datetime]
) -> KeyCounts:
    """Count a period; `instant_of` is the last instant of a day that is known of."""
    covers: dict[Cover, list[UUID]] = {}
    agreements: dict[Agreement, list[UUID]] = {}
    for person_id, day in facts.standing.items():
        at = instant_of(day)
        covers.setdefault(cover_of(person_id, day, at), []).append(person_id)
        agreements.setdefault(agreement_of(person_id, day, at), []).append(person_id)
    people = len(facts.standing)
    due = [one for one in facts.sessions if one.owed and one.standing is not Standing.AHEAD]
    process, outcomes = _process(due)
    cadence, lapses = _cadence(due, facts.gaps)
    return KeyCounts(
        shares={
            CapabilityKey.MODELS: Share(rate_of(len(covers.get(Cover.COVERED, ())), people), people),
            CapabilityKey.PROCESS: process,
            CapabilityKey.SKILLS: Share(rate_of(len(agreements.get(Agreement.AGREED, ())), people), people),
            CapabilityKey.CADENCE: cadence,
        },
        covers=covers,
        agreements=agreements,
        outcomes=outcomes,
        lapses=lapses,
    )


def _process(due: Sequence[LedgerSession]) -> tuple[Share, Counter[UUID]]:
    """Process of all that was discussed, that of a session together; and what is about results, by manager."""
    parts: list[tuple[int, int]] = []
    outcomes = Counter[UUID]()
    for session in due:
        if session.standing is Standing.HELD:
            process, both = process_of(session)
            outcomes[session.manager_id] += both - process
            if both:
                parts.append((process, both))
    return Share(pooled_rate(parts), len(parts)), outcomes


def _cadence(due: Sequence[LedgerSession], gaps: Sequence[LedgerGap]) -> tuple[Share, dict[Lapse, Counter[UUID]]]:
    """Held on time, of those owed, the sessions of the same reps together; and what is missing, by why and manager."""
    lapses: dict[Lapse, Counter[UUID]] = {}
    parts: dict[frozenset[UUID], list[int]] = {}
    told = [(one.rep_ids, one.manager_id, None if one.on_time else LAPSES[one.standing]) for one in due]
    told += [((gap.rep_id,), gap.manager_id, Lapse.UNSCHEDULED) for gap in gaps if gap.owed and gap.is_due]
    for rep_ids, manager_id, lapse in told:
        part = parts.setdefault(frozenset(rep_ids), [0, 0])
        part[0] += lapse is None
        part[1] += 1
        if lapse is not None:
            lapses.setdefault(lapse, Counter())[manager_id] += 1
    return Share(pooled_rate([(held, owed) for held, owed in parts.values()]), len(parts)), lapses
