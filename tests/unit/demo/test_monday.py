"""Monday in words: process before outcome, chances as they are, and the way back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.demo.monday import (
    Standing,
    advice,
    behind,
    chance_of,
    luck,
    matters_most,
    previous_quarter,
    shown,
    skill_gap,
    standing,
    way_back,
    working_day_share,
)

SNAPSHOT: dict[str, Any] = {
    "kpi": "calls-made",
    "name": "Calls made",
    "level": "activity",
    "unit": "count",
    "value": "57",
    "target": "170",
    "expected": "121.4",
    "status": "behind",
    "probability": "0.0712",
}


def one(**fields: Any) -> Standing:
    return standing(SNAPSHOT | fields)


def test_behind_says_with_what_chance_process_first() -> None:
    outcome = one(kpi="won-amount", name="Won amount", level="result", unit="currency", value="0", target="20000")
    assert behind("Anna Keller", [outcome, one()]) == (
        "Anna: calls made 57 of 121 due by now, a chance of 7 % to reach 170; "
        "won amount $0 of $121 due by now, a chance of 7 % to reach $20,000"
    )


@pytest.mark.parametrize("status", ["at_risk", "on_track", "ahead", "cannot_tell", None])
def test_only_whoever_is_behind_is_named(status: str | None) -> None:
    assert behind("Anna Keller", [one(status=status)]) is None


def test_not_more_than_three_are_named() -> None:
    line = behind("Anna Keller", [one() for _ in range(5)])
    assert line is not None
    assert line.count("calls made") == 3
    assert line.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("probability", "words"),
    [("0", "a chance below 1 %"), ("0.5", "a chance of 50 %"), ("0.999", "a chance above 99 %")],
)
def test_chances(probability: str, words: str) -> None:
    assert chance_of(Decimal(probability)) == words


def test_what_matters_most_is_process() -> None:
    levels = {"calls-made": "activity", "won-amount": "result"}
    calls, deal = {"kpi": "calls-made", "size": "0.2"}, {"kpi": None, "size": "0.3"}
    won = {"kpi": "won-amount", "size": "0.9"}
    assert matters_most([won, calls, deal], levels) == deal
    assert matters_most([won], levels) == won
    assert matters_most([], levels) is None


def test_advice_gives_the_reason_and_the_next_step() -> None:
    opportunity = {"kpi": "opportunities-created", "reason": "Too few."}
    assert advice("Anna Keller", opportunity).startswith("Anna: Too few. Next step: go through")
    assert advice("Anna Keller", opportunity).endswith("which is a deal?")
    assert advice("Anna Keller", {"kpi": None, "reason": "No plan."}).endswith("about the deal.")
    assert "nothing stands out beyond chance" in advice("Anna Keller", None)


@pytest.mark.parametrize(
    ("start", "before"),
    [("2026-10-01", "2026-07-01"), ("2026-01-01", "2025-10-01"), ("2026-03-01", "2025-12-01")],
)
def test_the_quarter_before(start: str, before: str) -> None:
    assert previous_quarter(date.fromisoformat(start)) == date.fromisoformat(before)


PERSON: dict[str, Any] = {
    "name": "Ben Osei", "verdict": "lucky", "lucky": "0.9712", "won": 11, "decided": 14, "open": 2, "expected": "4.31",
    "process_estimate": "0.2904", "process_standard": "0.5", "process_n": 104, "settles": None,
}  # fmt: skip


def test_luck_is_told_from_process() -> None:
    assert luck(PERSON) == (
        "Ben: celebrate, but do not get comfortable. 11 of 14 decided deals won where 4.3 were to be expected, 2 open; "
        "process 29 % where 50 % is asked for (n 104). Lucky with a chance of 97 %."
    )
    assert luck(PERSON | {"verdict": "unlucky", "unlucky": "0.999"}).startswith("Ben: be patient, and do not stop")
    assert luck(PERSON | {"verdict": "earned_failure", "earned_failure": "0.9"}).startswith("Ben: correct the process.")


def test_what_cannot_be_told_says_what_would_settle_it() -> None:
    fields = {"verdict": "too_early", "decided": 3, "won": 1, "open": 0, "expected": None, "process_estimate": None}
    assert luck(PERSON | fields | {"settles": "What would settle it: 7 more decided deals."}) == (
        "Ben: cannot tell yet. 1 of 3 decided deals won; nothing known of the process. "
        "What would settle it: 7 more decided deals."
    )


def test_the_way_back() -> None:
    lever = {"key": "stage:demo", "name": "Demo → Won", "kind": "conversion", "value": "0.25", "n": 31}
    plan = {
        "confidence": "0.8", "quota": "60000", "won": "20000", "period_end": "2026-12-31", "open_deals": 4,
        "open_expected": "9000.00", "probability": "0.12", "working_days_left": "20.00", "most_telling": "stage:demo",
        "requirements": [
            {"name": "Opportunities", "needed": 12, "low": 8, "high": 19, "per_week": "3.0"},
            {"name": "E-mails", "needed": None, "low": None, "high": None, "per_week": None},
        ],
        "levers": [lever | {"better": "0.4", "saves": "0.38"}],
    }  # fmt: skip
    first = (
        "Anna's way back to $60,000 by 2026-12-31: $20,000 won, 4 open deals are worth $9,000 on average, "
        "and alone reach it with a chance of 12 %."
    )
    assert way_back("Anna Keller", plan) == [
        first,
        "For a chance of 80 %, any one of these in 20 working days:",
        "  12 opportunities, 3.0 a week (8 for an even chance, 19 for 95 %)",
        "What changes it most: Demo → Won, 25 % now (n 31); were it 40 %, 38 % of the work would be saved.",
    ]


def test_working_days_and_values() -> None:
    assert working_day_share(date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 23)) == Decimal(15) / Decimal(21)
    assert shown(Decimal("0.354"), "ratio") == "35 %"
    assert shown(None, "count") == "-"


def test_the_one_gap_or_why_it_cannot_be_told() -> None:
    focus = {"standing": "focus", "explanation": "Closing: level 1."}
    told = {"name": "Anna Keller", "explanation": "Cannot tell yet.", "skills": [{"standing": "no_gap"}]}
    assert skill_gap(told) == "Anna: Cannot tell yet."
    assert skill_gap(told | {"skills": [focus, focus | {"explanation": "Demo."}]}) == "Anna: Closing: level 1."
