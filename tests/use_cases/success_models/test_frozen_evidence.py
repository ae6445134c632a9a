"""What was on record of a deal before its outcome: nothing that comes later, however it is dated, changes it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio

from service.activities.dto.facts import BulkUpsertActivities
from service.activities.records import CREATED, CREATION, DEAL, PROPERTY, FieldWrite, RecordChange
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.pushing import bulk_upsert_activities
from service.activities.use_cases.sources import resolve_source
from service.core.clock import utc_now
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.success_models.frozen import DealProcess
from service.success_models.use_cases.frozen_evidence import weigh_deals
from service.success_models.use_cases.owner_models import load_models
from tests.factories.deals import SYSTEM, push_activity, push_deal
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document
from tests.fixtures.statements import counted_statements

House = tuple[SalesOrg, PersonDTO]


def at(day: int, hour: int = 10) -> datetime:
    """In a month long past."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def at_text(day: int) -> str:
    """The same as CRMs write it."""
    return at(day).isoformat()


BUYER: dict[str, Any] = {"attributes": {"economic_buyer": "Ada"}}
MET = {"outcome": "completed"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> House:
    """Someone's deal of long ago had the field and the meetings, so that their absence says something."""
    org = await make_sales_org(database)
    await org.activate(process_document(), build=False)
    rita = await org.add_person("Rita")
    await push_deal(org, "first", rita, [(at(1), "qualification")], **BUYER)
    await push_activity(org, "first", at(1), **MET)
    return org, rita


async def weigh(org: SalesOrg, *deal_ids: UUID, as_of: datetime | None = None) -> list[DealProcess]:
    async with org.database.tenant(org.id) as session:
        models = await load_models(session, org.system, [])
        found = await weigh_deals(session, org.id, deal_ids, lambda _: models.of(None), as_of or utc_now())
    return [found[id_] for id_ in deal_ids]


async def move(org: SalesOrg, name: str, day: int, stage: str, **fields: Any) -> None:
    """A later push about a deal that began on the 2nd."""
    await push_deal(org, name, None, [(at(day), stage)], created_at=at(2), **fields)


async def lost(org: SalesOrg, rita: PersonDTO, name: str, **fields: Any) -> UUID:
    """A deal that came to discovery, and was lost on the 20th; each step is known as it is pushed."""
    deal = await push_deal(org, name, rita, [(at(2), "qualification")])
    if fields:
        await move(org, name, 5, "qualification", **fields)
    await move(org, name, 10, "discovery")
    await move(org, name, 20, "closed_lost")
    return deal


async def test_what_came_before_the_outcome_counts(house: House) -> None:
    org, rita = house
    empty = await lost(org, rita, "empty")
    full = await push_deal(org, "full", rita, [(at(2), "qualification")], **BUYER)
    for hour in (9, 11):
        await push_activity(org, "full", at(4, hour), **MET)
    await move(org, "full", 10, "discovery")
    (still,) = await weigh(org, full, as_of=at(15))
    await move(org, "full", 20, "closed_won")
    # To leave the first stage two criteria, to enter the second one that nobody said anything of.
    assert await weigh(org, empty) == [DealProcess(3, 2, 0)]
    assert still == DealProcess(3, 2, 2)
    # A won deal is asked for all; its meetings of the 4th are in the 30 days before the 20th.
    assert await weigh(org, full) == [DealProcess(5, 2, 2)]


async def test_backdated_evidence_changes_nothing(house: House) -> None:
    org, rita = house
    deal = await lost(org, rita, "backdated")
    (before,) = await weigh(org, deal)
    assert before == DealProcess(3, 2, 0)
    for hour in (9, 11):
        await push_activity(org, "backdated", at(4, hour), **MET)
    await move(org, "backdated", 6, "qualification", **BUYER)
    assert await weigh(org, deal) == [before]
    # Nor does it change what others' deals are held against.
    other = await lost(org, rita, "other")
    assert await weigh(org, other) == [before]


async def test_what_was_there_stays_there(house: House) -> None:
    org, rita = house
    deal = await lost(org, rita, "kept", **BUYER)
    met = await push_deal(org, "meetings", rita, [(at(2), "qualification")])
    meetings = [await push_activity(org, "meetings", at(4, hour), **MET) for hour in (9, 11)]
    assert len(set(meetings)) == 2
    await move(org, "meetings", 10, "discovery")
    await move(org, "meetings", 20, "closed_lost")
    before = await weigh(org, deal, met)
    assert before == [DealProcess(3, 2, 1), DealProcess(3, 2, 1)]
    await move(org, "kept", 25, "closed_lost", attributes={"economic_buyer": None})
    names = [f"meeting meetings {at(4, hour)}" for hour in (9, 11)]
    changes: list[dict[str, Any]] = [{"outcome": "no_show"}, {"deleted": True}]
    edits = [{"external_id": name, "kind": "meeting", **change} for name, change in zip(names, changes, strict=True)]
    async with org.database.tenant(org.id) as session:
        data = BulkUpsertActivities(system=SYSTEM, activities=edits)
        edited = await bulk_upsert_activities(session, org.system, data)
    assert [one.status for one in edited] == ["updated", "updated"]
    assert await weigh(org, deal, met) == before


async def test_what_came_with_the_first_sight_of_a_decided_deal_counts(house: House) -> None:
    org, rita = house
    moves = [(at(2), "qualification"), (at(10), "discovery"), (at(20), "closed_lost")]
    await push_activity(org, "history", at(3), **MET)
    await push_activity(org, "history", at(4), **MET)
    history = await push_deal(org, "history", rita, moves, **BUYER)
    late = await push_deal(org, "late", rita, moves, [(at(21), BUYER)])
    rewritten = await push_deal(org, "rewritten", rita, moves, [(at(20), BUYER)])
    assert await weigh(org, history, late, rewritten) == [
        DealProcess(3, 2, 2),
        DealProcess(3, 1, 0),  # of the field nothing is known before the 21st
        DealProcess(3, 2, 1),
    ]
    await move(org, "rewritten", 26, "closed_lost", attributes={"economic_buyer": "Bob"})
    assert await weigh(org, rewritten) == [DealProcess(3, 2, 1)]


async def test_what_the_crm_itself_wrote_down_in_time_counts_however_late_it_comes(house: House) -> None:
    """Deliveries come in any order, and a connection that was down catches up: a rep cannot date these back."""
    org, rita = house
    in_time = await lost(org, rita, "in time")
    late = await lost(org, rita, "written late")

    def writes(deal: str, number: int, written: datetime) -> list[RecordChange]:
        at = int(written.timestamp() * 1000)
        values = {CREATED: "true", "occurred_at": at_text(3), "outcome": "completed", DEAL: deal}
        return [
            RecordChange(
                "meeting",
                f"{deal} {number}",
                name,
                FieldWrite(at, CREATION if name == CREATED else PROPERTY, f"{deal} {number} {name}", value),
            )
            for name, value in values.items()
        ]

    async with org.database.tenant(org.id) as session:
        source = await resolve_source(session, org.system, SYSTEM, None)
        changes = [*writes("in time", 1, at(3, 12)), *writes("in time", 2, at(4)), *writes("written late", 1, at(21))]
        changes += writes("written late", 2, at(21))
        await apply_changes(session, org.system, source, changes, utc_now())
    # Both met in person, where two meetings of the last 30 days are asked for.
    assert await weigh(org, in_time, late) == [DealProcess(3, 2, 1), DealProcess(3, 2, 0)]


async def test_as_many_statements_for_any_number_of_deals(house: House) -> None:
    org, rita = house
    moves = [(at(2), "qualification"), (at(10), "discovery"), (at(20), "closed_lost")]
    deals = [await push_deal(org, f"many {number}", rita, moves) for number in range(4)]
    counts = []
    for ids in (deals[:1], deals):
        with counted_statements(org.database) as statements:
            await weigh(org, *ids)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 20
    assert await weigh(org) == []
    assert at(20) + timedelta(days=1) < utc_now()
