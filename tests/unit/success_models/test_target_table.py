"""Which target wins, how much of it, and why: scope x effective date x ramp x kind of period."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from service.kpi_snapshots.periods import Calendar
from service.organizations.holiday_calendars import holidays_in
from service.organizations.known import KnownPerson
from service.organizations.working_time import Away, CompanyCalendar, WorkingCalendar
from service.success_models.resolved import ResolvedTarget
from service.success_models.target_table import TargetTable
from service.success_models.targets import PeriodKind, Target

WEEK, MONTH, QUARTER, YEAR = PeriodKind
PERIODS = Calendar()
MARCH = date(2026, 3, 10)
"""Of 22 working days in Bavaria, of 63 in its quarter."""
COMPANY = CompanyCalendar(holidays=partial(holidays_in, "DE-BY"))
RAMP = [
    {"after_months": 0, "share": "0.25"},
    {"after_months": 1, "share": "0.5"},
    {"after_months": 3, "share": "1"},
]


def a(value: str, period: str = "month", **fields: Any) -> dict[str, Any]:
    scope: dict[str, Any] = {name: fields.pop(name) for name in ("team", "job_role", "person") if name in fields}
    return {"period": period, "value": value, "scope": scope or {"organization": True}, **fields}


TARGETS: dict[str, list[dict[str, Any]]] = {
    "calls": [
        a("10"),
        a("15", team="East"),
        a("16", team="West"),
        a("20", job_role="AE"),
        a("30", person="Ann@example.com"),
    ],
    "team-only": [a("16", team="West"), a("15", team="East")],
    "dated": [
        a("100", effective_until="2026-03-01"),
        a("110", effective_from="2026-03-01", effective_until="2026-04-01"),
        a("120", effective_from="2026-04-01"),
    ],
    "changed": [a("100", effective_until="2026-03-16"), a("200", effective_from="2026-03-16")],
    "begins": [a("110", effective_from="2026-03-16")],
    "ends": [a("110", effective_until="2026-03-14")],
    "for-a-time": [
        a("22"),
        a("44", job_role="AE", effective_from="2026-03-09", effective_until="2026-03-16"),
    ],
    "ramped": [a("120", ramp=RAMP)],
    "ramped-role": [a("100"), a("200", job_role="AE", ramp=RAMP)],
    "quota": [a("630", "quarter")],
    "quota-and-year": [a("630", "quarter"), a("99999", "year")],
    "weekly": [a("50", "week")],
    "both": [a("630", "quarter"), a("220", "month", effective_from="2026-03-16")],
    "own-quota": [a("10", "month"), a("63", "quarter", person="ann@example.com")],
    "rate": [a("0.3")],
    "rate-quarter": [a("0.3", "quarter")],
    "rate-changed": [a("0.1", effective_until="2026-03-16"), a("0.3", effective_from="2026-03-16")],
    "rate-ramped": [a("0.4", ramp=RAMP)],
    "zero": [a("0", job_role="AE"), a("5")],
}
TABLE = TargetTable(Target.model_validate({"kpi": kpi, **one}) for kpi, some in TARGETS.items() for one in some)
RATES = {kpi for kpi in TARGETS if kpi.startswith("rate")}


def resolve(
    kpi: str, kind: PeriodKind = MONTH, day: date = MARCH, absences: tuple[Away, ...] = (), **who: Any
) -> ResolvedTarget | None:
    person = KnownPerson(id=UUID(int=1), **{"email": "bob@example.com", **who})
    calendar = WorkingCalendar(COMPANY, absences, person.hired_on, person.left_on)
    span = PERIODS.period_of(kind, day)
    return TABLE.target_for(kpi, kind, span, person, calendar, PERIODS, pro_rated=kpi not in RATES)


class Case(NamedTuple):
    kpi: str
    who: dict[str, Any]
    value: str
    scope: str
    reason: str
    kind: PeriodKind = MONTH
    day: date = MARCH


ANN = {"email": "ann@example.com"}
AE = {"job_role": "AE"}
EAST, WEST = {"teams": frozenset({"East", "id-of-east"})}, {"teams": frozenset({"West"})}
BOTH = {"teams": frozenset({"East", "West", "North"})}
ORG = "the organization's target"
OLD = {"hired_on": date(2020, 1, 1)}


def hired(*day: int) -> dict[str, Any]:
    return {"hired_on": date(*day)}


CASES = [
    # Scope: the narrowest wins.
    Case("calls", {}, "10", "organization", ORG),
    Case("calls", EAST, "15", "team:East", "the target of the team East"),
    Case("calls", WEST, "16", "team:West", "the target of the team West"),
    Case("calls", AE, "20", "job_role:AE", "the target of the job role AE"),
    Case("calls", AE | EAST, "20", "job_role:AE", "the target of the job role AE"),
    Case("calls", ANN | AE | EAST, "30", "person:ann@example.com", "ann@example.com's own target"),
    Case("calls", {"job_role": "SDR", "teams": frozenset({"North"})}, "10", "organization", ORG),
    Case("calls", {"job_role": "ae"}, "10", "organization", ORG),
    Case(
        "calls", BOTH, "15", "team:East",
        "the target of the team East, which the model names before the target of the team West",
    ),
    Case(
        "team-only", BOTH, "16", "team:West",
        "the target of the team West, which the model names before the target of the team East",
    ),
    Case("zero", AE, "0", "job_role:AE", "the target of the job role AE"),
    # Effective dates.
    Case("dated", {}, "110", "organization", ORG),
    Case("dated", {}, "100", "organization", ORG, day=date(2026, 2, 10)),
    Case("dated", {}, "120", "organization", ORG, day=date(2026, 4, 10)),
    # 10 of March's 22 working days come before the 16th.
    Case("changed", {}, "154.545455", "organization", ORG),
    Case("begins", {}, "60", "organization", f"from 2026-03-16 {ORG}; 12 of 22 working days"),
    Case("ends", {}, "50", "organization", f"{ORG}; 10 of 22 working days"),
    Case(
        "for-a-time", AE, "27", "organization",
        f"{ORG}; from 2026-03-09 the target of the job role AE; from 2026-03-16 {ORG}",
    ),
    Case("for-a-time", {}, "22", "organization", ORG),
    # Ramps, by months since the day of hiring.
    Case("ramped", OLD, "120", "organization", ORG),
    Case("ramped", {}, "120", "organization", f"{ORG}, without its ramp, as the day of hiring is not known"),
    Case("ramped", hired(2026, 3, 1), "30", "organization", f"{ORG}, ramp: 25 % from month 0 on"),
    Case("ramped", hired(2026, 2, 1), "60", "organization", f"{ORG}, ramp: 50 % from month 1 on"),
    Case("ramped", hired(2025, 12, 1), "120", "organization", ORG),
    Case(
        "ramped", hired(2026, 2, 16), "46.363636", "organization",
        f"{ORG}, ramp: 25 % from month 0 on; from 2026-03-16 {ORG}, ramp: 50 % from month 1 on",
    ),
    Case(
        "ramped", hired(2026, 1, 31), "60", "organization", f"{ORG}, ramp: 50 % from month 1 on",
    ),
    # Hired on Monday the 16th: a quarter of the target of the 12 of 22 days that are left.
    Case(
        "ramped", hired(2026, 3, 16), "16.363636", "organization",
        f"{ORG}, ramp: 25 % from month 0 on; 12 of 22 working days",
    ),
    Case(
        "ramped-role", AE | hired(2026, 3, 1), "50", "job_role:AE",
        "the target of the job role AE, ramp: 25 % from month 0 on",
    ),
    Case("ramped-role", hired(2026, 3, 1), "100", "organization", ORG),
    # Another kind of period than the model has: spread by working days.
    Case("quota", {}, "630", "organization", ORG, kind=QUARTER),
    Case(
        "quota", {}, "223.548387", "organization", f"{ORG}, the quarter's 630 spread by working days"
    ),
    Case("quota", {}, "50.806452", "organization", f"{ORG}, the quarter's 630 spread by working days", kind=WEEK),
    Case("quota", {}, "2520", "organization", f"{ORG}, the quarter's 630 spread by working days", kind=YEAR),
    Case("quota-and-year", {}, "223.548387", "organization", f"{ORG}, the quarter's 630 spread by working days"),
    # Four weeks of five days, and two days of a week that has four: Good Friday is the third of April.
    Case("weekly", {}, "225", "organization", f"{ORG}, the week's 50 spread by working days"),
    Case(
        "both", {}, "221.612903", "organization",
        f"{ORG}, the quarter's 630 spread by working days; from 2026-03-16 {ORG}",
    ),
    # What the model has for the very kind of period goes before a narrower scope's other kind.
    Case("own-quota", ANN, "10", "organization", ORG),
    Case(
        "own-quota", ANN, "63", "person:ann@example.com", "ann@example.com's own target", kind=QUARTER
    ),
    # Rates are levels: never a part of them, the mean where they change.
    Case("rate", hired(2026, 3, 16), "0.3", "organization", ORG),
    Case("rate", {"left_on": date(2026, 2, 1)}, "0.3", "organization", ORG),
    Case("rate-quarter", {}, "0.3", "organization", f"{ORG}, the quarter's 0.3 as it is"),
    Case("rate-changed", {}, "0.209091", "organization", ORG),
    Case("rate-changed", hired(2026, 3, 16), "0.3", "organization", ORG),
    Case("rate-changed", {"left_on": date(2026, 2, 1)}, "0.209091", "organization", ORG),
    Case("rate-ramped", hired(2026, 3, 1), "0.1", "organization", f"{ORG}, ramp: 25 % from month 0 on"),
]  # fmt: skip


def named(case: Case) -> str:
    """The same in every process: sets have no order of their own."""
    who = [sorted(value) if isinstance(value, frozenset) else value for _, value in sorted(case.who.items())]
    return f"{case.kpi}-{case.kind}-{case.day}-{who}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_winning_target_and_its_reason(case: Case) -> None:
    found = resolve(case.kpi, case.kind, case.day, **case.who)
    assert found is not None
    assert (found.value, found.scope.key, found.reason) == (Decimal(case.value), case.scope, case.reason)


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize(
    ("kpi", "day", "who"),
    [
        ("unknown", MARCH, ANN),
        ("team-only", MARCH, AE),
        ("begins", date(2026, 2, 10), {}),
        ("ends", date(2026, 4, 10), {}),
    ],
)
def test_nobody_is_held_to_what_the_model_does_not_say(kpi: str, day: date, who: dict[str, Any]) -> None:
    assert resolve(kpi, MONTH, day, **who) is None


def test_a_team_may_be_named_by_its_id() -> None:
    named = Target.model_validate({"kpi": "k", "period": "month", "value": "7", "scope": {"team": str(UUID(int=9))}})
    person = KnownPerson(UUID(int=1), "ann@example.com", teams=frozenset({"East", str(UUID(int=9))}))
    span = PERIODS.period_of(MONTH, MARCH)
    found = TargetTable([named]).target_for("k", MONTH, span, person, WorkingCalendar(COMPANY), PERIODS, pro_rated=True)
    assert found is not None
    assert found.value == 7


def test_nobodys_job_role_is_no_job_role() -> None:
    named = Target.model_validate({"kpi": "k", "period": "month", "value": "7", "scope": {"job_role": "None"}})
    person, span = KnownPerson(UUID(int=1), "ann@example.com"), PERIODS.period_of(MONTH, MARCH)
    calendar = WorkingCalendar(COMPANY)
    assert TargetTable([named]).target_for("k", MONTH, span, person, calendar, PERIODS, pro_rated=True) is None


def test_what_an_answer_says_of_its_parts() -> None:
    away = (Away(date(2026, 3, 23), date(2026, 3, 27)),)
    found = resolve("ramped", absences=away, **hired(2026, 2, 16))
    assert found is not None
    assert (found.days, found.of_days, found.share) == (Fraction(17), 22, Decimal("0.772727"))
    # Ten days at a quarter, seven at a half.
    assert found.ramp == Decimal("0.352941")
    assert found.value == Decimal("32.727273")
    assert found.derived_from is None
    week = resolve("quota", WEEK)
    assert week is not None
    assert week.derived_from is QUARTER


def test_a_week_in_which_nobody_works() -> None:
    everybody_off = CompanyCalendar(frozenset({6}), days_off=frozenset({date(2026, 3, 14)}))
    span = PERIODS.period_of(WEEK, MARCH)
    person = KnownPerson(UUID(int=1), "ann@example.com", hired_on=date(2020, 1, 1))
    for kpi, value in (("weekly", "0"), ("rate", "0.3")):
        found = TABLE.target_for(
            kpi, WEEK, span, person, WorkingCalendar(everybody_off), PERIODS, pro_rated=kpi not in RATES
        )
        assert found is not None
        assert (found.value, found.share) == (Decimal(value), Decimal(0))
