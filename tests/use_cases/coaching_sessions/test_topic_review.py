"""Reviews of topics on the database: what is raised, kept, resolved and told, and when a review is due."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.use_cases.opportunities import accept_coaching_opportunity
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.topics import DismissTopic
from service.coaching_sessions.models import CoachingClock, CoachingCommitment, CoachingTopic
from service.coaching_sessions.topics import REST, TopicSource, TopicState
from service.coaching_sessions.use_cases.agenda_clock import OVERLAP
from service.coaching_sessions.use_cases.topics import dismiss_coaching_topic
from service.core.clock import utc_now
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.people import UpdatePerson
from service.organizations.use_cases.people import update_person
from service.webhooks.event_types import EventType
from tests.factories.agenda import Agenda
from tests.factories.deals import push_deal
from tests.factories.events import emitted
from tests.factories.opportunities import TOMORROW, Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import process_document
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture
async def behind(org: SalesOrg) -> Review:
    """Ann is behind; the manager sees it."""
    return await team_of_six(org)


async def raised(behind: Review) -> tuple[Agenda, CoachingOpportunityDTO]:
    """The opportunity of Ann, and the topic that it raised."""
    found = await behind.raised()
    agenda = Agenda(behind.org)
    await agenda.review()
    return agenda, found


async def test_an_opportunity_is_a_topic(behind: Review) -> None:
    agenda, found = await raised(behind)
    (topic,) = await agenda.topics()
    assert (topic.rep_id, topic.source, topic.opportunity_id) == (behind.ann.id, TopicSource.OPPORTUNITY, found.id)
    assert (topic.title, topic.reason, topic.evidence) == (
        "calls is behind its target for the month",
        found.reason,
        found.evidence,
    )
    assert (topic.impact, topic.concerns, topic.kpi) == (found.size, Concern.PROCESS, "calls")
    missed, by_chance = 1 - Decimal(found.evidence["probability"]), Decimal("0.0001")  # none where nine were due
    assert abs(topic.confidence - missed * (1 - by_chance)) < Decimal("0.0005")
    assert topic.rank == (topic.impact * topic.confidence).quantize(Decimal("0.0001"))
    assert topic.visible_on == found.manager_sees_on
    ((_, data),) = await emitted(behind.org, EventType.TOPIC_RAISED)
    assert data == {
        "topic_id": str(topic.id),
        "rep_id": str(behind.ann.id),
        "source": "opportunity",
        "visible_on": str(found.manager_sees_on),
    }


async def test_a_second_review_changes_nothing(behind: Review) -> None:
    agenda, _ = await raised(behind)
    before = await agenda.topics()
    changes = await agenda.review()
    assert (changes.raised, changes.resolved) == ([], [])
    assert await agenda.topics() == before
    assert len(await emitted(behind.org, EventType.TOPIC_RAISED)) == 1


async def test_reviews_at_once_raise_it_once(behind: Review) -> None:
    await behind.raised()
    agenda = Agenda(behind.org)
    reviews = await asyncio.gather(*(agenda.review() for _ in range(4)))
    assert sum(len(changes.raised) for changes in reviews) == 1
    assert len(await agenda.topics()) == 1


async def test_it_follows_the_data_and_is_resolved_with_them(behind: Review) -> None:
    agenda, _ = await raised(behind)
    (first,) = await agenda.topics()
    await behind.call(behind.ann, 3)
    await behind.make()
    await agenda.review()
    (now,) = await agenda.topics()
    assert (now.id, now.created_at) == (first.id, first.created_at)
    assert now.reason.startswith("calls: 3 of 10")
    assert now.impact < first.impact
    await behind.call(behind.ann, 12)
    await behind.make()
    await agenda.review()
    (gone,) = await agenda.topics()
    assert (gone.id, gone.status) == (first.id, TopicState.RESOLVED)
    assert gone.ended_at is not None


async def test_a_dismissed_or_snoozed_opportunity_is_no_topic(behind: Review) -> None:
    agenda, found = await raised(behind)
    for values in ({"status": "dismissed"}, {"status": "snoozed", "snoozed_until": TOMORROW}):
        await behind.set(found.id, **values)
        await agenda.review()
        assert await agenda.topics(status="open") == []
        await behind.set(found.id, status="open", snoozed_until=None)
        await agenda.review()
        assert len(await agenda.topics(status="open")) == 1


async def test_a_dismissed_topic_stays_so_while_the_opportunity_lasts(behind: Review) -> None:
    agenda, found = await raised(behind)
    (topic,) = await agenda.topics()
    async with behind.org.database.tenant(behind.org.id) as session:
        await dismiss_coaching_topic(session, behind.org.system, topic.id, DismissTopic(reason="On a fair"))
    await agenda.change(CoachingTopic, topic.id, ended_at=utc_now() - 5 * REST)
    assert (await agenda.review()).raised == []
    await behind.set(found.id, status="closed", closed_at=utc_now())
    await behind.make()
    assert len((await agenda.review()).raised) == 1


async def test_what_was_discussed_rests_and_comes_up_again(behind: Review) -> None:
    agenda, _ = await raised(behind)
    (topic,) = await agenda.topics()
    session_id = await agenda.arrange(behind.lead, behind.ann)
    assert await agenda.discuss(behind.ann, session_id, topic.id) == {topic.id}
    assert (await agenda.review()).raised == []
    await agenda.change(CoachingTopic, topic.id, ended_at=utc_now() - REST)
    assert len((await agenda.review()).raised) == 1
    assert {one.status for one in await agenda.topics()} == {TopicState.DISCUSSED, TopicState.OPEN}


async def test_the_rep_sees_it_first_unless_they_accept(behind: Review) -> None:
    found = await behind.raised()
    await behind.set(found.id, manager_sees_on=TOMORROW)
    agenda, org = Agenda(behind.org), behind.org
    await agenda.review()
    ann, lead, bob = (org.acting_as(person) for person in (behind.ann, behind.lead, behind.others[0]))
    assert len(await agenda.topics(ann)) == 1
    assert [await agenda.topics(other) for other in (lead, bob, org.system)] == [[], [], []]
    async with org.database.tenant(org.id) as session:
        await accept_coaching_opportunity(session, ann, found.id)
    assert await agenda.review_if_due()
    (topic,) = await agenda.topics(lead)
    assert topic.visible_on == agenda.today
    assert await agenda.topics(bob) == []


async def slipping(org: SalesOrg, times: int) -> tuple[Review, Agenda]:
    """A deal of Bob whose close date moved so many times."""
    team = await team_of_six(org, process_document(targets=[]))
    await push_slips(team, times)
    return team, Agenda(org)


async def push_slips(team: Review, times: int, stage: str = "proposal", **fields: Any) -> None:
    at, bob = utc_now() - timedelta(days=2), team.others[0]
    later = [
        (at + timedelta(minutes=n + 1), {"closed_at": str(TOMORROW + timedelta(days=10 * n))}) for n in range(times + 1)
    ]
    buyer = {"attributes": {"economic_buyer": "Dana"}}
    await push_deal(team.org, "acme", bob, [(at, stage)], later, name="Acme", amount="100", **buyer, **fields)


async def without_slips_standard(org: SalesOrg, times: int) -> tuple[Review, Agenda]:
    """The same where the standard of a good deal says nothing about slips and age."""
    document = process_document(targets=[])
    del document["standards"]["good_deal"]["slips"], document["standards"]["good_deal"]["age"]
    team = await team_of_six(org, document)
    await push_slips(team, times)
    return team, Agenda(org)


async def test_a_slipping_deal_is_a_topic_of_its_owner(org: SalesOrg) -> None:
    team, agenda = await without_slips_standard(org, 2)
    await agenda.review()
    (topic,) = await agenda.topics()
    assert (topic.rep_id, topic.source, topic.title) == (team.others[0].id, TopicSource.DEAL, "Acme is slipping")
    assert topic.reason == "Its close date has moved later 2 times."
    assert (topic.impact, topic.concerns, topic.visible_on) == (Decimal("0.5"), Concern.PROCESS, agenda.today)


async def test_where_an_opportunity_covers_the_deal_there_is_one_topic(org: SalesOrg) -> None:
    team, agenda = await slipping(org, 2)
    await team.make(utc_now())
    await agenda.review()
    bob = org.acting_as(team.others[0])
    (topic,) = await agenda.topics(bob)
    assert (topic.source, topic.title) == (TopicSource.OPPORTUNITY, "Acme lacks what a good deal has by now")
    (found,) = await team.seen_by(bob)
    await team.set(found.id, status="dismissed", dismissal="All is well")
    await agenda.review()
    assert await agenda.topics(bob, status="open") == []


async def test_a_deal_that_moves_on_is_news(org: SalesOrg) -> None:
    _, agenda = await without_slips_standard(org, 2)
    await agenda.review()
    (topic,) = await agenda.topics()
    async with org.database.tenant(org.id) as session:
        await dismiss_coaching_topic(session, org.system, topic.id, DismissTopic(reason="Known"))
    assert (await agenda.review()).raised == []
    later = [(utc_now() - timedelta(minutes=1), "negotiation")]
    await push_deal(org, "acme", None, later)
    (again,) = (await agenda.review()).raised
    assert again.deal_id == topic.deal_id


async def overdue(behind: Review) -> tuple[Agenda, Any]:
    agenda = Agenda(behind.org)
    made = await agenda.commit(behind.org.acting_as(behind.ann), behind.ann, description="Ask for the budget")
    await agenda.change(CoachingCommitment, made.id, due_on=agenda.today - timedelta(days=1))
    await agenda.review()
    return agenda, made


async def test_an_overdue_commitment_is_a_topic_until_it_is_settled(behind: Review) -> None:
    agenda, made = await overdue(behind)
    (topic,) = await agenda.topics()
    assert (topic.source, topic.commitment_id) == (TopicSource.COMMITMENT, made.id)
    assert topic.title == "Overdue: Ask for the budget"
    await agenda.change(CoachingCommitment, made.id, status="done", settled_at=utc_now())
    await agenda.review()
    assert [one.status for one in await agenda.topics()] == [TopicState.RESOLVED]


async def test_what_the_data_found_missed_stays_a_topic_for_a_while(behind: Review) -> None:
    agenda, made = await overdue(behind)
    missed = {"status": "missed", "settled_at": utc_now(), "kpi": "calls", "goal_value": 40, "goal_period": "month"}
    await agenda.change(CoachingCommitment, made.id, **missed)
    await agenda.review()
    assert [one.title for one in await agenda.topics(status="open")] == ["Missed: Ask for the budget"]
    await agenda.change(CoachingCommitment, made.id, settled_at=utc_now() - REST)
    await agenda.review()
    assert await agenda.topics(status="open") == []


async def test_with_who_has_left_nobody_talks(behind: Review) -> None:
    agenda, _ = await raised(behind)
    await agenda.ask_for(behind.org.acting_as(behind.ann), behind.ann, "My next job")
    async with behind.org.database.tenant(behind.org.id) as session:
        gone = UpdatePerson(left_on=date(2026, 3, 26))
        await update_person(session, behind.org.system, behind.ann.id, gone)
    await agenda.review()
    assert {one.status for one in await agenda.topics()} == {TopicState.RESOLVED}


async def test_a_review_is_due_when_something_moved(behind: Review) -> None:
    agenda = Agenda(behind.org)
    assert await agenda.review_if_due()
    await set_clock(agenda, seconds=-OVERLAP.seconds)
    assert not await agenda.review_if_due()
    await behind.make()  # opportunities were reviewed
    assert await agenda.review_if_due()
    await set_clock(agenda, seconds=-OVERLAP.seconds)
    assert not await agenda.review_if_due()
    await behind.org.keep_ready()  # facts moved
    assert await agenda.review_if_due()


async def test_a_review_is_due_when_a_commitment_or_the_day_moved(behind: Review) -> None:
    agenda = Agenda(behind.org)
    await agenda.review()
    await set_clock(agenda, seconds=-OVERLAP.seconds)
    await agenda.commit(behind.org.acting_as(behind.ann), behind.ann)
    assert await agenda.review_if_due()
    await set_clock(agenda, days=1)
    assert await agenda.review_if_due()


async def set_clock(agenda: Agenda, days: int = 0, seconds: int = 0) -> None:
    """The last review was so long ago; below 0: nothing that was written until now is newer."""
    at = utc_now() - timedelta(days=days, seconds=seconds)
    async with agenda.org.database.tenant(agenda.org.id) as session:
        await run(
            session, update(CoachingClock).where(col(CoachingClock.org_id) == agenda.org.id).values(reviewed_at=at)
        )


async def test_any_number_of_people_in_as_many_statements(org: SalesOrg) -> None:
    team, agenda = await team_of_six(org), Agenda(org)
    counts = []
    for more in (0, 20):
        people = [await org.add_person(f"More{number}", hired_on=date(2025, 1, 1)) for number in range(more)]
        for person in people:
            await org.add_activity(person, org.local(2026, 3, 3, 12))
        await org.refresh()
        await team.make()
        await agenda.review()
        with counted_statements(org.database) as statements:
            await agenda.review()
        counts.append(len(statements))
    assert counts[0] == counts[1]
