"""Which target holds for a person, and how much of it: day by day, exactly, so that parts add up to the whole; pure.

On each day one target wins: one of the very kind of period that is asked for, the narrowest scope first
(person, job role, team, organization; of several teams' the one that stands first in the model). Where there
is none, one of the next longer kind, or else of the next shorter, is spread over its own working days.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, Protocol

from service.organizations.known import KnownPerson
from service.organizations.working_time import NOTHING, CompanyCalendar, WorkingCalendar
from service.success_models.resolved import ResolvedTarget, Stretch
from service.success_models.targets import PeriodKind, ScopeKind, Target, months_after, scope_key

DAY = timedelta(days=1)
LONG_AGO = date(1, 1, 1)
"""In place of a day of hiring after which every ramp has ended."""
WIDENING = tuple(PeriodKind)
NARROWNESS = {kind: place for place, kind in enumerate(ScopeKind)}
MOST_REMEMBERED = 100_000


class Span(Protocol):
    """Local days, both ends included."""

    @property
    def start(self) -> date:
        """The first day."""

    @property
    def end(self) -> date:
        """The last day."""


class Periods(Protocol):
    """The organization's own weeks, months, quarters and years."""

    def period_of(self, kind: PeriodKind, day: date) -> Span:
        """Find the period of a kind that holds a day."""


class _Ranked(NamedTuple):
    """A target with what decides between those that hold on the same day; the least wins."""

    rank: tuple[int, int]
    place: int
    target: Target


class _Ranking(NamedTuple):
    """What can win for people alike, the first that holds on a day; ramps end so many months after hiring."""

    targets: tuple[_Ranked, ...]
    ramp_months: int


class TargetTable:
    """A model's targets, indexed once, so that thousands of people are resolved without scanning them.

    What people have in common is worked out once: `people`, `calendar.company` and `periods` are to be the same
    objects for all of a question.
    """

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets: dict[str, dict[str, list[tuple[int, Target]]]] = {}
        for place, target in enumerate(targets):
            self._targets.setdefault(target.kpi, {}).setdefault(target.scope.key, []).append((place, target))
        self._rankings: dict[tuple[str, PeriodKind, tuple[str, ...]], _Ranking] = {}
        self._stretches: dict[tuple[object, ...], tuple[Stretch, ...]] = {}

    def target_for(
        self,
        kpi: str,
        kind: PeriodKind,
        span: Span,
        person: KnownPerson,
        calendar: WorkingCalendar,
        periods: Periods,
        *,
        pro_rated: bool,
    ) -> ResolvedTarget | None:
        """Resolve a KPI's target for a person over the days of a span; None where no target holds on any of them.

        `span` is a period of `kind` as a rule; over a part of one the answer is that part's portion. With
        `pro_rated` (a flow) the value is what the person's own working days of the span add up to; without
        (a ratio, duration or stock) it is the mean of the days' targets, weighted by working days.
        """
        scopes = self._targets.get(kpi)
        keys = () if scopes is None else tuple(key for key in scopes_of(person) if key in scopes)
        if not keys:
            return None
        ranking = self._ranking(kpi, kind, keys)
        hired_on = _hired_on(person, ranking, span)
        question = (kpi, kind, keys, span.start, span.end, hired_on, calendar.company, periods, pro_rated)
        stretches = self._stretches.get(question)
        if stretches is None:
            if len(self._stretches) >= MOST_REMEMBERED:
                self._stretches.clear()
            found = _stretch(ranking.targets, span, hired_on, calendar.company, periods, by_period=pro_rated)
            stretches = self._stretches[question] = tuple(found)
        return ResolvedTarget(kind, span.start, span.end, stretches, calendar, pro_rated) if stretches else None

    def _ranking(self, kpi: str, kind: PeriodKind, keys: tuple[str, ...]) -> _Ranking:
        found = self._rankings.get((kpi, kind, keys))
        if found is None:
            named = [one for key in keys for one in self._targets[kpi][key]]
            ranked = tuple(_until_always(_rank(named, kind)))
            months = [one.target.ramp[-1].after_months for one in ranked if one.target.ramp]
            found = self._rankings[kpi, kind, keys] = _Ranking(ranked, max(months, default=0))
        return found


def scopes_of(person: KnownPerson) -> list[str]:
    """The scopes that a person is in, as targets name them."""
    keys = [scope_key(ScopeKind.PERSON, person.email)]
    if person.job_role:
        keys.append(scope_key(ScopeKind.JOB_ROLE, person.job_role))
    keys += [scope_key(ScopeKind.TEAM, team) for team in sorted(person.teams)]
    return [*keys, scope_key(ScopeKind.ORGANIZATION, None)]


def _rank(named: Iterable[tuple[int, Target]], kind: PeriodKind) -> list[_Ranked]:
    """In the order in which they win: of the kind itself, of longer ones from the nearest, of shorter ones."""
    asked = WIDENING.index(kind)
    order = {other: place for place, other in enumerate([*WIDENING[asked:], *reversed(WIDENING[:asked])])}
    ranked = (_Ranked((order[target.period], NARROWNESS[target.scope.kind]), place, target) for place, target in named)
    return sorted(ranked, key=lambda one: (one.rank, one.place))


def _until_always(ranked: Sequence[_Ranked]) -> Iterator[_Ranked]:
    """What comes after a target that always holds never wins; other teams' are kept, to say so."""
    always: tuple[int, int] | None = None
    for one in ranked:
        if always is not None and one.rank != always:
            return
        yield one
        if one.target.effective_from is None and one.target.effective_until is None:
            always = one.rank


def _hired_on(person: KnownPerson, ranking: _Ranking, span: Span) -> date | None:
    """The day that ramps count from; the same one for all whose ramps had ended when the span began."""
    if person.hired_on is None or not ranking.ramp_months:
        return LONG_AGO if person.hired_on else None
    return LONG_AGO if months_after(person.hired_on, ranking.ramp_months) <= span.start else person.hired_on


def _stretch(
    ranked: Sequence[_Ranked],
    span: Span,
    hired_on: date | None,
    company: CompanyCalendar,
    periods: Periods,
    *,
    by_period: bool,
) -> Iterator[Stretch]:
    """The days of a span as stretches of which each has one target, one share of it and one period of its kind."""
    cuts = _cuts(ranked, span, hired_on, periods, by_period=by_period)
    for start, before in pairwise([*sorted(cuts), span.end + DAY]):
        holding = [one for one in ranked if one.target.holds_on(start)]
        if not holding:
            continue
        target = holding[0].target
        rival = holding[1].target if len(holding) > 1 and holding[1].rank == holding[0].rank else None
        own = periods.period_of(target.period, start)
        of_days = company.days(own.start, own.end)
        steps = [step for day, step in target.ramp_days(hired_on) if day <= start]
        level = Fraction(target.value) * (Fraction(steps[-1].share) if steps else 1)
        yield Stretch(
            target=target,
            start=start,
            end=before - DAY,
            step=steps[-1] if steps else None,
            of_days=of_days,
            level=level,
            rate=level / of_days if of_days else NOTHING,
            instead_of=rival,
            is_hired=hired_on is not None,
        )


def _cuts(
    ranked: Sequence[_Ranked], span: Span, hired_on: date | None, periods: Periods, *, by_period: bool
) -> set[date]:
    """The days of a span, its first included, on which another target may win or another share of it hold."""
    found = set()
    for one in ranked:
        target = one.target
        found |= {target.starts, target.ends, *(day for day, _ in target.ramp_days(hired_on))}
        if by_period:
            ends = periods.period_of(target.period, span.start).end
            while ends < span.end:
                found.add(ends + DAY)
                ends = periods.period_of(target.period, ends + DAY).end
    return {span.start} | {day for day in found if span.start < day <= span.end}
