"""CloudEvents: three content modes into one form, and every attribute validated by name."""

import base64
from typing import Any

import msgspec
import pytest

from service.crm.cloudevents import InvalidEvent, from_batch, from_binary, from_structured, is_json, parse
from service.crm.events import UnreadableDelivery

EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "touchline.deal.upserted"}


def test_binary_becomes_structured() -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "/crm",
        "ce-type": "t",
        "ce-subject": "caf%C3%A9",
        "ce-data": "forged",
        "ce-data_base64": "forged",
    }
    (event,) = msgspec.json.decode(from_binary(headers, "application/json", b' {"a": 1.10} '))
    assert event == {
        **EVENT,
        "type": "t",
        "subject": "café",
        "datacontenttype": "application/json",
        "data": {"a": 1.1},
    }


def test_binary_without_data_or_with_data_that_is_no_json() -> None:
    (empty,) = msgspec.json.decode(from_binary({"ce-id": "1"}, "", b""))
    assert empty == {"id": "1"}
    (text,) = msgspec.json.decode(from_binary({"ce-id": "1"}, "text/csv", b"a,\xff"))
    assert base64.b64decode(text["data_base64"]) == b"a,\xff"
    with pytest.raises(InvalidEvent, match="datacontenttype: text/csv is not JSON"):
        parse({**EVENT, **text})


@pytest.mark.parametrize("body", [b"", b"x", b"{", b"1", b'"a"', b"null", b"\xff", b'["\xff"]', b"[" * 200_000, b"NaN"])
def test_what_is_not_what_its_mode_promises(body: bytes) -> None:
    for read in (from_structured, from_batch):
        with pytest.raises(UnreadableDelivery):
            read(body)
    with pytest.raises(UnreadableDelivery):
        from_structured(b"[]")
    with pytest.raises(UnreadableDelivery):
        from_batch(b"{}")
    with pytest.raises(UnreadableDelivery):
        from_binary({}, "application/json", b"{")


def test_a_batch_and_a_structured_event_stay_the_bytes_they_were() -> None:
    assert from_batch(b' [{"a": 1e5}, 7] ') == b'[{"a": 1e5}, 7]'
    assert from_batch(b"[]") == b"[]"
    assert from_structured(b'\xef\xbb\xbf{"a": 1e5}') == b'[{"a": 1e5}]'


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("", True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/json", True),
        ("application/vnd.acme.deal+json", True),
        ("text/plain", False),
        ("application/jsonl", False),
        ("application/xml", False),
    ],
)
def test_which_types_are_json(content_type: str, expected: bool) -> None:
    assert is_json(content_type) is expected


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type"])
@pytest.mark.parametrize("value", [None, "", 7, ["1"], "x\x00", "x" * 2001])
def test_required_attributes(name: str, value: Any) -> None:
    with pytest.raises(InvalidEvent, match=f"^{name}: "):
        parse({**EVENT, name: value})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"specversion": "0.3"}, "specversion: 0.3 is not 1.0"),
        ({"time": "yesterday"}, "time: not an RFC 3339 time: yesterday"),
        ({"time": "2026-05-04T10:00:00"}, "time: not an RFC 3339 time"),
        ({"time": "2026-05-04"}, "time: not an RFC 3339 time"),
        ({"time": "2026-13-04T10:00:00Z"}, "time: not an RFC 3339 time"),
        ({"time": "0001-01-01T00:00:00Z"}, "time: an implausible time"),
        ({"time": "9999-12-31T23:59:59-23:59"}, "time: an implausible time"),
        ({"time": 1_790_000_000}, "time: not an RFC 3339 time"),
        ({"data": {}, "data_base64": "e30="}, "data_base64: stands beside data"),
        ({"data_base64": "?"}, "data_base64: not the base64 of JSON"),
        ({"data_base64": "é"}, "data_base64: not the base64 of JSON"),
        ({"data_base64": 7}, "data_base64: not the base64 of JSON"),
        ({"data_base64": "eA=="}, "data_base64: not the base64 of JSON"),
        ({"data_base64": "e30=", "datacontenttype": 7}, "datacontenttype: 7 is not JSON"),
    ],
)
def test_other_attributes(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        parse({**EVENT, **fields})
    assert str(refused.value).startswith(reason)


def test_a_valid_event() -> None:
    event = parse({**EVENT, "time": "2023-07-18t16:15:27.532305888+02:00", "data_base64": "eyJhIjogMX0="})
    assert (event.id, event.source, event.at, event.data) == ("1", "/crm", 1_689_689_727_532, {"a": 1})
    assert parse(EVENT).at is None
