"""From the figures of people to those of a team: facts are pooled, never averages of averages; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from service.kpi_snapshots.figures import CohortKey, Figures, Followed, Stays, Total
from service.success_models.kpis import Kpi, KpiKind, Stay
from service.success_models.measures import Aggregate

PLACES = Decimal("0.000001")
POOLED = frozenset({Aggregate.COUNT, Aggregate.SUM, Aggregate.SHARE})


def can_be_pooled(kpi: Kpi) -> bool:
    """Whether people's figures make the team's: distinct values may be shared, and medians do not add up."""
    return all(measure.aggregate in POOLED for measure in kpi.measures)


def pool(figures: Figures, people: Collection[UUID], team: UUID) -> Figures:
    """The figures of all as if one, the `team`, had them all: counts add up, deals and stays come together."""
    totals: dict[tuple[UUID, UUID], Total] = {}
    for (person, measure), total in figures.totals.items():
        if person in people:
            so_far = totals.get((team, measure), Total())
            totals[team, measure] = Total(so_far.value + total.value, so_far.n + total.n)
    cohorts: dict[tuple[UUID, CohortKey], Followed] = {}
    for (person, key), one in figures.cohorts.items():
        if person in people:
            so_far_ = cohorts.get((team, key), Followed())
            cohorts[team, key] = Followed(
                so_far_.reached + one.reached, so_far_.decided + one.decided, so_far_.undecided + one.undecided
            )
    stays: dict[tuple[UUID, Stay], Stays] = {}
    for (person, stay), lengths in figures.stays.items():
        if person in people:
            before = stays.get((team, stay), Stays())
            stays[team, stay] = Stays([*before.days, *lengths.days], [*before.ended, *lengths.ended])
    return Figures(totals, cohorts, stays)


@dataclass(frozen=True, slots=True)
class Share:
    """A person's part in a team's target: the target, what of it is due by now, and their working days."""

    target: Decimal
    expected: Decimal
    days: Decimal


def team_target(kpi: Kpi, shares: Sequence[Share]) -> tuple[Decimal, Decimal] | None:
    """Target and what is due of it: flows add up, a level is the mean by working days; None without any."""
    if not shares:
        return None
    if kpi.kind is KpiKind.FLOW and kpi.per is None:
        return sum((one.target for one in shares), Decimal(0)), sum((one.expected for one in shares), Decimal(0))
    days = sum((one.days for one in shares), Decimal(0))
    weights = [one.days / days if days else Decimal(1) / len(shares) for one in shares]
    target, expected = (
        sum((weight * getattr(one, name) for one, weight in zip(shares, weights, strict=True)), Decimal(0))
        for name in ("target", "expected")
    )
    return target.quantize(PLACES), expected.quantize(PLACES)
