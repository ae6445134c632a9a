"""Salesforce's JSON: change events in both shapes and every wrapping, Flow and Apex, field by field."""

from typing import Any

import msgspec
import pytest

from service.activities.records import CREATED, DELETED, RecordState, merge_all
from service.crm.envelope import checked_items, wrap
from service.crm.events import SplitEvent, Untranslatable
from service.crm.salesforce.splitting import split
from service.crm.salesforce.translation import translate

RECEIVED = 1_790_000_000_000
COMMIT = 1_745_500_706_000
ID = "0065g00000ABCDE"
ID18 = "0065g00000ABCDEAA5"


def header(**fields: Any) -> dict[str, Any]:
    values = {
        "entityName": "Opportunity",
        "recordIds": [ID],
        "changeType": "UPDATE",
        "changedFields": [],
        "transactionKey": "0000be70-a756",
        "sequenceNumber": 1,
        "commitTimestamp": COMMIT,
        "commitNumber": 1_745_500_706_683_617_281,
        **fields,
    }
    return {name: value for name, value in values.items() if value is not None}


def change(record: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"ChangeEventHeader": header(**fields), **({"StageName": "Closed Won"} if record is None else record)}


def events(body: Any, received_at: int = RECEIVED, webhook_id: str | None = None) -> list[SplitEvent]:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return list(split(wrap(received_at, webhook_id, checked_items(raw))))


def event(body: Any, **envelope: Any) -> SplitEvent:
    (found,) = events(body, **envelope)
    return found


def values(body: Any, **mapping: str) -> dict[str, str | None]:
    return {write.field: write.write.value for write in translate(event(body), mapping).changes}


def reason(body: Any) -> str:
    with pytest.raises(Untranslatable) as refused:
        translate(event(body), {})
    return str(refused.value)


def test_changed_fields_decide_in_the_shape_with_all_fields() -> None:
    record = {"StageName": "Closed Won", "Amount": 12.5, "Name": None, "IsWon": True, "OwnerId": None}
    assert values(change(record, changedFields=["StageName", "IsWon"])) == {"stage": "Closed Won", "is_won": "true"}
    assert values(change(record)) == {"stage": "Closed Won", "amount": "12.5", "is_won": "true"}


def test_a_changed_field_without_a_value_and_a_nulled_one_are_cleared() -> None:
    assert values(change({}, changedFields=["Amount"])) == {"amount": None}
    assert values(change({"Amount": None}, nulledFields=["Amount"])) == {"amount": None}


def test_parts_of_compound_fields_can_be_mapped() -> None:
    record = {"BillingAddress": {"Street": "1 Main St", "City": None}}
    changed = ["BillingAddress.Street", "BillingAddress.City"]
    mapping = {"BillingAddress.Street": "attr:street", "BillingAddress.City": "attr:city"}
    assert values(change(record, changedFields=changed), **mapping) == {"attr:street": "1 Main St", "attr:city": None}
    assert values(change(record, changedFields=["BillingAddress"]), **mapping)["attr:street"] == "1 Main St"


@pytest.mark.parametrize("day", [1_772_323_200_000, "1772323200000", "2026-03-01", "2026-03-01T00:00:00.000Z"])
def test_a_date_is_that_day_in_every_time_zone(day: Any) -> None:
    assert values(change({"CloseDate": day}))["closed_at"] == "2026-03-01"


def test_instants_in_both_shapes() -> None:
    for instant in (1_772_357_400_000, "2026-03-01T09:30:00.000Z", "2026-03-01T09:30:00.000+0000"):
        assert values(change({"CreatedDate": instant}))["created_at"] == "2026-03-01T09:30:00+00:00"


def test_lives() -> None:
    created = values(change({"StageName": "Prospecting"}, changeType="CREATE"))
    assert created == {CREATED: "true", "stage": "Prospecting"}
    assert values(change({}, changeType="DELETE")) == {DELETED: "true"}
    assert values(change(changeType="UNDELETE")) == {DELETED: "false", "stage": "Closed Won"}


def test_one_event_per_record_and_short_ids_are_the_same() -> None:
    found = events(change(recordIds=[ID, ID18, "0065g00000ABCDF"]))
    assert [item.object_id for item in found] == [ID18, "0065g00000ABCDFAA5"]
    assert len({item.key for item in found}) == 2
    assert event(change(recordIds=None, recordId=ID)).key == found[0].key


def wrappings(inner: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"schema": "x", "payload": inner, "event": {"replayId": 7}},
        {"data": {"payload": inner, "event": {"replayId": 7}}, "channel": "/data/ChangeEvents"},
        {"version": "0", "detail-type": "x", "detail": {"payload": inner}},
        {"replayId": "AAA=", "event": {"payload": inner}},
    ]


def test_every_wrapping_holds_the_same_change() -> None:
    plain = event(change())
    for wrapped in wrappings(change()):
        found = event(wrapped)
        assert (found.key, found.payload) == (plain.key, plain.payload)


def test_the_event_s_own_id_goes_before_the_transaction() -> None:
    cloud = {"specversion": "1.0", "source": "/sf", "type": "x", "data": {"payload": change()}}
    first, again, other = (event({**cloud, "id": id_}) for id_ in ("1", "1", "2"))
    assert first.key == again.key != other.key
    uuid = [event({"payload": change(), "event": {"EventUuid": id_}}).key for id_ in ("1", "1", "2")]
    assert uuid[0] == uuid[1] != uuid[2]
    assert event(change(sequenceNumber=2)).key != event(change()).key
    assert event(change(sequenceNumber="1")).key == event(change(commitNumber="1")).key == event(change()).key


def test_commit_numbers_beyond_doubles_decide_whatever_comes_first() -> None:
    numbers: list[tuple[int | str, str]] = [
        (1_745_500_706_683_617_281, "Prospecting"),
        ("1745500706683617282", "Qualification"),
        (1_745_500_706_683_617_283, "Closed Won"),
    ]
    told = [
        change({"StageName": stage}, commitNumber=number, transactionKey=stage, changedFields=["StageName"])
        for number, stage in numbers
    ]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        state = RecordState(fields={}, history={})
        for index in order:
            writes = translate(event(told[index]), {}).changes
            merge_all(state, [(write.field, write.write) for write in writes])
        assert state.value("stage") == "Closed Won"
        assert [write.value for write in state.history["stage"]] == [stage for _number, stage in numbers]


def test_of_one_instant_the_later_commit_says_whether_a_record_lives() -> None:
    gone, back = change({}, changeType="DELETE", commitNumber=5), change({}, changeType="UNDELETE", commitNumber=6)
    for order in ((gone, back), (back, gone)):
        state = RecordState(fields={}, history={})
        for body in order:
            merge_all(state, [(write.field, write.write) for write in translate(event(body), {}).changes])
        assert state.value(DELETED) == "false"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"changeType": "GAP_UPDATE"}, "changeType GAP_UPDATE: the change was not sent; read the record again"),
        ({"changeType": "GAP_CREATE", "entityName": "Account"}, "changeType GAP_CREATE: "),
        (
            {"changeType": "GAP_OVERFLOW", "recordIds": ["000000000000000AAA"]},
            "changeType GAP_OVERFLOW: changes were lost; resynchronise the object",
        ),
        ({"changeType": "RENAME"}, "changeType: not known: RENAME"),
        ({"changeType": None}, "changeType: not known: None"),
        ({"changeType": ["UPDATE"]}, "changeType: not known"),
        ({"entityName": None}, "entityName: missing"),
        ({"entityName": "Account"}, "Account: no object that becomes a fact here"),
        ({"recordIds": None}, "recordIds: missing or not record ids"),
        ({"recordIds": []}, "recordIds: missing or not record ids"),
        ({"recordIds": ["006\x00"]}, "recordIds: missing or not record ids"),
        ({"commitNumber": None}, "commitNumber: missing or not a whole number"),
        ({"commitNumber": True}, "commitNumber: missing or not a whole number"),
        ({"commitNumber": -1}, "commitNumber: missing or not a whole number"),
        ({"commitNumber": "9" * 21}, "commitNumber: missing or not a whole number"),
        ({"commitNumber": 1.5e18}, "commitNumber: missing or not a whole number"),
        ({"sequenceNumber": None}, "sequenceNumber: missing or not a whole number"),
        ({"commitTimestamp": None}, "commitTimestamp: missing or not a whole number"),
        ({"commitTimestamp": 1_745_500_706}, "commitTimestamp: an implausible time"),
        ({"changedFields": "StageName"}, "changedFields: not a list of field names"),
        ({"changedFields": ["0x640004"]}, "changedFields: a bitmap of fields"),
        ({"changedFields": ["3-0x04"]}, "changedFields: a bitmap of fields"),
    ],
)
def test_what_is_quarantined_names_its_reason(fields: dict[str, Any], expected: str) -> None:
    assert reason(change(**fields)).startswith(expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ChangeEventHeader": 7}, "ChangeEventHeader: not an object"),
        ({}, "the event is neither a change event"),
        ([7], "the event is not an object"),
        ([None], "the event is not an object"),
        ({"specversion": "1.0"}, "id: missing"),
        ({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": "x"}, "the event is neither"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the event cannot be read"),
        (change({"CloseDate": "2026-02-30"}), "CloseDate: not a date or time: 2026-02-30"),
        (change({"CloseDate": 1_772_323_200}), "CloseDate: an implausible time"),
        (change({"Amount": "lots"}), "Amount: not a number: lots"),
        (change({"StageName": "a\x00b"}), "StageName: holds NUL characters"),
    ],
)
def test_bad_bodies_name_their_reason(body: Any, expected: str) -> None:
    assert reason(body).startswith(expected)


def test_half_of_a_surrogate_pair_is_no_character_and_costs_nobody_the_event() -> None:
    text = rb'"Name":"cut \ud83d, whole \ud83d\ude00, \uDE00\ud83d, \\ud83d, \n."'
    body = msgspec.json.encode(change({"StageName": "x"}))[:-1] + b"," + text + b"}"
    assert values(body)["name"] == "cut \ufffd, whole \U0001f600, \ufffd\ufffd, \\ud83d, \n."


def test_of_a_key_given_twice_the_last_counts() -> None:
    body = msgspec.json.encode(change({"StageName": "first"}))[:-1] + b',"StageName":"last"}'
    assert values(body) == {"stage": "last"}


OPPORTUNITY = {"Id": ID, "StageName": "Prospecting", "LastModifiedDate": "2026-03-01T09:30:00.000Z"}


@pytest.mark.parametrize(
    "body",
    [
        {"previous": {"Id": ID}, "current": OPPORTUNITY},
        {"current": {"opportunity": OPPORTUNITY}},
        {"New": OPPORTUNITY, "Old": {}},
        {"new": [OPPORTUNITY], "old": [{}]},
        {"New": {"attributes": {"type": "Opportunity"}, **OPPORTUNITY}},
        OPPORTUNITY,
    ],
)
def test_every_shape_of_flow_and_apex(body: dict[str, Any]) -> None:
    found = event(body)
    assert (found.object_type, found.object_id, found.at) == ("Opportunity", ID18, 1_772_357_400_000)
    assert values(body) == {"stage": "Prospecting"}


def test_a_trigger_s_list_is_one_event_per_record() -> None:
    found = events({"New": [OPPORTUNITY, {**OPPORTUNITY, "Id": "0065g00000ABCDF"}]})
    assert len({item.key for item in found}) == len({item.object_id for item in found}) == 2


def test_a_record_that_has_a_past_only_was_deleted() -> None:
    for body in ({"Old": [OPPORTUNITY], "New": None}, {"previous": OPPORTUNITY}, {**OPPORTUNITY, "IsDeleted": True}):
        assert values(body) == {DELETED: "true"}


def test_percentages_owners_and_empty_texts() -> None:
    record = {**OPPORTUNITY, "Probability": "90%", "Owner": {"Id": "0055g00000REP01"}, "Amount": "", "Name": "90%"}
    assert values({"current": record}, Probability="attr:probability") == {
        "stage": "Prospecting",
        "attr:probability": "90",
        "owner": "0055g00000REP01AAH",
        "amount": None,
        "name": "90%",
    }
    assert values({"current": {**record, "Probability": "%"}}, Probability="attr:p")["attr:p"] is None


def test_the_same_bytes_are_a_duplicate_unless_nothing_tells_when() -> None:
    timed = {"current": OPPORTUNITY}
    assert event(timed).key == event(timed, received_at=RECEIVED + 1).key
    untimed = {"current": {"Id": ID, "StageName": "Prospecting"}}
    assert event(untimed).at == RECEIVED
    assert event(untimed).key != event(untimed, received_at=RECEIVED + 1).key
    signed = [event(untimed, received_at=RECEIVED + step, webhook_id="msg_1").key for step in range(2)]
    assert signed[0] == signed[1] != event(untimed, webhook_id="msg_2").key


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"current": None}, "current and previous: both empty"),
        ({"current": 7}, "current: the record is not an object"),
        ({"current": {"Id": ""}}, "Id: missing or not a record id"),
        ({"current": {"contact": {"Id": "003000000000001"}}}, "contact: no object that becomes a fact here"),
        ({"current": {**OPPORTUNITY, "LastModifiedDate": "now"}}, "LastModifiedDate: not a date or time: now"),
        ({"current": {**OPPORTUNITY, "LastModifiedDate": "2026-03-01T09:30:00"}}, "LastModifiedDate: a time without"),
        ({"current": {**OPPORTUNITY, "CloseDate": "03/01/2026"}}, "CloseDate: not a date or time: 03/01/2026"),
    ],
)
def test_bad_callouts_name_the_field(body: dict[str, Any], expected: str) -> None:
    assert reason(body).startswith(expected)
