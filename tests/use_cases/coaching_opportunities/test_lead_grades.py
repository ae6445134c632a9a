"""What a KPI's grade as a lead does to its opportunities, and to the topics raised from them."""

from datetime import date, timedelta

import pytest

from service.coaching_opportunities.lifecycle import ClosedBecause, OpportunityState
from service.coaching_sessions.dto.topics import CreateCoachingTopic
from service.coaching_sessions.topics import TopicState
from service.coaching_sessions.use_cases.topic_review import review_topics
from service.coaching_sessions.use_cases.topics import create_coaching_topic, get_coaching_topic, open_topics_of
from service.kpi_snapshots.leads.grading import LeadGrade
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import list_active_models
from tests.factories.leads import give_grades
from tests.factories.opportunities import Review


async def active(review: Review) -> SuccessModelDTO:
    async with review.org.database.tenant(review.org.id) as session:
        (model,) = await list_active_models(session, review.org.system)
    return model


@pytest.mark.parametrize(
    ("grade", "because"), [("gamed", ClosedBecause.KPI_GAMED), ("expired", ClosedBecause.KPI_EXPIRED)]
)
async def test_a_kpi_that_leads_to_nothing_is_no_reason_to_coach(
    behind: Review, grade: str, because: ClosedBecause
) -> None:
    first = await behind.raised()
    assert (first.lead_grade, first.closed_because) == (LeadGrade.UNPROVEN, None)
    model = await active(behind)
    await give_grades(behind.org, model, date(2026, 3, 20), calls=grade)
    await behind.make()
    (closed,) = await behind.seen_by()
    assert (closed.id, closed.status, closed.closed_because) == (first.id, OpportunityState.CLOSED, because)
    assert not closed.self_corrected
    again = await behind.make()
    assert (again.raised, again.closed) == ([], [])
    # It leads again: the gap, which is still there, comes up anew.
    await give_grades(behind.org, model, date(2026, 3, 21), calls="unproven")
    await behind.make()
    states = {one.status: one.lead_grade for one in await behind.seen_by()}
    assert states[OpportunityState.OPEN] is LeadGrade.UNPROVEN


async def test_an_open_one_shows_the_grade_of_today(behind: Review) -> None:
    first = await behind.raised()
    await give_grades(behind.org, await active(behind), date(2026, 3, 20), calls="predictive")
    await behind.make()
    (now,) = await behind.seen_by()
    assert (now.id, now.status, now.lead_grade) == (first.id, OpportunityState.OPEN, LeadGrade.PREDICTIVE)
    assert now.updated_at > first.updated_at
    await behind.make()
    assert await behind.seen_by() == [now]


async def test_a_grade_of_tomorrow_does_nothing_yet(behind: Review) -> None:
    await behind.raised()
    await give_grades(behind.org, await active(behind), behind.at.date() + timedelta(days=1), calls="gamed")
    assert (await behind.make()).closed == []


async def test_topics_show_it_and_go_with_their_opportunity(behind: Review) -> None:
    org, model = behind.org, await active(behind)
    await give_grades(org, model, date(2020, 1, 1), calls="predictive")
    await behind.raised()
    async with org.database.tenant(org.id) as session:
        data = CreateCoachingTopic(rep_id=behind.ann.id, title="How to call", kpi="calls")
        asked = await create_coaching_topic(session, org.system, data)
        result = CreateCoachingTopic(rep_id=behind.ann.id, title="Money", kpi="won-amount")
        assert (await create_coaching_topic(session, org.system, result)).lead_grade is None
        await review_topics(session, org.system)
    assert asked.lead_grade is LeadGrade.PREDICTIVE
    async with org.database.tenant(org.id) as session:
        found = (await open_topics_of(session, org.acting_as(behind.ann), [behind.ann.id]))[behind.ann.id]
    raised = next(one for one in found if one.opportunity_id is not None)
    assert (raised.kpi, raised.lead_grade) == ("calls", LeadGrade.PREDICTIVE)
    await give_grades(org, model, date(2026, 3, 20), calls="gamed")
    await behind.make()
    async with org.database.tenant(org.id) as session:
        await review_topics(session, org.system)
        assert (await get_coaching_topic(session, org.acting_as(behind.ann), raised.id)).status is TopicState.RESOLVED
        still = await get_coaching_topic(session, org.system, asked.id)
    assert (still.status, still.lead_grade) == (TopicState.OPEN, LeadGrade.GAMED)
