"""A skill that a rep and their manager rate far apart is a topic, until they come nearer to each other."""

from datetime import timedelta

from service.coaching_sessions.topics import TopicSource, TopicState
from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.agenda import Agenda
from tests.factories.gaps import make_gap_house


async def test_raised_and_resolved(database: Database) -> None:
    house = await make_gap_house(database, deals=1)
    now = utc_now()
    ada = house.people["Ada"]
    await house.assess("Ada", {"closing": 1, "writing": 3}, submitted_at=now - timedelta(days=5))
    own = {"rater_kind": "self", "rater_id": ada.id}
    await house.assess("Ada", {"closing": 4, "writing": 2}, submitted_at=now - timedelta(days=4), **own)
    agenda = Agenda(house.org)
    await agenda.review()
    (topic,) = [one for one in await agenda.topics() if one.source is TopicSource.ASSESSMENT]
    assert (topic.rep_id, topic.skill, topic.status) == (ada.id, "closing", TopicState.OPEN)
    assert topic.reason.startswith("In Closing the person rates themself 4 and the manager rates them 1")
    await agenda.review()
    assert len([one for one in await agenda.topics() if one.source is TopicSource.ASSESSMENT]) == 1
    await house.assess("Ada", {"closing": 2}, submitted_at=now - timedelta(days=1), **own)
    await agenda.review()
    assert [one for one in await agenda.topics() if one.source is TopicSource.ASSESSMENT and one.status == "open"] == []
