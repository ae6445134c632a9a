"""Pro-rating, for any targets, people and calendars: parts add up to the whole, what is due only grows.

The oracle goes through the days one by one and applies the rule's words to each.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.kpi_snapshots.periods import Calendar
from service.organizations.holiday_calendars import holidays_in
from service.organizations.known import KnownPerson
from service.organizations.working_time import Away, CompanyCalendar, WorkingCalendar, no_holidays
from service.success_models.resolved import ResolvedTarget, rounded
from service.success_models.target_table import TargetTable
from service.success_models.targets import PeriodKind, ScopeKind, Target, months_after

DAY = timedelta(days=1)
AROUND = date(2028, 2, 29)
"""What happens to people and targets lies around the leap day; spans may lie anywhere."""
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Antarctica/Troll")

near = st.integers(-250, 250).map(lambda count: AROUND + timedelta(days=count))
periods = st.builds(Calendar, week_start=st.integers(1, 7), fiscal_month=st.integers(1, 12))
kinds = st.sampled_from(PeriodKind)
scopes = st.sampled_from([{"organization": True}, {"job_role": "AE"}, {"team": "East"}, {"person": "ann@example.com"}])


@dataclass(frozen=True, slots=True)
class Span:
    start: date
    end: date


@st.composite
def targets(draw: st.DrawFn) -> list[Target]:
    """Any that a model may hold: of one KPI, period and scope at most one on a day."""
    found: list[dict[str, Any]] = []
    for period, scope in draw(st.lists(st.tuples(kinds, scopes), min_size=1, max_size=4, unique_by=str)):
        cuts: list[date | None] = sorted(draw(st.sets(near, max_size=2)))  # type: ignore[assignment]
        bounds = [None, *cuts, None]
        for start, end in pairwise(bounds):
            if draw(st.integers(0, 3)) == 0:
                continue
            steps = draw(st.lists(st.integers(1, 9), max_size=2, unique=True))
            shares = draw(st.lists(st.sampled_from(["0", "0.25", "0.333333", "0.9"]), min_size=2, max_size=2))
            after = [0, *sorted(steps)]
            ramp = [
                {"after_months": months, "share": share}
                for months, share in zip(after, [*shares[: len(steps)], "1"], strict=True)
            ]
            value = draw(st.decimals(0, 1000, places=2))
            limits = {"effective_from": start, "effective_until": end}
            found.append({"value": value, "period": period, "scope": scope, "ramp": ramp if steps else [], **limits})
    return [Target.model_validate({"kpi": "k", **one}) for one in found]


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    name = draw(st.sampled_from([None, "DE-BY", "US"]))
    company = CompanyCalendar(
        weekdays=draw(st.sampled_from([frozenset({1, 2, 3, 4, 5}), frozenset({7, 1, 2, 3, 4}), frozenset({6})])),
        holidays=no_holidays if name is None else partial(holidays_in, name),
        days_off=draw(st.frozensets(near, max_size=3)),
        day_starts=draw(st.sampled_from([0, 8])),
        day_ends=draw(st.sampled_from([17, 24])),
    )
    away = draw(
        st.lists(st.tuples(near, st.integers(0, 40), st.sampled_from([Fraction(1, 2), Fraction(1)])), max_size=3)
    )
    absences = tuple(Away(start, start + timedelta(days=length), share) for start, length, share in away)
    return WorkingCalendar(company, absences, draw(st.none() | near), draw(st.none() | near))


def ask(
    given_targets: list[Target],
    kind: PeriodKind,
    span: Any,
    calendar: WorkingCalendar,
    periods: Calendar,
    *,
    pro_rated: bool = True,
) -> ResolvedTarget | None:
    person = KnownPerson(
        UUID(int=1), "ann@example.com", "AE", calendar.hired_on, calendar.left_on, teams=frozenset({"East"})
    )
    return TargetTable(given_targets).target_for("k", kind, span, person, calendar, periods, pro_rated=pro_rated)


def exact(found: ResolvedTarget | None) -> Fraction:
    return Fraction(0) if found is None else found.exact


def of_one_day(
    given_targets: list[Target], kind: PeriodKind, day: date, calendar: WorkingCalendar, periods: Calendar
) -> tuple[Fraction, Fraction] | None:
    """What a day's target says for a whole period, and what this very day is worth; None where there is none."""
    kinds = list(PeriodKind)
    asked = kinds.index(kind)
    order = [*kinds[asked:], *kinds[:asked][::-1]]
    holding = [
        one for one in given_targets if (one.effective_from or date.min) <= day < (one.effective_until or date.max)
    ]
    if not holding:
        return None
    narrow = list(ScopeKind)
    winner = min(holding, key=lambda one: (order.index(one.period), narrow.index(one.scope.kind)))
    share = Fraction(1)
    if winner.ramp and calendar.hired_on is not None:
        reached = [
            step
            for step in winner.ramp
            if step.after_months == 0 or months_after(calendar.hired_on, step.after_months) <= day
        ]
        share = Fraction(reached[-1].share)
    level = Fraction(winner.value) * share
    own = periods.period_of(winner.period, day)
    everybody = [own.start + timedelta(days=count) for count in range((own.end - own.start).days + 1)]
    of_days = sum(map(calendar.company.is_working, everybody))
    return level, level * calendar.days(day, day) / of_days if of_days else Fraction(0)


@settings(max_examples=300, deadline=None)
@given(targets(), kinds, near, calendars(), periods)
def test_each_day_counts_once(
    given_targets: list[Target], kind: PeriodKind, day: date, calendar: WorkingCalendar, periods: Calendar
) -> None:
    span = periods.period_of(kind, day)
    every = [span.start + timedelta(days=count) for count in range((span.end - span.start).days + 1)]
    by_day = [of_one_day(given_targets, kind, day, calendar, periods) for day in every]
    found = ask(given_targets, kind, span, calendar, periods)
    assert (found is None) == all(one is None for one in by_day)
    assert exact(found) == sum((one[1] for one in by_day if one is not None), Fraction(0))
    level = ask(given_targets, kind, span, calendar, periods, pro_rated=False)
    weighted = [(one[0], calendar.days(day, day)) for one, day in zip(by_day, every, strict=True) if one is not None]
    worked = sum((weight for _, weight in weighted), Fraction(0))
    if worked:
        assert exact(level) == sum(value * weight for value, weight in weighted) / worked
    elif level is not None:
        assert min(value for value, _ in weighted) <= exact(level) <= max(value for value, _ in weighted)


@settings(max_examples=300, deadline=None)
@given(targets(), kinds, near, calendars(), periods, st.sets(st.integers(1, 364), max_size=8))
def test_parts_of_a_period_add_up_to_the_whole(
    given_targets: list[Target],
    kind: PeriodKind,
    day: date,
    calendar: WorkingCalendar,
    periods: Calendar,
    cuts: set[int],
) -> None:
    span = periods.period_of(kind, day)
    starts = sorted({span.start} | {cut for count in cuts if (cut := span.start + timedelta(days=count)) <= span.end})
    ends = [start - DAY for start in starts[1:]] + [span.end]
    parts = [
        ask(given_targets, kind, Span(start, end), calendar, periods) for start, end in zip(starts, ends, strict=True)
    ]
    whole = ask(given_targets, kind, span, calendar, periods)
    assert sum(map(exact, parts), Fraction(0)) == exact(whole)
    if whole is not None:
        assert abs(whole.value - rounded(whole.exact)) == 0


@settings(max_examples=200, deadline=None)
@given(st.decimals(0, 10**6, places=2), kinds, kinds, st.dates(date(1990, 1, 1), date(2090, 1, 1)), periods)
def test_shorter_periods_of_a_longer_ones_target_add_up_to_it(
    value: Decimal, longer: PeriodKind, shorter: PeriodKind, day: date, periods: Calendar
) -> None:
    """Leap years and fiscal years of every month: the weeks' parts of a year, its months, its quarters."""
    assume(list(PeriodKind).index(shorter) < list(PeriodKind).index(longer))
    calendar = WorkingCalendar(CompanyCalendar(holidays=partial(holidays_in, "US")))
    target = Target.model_validate({"kpi": "k", "period": longer, "value": value, "scope": {"organization": True}})
    whole = periods.period_of(longer, day)
    found, start = Fraction(0), whole.start
    while start <= whole.end:
        part = periods.period_of(shorter, start)
        end = min(part.end, whole.end)
        found += exact(ask([target], shorter, Span(start, end), calendar, periods))
        start = end + DAY
    assert found == Fraction(value)


@settings(max_examples=200, deadline=None)
@given(
    targets(),
    kinds,
    near,
    calendars(),
    periods,
    st.sampled_from(ZONES),
    st.lists(st.integers(-86400, 380 * 86400), min_size=2, max_size=25),
    st.booleans(),
)
def test_what_is_due_only_grows_from_nothing_to_the_target(
    given_targets: list[Target],
    kind: PeriodKind,
    day: date,
    calendar: WorkingCalendar,
    periods: Calendar,
    zone: str,
    seconds: list[int],
    pro_rated: bool,
) -> None:
    span = periods.period_of(kind, day)
    found = ask(given_targets, kind, span, calendar, periods, pro_rated=pro_rated)
    if found is None:
        return
    midnight = datetime(span.start.year, span.start.month, span.start.day, tzinfo=UTC)
    instants = [(midnight + timedelta(seconds=count)).astimezone(ZoneInfo(zone)) for count in sorted(seconds)]
    due = [found.expected_by(at) for at in instants]
    assert due == sorted(due)
    assert all(0 <= part <= found.value for part in due)
    for at, part in zip(instants, due, strict=True):
        if at.date() > span.end:
            assert part == found.value
        if at.date() < span.start and pro_rated:
            assert part == 0


@settings(max_examples=100, deadline=None)
@given(targets(), kinds, near, calendars(), periods)
def test_a_table_that_has_answered_others_answers_the_same(
    given_targets: list[Target], kind: PeriodKind, day: date, calendar: WorkingCalendar, periods: Calendar
) -> None:
    """What is remembered for people alike never reaches somebody who is not."""
    table = TargetTable(given_targets)
    others = [WorkingCalendar(calendar.company, hired_on=day), WorkingCalendar(calendar.company), calendar]
    for pro_rated in (True, False):
        for one in others:
            person = KnownPerson(UUID(int=1), "ann@example.com", "AE", one.hired_on, teams=frozenset({"East"}))
            span = periods.period_of(kind, day)
            found = table.target_for("k", kind, span, person, one, periods, pro_rated=pro_rated)
            assert exact(found) == exact(ask(given_targets, kind, span, one, periods, pro_rated=pro_rated))
