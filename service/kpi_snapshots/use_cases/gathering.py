"""What the facts of some people come to: a constant number of statements for any number of people.

Sums come from the cells where these are kept and what is asked for is known now; whatever else the model
asks of a period, and all that was known at an earlier instant, is computed from the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.figures import CohortKey, Figures, Followed, Stays, Total
from service.kpi_snapshots.periods import Period
from service.kpi_snapshots.repository import cells as repository
from service.kpi_snapshots.repository.followed import Span, load_cohort, load_stays
from service.kpi_snapshots.repository.relations import Facts, facts_known
from service.kpi_snapshots.repository.stocks import load_levels
from service.success_models.filters import Source
from service.success_models.kpis import Kpi, KpiKind, Stay
from service.success_models.measures import Measure


@dataclass(frozen=True, slots=True)
class Frame:
    """A question's calendar.

    The period, the instant with its day in the organization's time zone, and when what counts was known (None: now).
    """

    period: Period
    as_of: datetime
    today: date
    known_at: datetime | None = None
    ended_at: datetime | None = None
    """The instant at which the period ended, if it has ended by `as_of`: a level of that period is the one of then."""

    @property
    def level_at(self) -> tuple[datetime, date]:
        """When the levels of the period are taken, and that instant's day."""
        return (self.as_of, self.today) if self.ended_at is None else (self.ended_at, self.period.end)


@dataclass(slots=True)
class _Needs:
    """What some KPIs ask of the facts, each thing once."""

    sums: dict[UUID, Measure]
    levels: dict[UUID, Measure]
    cohorts: dict[CohortKey, tuple[Measure, Measure]]
    stays: set[Stay]


async def gather_figures(
    session: AsyncSession, org_id: UUID, people: Sequence[UUID], kpis: Iterable[Kpi], frame: Frame
) -> Figures:
    """Load what the KPIs need of these people in the frame's period, nothing after its `as_of`."""
    needs = _needs_of(kpis)
    facts = facts_known(org_id, frame.known_at)
    totals = await _load_sums(session, org_id, people, needs, frame, facts)
    levels = list(needs.levels.values())
    for row in await load_levels(session, org_id, people, levels, frame.level_at, frame.known_at):
        totals[row.person_id, row.measure_id] = Total(row.value, row.n)
    until = frame.period.end + timedelta(days=1)
    span = Span(org_id, people, frame.period.start, until, frame.as_of)
    cohorts: dict[tuple[UUID, CohortKey], Followed] = {}
    for key, (entered, reached) in needs.cohorts.items():
        for found in await load_cohort(session, facts, span, entered, reached):
            cohorts[found.person_id, key] = Followed(found.reached, found.decided, found.undecided)
    stays: dict[tuple[UUID, Stay], Stays] = {}
    for stay in needs.stays:
        lengths: dict[UUID, list[tuple[float, bool]]] = {}
        for length in await load_stays(session, facts, span, stay):
            lengths.setdefault(length.person_id, []).append((length.days, length.ended))
        for person_id, rows in lengths.items():
            stays[person_id, stay] = Stays([days for days, _ in rows], [ended for _, ended in rows])
    return Figures(totals, cohorts, stays)


async def _load_sums(
    session: AsyncSession, org_id: UUID, people: Sequence[UUID], needs: _Needs, frame: Frame, facts: Facts
) -> dict[tuple[UUID, UUID], Total]:
    built, unbuilt = await split_kept(session, org_id, needs.sums, frame)
    rows = await repository.load_totals(
        session,
        org_id,
        people,
        built,
        unbuilt,
        (frame.period.start, frame.period.end),
        (frame.as_of, frame.today),
        facts,
    )
    return {(row.person_id, row.measure_id): Total(row.value, row.n) for row in rows}


async def split_kept(
    session: AsyncSession, org_id: UUID, measures: Mapping[UUID, Measure], frame: Frame
) -> tuple[list[Measure], list[Measure]]:
    """The measures whose cells are complete, and those that must come from the facts: all, of what was known before."""
    kept: set[UUID] = set()
    if frame.known_at is None:
        kept = {row.id for row in await repository.list_measures(session, org_id) if row.built_at is not None}
    built = [measure for id_, measure in measures.items() if id_ in kept]
    return built, [measure for id_, measure in measures.items() if id_ not in kept]


def _needs_of(kpis: Iterable[Kpi]) -> _Needs:
    needs = _Needs({}, {}, {}, set())
    for kpi in kpis:
        if kpi.is_cohort and kpi.denominator is not None and kpi.numerator is not None:
            key = (kpi.denominator.identity(), kpi.numerator.identity())
            needs.cohorts[key] = (kpi.denominator, kpi.numerator)
        elif kpi.kind is KpiKind.DURATION and kpi.duration is not None:
            needs.stays.add(kpi.duration)
        else:
            for measure in kpi.measures:
                wanted = needs.levels if measure.source is Source.OPEN_DEALS else needs.sums
                wanted[measure.identity()] = measure
    return needs
