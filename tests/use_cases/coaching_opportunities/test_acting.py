"""Who accepts, dismisses, snoozes and reopens; what may follow what; and that others never see it."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from service.coaching_opportunities.dto import CoachingOpportunityDTO, DismissOpportunity, SnoozeOpportunity
from service.coaching_opportunities.lifecycle import ALLOWED, OpportunityState
from service.coaching_opportunities.permissions import Permission
from service.coaching_opportunities.use_cases import opportunities
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.etags import Precondition, etag_of
from service.core.ids import new_id
from service.core.principal import Principal
from service.webhooks.event_types import EventType
from tests.factories.events import emitted
from tests.factories.opportunities import TOMORROW, Review
from tests.factories.sales_org import make_sales_org

NEXT_WEEK = date.today() + timedelta(days=7)  # noqa: DTZ011 - after today everywhere
DISMISSAL = DismissOpportunity(reason="She was on a fair")
Act = Callable[..., Awaitable[CoachingOpportunityDTO]]
ACTS: dict[OpportunityState, tuple[Act, list[Any]]] = {
    OpportunityState.ACCEPTED: (opportunities.accept_coaching_opportunity, []),
    OpportunityState.DISMISSED: (opportunities.dismiss_coaching_opportunity, [DISMISSAL]),
    OpportunityState.SNOOZED: (opportunities.snooze_coaching_opportunity, [SnoozeOpportunity(until=NEXT_WEEK)]),
    OpportunityState.OPEN: (opportunities.reopen_coaching_opportunity, []),
}
KEPT: dict[OpportunityState, dict[str, Any]] = {
    OpportunityState.OPEN: {},
    OpportunityState.ACCEPTED: {},
    OpportunityState.DISMISSED: {"dismissal": "Because"},
    OpportunityState.SNOOZED: {"snoozed_until": NEXT_WEEK},
    OpportunityState.CLOSED: {"closed_at": utc_now()},
}


async def act(behind: Review, principal: Principal, id_: UUID, wanted: OpportunityState) -> CoachingOpportunityDTO:
    use_case, args = ACTS[wanted]
    async with behind.org.database.tenant(behind.org.id) as session:
        return await use_case(session, principal, id_, *args)


@pytest.mark.parametrize("wanted", ACTS)
@pytest.mark.parametrize("state", KEPT)
async def test_what_may_follow_what(behind: Review, state: OpportunityState, wanted: OpportunityState) -> None:
    found = await behind.raised()
    await behind.set(found.id, status=state.value, **KEPT[state])
    if wanted in ALLOWED[state]:
        changed = await act(behind, behind.org.acting_as(behind.ann), found.id, wanted)
        assert (changed.status, changed.snoozed_until is None, changed.dismissal is None) == (
            wanted,
            wanted is not OpportunityState.SNOOZED,
            wanted is not OpportunityState.DISMISSED,
        )
        assert changed.updated_at > found.updated_at
    else:
        with pytest.raises(ServiceError) as refused:
            await act(behind, behind.org.acting_as(behind.ann), found.id, wanted)
        assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "illegal_transition")


async def test_a_decision_is_told(behind: Review) -> None:
    found = await behind.raised()
    await act(behind, behind.org.acting_as(behind.ann), found.id, OpportunityState.ACCEPTED)
    ((_, data),) = await emitted(behind.org, EventType.COACHING_OPPORTUNITY_UPDATED)
    assert data == {"opportunity_id": str(found.id), "person_id": str(behind.ann.id), "status": "accepted"}


@pytest.mark.parametrize(
    ("who", "seen_on", "may"),
    [
        ("ann", TOMORROW, True),
        ("lead", TOMORROW, False),
        ("lead", date(2026, 3, 30), True),
        ("bob", date(2026, 3, 30), False),
        ("admin", date(2026, 3, 30), True),
        ("admin", TOMORROW, False),
    ],
)
async def test_who_acts_is_who_sees(behind: Review, who: str, seen_on: date, may: bool) -> None:
    found = await behind.raised()
    await behind.set(found.id, manager_sees_on=seen_on)
    admin = await behind.org.add_person("Ada", role="admin")
    people = {"ann": behind.ann, "lead": behind.lead, "bob": behind.others[0], "admin": admin}
    principal = behind.org.acting_as(people[who])
    if may:
        assert (await act(behind, principal, found.id, OpportunityState.DISMISSED)).dismissal == DISMISSAL.reason
    else:
        with pytest.raises(ServiceError) as refused:
            await act(behind, principal, found.id, OpportunityState.DISMISSED)
        assert refused.value.code == "coaching_opportunity_not_found"
        (kept,) = await behind.seen_by(behind.org.acting_as(behind.ann))
        assert kept.status is OpportunityState.OPEN


async def test_another_organization_neither_sees_nor_acts(behind: Review) -> None:
    found = await behind.raised()
    other = await make_sales_org(behind.org.database)
    async with other.database.tenant(other.id) as session:
        with pytest.raises(ServiceError) as refused:
            await opportunities.get_coaching_opportunity(session, other.system, found.id)
        assert refused.value.code == "coaching_opportunity_not_found"
        for use_case, args in ACTS.values():
            with pytest.raises(ServiceError):
                await use_case(session, other.system, found.id, *args)
        assert await opportunities.coaching_opportunities_of(session, other.system, [behind.ann.id]) == {}
    assert await behind.seen_by() == [found]


async def test_unknown_ones_are_not_found(behind: Review) -> None:
    with pytest.raises(ServiceError) as refused:
        await act(behind, behind.org.system, new_id(), OpportunityState.ACCEPTED)
    assert refused.value.kind is ErrorKind.NOT_FOUND


@pytest.mark.parametrize("wanted", ACTS)
async def test_permissions_come_first(behind: Review, wanted: OpportunityState) -> None:
    reader = Principal(org_id=behind.org.id, permissions=frozenset({Permission.COACHING_OPPORTUNITIES_READ}))
    with pytest.raises(ServiceError) as refused:
        await act(behind, reader, new_id(), wanted)
    assert refused.value.kind is ErrorKind.FORBIDDEN


@pytest.mark.parametrize("days", [-1, 0, 400])
async def test_a_snooze_ends_on_a_day_to_come_within_a_year(behind: Review, days: int) -> None:
    found = await behind.raised()
    data = SnoozeOpportunity(until=behind.org.day_of(utc_now()) + timedelta(days=days))
    async with behind.org.database.tenant(behind.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await opportunities.snooze_coaching_opportunity(session, behind.org.system, found.id, data)
    assert [error.pointer for error in refused.value.fields] == ["/until"]


async def test_whoever_read_an_older_one_is_told(behind: Review) -> None:
    found = await behind.raised()
    await act(behind, behind.org.system, found.id, OpportunityState.ACCEPTED)
    async with behind.org.database.tenant(behind.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await opportunities.dismiss_coaching_opportunity(
                session, behind.org.system, found.id, DISMISSAL, Precondition(frozenset({etag_of(found)}))
            )
    assert refused.value.kind is ErrorKind.PRECONDITION_FAILED
