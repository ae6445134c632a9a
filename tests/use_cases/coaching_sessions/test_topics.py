"""Topics by hand: who raises, sees, pins, dismisses and reopens them; their order; and that others never see them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.topics import CoachingTopicDTO, CreateCoachingTopic, DismissTopic, TopicFilter
from service.coaching_sessions.models import CoachingTopic
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.topics import ALLOWED, TopicSource, TopicState
from service.coaching_sessions.use_cases import topics
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.etags import Precondition, etag_of
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.webhooks.event_types import EventType
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.deals import push_deal
from tests.factories.events import emitted
from tests.factories.opportunities import TOMORROW
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements

Act = Callable[..., Awaitable[CoachingTopicDTO]]
WHY = DismissTopic(reason="Settled by mail")
ACTS: dict[str, tuple[Act, list[Any]]] = {
    "pin": (topics.pin_coaching_topic, []),
    "unpin": (topics.unpin_coaching_topic, []),
    "dismiss": (topics.dismiss_coaching_topic, [WHY]),
    "reopen": (topics.reopen_coaching_topic, []),
}
KEPT: dict[TopicState, dict[str, Any]] = {
    TopicState.OPEN: {},
    TopicState.DISCUSSED: {"ended_at": utc_now()},
    TopicState.DISMISSED: {"ended_at": utc_now(), "dismissal": "Because"},
    TopicState.RESOLVED: {"ended_at": utc_now()},
}


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


async def act(team: Team, name: str, deed: str, id_: UUID, *more: Any) -> CoachingTopicDTO:
    use_case, args = ACTS[deed]
    async with team.org.database.tenant(team.org.id) as session:
        return await use_case(session, team.as_(name), id_, *args, *more)


@pytest.mark.parametrize(
    ("by", "source"),
    [("Ann", TopicSource.REP)] + [(name, TopicSource.MANAGER) for name in ("Lead", "Top", "Ada", "Enid", "system")],
)
async def test_who_raises_one_and_who_sees_it(team: Team, by: str, source: TopicSource) -> None:
    topic = await team.asked(by)
    assert (topic.source, topic.status, topic.visible_on) == (source, TopicState.OPEN, team.agenda.today)
    assert topic.raised_by == (None if by == "system" else team.people[by].id)
    assert [str(part) for part in (topic.impact, topic.confidence, topic.rank)] == ["0.5", "1", "0.5000"]
    assert topic.concerns is Concern.OTHER
    for name in ("Ann", "Lead", "Top", "Ada", "Enid", "system"):
        assert await team.agenda.topics(team.as_(name)) == [topic], name
    for name in ("Bob", "Eve"):
        assert await team.agenda.topics(team.as_(name)) == [], name
    ((_, data),) = await emitted(team.org, EventType.TOPIC_RAISED)
    assert (data["topic_id"], data["source"]) == (str(topic.id), source)


@pytest.mark.parametrize("by", ["Bob", "Eve"])
async def test_for_others_than_ones_own_nobody_raises_one(team: Team, by: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await team.asked(by)
    assert [error.pointer for error in refused.value.fields] == ["/rep_id"]
    assert await emitted(team.org, EventType.TOPIC_RAISED) == []


async def test_links_are_checked_and_say_what_it_concerns(team: Team) -> None:
    theirs = await push_deal(team.org, "theirs", team.people["Bob"], [(team.org.local(2026, 3, 2), "discovery")])
    with pytest.raises(ServiceError) as refused:
        await team.asked(kpi="mood", criterion="unheard_of", deal_id=theirs)
    assert [error.pointer for error in refused.value.fields] == ["/kpi", "/criterion", "/deal_id"]
    own = await push_deal(team.org, "own", team.people["Ann"], [(team.org.local(2026, 3, 2), "discovery")])
    for links, concerns in (
        ({"kpi": "calls"}, Concern.PROCESS),
        ({"kpi": "won-amount"}, Concern.OUTCOME),
        ({"kpi": "won-amount", "criterion": "champion"}, Concern.PROCESS),
        ({"deal_id": own}, Concern.PROCESS),
        ({"skill": "listening"}, Concern.PROCESS),
    ):
        topic = await team.asked(**links)
        assert topic.concerns is concerns
        assert {name: getattr(topic, name) for name in links} == links


@pytest.mark.parametrize("deed", ACTS)
@pytest.mark.parametrize("state", TopicState)
async def test_what_may_follow_what(team: Team, state: TopicState, deed: str) -> None:
    topic = await team.asked()
    await team.agenda.change(CoachingTopic, topic.id, status=state.value, **KEPT[state])
    wanted = {"dismiss": TopicState.DISMISSED, "reopen": TopicState.OPEN}.get(deed)
    is_allowed = state is TopicState.OPEN if wanted is None else wanted in ALLOWED[state]
    if is_allowed:
        changed = await act(team, "Lead", deed, topic.id)
        assert changed.status is (wanted or TopicState.OPEN)
        assert (changed.ended_at is None, changed.dismissal) == (
            changed.status is TopicState.OPEN,
            WHY.reason if deed == "dismiss" else None,
        )
    else:
        with pytest.raises(ServiceError) as refused:
            await act(team, "Lead", deed, topic.id)
        assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "illegal_transition")


@pytest.mark.parametrize("deed", ["pin", "dismiss"])
@pytest.mark.parametrize(
    ("who", "may"),
    [("Ann", True), ("Lead", True), ("Top", True), ("Ada", True), ("Enid", True), ("Bob", False), ("Eve", False)],
)
async def test_who_acts_is_who_sees(team: Team, who: str, deed: str, *, may: bool) -> None:
    topic = await team.asked()
    if may:
        await act(team, who, deed, topic.id)
    else:
        with pytest.raises(ServiceError) as refused:
            await act(team, who, deed, topic.id)
        assert refused.value.code == "coaching_topic_not_found"
        assert await team.agenda.topics() == [topic]


async def test_what_is_the_reps_alone_yet_is_found_by_nobody_else(team: Team) -> None:
    topic = await team.asked()
    await team.agenda.change(CoachingTopic, topic.id, visible_on=TOMORROW, raised_by=None)
    for name in ("Lead", "Top", "Ada", "system"):
        assert await team.agenda.topics(team.as_(name)) == []
        async with team.org.database.tenant(team.org.id) as session:
            assert await topics.open_topics_of(session, team.as_(name), [topic.rep_id]) == {}
            with pytest.raises(ServiceError) as refused:
                await topics.get_coaching_topic(session, team.as_(name), topic.id)
        assert refused.value.code == "coaching_topic_not_found"
        with pytest.raises(ServiceError):
            await act(team, name, "pin", topic.id)
    assert (await act(team, "Ann", "pin", topic.id)).pinned


async def test_pinning_twice_is_pinning_once(team: Team) -> None:
    topic = await team.asked()
    pinned = await act(team, "Lead", "pin", topic.id)
    assert await act(team, "Lead", "pin", topic.id) == pinned
    assert (await act(team, "Lead", "unpin", topic.id)).pinned is False


async def test_the_order_to_talk_about_them(team: Team) -> None:
    for title, links in (("c", {"kpi": "won-amount"}), ("b", {}), ("a", {"kpi": "calls"})):
        await team.asked(title=title, **links)
    old, pinned = await team.asked(title="old", kpi="calls"), await team.asked(title="pinned")
    await team.agenda.change(CoachingTopic, old.id, created_at=utc_now() - timedelta(days=14))
    await team.agenda.change(CoachingTopic, pinned.id, impact=0, pinned=True)
    async with team.org.database.tenant(team.org.id) as session:
        found = await topics.open_topics_of(session, team.as_("Lead"), [team.people["Ann"].id])
    ordered = found[team.people["Ann"].id]
    assert [one.title for one in ordered] == ["pinned", "old", "a", "b", "c"]
    assert [str(one.rank) for one in ordered] == ["0.0000", "0.7500", "0.5000", "0.5000", "0.2500"]


async def test_the_same_raised_again_is_not_opened_twice(team: Team) -> None:
    topic = await team.asked()
    await act(team, "Ann", "dismiss", topic.id)
    again = await team.asked()
    async with team.org.database.tenant(team.org.id) as session:
        row = await session.get(CoachingTopic, (team.org.id, topic.id))
        assert row is not None
        subject = row.subject
    await team.agenda.change(CoachingTopic, again.id, subject=subject)
    with pytest.raises(ServiceError) as refused:
        await act(team, "Ann", "reopen", topic.id)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "topic_is_open")


async def test_whoever_read_an_older_one_is_told(team: Team) -> None:
    topic = await team.asked()
    seen = Precondition(frozenset({etag_of(topic)}))
    await act(team, "Lead", "pin", topic.id, seen)
    with pytest.raises(ServiceError) as refused:
        await act(team, "Lead", "dismiss", topic.id, seen)
    assert refused.value.kind is ErrorKind.PRECONDITION_FAILED


async def test_a_managers_reports(team: Team) -> None:
    mine = await team.asked()
    theirs = await team.agenda.ask_for(team.as_("Top"), team.people["Lead"], "How the team does")
    for manager, expected in (("Lead", [mine]), ("Top", [theirs]), ("Eve", [])):
        found = await team.agenda.topics(team.as_("Ada"), manager_id=team.people[manager].id)
        assert found == expected
    with pytest.raises(ServiceError) as refused:
        await team.agenda.topics(team.as_("Lead"), manager_id=team.people["Eve"].id)
    assert refused.value.code == "person_not_found"
    assert await team.agenda.topics(team.as_("Lead"), source="rep") == [mine]


async def test_another_organization_neither_sees_nor_acts(team: Team) -> None:
    topic = await team.asked()
    other = await make_sales_org(team.org.database)
    async with other.database.tenant(other.id) as session:
        page = await topics.list_coaching_topics(session, other.system, TopicFilter(), PageRequest(10))
        assert page.items == []
        assert await topics.open_topics_of(session, other.system, [topic.rep_id]) == {}
        for use_case, args in [(topics.get_coaching_topic, []), *ACTS.values()]:
            with pytest.raises(ServiceError) as refused:
                await use_case(session, other.system, topic.id, *args)
            assert refused.value.code == "coaching_topic_not_found"
        data = CreateCoachingTopic(rep_id=topic.rep_id, title="Mine")
        with pytest.raises(ServiceError) as refused:
            await topics.create_coaching_topic(session, other.system, data)
    assert [error.pointer for error in refused.value.fields] == ["/rep_id"]
    assert await team.agenda.topics() == [topic]


async def test_permissions_come_first(team: Team) -> None:
    reader = Principal(org_id=team.org.id, permissions=frozenset({Permission.COACHING_TOPICS_READ}))
    nobody = Principal(org_id=team.org.id)
    async with team.org.database.tenant(team.org.id) as session:
        asked = CreateCoachingTopic(rep_id=new_id(), title="x")
        todo: list[Awaitable[Any]] = [
            *(use_case(session, reader, new_id(), *args) for use_case, args in ACTS.values()),
            topics.create_coaching_topic(session, reader, asked),
            topics.get_coaching_topic(session, nobody, new_id()),
            topics.open_topics_of(session, nobody, []),
            topics.list_coaching_topics(session, nobody, TopicFilter(), PageRequest(10)),
        ]
        for deed in todo:
            with pytest.raises(ServiceError) as refused:
                await deed
            assert refused.value.kind is ErrorKind.FORBIDDEN


async def test_any_number_of_reps_in_as_many_statements(team: Team) -> None:
    reps, counts = [team.people["Ann"]], []
    for more in range(2):
        reps += [
            await team.org.add_person(f"More{more}{n}", manager_id=team.people["Lead"].id) for n in range(10 * more)
        ]
        for rep in reps:
            await team.agenda.ask_for(team.as_("Lead"), rep, "How are you?")
        async with team.org.database.tenant(team.org.id) as session:
            with counted_statements(team.org.database) as statements:
                found = await topics.open_topics_of(session, team.as_("Lead"), [rep.id for rep in reps])
        counts.append(len(statements))
        assert len(found) == len(reps)
    assert counts[0] == counts[1]
