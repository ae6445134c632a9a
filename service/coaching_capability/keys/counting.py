"""The four shares of a tree in one period, each with what is missing; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from service.coaching_capability.keys.agreeing import Agreement
from service.coaching_capability.keys.covering import Cover
from service.coaching_capability.keys.judging import CapabilityKey, Share
from service.coaching_sessions.cadence_adherence import AdherenceNumbers, pooled_rate, rate_of, tally
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Standing

CoverOf = Callable[[UUID, date, datetime], Cover]
AgreementOf = Callable[[UUID, date, datetime], Agreement]


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
    numbers: AdherenceNumbers | None = None
    late: int = 0
    blamed: Mapping[CapabilityKey, UUID] = field(default_factory=dict)
    """Of process and cadence the manager of whom most is missing."""


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
    numbers = tally(facts.sessions, facts.gaps, ())
    cadence, missing = _cadence(facts)
    people = len(facts.standing)
    talked = [one for one in facts.sessions if one.owed and one.standing is Standing.HELD]
    process = numbers.process_share
    return KeyCounts(
        shares={
            CapabilityKey.MODELS: Share(rate_of(len(covers.get(Cover.COVERED, ())), people), people),
            CapabilityKey.PROCESS: Share(process, sum(bool(_decided(one)) for one in talked)),
            CapabilityKey.SKILLS: Share(rate_of(len(agreements.get(Agreement.AGREED, ())), people), people),
            CapabilityKey.CADENCE: cadence,
        },
        covers=covers,
        agreements=agreements,
        numbers=numbers,
        late=numbers.held.numerator - numbers.on_time.numerator,
        blamed=_most({CapabilityKey.PROCESS: _outcomes(talked), CapabilityKey.CADENCE: missing}),
    )


def _cadence(facts: PeriodFacts) -> tuple[Share, Counter[UUID]]:
    """Held on time, of those owed, the sessions of the same reps together; and what is missing, by manager."""
    parts: dict[frozenset[UUID], list[int]] = {}
    missing: Counter[UUID] = Counter()
    due = [one for one in facts.sessions if one.owed and one.standing is not Standing.AHEAD]
    told = [(one.rep_ids, one.manager_id, one.on_time) for one in due]
    told += [((gap.rep_id,), gap.manager_id, False) for gap in facts.gaps if gap.owed and gap.is_due]
    for rep_ids, manager_id, on_time in told:
        part = parts.setdefault(frozenset(rep_ids), [0, 0])
        part[0] += on_time
        part[1] += 1
        missing[manager_id] += not on_time
    return Share(pooled_rate([(held, owed) for held, owed in parts.values()]), len(parts)), missing


def _decided(session: LedgerSession) -> list[str]:
    """What was discussed and concerns process or outcome."""
    return [one for one in session.outcome.concerns if one in {"process", "outcome"}]


def _outcomes(sessions: Iterable[LedgerSession]) -> Counter[UUID]:
    found: Counter[UUID] = Counter()
    for session in sessions:
        found[session.manager_id] += _decided(session).count("outcome")
    return found


def _most(missing: Mapping[CapabilityKey, Counter[UUID]]) -> dict[CapabilityKey, UUID]:
    found = {}
    for key, counts in missing.items():
        most = max(counts.items(), key=lambda one: (one[1], str(one[0])), default=None)
        if most is not None and most[1]:
            found[key] = most[0]
    return found
