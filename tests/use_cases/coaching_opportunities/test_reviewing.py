"""Reviews on the database: what is raised, kept, closed and told, and who sees it when."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import col, select

from service.coaching_opportunities.findings import OpportunityKind
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_opportunities.models import OpportunityReview
from service.coaching_opportunities.use_cases.reviewing import review_if_due
from service.core.clock import utc_now
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.dto.people import PersonDTO, UpdatePerson
from service.organizations.use_cases.organizations import update_organization
from service.organizations.use_cases.people import update_person
from service.webhooks.event_types import EventType
from tests.factories.deals import push_deal
from tests.factories.events import emitted
from tests.factories.opportunities import TOMORROW, Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import CALLS, CONNECTED, model_document, process_document, ratio_kpi
from tests.fixtures.statements import counted_statements


async def test_whoever_is_behind_is_found_once(behind: Review) -> None:
    first = await behind.raised()
    assert (first.person_id, first.kind, first.kpi) == (behind.ann.id, OpportunityKind.BEHIND_TARGET, "calls")
    assert (first.status, first.size) == (OpportunityState.OPEN, Decimal("0.9"))
    assert first.reason.startswith("calls: 0 of 10 for the month, where 9.05 were due by now.")
    again = await behind.make()
    assert (again.raised, again.closed) == ([], [])
    assert await behind.seen_by() == [first]


async def test_it_is_brought_up_to_date_while_it_lasts(behind: Review) -> None:
    first = await behind.raised()
    await behind.call(behind.ann, 3)
    await behind.make()
    (now,) = await behind.seen_by()
    assert (now.id, now.raised_at) == (first.id, first.raised_at)
    assert now.reason.startswith("calls: 3 of 10")
    assert now.size < first.size
    assert now.updated_at > first.updated_at


async def test_it_closes_with_its_gap_and_comes_up_anew_with_another(behind: Review) -> None:
    first = await behind.raised()
    await behind.call(behind.ann, 12)
    await behind.make()
    (closed,) = await behind.seen_by()
    assert (closed.id, closed.status) == (first.id, OpportunityState.CLOSED)
    assert closed.closed_at is not None
    april = behind.org.local(2026, 4, 29, 17)
    days = [behind.org.local(2026, 4, day, 12) for day in range(1, 13)]
    await behind.org.add_activities([(person, day) for person in behind.others for day in days])
    await behind.org.refresh()
    await behind.make(april)
    states = {one.status for one in await behind.seen_by(person_id=behind.ann.id)}
    assert states == {OpportunityState.OPEN, OpportunityState.CLOSED}
    told = [type_ for type_, _ in await emitted(behind.org) if type_.startswith("coaching_opportunity")]
    assert told[:2] == ["coaching_opportunity.raised", "coaching_opportunity.closed"]


async def test_who_closes_it_before_anybody_saw_it_did_so_alone(behind: Review) -> None:
    first = await behind.raised()
    assert first.manager_sees_on == date(2026, 4, 1)  # Friday, Monday and Tuesday were Ann's own
    await behind.call(behind.ann, 12)
    await behind.make()
    (closed,) = await behind.seen_by()
    assert closed.self_corrected
    ((_, data),) = await emitted(behind.org, EventType.COACHING_OPPORTUNITY_CLOSED)
    assert data == {"opportunity_id": str(first.id), "person_id": str(behind.ann.id), "self_corrected": True}


async def test_once_the_manager_sees_it_closing_is_nobodys_own(behind: Review) -> None:
    first = await behind.raised()
    await behind.set(first.id, manager_sees_on=date(2026, 3, 27))
    await behind.call(behind.ann, 12)
    await behind.make()
    (closed,) = await behind.seen_by()
    assert (closed.status, closed.self_corrected) == (OpportunityState.CLOSED, False)


async def test_the_rep_sees_it_first(behind: Review) -> None:
    first = await behind.raised()
    await behind.set(first.id, manager_sees_on=TOMORROW)
    org, bob = behind.org, behind.others[0]
    assert [one.id for one in await behind.seen_by(org.acting_as(behind.ann))] == [first.id]
    for other in (org.acting_as(behind.lead), org.acting_as(bob), org.system):
        assert await behind.seen_by(other) == []
    await behind.set(first.id, manager_sees_on=utc_now().date() - timedelta(days=1))
    assert [one.id for one in await behind.seen_by(org.acting_as(behind.lead))] == [first.id]
    assert await behind.seen_by(org.acting_as(bob)) == []


async def test_the_grace_time_is_the_organizations(behind: Review) -> None:
    async with behind.org.database.tenant(behind.org.id) as session:
        await update_organization(session, behind.org.system, UpdateOrganization(opportunity_grace_working_days=0))
    assert (await behind.raised()).manager_sees_on == date(2026, 3, 27)


async def test_what_was_snoozed_comes_up_on_its_day(behind: Review) -> None:
    first = await behind.raised()
    snoozed = {"status": "snoozed", "snoozed_until": date(2026, 3, 30)}
    await behind.set(first.id, **snoozed)
    await behind.make()
    assert [one.status for one in await behind.seen_by()] == [OpportunityState.SNOOZED]
    woken = await behind.make(behind.org.local(2026, 3, 30, 9))
    assert [one.id for one in woken.woken] == [first.id]
    (again,) = await behind.seen_by()
    assert (again.status, again.snoozed_until) == (OpportunityState.OPEN, None)


async def test_what_was_dismissed_stays_so_while_the_gap_lasts(behind: Review) -> None:
    first = await behind.raised()
    await behind.set(first.id, status="dismissed", dismissal="On a fair")
    await behind.make()
    (kept,) = await behind.seen_by()
    assert (kept.status, kept.dismissal) == (OpportunityState.DISMISSED, "On a fair")


async def test_who_has_left_is_not_coached_any_more(behind: Review) -> None:
    await behind.raised()
    async with behind.org.database.tenant(behind.org.id) as session:
        gone = UpdatePerson(left_on=date(2026, 3, 26))
        await update_person(session, behind.org.system, behind.ann.id, gone)
    await behind.make()
    (closed,) = await behind.seen_by()
    assert (closed.status, closed.self_corrected) == (OpportunityState.CLOSED, False)


async def test_a_deal_that_breaks_its_standard_is_raised_and_closed(org: SalesOrg) -> None:
    team = await team_of_six(org, process_document(targets=[]))
    bob, at = team.others[0], org.local(2026, 3, 16)
    buyer = {"economic_buyer": "Dana"}
    await push_deal(org, "known", bob, [(at, "qualification")], amount="3000", attributes=buyer)
    later = org.local(2026, 3, 17)
    broken = await push_deal(org, "broken", bob, [(later, "qualification")], amount="1000")
    await team.make()
    (found,) = await team.seen_by(kind="deal_breaks_standard")
    assert (found.person_id, found.deal_id, found.kpi) == (bob.id, broken, None)
    assert found.reason.startswith("Missing in this deal: The economic buyer is known.")
    assert found.evidence["share_of_open_amount"] == "0.2500"
    await push_deal(org, "broken", bob, [(org.local(2026, 3, 24), "qualification")], attributes=buyer)
    await team.make()
    (closed,) = await team.seen_by(kind="deal_breaks_standard")
    assert (closed.status, closed.self_corrected) == (OpportunityState.CLOSED, True)


async def test_a_rate_below_its_peers_beyond_chance_is_raised(org: SalesOrg) -> None:
    document = model_document(kpis=[ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity")], targets=[])
    team = await team_of_six(org, document)
    for person in (team.lead, *team.others):
        await connected(team, person, calls=60, of_which=30)
    await connected(team, team.ann, calls=60, of_which=9)
    await team.make()
    (found,) = await team.seen_by()
    assert (found.person_id, found.kind, found.kpi) == (team.ann.id, OpportunityKind.BELOW_BENCHMARK, "connected-rate")
    assert (found.evidence["value"], found.evidence["n"], found.evidence["against"]) == ("0.1500", 60, "peers")


async def connected(team: Review, person: PersonDTO, calls: int, of_which: int) -> None:
    made = [(person, team.org.local(2026, 2, 2 + number // 10, 9, number % 10)) for number in range(calls)]
    await team.org.add_activities(made[:of_which], outcome="connected")
    await team.org.add_activities(made[of_which:], outcome="no_answer")
    await team.org.refresh()


async def test_the_worker_reviews_when_snapshots_are_newer(behind: Review) -> None:
    assert not await due(behind)
    await behind.org.keep_ready()
    assert await due(behind)
    assert not await due(behind)
    async with behind.org.database.tenant(behind.org.id) as session:
        count = select(func.count()).where(col(OpportunityReview.org_id) == behind.org.id)
        assert (await session.exec(count)).one() == 1


async def due(behind: Review) -> bool:
    """Whether there was a review."""
    async with behind.org.database.tenant(behind.org.id) as session:
        return await review_if_due(session, behind.org.system)


async def test_any_number_of_people_in_as_many_statements(org: SalesOrg) -> None:
    team = await team_of_six(org)
    counts = []
    for more in (0, 20):
        people = [await org.add_person(f"More{number}", hired_on=date(2025, 1, 1)) for number in range(more)]
        for person in people:
            await org.add_activity(person, org.local(2026, 3, 3, 12))
        await org.refresh()
        await team.make()
        with counted_statements(org.database) as statements:
            await team.make()
        counts.append(len(statements))
    assert counts[0] == counts[1]
