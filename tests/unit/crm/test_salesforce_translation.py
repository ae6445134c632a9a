"""Salesforce's outbound messages become writes dated by the record's own modification."""

from pathlib import Path

import pytest

from service.activities.records import DELETED, DELETION
from service.crm.events import SplitEvent, UnreadableDelivery, Untranslatable
from service.crm.salesforce.soap import ACK, parse, without_credentials
from service.crm.salesforce.splitting import split
from service.crm.salesforce.translation import translate
from service.demo.salesforce import message

RECORD = {
    "Id": "0065g00000ABCDE",
    "StageName": "Closed Won",
    "Amount": "1250.50",
    "OwnerId": "0055g00000REP01",
    "CloseDate": "2026-03-01",
    "CreatedDate": "2026-01-05T10:00:00.000Z",
    "LastModifiedDate": "2026-03-01T09:30:00.000Z",
    "IsWon": "true",
}


def event(kind: str = "Opportunity", **fields: str | None) -> SplitEvent:
    record = {name: value for name, value in {**RECORD, **fields}.items() if value is not None}
    (found,) = split(message([(kind, record)]))
    return found


def values(found: SplitEvent, **mapping: str) -> dict[str, str | None]:
    return {change.field: change.write.value for change in translate(found, mapping).changes}


def test_an_opportunity() -> None:
    found = values(event())
    assert found == {
        "stage": "Closed Won",
        "amount": "1250.5",
        "owner": "0055g00000REP01AAH",
        "closed_at": "2026-03-01",
        "created_at": "2026-01-05T10:00:00+00:00",
        "is_won": "true",
    }
    assert {change.external_id for change in translate(event(), {}).changes} == {"0065g00000ABCDEAA5"}
    assert {change.write.at for change in translate(event(), {}).changes} == {1_772_357_400_000}


def test_a_created_record_is_one_that_was_never_modified() -> None:
    assert "$created" in values(event(LastModifiedDate=RECORD["CreatedDate"]))
    assert "$created" not in values(event())


def test_null_fields_are_left_out_and_empty_ones_clear() -> None:
    assert "amount" not in values(event(Amount=None))
    assert values(event(Amount=""))["amount"] is None


def test_a_deleted_record() -> None:
    (change,) = (c for c in translate(event(IsDeleted="true"), {}).changes if c.field == DELETED)
    assert (change.write.rank, change.write.value) == (DELETION, "true")


@pytest.mark.parametrize(("subtype", "kind"), [("Call", "call"), ("Email", "email"), ("ListEmail", "email")])
def test_tasks_that_are_calls_or_emails(subtype: str, kind: str) -> None:
    found = event("Task", TaskSubtype=subtype, ActivityDate="2026-03-01", CallDurationInSeconds="60")
    assert values(found)["kind"] == kind
    assert values(found)["occurred_at"] == "2026-03-01"
    assert {change.object_type for change in translate(found, {}).changes} == {"task"}


def test_custom_fields_by_the_connections_mapping() -> None:
    assert values(event(Competitor__c="Acme"), Competitor__c="attr:competitor")["attr:competitor"] == "Acme"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"LastModifiedDate": None}, "LastModifiedDate"),
        ({"LastModifiedDate": "2026-03-01 09:30"}, "LastModifiedDate"),
        ({"Amount": "a lot"}, "Amount"),
        ({"CloseDate": "2015-02-05 08:00:00T00:00:00.000Z"}, "CloseDate"),
        ({"IsWon": "90%"}, "IsWon"),
        ({"Id": None}, "Id"),
    ],
)
def test_a_reason_names_the_field(fields: dict[str, str | None], named: str) -> None:
    record = {name: value for name, value in {**RECORD, **fields}.items() if value is not None}
    body = message([("Opportunity", {"Id": "", "LastModifiedDate": "", **record})])
    (found,) = split(body)
    with pytest.raises(Untranslatable, match=named):
        translate(found, {})


def test_redelivery_has_the_same_key() -> None:
    assert event().key == event().key != event(StageName="Prospecting").key


@pytest.mark.parametrize(
    "body",
    [b"<a/>", b"", b"<!DOCTYPE a><a/>", b"<a", message([("Account", {"Id": "1", "LastModifiedDate": ""})] * 101)],
)
def test_what_is_no_message_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        parse(body)


def test_the_session_is_a_credential_and_not_stored(shared: Path) -> None:
    body = (shared / "vectors" / "salesforce" / "aspnet_lead_batch3_bom.xml").read_bytes()
    parsed = parse(body)
    stored = without_credentials(parsed, body)
    assert b"<SessionId>" in body.replace(b" xmlns", b"")
    assert b"SessionId>" not in stored.replace(b"<SessionId/>", b"")
    assert [item.key for item in split(stored)] == [item.key for item in split(body)]


def test_the_ack_is_the_published_one(shared: Path) -> None:
    published = (shared / "vectors" / "salesforce" / "expected_ack.xml").read_bytes()
    assert ACK.split() == published.split()
