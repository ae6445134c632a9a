"""A rep rates a completed session within its days, as often as they like; nobody else does, and nobody reads it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.coaching_sessions.dto.ratings import CoachingRatingDTO, RateCoachingSession
from service.coaching_sessions.repository.ratings import list_ratings
from service.coaching_sessions.use_cases import ratings
from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.principal import Principal
from tests.factories.coaching_cast import SEES, Cast
from tests.factories.sales_org import make_sales_org
from tests.fixtures.statements import counted_statements

STEPS = {"focus": 4, "listening": 5, "feedback": 1, "next_step": 2, "openness": 3}


async def rate(cast: Cast, who: Principal, id_: UUID, **changes: Any) -> CoachingRatingDTO:
    data = RateCoachingSession(answers={**STEPS, **changes})
    async with cast.org.database.tenant(who.org_id) as session:
        return await ratings.rate_coaching_session(session, who, id_, data)


async def read(cast: Cast, who: Principal, id_: UUID) -> CoachingRatingDTO:
    async with cast.org.database.tenant(who.org_id) as session:
        return await ratings.get_coaching_rating(session, who, id_)


async def said(cast: Cast, id_: UUID) -> list[dict[str, int]]:
    """What is stored of a session, as the publication finds it."""
    async with cast.org.database.tenant(cast.org.id) as session:
        return [row.answers for row in await list_ratings(session, cast.org.id, [id_])]


async def test_a_rep_rates_and_rates_anew(cast: Cast) -> None:
    id_ = await cast.planted("completed")
    rep, before = cast.acting("rep"), await cast.row(id_)
    blank = await read(cast, rep, id_)
    assert [one.key for one in blank.questions] == list(STEPS)
    assert before.completed_at is not None
    assert blank.open_until == before.completed_at + timedelta(days=14)
    assert await said(cast, id_) == []
    assert await rate(cast, rep, id_) == blank
    assert await said(cast, id_) == [STEPS]
    assert await rate(cast, rep, id_, focus=1) == await read(cast, rep, id_) == blank
    assert await said(cast, id_) == [STEPS | {"focus": 1}]
    assert await cast.row(id_) == before
    assert await cast.events(id_) == []


@pytest.mark.parametrize("role", [role for role in SEES if role not in {"rep", "org_key"}])
async def test_nobody_else_rates_or_finds_it(cast: Cast, role: str) -> None:
    id_ = await cast.planted("completed")
    await rate(cast, cast.acting("rep"), id_)
    with pytest.raises(ServiceError) as refused:
        await rate(cast, cast.acting(role), id_)
    assert refused.value.code == "not_a_rater"
    with pytest.raises(ServiceError) as refused:
        await read(cast, cast.acting(role), id_)
    assert refused.value.code == "coaching_rating_not_found"


async def test_not_even_the_worker_or_another_organization(cast: Cast) -> None:
    id_ = await cast.planted("completed")
    await rate(cast, cast.acting("rep"), id_)
    stranger = await make_sales_org(cast.org.database)
    for who, code in (
        (cast.org.system, "coaching_rating_not_found"),
        (cast.acting("colleague"), "coaching_session_not_found"),
        (stranger.system, "coaching_session_not_found"),
    ):
        with pytest.raises(ServiceError) as refused:
            await read(cast, who, id_)
        assert refused.value.code == code


@pytest.mark.parametrize("state", ["scheduled", "in_progress", "cancelled", "missed"])
async def test_only_what_was_completed_is_rated(cast: Cast, state: str) -> None:
    id_ = await cast.planted(state)
    with pytest.raises(ServiceError) as refused:
        await rate(cast, cast.acting("rep"), id_)
    assert refused.value.code == "session_not_completed"
    with pytest.raises(ServiceError) as refused:
        await read(cast, cast.acting("rep"), id_)
    assert refused.value.code == "coaching_rating_not_found"


async def test_after_its_days_it_is_read_and_not_rated(cast: Cast) -> None:
    id_ = await cast.planted("completed", completed_at=utc_now() - timedelta(days=14))
    with pytest.raises(ServiceError) as refused:
        await rate(cast, cast.acting("rep"), id_)
    assert refused.value.code == "rating_closed"
    assert (await read(cast, cast.acting("rep"), id_)).open_until < utc_now()
    open_still = await cast.planted("completed", completed_at=utc_now() - timedelta(days=13, hours=23))
    await rate(cast, cast.acting("rep"), open_still)


async def test_each_question_that_is_not_asked_or_not_answered_is_named(cast: Cast) -> None:
    id_ = await cast.planted("completed")
    data = RateCoachingSession(answers={"focus": 1, "food": 5})
    with pytest.raises(ServiceError) as refused:
        async with cast.org.database.tenant(cast.org.id) as session:
            await ratings.rate_coaching_session(session, cast.acting("rep"), id_, data)
    asked = ("listening", "feedback", "next_step", "openness", "food")
    assert [field.pointer for field in refused.value.fields] == [f"/answers/{key}" for key in asked]


async def test_everybody_who_was_coached_rates_for_themself(cast: Cast) -> None:
    id_ = await cast.planted("completed", rep_ids=[cast.people["colleague"].id])
    unrated = await read(cast, cast.acting("colleague"), id_)
    await rate(cast, cast.acting("rep"), id_, focus=1)
    assert await read(cast, cast.acting("colleague"), id_) == unrated
    await rate(cast, cast.acting("colleague"), id_)
    assert sorted(await said(cast, id_), key=str) == sorted([STEPS, STEPS | {"focus": 1}], key=str)


async def test_ones_own_are_read_in_a_constant_number_of_statements(cast: Cast) -> None:
    ids = [await cast.planted("completed") for _ in range(4)]
    rep = cast.acting("rep")
    counts = []
    for some in (ids[:1], ids):
        with counted_statements(cast.org.database) as statements:
            async with cast.org.database.tenant(cast.org.id) as session:
                assert set(await ratings.coaching_ratings_of(session, rep, some)) == set(some)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 3
