"""Derivation: what the whole world gets wrong about days, owners and stages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.activities.derivation import DerivedActivity, DerivedDeal, derive
from service.activities.mapping import DerivationContext
from service.activities.records import DELETED, MERGED_INTO, PROPERTY, FieldWrite, RecordState, merge

ANNA, BEN = UUID(int=1), UUID(int=2)
NEW_YORK = ZoneInfo("America/New_York")
CONTEXT = DerivationContext(
    zone=NEW_YORK,
    currency="USD",
    owners={"7": ANNA, "8": BEN, "anna@example.com": ANNA},
    stages={"qualifiedtobuy": "qualification", "closedwon": "closed_won", "closedlost": "closed_lost"},
    dispositions={"guid-1": "connected"},
)
DAY = 86_400_000
T0 = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)


def state_of(*writes: tuple[int, str, str | None]) -> RecordState:
    """(day after T0, field, value)."""
    state = RecordState(fields={}, history={})
    for index, (day, field, value) in enumerate(writes):
        merge(state, field, FieldWrite(T0 + day * DAY, PROPERTY, f"{index:032x}", value))
    return state


def deal(*writes: tuple[int, str, str | None]) -> DerivedDeal:
    fact = derive(state_of(*writes), "deal", CONTEXT).fact
    assert isinstance(fact, DerivedDeal)
    return fact


def activity(*writes: tuple[int, str, str | None], kind: str = "call") -> DerivedActivity:
    fact = derive(state_of(*writes), kind, CONTEXT).fact
    assert isinstance(fact, DerivedActivity)
    return fact


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-08", date(2026, 3, 8)),  # the clocks change
        ("2026-03-02T03:30:00+00:00", date(2026, 3, 1)),  # still yesterday in New York
        ("2026-03-02T05:30:00+00:00", date(2026, 3, 2)),
        ("2026-03-02T23:30:00-05:00", date(2026, 3, 2)),
    ],
)
def test_a_date_keeps_its_day_and_an_instant_gets_the_local_one(text: str, day: date) -> None:
    assert activity((0, "occurred_at", text)).occurred.on == day


def test_owners_are_those_of_the_time() -> None:
    fact = deal((0, "owner", "7"), (0, "stage", "new"), (10, "owner", "8"), (20, "stage", "closedwon"))
    assert (fact.created_owner_id, fact.closed_owner_id, fact.owner_id) == (ANNA, BEN, BEN)
    assert [change.person_id for change in fact.stage_changes] == [ANNA, BEN]


def test_before_the_first_known_owner_the_earliest_one_counts() -> None:
    assert activity((0, "occurred_at", "2026-01-01"), (5, "owner", "8")).person_id == BEN


@pytest.mark.parametrize("owner", ["anna@example.com", "Anna@Example.com"])
def test_an_owner_may_be_an_email_address(owner: str) -> None:
    assert activity((0, "owner", owner)).person_id == ANNA


def test_an_unknown_owner_is_unassigned_and_reported() -> None:
    result = derive(state_of((0, "owner", "99")), "call", CONTEXT)
    assert result.unmapped == {"owner:99"}
    assert result.footprint() == set()


def test_stages_are_mapped_repeats_dropped_and_unknown_ones_reported() -> None:
    result = derive(
        state_of((0, "stage", "qualifiedtobuy"), (1, "stage", "qualifiedtobuy"), (2, "stage", "uuid-7")),
        "deal",
        CONTEXT,
    )
    assert isinstance(result.fact, DerivedDeal)
    assert [(c.from_stage, c.to_stage) for c in result.fact.stage_changes] == [
        (None, "qualification"),
        ("qualification", "uuid-7"),
    ]
    assert result.unmapped == {"stage:uuid-7"}


@pytest.mark.parametrize(
    ("writes", "outcome", "closed_on"),
    [
        ([(0, "stage", "qualifiedtobuy"), (0, "closed_at", "2026-05-01")], "open", None),
        ([(3, "stage", "closedwon")], "won", date(2026, 3, 5)),
        ([(3, "stage", "closedlost"), (3, "closed_at", "2026-03-04")], "lost", date(2026, 3, 4)),
        ([(0, "stage", "custom"), (4, "is_won", "true")], "won", date(2026, 3, 6)),
        ([(0, "stage", "custom"), (4, "is_closed", "true"), (4, "is_won", "false")], "lost", date(2026, 3, 6)),
        ([(0, "stage", "closedwon"), (2, "stage", "qualifiedtobuy")], "open", None),
    ],
)
def test_outcomes(writes: list[tuple[int, str, str]], outcome: str, closed_on: date | None) -> None:
    fact = deal(*writes)
    assert fact.outcome == outcome
    assert (fact.closed and fact.closed.on) == closed_on


@pytest.mark.parametrize(("currency", "org_amount"), [(None, Decimal(5)), ("USD", Decimal(5)), ("EUR", None)])
def test_an_amount_in_another_currency_is_left_out(currency: str | None, org_amount: Decimal | None) -> None:
    assert deal((0, "amount", "5"), (0, "currency", currency)).org_amount == org_amount


@pytest.mark.parametrize("field", [(DELETED, "true"), (MERGED_INTO, "42")])
def test_hidden_records_are_no_facts(field: tuple[str, str]) -> None:
    assert derive(state_of((0, "stage", "closedwon"), (1, *field)), "deal", CONTEXT).fact is None


def test_calls_meetings_and_custom_fields() -> None:
    call = activity((0, "outcome", "guid-1"), (0, "duration_seconds", "12.5"), (0, "attr:team", "north"))
    assert (call.outcome, call.duration_seconds, call.attributes) == ("connected", Decimal("12.5"), {"team": "north"})
    held = activity(
        (0, "occurred_at", "2026-03-02T10:00:00+00:00"), (0, "ended_at", "2026-03-02T10:30:00+00:00"), kind="meeting"
    )
    assert held.duration_seconds == 1800
    assert activity((0, "kind", "call"), kind="task").kind == "call"


def test_other_objects_are_no_facts() -> None:
    assert derive(state_of((0, "name", "x")), "contact", CONTEXT).fact is None
    assert derive(RecordState(fields={}, history={}), "deal", CONTEXT).fact is None
