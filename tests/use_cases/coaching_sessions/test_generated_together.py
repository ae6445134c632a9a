"""A generated year of groups, absences, substitutes and a hand-over, through the use cases: every ledger is true."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.coaching_sessions.dto.adherence import AdherenceQuery, CadenceAdherenceDTO, EntitlementQuery
from service.coaching_sessions.dto.commitments import CommitmentFilter
from service.coaching_sessions.dto.topics import TopicFilter
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.coaching_sessions.use_cases.commitments import list_commitments
from service.coaching_sessions.use_cases.entitlement import get_entitlement
from service.coaching_sessions.use_cases.topics import list_coaching_topics
from service.core.database import Database
from service.core.pagination import PageRequest
from service.core.principal import Principal
from tests.factories.sales_org import make_sales_org
from tests.factories.together_acting import gather
from tests.factories.together_troupe import Troupe
from tests.factories.together_truth import NUMBERS, due_within, flat, truth
from tests.factories.together_year import COACHES, DAY, FIRST, LAST, MIDDLE, REPS, YEAR, TogetherYear
from tests.fixtures.moving_clock import move_clock

WHOLE, HALVES = (FIRST, LAST), ((FIRST, MIDDLE), (MIDDLE + DAY, LAST))
NOTHING = dict.fromkeys(NUMBERS, 0)
TREES = {"north": {"north", "east", "lead"}, "south": {"south", "west"}, "east": {"east"}, "west": {"west"}}


async def ask(troupe: Troupe, days: Any, principal: Principal | None = None, **more: Any) -> CadenceAdherenceDTO:
    query = AdherenceQuery.model_validate({"from_on": days[0], "to_on": days[1], **more})
    found: CadenceAdherenceDTO = await troupe.do(get_cadence_adherence, principal or troupe.org.system, query)
    return found


async def test_every_ledger_is_the_truth(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = move_clock(monkeypatch, datetime(YEAR, 1, 1, 6, tzinfo=UTC))
    year = TogetherYear(26)
    troupe = await gather(await make_sales_org(database), clock, year)
    await troupe.play(MIDDLE + 12 * DAY)
    at_that_time, then = await ask(troupe, HALVES[0]), clock.at
    await troupe.play(LAST + 30 * DAY)
    assert (await ask(troupe, HALVES[0], as_of=then)).total == at_that_time.total
    for days in (WHOLE, *HALVES):
        found = await ask(troupe, days)
        assert flat(found.total) == truth(year, COACHES, days)
        each = {one.name.lower(): flat(one) for one in found.managers}
        assert {who: each.get(who, NOTHING) for who in COACHES} == {who: truth(year, [who], days) for who in COACHES}
        assert sum(one["owed"] for one in each.values()) == found.total.owed == len(due_within(year, days))
    for top, below in TREES.items():
        assert flat((await ask(troupe, WHOLE, troupe.acting(top))).total) == truth(year, below, WHOLE)
    for rep in REPS:
        query = EntitlementQuery(person_id=troupe.ids[rep], from_on=FIRST, to_on=LAST)
        own = [story for story in due_within(year, WHOLE) if rep in story.reps]
        received = await troupe.do(get_entitlement, troupe.org.system, query)
        held = sum(story.fate == "completed" for story in own)
        assert (received.owed, received.received.numerator) == (len(own), held)
    await everything_open_was_passed_on(troupe)
    assert_there_was_something_of_everything(year)


async def everything_open_was_passed_on(troupe: Troupe) -> None:
    """What East had open is West's, who finds it; nothing is East's any more."""
    west, page = troupe.acting("west"), PageRequest(50)
    found = await troupe.do(list_commitments, west, CommitmentFilter(), page)
    mine = [story for _, story in troupe.promised if story.owes == "east"]
    assert len(found.items) == len(mine) >= 3
    assert {one.owner_id for one in found.items} == {troupe.ids["west"]}
    topics = await troupe.do(list_coaching_topics, west, TopicFilter(), page)
    assert "What is next" in {one.title for one in topics.items}


def assert_there_was_something_of_everything(year: TogetherYear) -> None:
    fates = {story.fate for story in year.stories}
    assert fates == {"completed", "cancelled", "missed", "unscheduled", "replaced", "called_off"}
    others = [({*one.were[0]}, {*one.reps[1:]}) for one in year.groups if one.were and one.replaces]
    assert any(were - are for were, are in others)
    assert any(are - were for were, are in others)
    for what in (
        [one for one in year.stories if one.occurs_on not in {None, one.day}],
        [one for one in year.stories if one.stands_in and one.fate == "completed"],
        [one for one in year.stories if one.is_moved],
        [one for one in year.groups if one.were],
        [one for one in year.stories if one.said and {*one.said} >= {*one.reps}],
    ):
        assert len(what) > 1
