"""The schema for any other CRM: types, fields, mapping, and a reason with the field's name for all else."""

from typing import Any

import msgspec
import pytest

from service.activities.records import DELETED
from service.crm.envelope import checked_items, wrap
from service.crm.events import SplitEvent, Untranslatable
from service.crm.other.splitting import split
from service.crm.other.translation import translate

RECEIVED = 1_790_000_000_000


def event(data: Any, received_at: int = RECEIVED, **attributes: Any) -> SplitEvent:
    body = {
        "specversion": "1.0",
        "id": "evt-1",
        "source": "/crm/acme",
        "type": "touchline.deal.upserted",
        "time": "2026-05-04T10:00:00Z",
        "data": data,
        **attributes,
    }
    (found,) = split(wrap(received_at, None, checked_items(msgspec.json.encode(body))))
    return found


def values(data: Any, mapping: dict[str, str] | None = None, **attributes: Any) -> dict[str, str | None]:
    return {change.field: change.write.value for change in translate(event(data, **attributes), mapping or {}).changes}


def test_a_deal() -> None:
    data = {
        "id": "D-1",
        "name": "Acme",
        "stage": "closed_won",
        "amount": 1200.50,
        "currency": "EUR",
        "owner": "rita@example.com",
        "closed_at": "2026-05-04",
        "is_won": True,
        "attributes": {"score": 7},
        "unknown": {"left": "out"},
    }
    found = translate(event(data), {}).changes
    assert {change.object_type for change in found} == {"deal"}
    assert {change.external_id for change in found} == {"D-1"}
    assert {change.write.at for change in found} == {1_777_888_800_000}
    assert values(data) == {
        "name": "Acme",
        "stage": "closed_won",
        "amount": "1200.5",
        "currency": "EUR",
        "owner": "rita@example.com",
        "closed_at": "2026-05-04",
        "is_won": "true",
        "attr:score": "7",
    }


@pytest.mark.parametrize("kind", ["call", "meeting", "email", "task"])
def test_activities(kind: str) -> None:
    data = {"id": 7, "occurred_at": "2026-05-04T10:00:00+02:00", "duration_seconds": 61, "direction": "Outbound"}
    found = translate(event(data, type=f"touchline.{kind}.upserted"), {}).changes
    assert {(change.object_type, change.external_id) for change in found} == {(kind, "7")}
    assert {change.field: change.write.value for change in found} == {
        "occurred_at": "2026-05-04T08:00:00+00:00",
        "duration_seconds": "61",
        "direction": "outbound",
    }


def test_the_connection_s_mapping_goes_before_the_schema_and_null_clears() -> None:
    mapping = {"value": "amount", "name": "attr:title"}
    assert values({"id": "1", "value": 5, "name": "x", "stage": None}, mapping) == {
        "amount": "5",
        "attr:title": "x",
        "stage": None,
    }


def test_deletion_and_restoration() -> None:
    assert values({"id": "1"}, type="touchline.deal.deleted") == {DELETED: "true"}
    assert values({"id": "1"}, type="touchline.deal.restored") == {DELETED: "false"}


def test_source_and_id_are_the_key_and_the_receipt_is_the_time_of_what_has_none() -> None:
    assert event({"id": "1"}).key == event({"id": "2"}, received_at=1).key
    assert event({"id": "1"}).key != event({"id": "1"}, source="/crm/other").key
    assert event({"id": "1"}, time=None).at == RECEIVED


@pytest.mark.parametrize(
    ("data", "attributes", "expected"),
    [
        ({"id": "1"}, {"type": "com.acme.deal"}, "type: com.acme.deal is not one of the types that are read here"),
        ({"id": "1"}, {"type": "touchline.lead.upserted"}, "type: touchline.lead.upserted is not"),
        ({"id": "1"}, {"type": "touchline.deal.renamed"}, "type: touchline.deal.renamed is not"),
        ({"id": "1"}, {"source": ""}, "source: missing"),
        (None, {}, "data: missing or not an object"),
        ([], {}, "data: missing or not an object"),
        ({}, {}, "data.id: missing"),
        ({"id": True}, {}, "data.id: missing"),
        ({"id": "\x00"}, {}, "data.id: missing"),
        ({"id": "x" * 201}, {}, "data.id: missing"),
        ({"id": "1", "amount": "NaN"}, {}, "amount: not a number: NaN"),
        ({"id": "1", "amount": {"value": 1}}, {}, "amount: not a plain value"),
        ({"id": "1", "currency": "euro"}, {}, "currency: not an ISO 4217 code: euro"),
        ({"id": "1", "closed_at": "04.05.2026"}, {}, "closed_at: not a date or time: 04.05.2026"),
        ({"id": "1", "created_at": "2026-05-04T10:00:00"}, {}, "created_at: a time without a time zone"),
        ({"id": "1", "is_won": "yes"}, {}, "is_won: neither true nor false: yes"),
        ({"id": "1", "name": "a\x00"}, {}, "name: holds NUL characters"),
        ({"id": "1", "attributes": 7}, {}, "attributes: not an object"),
        ({"id": "1", "attributes": {"a b": 7}}, {}, "attributes: not a name of letters, digits and _: a b"),
        ({"id": "1", "attributes": {"a": [7]}}, {}, "attributes.a: not a plain value"),
    ],
)
def test_reasons(data: Any, attributes: dict[str, Any], expected: str) -> None:
    with pytest.raises(Untranslatable) as refused:
        values(data, **attributes)
    assert str(refused.value).startswith(expected)
