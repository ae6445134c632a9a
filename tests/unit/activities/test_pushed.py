"""Pushed items as writes: what is known already is not written again, and any order of dated items ends alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.activities.pushed import pushed_changes, to_text
from service.activities.records import DELETED, RecordState, merge_all

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STAGES = st.sampled_from(["discovery", "demo", "proposal", None])


def push(state: RecordState | None, *items: dict[str, Any], now: datetime = NOW) -> RecordState:
    """The state after some items, each a push of its own."""
    for item in items:
        known = None if state is None or not state.fields else state
        changes = list(pushed_changes("deal", {"external_id": "1", **item}, known, ZONE, now))
        state = state or RecordState(fields={}, history={})
        merge_all(state, [(change.field, change.write) for change in changes])
    return state or RecordState(fields={}, history={})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (Decimal("1.500"), "1.5"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 3, 2, 1, tzinfo=UTC), "2026-03-02T01:00:00+00:00"),
        (datetime(2026, 3, 2, tzinfo=UTC).date(), "2026-03-02"),
        ("word", "word"),
    ],
)
def test_the_normal_form(value: Any, text: str | None) -> None:
    assert to_text(value) == text


@given(st.lists(STAGES, min_size=1, max_size=5))
def test_what_is_sent_last_holds_and_is_not_written_twice(stages: list[str | None]) -> None:
    """Also within one millisecond, which a fast script manages."""
    items = [{"stage": stage, "name": "Acme"} for stage in stages]
    state = push(None, *items)
    assert state.value("stage") == stages[-1]
    assert list(pushed_changes("deal", {"external_id": "1", **items[-1]}, state, ZONE, NOW)) == []


@given(st.data())
def test_dated_items_end_alike_in_any_order(data: st.DataObject) -> None:
    hours = data.draw(st.lists(st.integers(0, 500), min_size=2, max_size=6, unique=True))
    items: list[dict[str, Any]] = [
        {"stage": data.draw(STAGES), "deleted": data.draw(st.booleans()), "modified_at": NOW - timedelta(hours=hour)}
        for hour in hours
    ]
    shuffled = data.draw(st.permutations(items))
    latest = max(items, key=lambda item: item["modified_at"])
    one, other = push(None, *items), push(None, *shuffled)
    assert one == other
    assert one.value("stage") == latest["stage"]
    assert one.value(DELETED) == str(latest["deleted"]).lower()


@pytest.mark.parametrize(
    ("item", "at"),
    [
        ({"closed_at": datetime(2026, 3, 1, 9, tzinfo=UTC)}, datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ({"created_at": datetime(2026, 3, 1, tzinfo=UTC).date()}, datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ({"closed_at": NOW + timedelta(days=9)}, NOW),
        ({"name": "Acme"}, NOW),
    ],
)
def test_a_new_record_is_dated_by_itself_but_not_ahead(item: dict[str, Any], at: datetime) -> None:
    (change,) = pushed_changes("deal", {"external_id": "1", **item}, None, ZONE, NOW)
    assert change.write.at == int(at.timestamp() * 1000)


def test_attributes_are_fields_of_their_own() -> None:
    state = push(None, {"attributes": {"region": "east", "size": "9"}}, {"attributes": {"size": None}})
    assert {name: write.value for name, write in state.fields.items()} == {"attr:region": "east", "attr:size": None}
