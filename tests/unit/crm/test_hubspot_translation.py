"""HubSpot's events, as captured and as documented, become the right writes or a named reason."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.activities.records import ASSOCIATION, CREATION, DELETED, DELETION, MERGED_INTO
from service.crm.events import Purge, SplitEvent, UnreadableDelivery, Untranslatable
from service.crm.hubspot.splitting import split
from service.crm.hubspot.translation import translate

BASE = {"portalId": 1, "appId": 2, "occurredAt": 1_782_371_971_992, "objectId": 5, "eventId": 1, "attemptNumber": 0}


def event(**fields: Any) -> SplitEvent:
    (found,) = split(msgspec.json.encode([{**BASE, **fields}]))
    return found


def written(found: SplitEvent, **mapping: str) -> list[tuple[str, str, str | None]]:
    return [(c.object_type, c.field, c.write.value) for c in translate(found, mapping).changes]


def changed(name: str, value: str | None, kind: str = "deal.propertyChange", **fields: Any) -> SplitEvent:
    return event(subscriptionType=kind, propertyName=name, propertyValue=value, **fields)


CALL = {"kind": "object.propertyChange", "objectTypeId": "0-48"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (changed("amount", "2000"), ("deal", "amount", "2000")),
        (changed("amount", "1e3"), ("deal", "amount", "1000")),
        (changed("amount", ""), ("deal", "amount", None)),
        (changed("closedate", "1782371971992"), ("deal", "closed_at", "2026-06-25T07:19:31.992000+00:00")),
        (changed("closedate", "2026-06-25T09:19:31+02:00"), ("deal", "closed_at", "2026-06-25T07:19:31+00:00")),
        (changed("hs_is_closed_won", "TRUE"), ("deal", "is_won", "true")),
        (changed("hs_call_duration", "90500", **CALL), ("call", "duration_seconds", "90.5")),
        (changed("hs_call_direction", "OUTBOUND", **CALL), ("call", "direction", "outbound")),
        (
            changed("hs_email_direction", "INCOMING_EMAIL", "object.propertyChange", objectTypeId="0-49"),
            ("email", "direction", "inbound"),
        ),
        (
            changed("hs_meeting_outcome", "COMPLETED", "object.propertyChange", objectTypeId="0-47"),
            ("meeting", "outcome", "COMPLETED"),
        ),
        (changed("hs_task_type", "CALL", "object.propertyChange", objectTypeId="0-27"), ("task", "attr:type", "CALL")),
    ],
)
def test_properties(found: SplitEvent, expected: tuple[str, str, str | None]) -> None:
    assert written(found) == [expected]


def test_the_connections_own_mapping_goes_first() -> None:
    assert written(changed("deal_source", "web"), deal_source="attr:source") == [("deal", "attr:source", "web")]
    assert written(changed("deal_source", "web")) == []


@pytest.mark.parametrize(
    ("found", "field", "rank", "value"),
    [
        (event(subscriptionType="deal.creation"), "$created", CREATION, "true"),
        (event(eventType="deal.deletion"), DELETED, DELETION, "true"),
        (event(subscriptionType="object.restore", objectTypeId="0-3"), DELETED, ASSOCIATION, "false"),
    ],
)
def test_a_records_life(found: SplitEvent, field: str, rank: int, value: str) -> None:
    (change,) = translate(found, {}).changes
    assert (change.field, change.write.rank, change.write.value) == (field, rank, value)


@pytest.mark.parametrize(("new", "survivor"), [(999, "999"), (None, "5")])
def test_a_merge_points_to_the_survivor(new: int | None, survivor: str) -> None:
    merge = event(
        subscriptionType="deal.merge", primaryObjectId=5, mergedObjectIds=[6, 7], objectId=None, newObjectId=new
    )
    found = {change.external_id: change.write.value for change in translate(merge, {}).changes}
    assert set(found.values()) == {survivor}
    assert set(found) == {"5", "6", "7"} - {survivor}
    assert {change.field for change in translate(merge, {}).changes} == {MERGED_INTO}


def test_a_privacy_deletion_is_a_purge() -> None:
    assert translate(event(subscriptionType="contact.privacyDeletion"), {}).purge == Purge("contact", "5")


@pytest.mark.parametrize(
    "found",
    [
        event(subscriptionType="contact.creation"),
        event(subscriptionType="deal.associationChange", objectId=None, fromObjectId=3, toObjectId=4),
        changed("amount", "REDACTED"),
        event(subscriptionType="object.creation", objectTypeId="2-777"),
    ],
)
def test_what_means_nothing_here_is_ignored(found: SplitEvent) -> None:
    translation = translate(found, {})
    assert (translation.changes, translation.purge) == ((), None)


@pytest.mark.parametrize(
    ("found", "named"),
    [
        (changed("amount", "12k"), "amount"),
        (changed("amount", "NaN"), "amount"),
        (changed("closedate", "soon"), "closedate"),
        (changed("createdate", "1530000"), "createdate"),  # 1970: seconds read as milliseconds
        (changed("hs_is_closed", "maybe"), "hs_is_closed"),
        (changed("hs_call_duration", "-5", **CALL), "hs_call_duration"),
        (event(subscriptionType="deal.propertyChange"), "propertyName"),
        (changed("amount", 5), "amount"),  # type: ignore[arg-type]  # what a vendor may send
        (event(subscriptionType="deal.merge"), "mergedObjectIds"),
        (event(subscriptionType="nonsense"), "subscriptionType"),
        (event(subscriptionType="deal.creation", occurredAt=None), "occurredAt"),
        (event(subscriptionType="deal.creation", occurredAt=True), "occurredAt"),
        (event(subscriptionType="deal.creation", objectId=None), "objectId"),
    ],
)
def test_a_reason_names_the_field(found: SplitEvent, named: str) -> None:
    with pytest.raises(Untranslatable, match=named):
        translate(found, {})


def test_keys_ignore_the_attempt_and_nothing_else() -> None:
    first, retry, other = (
        event(subscriptionType="deal.creation"),
        event(subscriptionType="deal.creation", attemptNumber=3),
        event(subscriptionType="deal.deletion"),  # the same eventId: it is not unique
    )
    assert first.key == retry.key != other.key


def test_key_order_does_not_matter() -> None:
    (one,) = split(b'[{"a":1,"b":2}]')
    (two,) = split(b'[{"b":2,"a":1}]')
    assert one.key == two.key


@pytest.mark.parametrize("body", [b"{", b"{}", b'"x"', b"\xff"])
def test_what_is_no_delivery_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        list(split(body))


def test_one_bad_item_does_not_spoil_the_others() -> None:
    good = msgspec.json.encode({**BASE, "subscriptionType": "deal.creation"})
    found = list(split(b'["x",null,' + good + b"]"))
    assert [(item.position, item.problem is None) for item in found] == [(0, False), (2, True)]


def test_every_captured_payload_is_read(shared: Path) -> None:
    files = [path for path in (shared / "vectors" / "hubspot").glob("*.json") if path.name != "signed.json"]
    assert len(files) == 10
    events = [item for path in files for item in split(path.read_bytes())]
    assert all(item.problem is None for item in events)
    written = [change for item in events for change in translate(item, {}).changes]
    assert {change.object_type for change in written} == {"deal"}
    assert len({item.key for item in events}) == len(events)
