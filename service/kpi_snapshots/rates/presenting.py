"""A comparison of rates as its reader may see it: some by name, the others as a group; pure."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.pace import Method, to_decimal
from service.kpi_snapshots.rates.comparing import Limits, PersonRate, RateComparison
from service.kpi_snapshots.rates.dto import AnonymousPeersDTO, FunnelLimitsDTO, PersonRateDTO, RateComparisonDTO
from service.kpi_snapshots.rates.sentences import explain_comparison, explain_rate, needed_cases
from service.statistics.medians import quartiles

LEAST_SEEN_BY_ALL = 5
"""Of fewer somebody could be guessed."""


def must_be_withheld(cases: dict[UUID, float], seen: Collection[UUID] | None) -> bool:
    """Whether some, but fewer than five, of those with cases are not to be seen (None: everybody is)."""
    hidden = 0 if seen is None else sum(n > 0 and id_ not in seen for id_, n in cases.items())
    return 0 < hidden < LEAST_SEEN_BY_ALL


def present_comparison(
    found: RateComparison, lines: Sequence[SnapshotLine], seen: Collection[UUID] | None, tests: int
) -> RateComparisonDTO:
    """`lines` are those of the group's cases, in their order, which is that of names."""
    kpi, share = lines[0].kpi.definition, found.group.is_share
    shown = [
        _person(rate, line, is_share=share)
        for rate, line in zip(found.rates, lines, strict=True)
        if seen is None or line.person.id in seen
    ]
    needed = (None, None, None) if found.needed is None else needed_cases(found.needed)
    return RateComparisonDTO(
        kpi=kpi.key,
        name=kpi.name,
        level=kpi.level,
        unit=kpi.unit,
        polarity=kpi.polarity,
        job_role=lines[0].known.job_role,
        success_model_id=lines[0].model.id,
        model_version=lines[0].model.version,
        method=Method.BETA_BINOMIAL if share else Method.GAMMA_POISSON_RATE,
        is_share=share,
        people=found.people,
        numerator=round(found.hits),
        n=round(found.n),
        rate=to_decimal(found.rate),
        homogeneity_p=to_decimal(found.homogeneity_p),
        noise_share=to_decimal(found.noise_share),
        overdispersion=_decimal(found.overdispersion),
        cases_needed=needed[0],
        cases_needed_low=needed[1],
        cases_needed_high=needed[2],
        cannot_tell=found.cannot_tell,
        explanation=explain_comparison(found, tests),
        rates=shown,
        peers=_peers(found, seen),
        funnel=[_limits(limits) for limits in found.curve],
    )


def _person(rate: PersonRate, line: SnapshotLine, *, is_share: bool) -> PersonRateDTO:
    return PersonRateDTO(
        person_id=line.person.id,
        name=line.person.name,
        numerator=round(rate.case.hits),
        n=round(rate.case.n),
        undecided=rate.case.undecided,
        rate=to_decimal(rate.rate),
        estimate=to_decimal(rate.estimate),
        interval_low=to_decimal(rate.low),
        interval_high=to_decimal(rate.high),
        limits=None if rate.limits is None else _limits(rate.limits),
        adjusted_p=to_decimal(rate.p),
        control=rate.control,
        cannot_tell=rate.cannot_tell,
        explanation=explain_rate(rate, is_share=is_share),
    )


def _peers(found: RateComparison, seen: Collection[UUID] | None) -> AnonymousPeersDTO | None:
    hidden = [] if seen is None else [rate.case for rate in found.rates if rate.case.person_id not in seen]
    hidden = [case for case in hidden if case.n > 0]
    if found.group.withheld or not hidden:
        return None
    middle = quartiles([case.hits / case.n for case in hidden])
    hits, n = sum(case.hits for case in hidden), sum(case.n for case in hidden)
    return AnonymousPeersDTO(
        people=len(hidden),
        numerator=round(hits),
        n=round(n),
        rate=_decimal(hits / n),
        lower_quartile=_decimal(middle.low),
        median=_decimal(middle.median),
        upper_quartile=_decimal(middle.high),
    )


def _limits(limits: Limits) -> FunnelLimitsDTO:
    return FunnelLimitsDTO(
        n=round(limits.n),
        warning_low=_decimal(limits.warning_low),
        warning_high=_decimal(limits.warning_high),
        control_low=_decimal(limits.control_low),
        control_high=_decimal(limits.control_high),
    )


def _decimal(number: float) -> Decimal:
    found = to_decimal(number)
    assert found is not None  # noqa: S101 - limits of people with cases are finite
    return found
