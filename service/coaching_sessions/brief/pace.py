"""KPIs in a brief: which are behind, and what has changed; pure.

Flows and levels are named by their pace against the organization's own target. A ratio or a duration is named only
where an opportunity says that it is below its benchmark beyond chance: what is within chance is not mentioned.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.findings import OpportunityKind, plain
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.statements import Weighed, capped, concern, link, ordered, say
from service.coaching_sessions.brief.wording import (
    chance,
    counted,
    day_of,
    listed,
    named_period,
    part_of,
    quantity,
    running,
)
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import EvidenceLink, StatementDTO, StatementKind
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.pace import Status
from service.success_models.kpis import KpiKind, Polarity
from service.success_models.targets import PeriodKind

MOST = 6
EARLY = Decimal("0.3")
"""A month of which less is over says little: then the quarter comes first."""
USUAL = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR, PeriodKind.WEEK)
PACED = frozenset({KpiKind.FLOW, KpiKind.STOCK})
LATE = frozenset({Status.BEHIND, Status.AT_RISK})
TALKED_ABOUT = frozenset({OpportunityState.OPEN, OpportunityState.ACCEPTED})
BEYOND_CHANCE, BEHIND, AT_RISK = Decimal(3), Decimal(2), Decimal(1)
WORDS = {
    Status.AHEAD: "on pace",
    Status.ON_TRACK: "on pace",
    Status.AT_RISK: "at risk",
    Status.BEHIND: "behind pace",
}


def chosen_snapshots(snapshots: Sequence[KpiSnapshotDTO]) -> list[KpiSnapshotDTO]:
    """Of each KPI one snapshot with a target: the month's, while it is young the quarter's, else what there is.

    The calendar decides and never the number: whoever looks at four periods finds one that is behind.
    """
    kinds = [*USUAL]
    if any(one.period is PeriodKind.MONTH and _share_over(one) < EARLY for one in snapshots):
        kinds.sort(key=lambda kind: kind is not PeriodKind.QUARTER)
    found: dict[str, KpiSnapshotDTO] = {}
    for kind in kinds:
        for one in snapshots:
            if one.period is kind and one.target is not None:
                found.setdefault(one.kpi, one)
    return list(found.values())


def leading_period(chosen: Sequence[KpiSnapshotDTO]) -> PeriodKind | None:
    """Whose ends are told of: the months, if any KPI has a target for them; None without a target."""
    having = {one.period for one in chosen}
    return next((kind for kind in USUAL if kind in having), None)


def _share_over(snapshot: KpiSnapshotDTO) -> Decimal:
    length = (snapshot.period_end - snapshot.period_start).days + 1
    return Decimal((snapshot.as_of.date() - snapshot.period_start).days) / length


def kpis_behind(facts: BriefFacts) -> list[StatementDTO]:
    """What is behind pace or at risk, and what is below its benchmark beyond chance."""
    found = [_late(one, facts) for one in chosen_snapshots(facts.snapshots) if _is_late(one, facts)]
    found += [_below(one, facts) for one in facts.opportunities if _is_proven(one)]
    statements = ordered(found)
    more = len(statements) - MOST
    rest = say(
        StatementKind.KPI,
        "kpi:more",
        statements[-1].concerns if statements else Concern.OTHER,
        f"{counted(more, 'more KPI is', 'more KPIs are')} behind or at risk.",
        [link("All KPIs", f"/v1/people/{facts.occasion.rep_id}/scorecard")],
        more,
    )
    return capped(statements, MOST, rest)


def _is_late(snapshot: KpiSnapshotDTO, facts: BriefFacts) -> bool:
    return (
        snapshot.status in LATE
        and snapshot.value is not None
        and snapshot.target is not None
        and (snapshot.status is Status.BEHIND or not _keeps_up(snapshot.value, snapshot))
        and facts.kinds.get(snapshot.kpi) in PACED
    )


def _keeps_up(value: Decimal, snapshot: KpiSnapshotDTO) -> bool:
    """Whether what was due by now is there: who keeps up is not behind, however uncertain the rest of the period is."""
    if snapshot.expected is None:
        return False
    return value <= snapshot.expected if snapshot.polarity is Polarity.LOWER else value >= snapshot.expected


def _late(snapshot: KpiSnapshotDTO, facts: BriefFacts) -> Weighed:
    is_flow = facts.kinds[snapshot.kpi] is KpiKind.FLOW
    text = f"{snapshot.name}: {_of_target(snapshot, facts, is_flow=is_flow)}"
    if is_flow and snapshot.probability is not None:
        reaching = "reaching" if snapshot.polarity is Polarity.HIGHER else "keeping to"
        text += f" The chance of still {reaching} the target is {chance(snapshot.probability)}."
    links = [_snapshot_link(snapshot)]
    links += [
        _opportunity_link(one)
        for one in facts.opportunities
        if one.kind is OpportunityKind.BEHIND_TARGET
        and one.kpi == snapshot.kpi
        and one.status in TALKED_ABOUT
        and one.evidence.get("snapshot_id") == snapshot.id
    ]
    is_process = snapshot.level.is_process
    key = f"kpi:{snapshot.kpi}:{snapshot.period.value}"
    grade = snapshot.lead_grade
    statement = say(StatementKind.KPI, key, concern(is_process=is_process), text, links, snapshot.value, grade)
    severity = BEHIND if snapshot.status is Status.BEHIND else AT_RISK
    unlikely = 1 - (snapshot.probability if snapshot.probability is not None else Decimal(1))
    return Weighed(statement, (severity, unlikely))


def _of_target(snapshot: KpiSnapshotDTO, facts: BriefFacts, *, is_flow: bool) -> str:
    """What there is, of what is wanted, and what was due by now."""

    def shown(value: Decimal | None) -> str:
        return quantity(value or Decimal(0), snapshot.unit, facts.currency)

    when = f" {running(snapshot.period)}" if is_flow else ""
    if snapshot.polarity is Polarity.LOWER:
        return f"{shown(snapshot.value)}{when}, where at most {shown(snapshot.target)} is wanted."
    if not is_flow:
        return f"{shown(snapshot.value)}, where {shown(snapshot.target)} is wanted."
    due = ""
    if snapshot.expected is not None:
        was = "was" if plain(snapshot.expected) == "1" else "were"
        due = f", where {shown(snapshot.expected)} {was} due by now"
    return f"{_reached(snapshot, facts)}{when}{due}."


def _reached(snapshot: KpiSnapshotDTO, facts: BriefFacts) -> str:
    value, target = snapshot.value or Decimal(0), snapshot.target or Decimal(0)
    return part_of(value, target, snapshot.unit, facts.currency)


def _is_proven(one: CoachingOpportunityDTO) -> bool:
    return one.kind is OpportunityKind.BELOW_BENCHMARK and one.status in TALKED_ABOUT and one.kpi is not None


def _below(one: CoachingOpportunityDTO, facts: BriefFacts) -> Weighed:
    is_process = facts.levels.get(one.kpi or "", True)
    value = one.evidence.get("value")
    statement = say(
        StatementKind.KPI,
        f"kpi:{one.kpi}:benchmark",
        concern(is_process=is_process),
        one.reason,
        [_opportunity_link(one)],
        None if value is None else Decimal(str(value)),
        one.lead_grade,
    )
    return Weighed(statement, (BEYOND_CHANCE, one.size))


def kpi_changes(facts: BriefFacts) -> Iterator[StatementDTO]:
    """Whose pace has become another one within a period, and how the periods ended that were running then."""
    then = {(one.kpi, one.period, one.period_start): one for one in facts.before}
    for now in chosen_snapshots(facts.snapshots):
        before = then.get((now.kpi, now.period, now.period_start))
        if before is not None and facts.kinds.get(now.kpi) in PACED and now.value is not None:
            yield from _turned(before, now, facts)
    for is_process in (True, False):
        yield from _ended(facts, is_process=is_process)


def _turned(before: KpiSnapshotDTO, now: KpiSnapshotDTO, facts: BriefFacts) -> Iterator[StatementDTO]:
    """A change of pace, for better or worse; ahead and on track are the same pace."""
    earlier, later = (None if status is None else WORDS.get(status) for status in (before.status, now.status))
    if earlier is None or later is None or earlier == later:
        return
    value, target = (quantity(part or Decimal(0), now.unit, facts.currency) for part in (now.value, now.target))
    when = f" {running(now.period)}" if facts.kinds[now.kpi] is KpiKind.FLOW else ""
    of = _reached(now, facts) if now.polarity is Polarity.HIGHER else f"{value}, at most {target} wanted"
    text = f"{now.name}{when}: {later} now ({of}), {earlier} on {day_of(before.as_of, facts.occasion)}."
    yield say(
        StatementKind.CHANGE,
        f"kpi:{now.kpi}:{now.period.value}",
        concern(is_process=now.level.is_process),
        text,
        [_snapshot_link(now)],
        now.value,
        now.lead_grade,
    )


def _ended(facts: BriefFacts, *, is_process: bool) -> Iterator[StatementDTO]:
    """The months, or other periods, that ended since, each in one sentence about its flows."""
    by_period: dict[tuple[PeriodKind, object], list[KpiSnapshotDTO]] = {}
    for one in facts.ended:
        is_told = facts.kinds.get(one.kpi) is KpiKind.FLOW and one.level.is_process is is_process
        if is_told and one.target is not None and one.value is not None:
            by_period.setdefault((one.period, one.period_start), []).append(one)
    for those in by_period.values():
        first = those[0]
        parts = [f"{one.name} {_reached(one, facts)}" for one in those]
        href = (
            f"/v1/kpi-snapshots?person_id={first.person_id}&period={first.period.value}"
            f"&period_start={first.period_start}"
        )
        name = named_period(first.period, first.period_start)
        yield say(
            StatementKind.CHANGE,
            f"period:{first.period.value}:{first.period_start}:{'process' if is_process else 'outcome'}",
            concern(is_process=is_process),
            f"{name} ended with: {listed(parts, len(parts))}.",
            [link(f"{name}, all KPIs", href)],
        )


def _snapshot_link(snapshot: KpiSnapshotDTO) -> EvidenceLink:
    query = f"person_id={snapshot.person_id}&kpi={snapshot.kpi}&period={snapshot.period.value}"
    return link(snapshot.name, f"/v1/kpi-snapshots?{query}&period_start={snapshot.period_start}")


def _opportunity_link(one: CoachingOpportunityDTO) -> EvidenceLink:
    return link("Why it is worth coaching", f"/v1/coaching-opportunities/{one.id}")
