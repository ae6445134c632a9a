"""Moves, what they count as, and what becomes of the deals in each stage."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.success_models.adherence import (
    Estimate,
    Passed,
    Tally,
    estimate_median,
    estimate_share,
    passages,
    record_stages,
    tally_move,
)
from service.success_models.evidence import DealFacts, Judgement, Reading, Verdict, Voices
from service.success_models.histories import DealHistory, MoveKind, read_history
from service.success_models.readings import KnownState, read_fields, record_field
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import process_document

DOCUMENT = parse_document(process_document())
PROCESS = DOCUMENT.process
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
REP = UUID(int=7)
BUYER = "attributes.economic_buyer"


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def history(*stages: tuple[float, str], outcome: str = "open", closed: float | None = None) -> DealHistory:
    entries = [
        {"at": day(at).isoformat(), "on": "2026-03-02", "stage": stage, "person_id": str(REP)} for at, stage in stages
    ]
    return read_history(entries, [], [], outcome, None if closed is None else day(closed))


@pytest.mark.parametrize(
    ("left", "entered", "kind", "skipped"),
    [
        ("qualification", "discovery", MoveKind.FORWARD, ()),
        ("qualification", "proposal", MoveKind.FORWARD, ("discovery",)),
        ("qualification", "closed_won", MoveKind.FORWARD, ("discovery", "proposal")),
        ("proposal", "closed_won", MoveKind.FORWARD, ()),
        ("proposal", "qualification", MoveKind.BACK, ()),
        ("closed_lost", "discovery", MoveKind.BACK, ()),
        ("closed_won", "proposal", MoveKind.BACK, ()),
        ("qualification", "closed_lost", MoveKind.LOST, ()),
        ("vendor-stage", "closed_lost", MoveKind.LOST, ()),
        ("closed_won", "closed_lost", MoveKind.OTHER, ()),
        ("vendor-stage", "discovery", MoveKind.OTHER, ()),
        ("discovery", "vendor-stage", MoveKind.OTHER, ()),
        ("vendor-stage", "closed_won", MoveKind.OTHER, ()),
    ],
)
def test_what_a_move_is(left: str, entered: str, kind: MoveKind, skipped: tuple[str, ...]) -> None:
    (move,) = history((0, left), (1, entered)).moves(PROCESS)
    assert (move.kind, move.skipped, move.from_stage, move.entry.stage) == (kind, skipped, left, entered)


FILLED = {BUYER: [Reading(day(0), "Dana")]}
EMPTY = {BUYER: [Reading(day(0), None)]}
IN_USE = Voices({BUYER: day(-9)}, {"meeting": day(-9)})


def champion(verdict: Verdict) -> tuple[Judgement, ...]:
    return (Judgement(UUID(int=1), "champion", verdict, day(0)),)


@pytest.mark.parametrize(
    ("entered", "facts", "voices", "tally"),
    [
        # Asked of a move to discovery: the buyer, two meetings, a champion.
        ("discovery", DealFacts(), Voices(), {"moves": 1, "criteria": 3}),
        (
            "discovery",
            DealFacts(FILLED),
            Voices(),
            {"moves": 1, "decidable": 1, "adherent": 1, "criteria": 3, "criteria_known": 1},
        ),
        (
            "discovery",
            DealFacts(FILLED, inspections=champion(Verdict.MET)),
            Voices(),
            {"moves": 1, "decidable": 1, "adherent": 1, "criteria": 3, "criteria_known": 2},
        ),
        (
            "discovery",
            DealFacts(FILLED, inspections=champion(Verdict.UNMET)),
            Voices(),
            {"moves": 1, "decidable": 1, "criteria": 3, "criteria_known": 2},
        ),
        ("discovery", DealFacts(EMPTY), IN_USE, {"moves": 1, "decidable": 1, "criteria": 3, "criteria_known": 2}),
        # A jump asks for the criteria of the stage jumped over, prose included, and of the one entered.
        (
            "proposal",
            DealFacts(FILLED),
            Voices(),
            {
                "moves": 1,
                "decidable": 1,
                "adherent": 1,
                "skipping": 1,
                "stages_skipped": 1,
                "criteria": 5,
                "criteria_known": 1,
                "criteria_unmapped": 1,
            },
        ),
        ("closed_lost", DealFacts(FILLED), IN_USE, {}),
        ("vendor-stage", DealFacts(FILLED), IN_USE, {}),
    ],
)
def test_a_move_as_counts(entered: str, facts: DealFacts, voices: Voices, tally: dict[str, int]) -> None:
    (move,) = history((0, "qualification"), (1, entered)).moves(PROCESS)
    assert tally_move(move, PROCESS, facts, voices) == Tally(**tally)


def test_a_move_back_asks_for_nothing_and_counts_add_up() -> None:
    forward, back, again = history(
        (0, "qualification"), (1, "discovery"), (2, "qualification"), (3, "discovery")
    ).moves(PROCESS)
    tallies = [tally_move(move, PROCESS, DealFacts(FILLED), Voices()) for move in (forward, back, again)]
    assert sum(tallies, Tally()) == Tally(moves=2, decidable=2, adherent=2, moves_back=1, criteria=6, criteria_known=2)


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        (history((0, "qualification")), [("qualification", Passed.UNDECIDED, 10, False)]),
        (
            history((0, "qualification"), (3, "discovery")),
            [("qualification", Passed.ADVANCED, 3, True), ("discovery", Passed.UNDECIDED, 7, False)],
        ),
        (
            history((0, "qualification"), (3, "closed_lost"), outcome="lost", closed=3),
            [("qualification", Passed.LOST, 3, True)],
        ),
        (
            history((0, "qualification"), (3, "discovery"), (5, "closed_lost"), outcome="lost", closed=5),
            [("qualification", Passed.ADVANCED, 3, True), ("discovery", Passed.LOST, 2, True)],
        ),
        # Only the first time counts; back from discovery it has advanced all the same.
        (
            history((0, "qualification"), (3, "discovery"), (4, "qualification"), (9, "discovery")),
            [("qualification", Passed.ADVANCED, 3, True), ("discovery", Passed.UNDECIDED, 1, True)],
        ),
        # Decided by the CRM's own flags, without a move.
        (history((0, "discovery"), outcome="won", closed=4), [("discovery", Passed.ADVANCED, 4, True)]),
        (history((0, "discovery"), outcome="lost", closed=4), [("discovery", Passed.LOST, 4, True)]),
        # Lost and open again.
        (history((0, "discovery"), (2, "closed_lost"), (4, "discovery")), [("discovery", Passed.UNDECIDED, 2, True)]),
        # After the instant that is asked about.
        (history((0, "discovery"), (20, "proposal")), [("discovery", Passed.UNDECIDED, 10, False)]),
        (history((0, "discovery"), outcome="won", closed=20), [("discovery", Passed.UNDECIDED, 10, False)]),
    ],
)
def test_what_becomes_of_a_deal(deal: DealHistory, expected: list[tuple[str, Passed, float, bool]]) -> None:
    found = [(one.entry.stage, one.result, one.days, one.left) for one in passages(deal, PROCESS, day(10))]
    assert found == expected


def test_stages_are_held_against_the_standard_before_the_benchmark() -> None:
    deals = [
        history((0, "qualification"), (2, "discovery")),
        history((0, "qualification"), (8, "proposal")),
        history((0, "qualification"), (9, "closed_lost"), outcome="lost", closed=9),
        history((0, "qualification")),
    ]
    found = [one for deal in deals for one in passages(deal, PROCESS, day(10))]
    first, second, third = record_stages(found, PROCESS, DOCUMENT.standards.good_funnel)
    assert (first.entered, first.advanced, first.lost, first.left) == (4, 2, 1, 3)
    assert first.conversion_decided.value == pytest.approx(2 / 3)
    assert first.median_days.value == 8
    assert (first.benchmark_conversion, first.benchmark_days) == (Decimal("0.7"), Decimal(10))
    assert (second.stage, second.entered, second.benchmark_conversion, second.benchmark_days) == (
        "discovery",
        1,
        None,
        Decimal(21),
    )
    assert (third.stage, third.entered, third.conversion_decided, third.median_days) == (
        "proposal",
        1,
        Estimate(),
        Estimate(),
    )
    assert record_stages(found, PROCESS, None)[0].benchmark_conversion == Decimal("0.6")


def test_shares_come_with_wilsons_interval() -> None:
    assert estimate_share(0, 0) == Estimate()
    found = estimate_share(7, 10)
    # statsmodels 0.14, proportion_confint(7, 10, 0.1, "wilson")
    assert found.value == 0.7
    assert found.low == pytest.approx(0.44170, abs=1e-5)
    assert found.high == pytest.approx(0.87312, abs=1e-5)


def test_who_is_still_there_counts_for_so_long() -> None:
    assert estimate_median([], []) == Estimate()
    assert estimate_median([1, 2, 3], [True, True, True]).value == 2
    # Leaving the three out that are still there would make it 2.
    assert estimate_median([1, 2, 3, 30, 40, 50], [True, True, True, False, False, False]).value == 3
    assert estimate_median([1, 30, 40], [True, False, False]).value is None


def test_a_deal_over_time() -> None:
    close_dates: list[dict[str, Any]] = [
        {"at": day(at).isoformat(), "on": "2026-03-02", "close_on": close_on, "slips": slips}
        for at, close_on, slips in ((0, None, 0), (1, "2026-04-01", 0), (2, "2026-05-01", 1), (6, "2026-06-01", 1))
    ]
    amounts = [{"at": day(1).isoformat(), "on": "2026-03-03", "amount": "500.0"}]
    deal = read_history([], close_dates, amounts, "lost", day(5))
    assert [deal.slips(day(at)) for at in (-1, 0, 1, 2, 7)] == [None, None, 0, 1, 1]
    assert [deal.is_decided(day(at)) for at in (4, 5)] == [False, True]
    assert deal.entry(day(3)) is None
    assert deal.readings()["amount"] == [Reading(day(1), Decimal("500.0"))]
    assert [one.value for one in deal.readings()["expected_close_on"]] == [
        None,
        "2026-04-01",
        "2026-05-01",
        "2026-06-01",
    ]
    assert deal.close_dates[1].close_on == date(2026, 4, 1)


def test_what_a_field_held_before_its_last_write_is_what_was_known_then() -> None:
    states = [KnownState(day(1), {}), KnownState(day(3), {BUYER: "Dana"}), KnownState(day(6), {BUYER: "Kim"})]
    found = read_fields([BUYER, "name"], {BUYER: "Kim"}, {BUYER: day(5)}, states, day(0))
    assert found == {
        BUYER: [Reading(day(1), None), Reading(day(3), "Dana"), Reading(day(5), "Kim")],
        "name": [Reading(day(0), None)],
    }
    # Nothing is known of the time before its only write.
    assert read_fields([BUYER], {BUYER: "Kim"}, {BUYER: day(5)}, [], day(0)) == {BUYER: [Reading(day(5), "Kim")]}


@pytest.mark.parametrize(
    ("name", "field"),
    [("attributes.pain", "attr:pain"), ("expected_close_on", "closed_at"), ("amount", "amount"), ("name", "name")],
)
def test_the_field_of_the_record(name: str, field: str) -> None:
    assert record_field(name) == field
