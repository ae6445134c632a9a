"""A year that people spend together, planned: what is done when, from the stories that `together_year` tells."""

from datetime import time, timedelta
from uuid import UUID

from service.coaching_sessions.dto.commitments import SettleCommitment
from service.coaching_sessions.dto.formats import CreateSessionFormat
from service.coaching_sessions.dto.sessions import CreateCoachingSession, RescheduleSession
from service.coaching_sessions.dto.standing_in import CreateHandOver, CreateSubstitution, EndSubstitution
from service.coaching_sessions.dto.topics import CreateCoachingTopic
from service.coaching_sessions.use_cases import session_moves, sessions
from service.coaching_sessions.use_cases.commitments import settle_commitment
from service.coaching_sessions.use_cases.formats import create_session_format
from service.coaching_sessions.use_cases.hand_overs import create_coaching_hand_over
from service.coaching_sessions.use_cases.session_clock import miss_overdue
from service.coaching_sessions.use_cases.substitutions import create_coaching_substitution, end_coaching_substitution
from service.coaching_sessions.use_cases.topics import create_coaching_topic
from service.organizations.dto.people import UpdatePerson
from service.organizations.use_cases.people import update_person
from tests.factories.programmes import add_absence, add_programme
from tests.factories.sales_org import SalesOrg
from tests.factories.together_troupe import Troupe, bring, cancel, find, hold, row_of
from tests.factories.together_year import (
    COACHES,
    DAY,
    DUE_ON,
    HANDED_OVER_ON,
    LEFT,
    LINES,
    TOLD_ON,
    TUESDAYS,
    Away,
    Story,
    TogetherYear,
)
from tests.fixtures.moving_clock import MovingClock

FORMAT = {"key": "plain", "name": "Plain", "document": {"sections": [{"key": "talk", "title": "Talk", "minutes": 30}]}}
SERIES = {"rule": "FREQ=WEEKLY;INTERVAL=4;BYDAY=TU", "starts_on": TUESDAYS[0].isoformat(), "format_key": "plain"}
DAWN = time(5)


async def gather(org: SalesOrg, clock: MovingClock, year: TogetherYear) -> Troupe:
    """Everybody, the programme, and the whole year planned."""
    troupe = Troupe(org, clock, year)
    for who in (*COACHES, *LINES):
        if who not in troupe.ids:
            fields = {"role": "manager"} if who in COACHES else {"job_role": "AE"}
            fields |= {"role": "enablement"} if who == "ena" else {}
            line = troupe.ids[LINES[who]] if who in LINES else None
            person = await org.add_person(who.title(), manager_id=line, hired_on="2023-01-01", **fields)
            troupe.ids[who] = person.id
    data = CreateSessionFormat.model_validate(FORMAT)
    await troupe.do(create_session_format, org.system, data)
    await add_programme(org, **SERIES, job_role="AE")
    _plan_the_office(troupe)
    for away in year.aways:
        _plan_absence(troupe, away)
    for group in year.groups:
        _plan_group(troupe, group)
    for story in year.stories:
        _plan_story(troupe, story)
    return troupe


def _plan_the_office(troupe: Troupe) -> None:
    """What comes round by itself, and the hand-over: East's topic and promises are West's from its day on."""
    org, system = troupe.org, troupe.org.system

    async def miss() -> None:
        await troupe.do(miss_overdue, system, troupe.clock.at, 200)

    for day in (*TUESDAYS, HANDED_OVER_ON + DAY):
        troupe.plan(troupe.at(day - DAY, DAWN), troupe.lay_down)
        troupe.plan(troupe.at(day + 9 * DAY, DAWN), miss)

    async def hand_over() -> None:
        given = {"from_manager_id": troupe.ids["east"], "to_manager_id": troupe.ids["west"]}
        data = CreateHandOver.model_validate({**given, "hands_over_on": HANDED_OVER_ON})
        topic = CreateCoachingTopic(rep_id=troupe.ids["rep0"], title="What is next")
        await troupe.do(create_coaching_topic, troupe.acting("east"), topic)
        await troupe.do(create_coaching_hand_over, troupe.acting("ena"), data)
        await troupe.lay_down()

    async def leave() -> None:
        data = UpdatePerson(left_on=LEFT)
        await troupe.do(update_person, org.system, troupe.ids["east"], data)

    async def settle() -> None:
        for id_, story in troupe.promised:
            by = troupe.acting("west" if story.owes == "east" else story.owes)
            if story.promise in {"done", "missed"}:
                said = SettleCommitment.model_validate({"verdict": story.promise, "reason": "As we said"})
                await troupe.do(settle_commitment, by, id_, said)

    troupe.plan(troupe.at(TOLD_ON), hand_over)
    troupe.plan(troupe.at(LEFT - 6 * DAY), leave)
    troupe.plan(troupe.at(DUE_ON - 25 * DAY), settle)


def _plan_absence(troupe: Troupe, away: Away) -> None:
    """Told three weeks ahead, the substitute first."""
    ids = troupe.ids
    made: dict[str, UUID] = {}

    async def tell() -> None:
        if away.stands_in is not None:
            given = {"manager_id": ids[away.who], "substitute_id": ids[away.stands_in], "from_on": away.first}
            rep_id = None if away.rep is None else ids[away.rep]
            data = CreateSubstitution.model_validate({**given, "to_on": away.last, "rep_id": rep_id})
            found = await troupe.do(create_coaching_substitution, troupe.acting(away.who), data)
            made["id"] = found.id
        if not away.is_there:
            await add_absence(troupe.org, ids[away.who], away.first, away.last, "0.5" if away.half else "1")
        await troupe.lay_down()

    async def end() -> None:
        data = EndSubstitution.model_validate({"to_on": away.ended_on})
        await troupe.do(end_coaching_substitution, troupe.acting(away.who), made["id"], data)
        await troupe.lay_down()

    troupe.plan(troupe.at(away.first - 20 * DAY), tell)
    if away.ended_on is not None:
        troupe.plan(troupe.at(away.ended_on), end)


def _plan_group(troupe: Troupe, group: Story) -> None:
    """Ena arranges it ten days ahead, and may say five days ahead that others come."""
    number, ena = troupe.year.groups.index(group), troupe.acting("ena")
    reps, beside = group.were or (group.reps[1:], group.beside)
    named = {"rep_ids": [troupe.ids[one] for one in reps], "coach_ids": [troupe.ids[one] for one in beside]}
    two = {"manager_id": troupe.ids[group.owes], "rep_id": troupe.ids[group.reps[0]]}

    async def arrange() -> None:
        given = {"starts_at": troupe.at(group.day, time(15)), "format_key": "plain", "reminder_minutes": []}
        data = CreateCoachingSession.model_validate({**two, **named, **given, "replaces_one_to_ones": group.replaces})
        made = await troupe.do(sessions.create_coaching_session, ena, data)
        troupe.groups[number] = made.id

    async def invite() -> None:
        await bring(troupe, group)

    async def call_off() -> None:
        await cancel(troupe, group, "ena")
        await troupe.lay_down()

    troupe.plan(troupe.at(group.day - 10 * DAY), arrange)
    if group.were is not None:
        troupe.plan(troupe.at(group.day - 5 * DAY), invite)
    if group.fate == "called_off":
        troupe.plan(troupe.at(group.day - 9 * DAY), call_off)


def _plan_story(troupe: Troupe, story: Story) -> None:
    async def sit_in() -> None:
        await bring(troupe, story)

    async def put_off() -> None:
        evening = troupe.at(story.day, time(18)) + timedelta(minutes=30 * int(story.reps[0][-1]))
        data, rep = RescheduleSession(starts_at=evening, reason="A customer"), troupe.acting(story.reps[0])
        id_ = (await row_of(troupe, story)).id
        await troupe.do(session_moves.reschedule_coaching_session, rep, id_, data)

    async def end() -> None:
        if story.fate == "completed":
            await hold(troupe, story)
        elif story.fate == "cancelled":
            await cancel(troupe, story, story.reps[0] if story.is_moved else story.holds)
        elif story.fate in {"unscheduled", "replaced"}:
            assert await find(troupe, story) is None, story

    if story.occurs_on is not None and story.beside and story.fate != "replaced":
        troupe.plan(troupe.at(story.day - 3 * DAY), sit_in)
    if story.is_moved:
        troupe.plan(troupe.at(story.day - 2 * DAY), put_off)
    troupe.plan(troupe.at(story.day - DAY) if story.fate == "cancelled" else troupe.at(story.day, time(9)), end)
