"""Inspections and confirmations: who may say what, and that everything said stays."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from service.activities.use_cases.applying import purge_record
from service.activities.use_cases.sources import resolve_source
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.dto.people import ManagerPeriodInput, PersonDTO
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.success_models.dto.judgements import ConfirmationDTO, CreateConfirmation, CreateInspection, InspectionDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases.confirmations import create_confirmation, get_confirmation, list_confirmations
from service.success_models.use_cases.inspections import create_inspection, get_inspection, list_inspections
from service.webhooks.event_types import EventType
from tests.factories.deals import SYSTEM, push_deal
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document


async def inspect(org: SalesOrg, principal: Principal, deal_id: UUID, **fields: Any) -> InspectionDTO:
    data = CreateInspection.model_validate({"criterion": "champion", "verdict": "met", **fields})
    async with org.database.tenant(org.id) as session:
        return await create_inspection(session, principal, deal_id, data)


async def confirm(org: SalesOrg, principal: Principal, deal_id: UUID, **fields: Any) -> ConfirmationDTO:
    data = CreateConfirmation.model_validate({"criterion": "champion", **fields})
    async with org.database.tenant(org.id) as session:
        return await create_confirmation(session, principal, deal_id, data)


async def staffed(org: SalesOrg) -> dict[str, PersonDTO]:
    """Top over Lead over Rita; Max manages nobody; Ena is enablement."""
    top = await org.add_person("Top", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id)
    rita = await org.add_person("Rita", manager_id=lead.id)
    others = [await org.add_person(name, role=role) for name, role in (("Max", "manager"), ("Ena", "enablement"))]
    return {person.name: person for person in (top, lead, rita, *others)}


@pytest.mark.parametrize(
    ("who", "inspects", "confirms"),
    [
        ("Top", None, "not_the_owner"),
        ("Lead", None, "not_the_owner"),
        ("Rita", "permission_denied", None),
        ("Max", "deal_not_found", "deal_not_found"),
        ("Ena", None, "not_the_owner"),
        ("a key", None, "not_the_owner"),
        ("a stranger", "deal_not_found", "deal_not_found"),
    ],
)
async def test_who_may_inspect_and_confirm(org: SalesOrg, who: str, inspects: str | None, confirms: str | None) -> None:
    await org.activate(process_document(), build=False)
    people = await staffed(org)
    deal_id = await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 2), "discovery")])
    permissions = frozenset({Permission.INSPECTIONS_WRITE.value, Permission.CONFIRMATIONS_WRITE.value})
    other = await make_sales_org(org.database)
    principal = {
        "a key": Principal(org.id, permissions, key_id=new_id()),
        "a stranger": Principal(other.id, permissions, key_id=new_id()),
    }.get(who) or org.acting_as(people[who])
    place = other if who == "a stranger" else org
    for refused, call in ((inspects, inspect), (confirms, confirm)):
        if refused is None:
            assert (await call(place, principal, deal_id)).person_id == principal.person_id
        else:
            with pytest.raises(ServiceError) as caught:
                await call(place, principal, deal_id)
            assert caught.value.code == refused
    told = [type_ for type_, _ in await emitted(org) if type_.startswith("deal.")]
    assert told == [
        name for name, refused in (("deal.inspected", inspects), ("deal.confirmed", confirms)) if refused is None
    ]


async def test_a_manager_does_not_inspect_a_deal_of_their_own(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead = await org.add_person("Lead", role="manager")
    deal_id = await push_deal(org, "d1", lead, [(org.local(2026, 3, 2), "discovery")])
    with pytest.raises(ServiceError) as caught:
        await inspect(org, org.acting_as(lead), deal_id)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.FORBIDDEN, "own_deal")
    assert (await confirm(org, org.acting_as(lead), deal_id)).person_id == lead.id


async def test_a_line_that_has_ended_gives_no_say(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    old = await org.add_person("Old", role="manager")
    new = await org.add_person("New", role="manager")
    rita = await org.add_person("Rita", manager_id=old.id, manager_from="2026-01-01")
    async with org.database.tenant(org.id) as session:
        line = ManagerPeriodInput(manager_id=new.id, start_on="2026-02-01")
        await add_manager_period(session, org.system, rita.id, line)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 1, 5), "discovery")])
    with pytest.raises(ServiceError, match="No such deal"):
        await inspect(org, org.acting_as(old), deal_id)
    assert (await inspect(org, org.acting_as(new), deal_id)).person_id == new.id


@pytest.mark.parametrize(
    ("criterion", "inspects", "confirms"),
    [
        ("champion", True, True),
        ("plan", True, False),
        ("met_in_person", False, False),
        ("unheard_of", False, False),
        ("text_the_pain_is_written_down", False, False),
        ("another_roles", False, False),
    ],
)
async def test_a_criterion_that_cannot_be_judged_is_named(
    org: SalesOrg, criterion: str, inspects: bool, confirms: bool
) -> None:
    await org.activate(process_document(), build=False)
    theirs = process_document(key="sdr", job_role="SDR")
    theirs["criteria"].append({"key": "another_roles", "name": "Of another role", "met_by": {"inspection": True}})
    await org.activate(theirs, build=False)
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 3, 2), "discovery")])
    for allowed, call, person in ((inspects, inspect, lead), (confirms, confirm, rita)):
        if allowed:
            assert (await call(org, org.acting_as(person), deal_id, criterion=criterion)).criterion == criterion
        else:
            with pytest.raises(ServiceError) as caught:
                await call(org, org.acting_as(person), deal_id, criterion=criterion)
            assert caught.value.kind is ErrorKind.INVALID
            assert [field.pointer for field in caught.value.fields] == ["/criterion"]


async def test_without_a_model_nothing_can_be_judged(org: SalesOrg) -> None:
    deal_id = await push_deal(org, "d1", None, [(org.local(2026, 3, 2), "discovery")])
    with pytest.raises(ServiceError) as caught:
        await inspect(org, org.system, deal_id)
    assert [field.pointer for field in caught.value.fields] == ["/criterion"]


async def test_a_later_word_stands_beside_the_earlier(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    people = await staffed(org)
    deal_id = await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 2), "discovery")])
    lead, rita = org.acting_as(people["Lead"]), org.acting_as(people["Rita"])
    first = await inspect(org, lead, deal_id, verdict="unmet", note="Who is it?")
    second = await inspect(org, lead, deal_id)
    told = await confirm(org, rita, deal_id)
    withdrawn = await confirm(org, rita, deal_id, verdict="unmet")
    async with org.database.tenant(org.id) as session:
        inspections = await list_inspections(session, rita, deal_id, PageRequest())
        confirmations = await list_confirmations(session, lead, deal_id, PageRequest())
        oldest = await list_inspections(session, rita, deal_id, PageRequest(1, sort="created_at"))
        assert await get_inspection(session, rita, first.id) == first
        assert await get_confirmation(session, lead, told.id, deal_id) == told
    assert inspections.items == [second, first]
    assert confirmations.items == [withdrawn, told]
    assert oldest.items == [first]
    assert await emitted(org, EventType.DEAL_INSPECTED) == [
        (
            "deal.inspected",
            {"deal_id": str(deal_id), "inspection_id": str(one.id), "criterion": "champion"},
        )
        for one in (first, second)
    ]


async def test_what_was_said_can_be_read_within_the_scope_only(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    people = await staffed(org)
    deal_id = await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 2), "discovery")])
    other_deal = await push_deal(org, "d2", people["Rita"], [(org.local(2026, 3, 2), "discovery")])
    found = await inspect(org, org.acting_as(people["Lead"]), deal_id)
    said = await confirm(org, org.acting_as(people["Rita"]), deal_id)
    hidden = org.acting_as(people["Max"])
    async with org.database.tenant(org.id) as session:
        for call in (
            lambda: list_inspections(session, hidden, deal_id, PageRequest()),
            lambda: list_confirmations(session, hidden, deal_id, PageRequest()),
            lambda: get_inspection(session, hidden, found.id),
            lambda: get_confirmation(session, hidden, said.id),
            lambda: get_inspection(session, org.system, found.id, other_deal),
            lambda: get_confirmation(session, org.system, said.id, other_deal),
            lambda: get_inspection(session, org.system, said.id),
        ):
            with pytest.raises(ServiceError) as caught:
                await call()
            assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_what_was_said_outlives_the_deal_and_goes_with_its_record(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    people = await staffed(org)
    deal_id = await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 2), "discovery")])
    await inspect(org, org.acting_as(people["Lead"]), deal_id)
    await confirm(org, org.acting_as(people["Rita"]), deal_id)
    # A deal that the CRM deletes and restores keeps what was said about it.
    hidden = [(org.local(2026, 3, 4), {"deleted": True})]
    await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 3), "discovery")], hidden)
    await push_deal(org, "d1", people["Rita"], [(org.local(2026, 3, 5), "discovery")], deleted=False)
    async with org.database.tenant(org.id) as session:
        assert len((await list_inspections(session, org.system, deal_id, PageRequest())).items) == 1
        source = await resolve_source(session, org.system, SYSTEM, None)
        await purge_record(session, org.system, source, "deal", "d1")
    async with org.database.tenant(org.id) as session:
        raw = await session.connection()
        for table in ("inspection", "confirmation"):
            assert (await raw.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0
