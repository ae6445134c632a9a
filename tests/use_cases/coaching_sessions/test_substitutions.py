"""Substitutes: who arranges them, what becomes of the sessions, what a substitute sees and for how long."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel import col, select

from service.coaching_sessions.dto.commitments import CreateCommitment
from service.coaching_sessions.dto.sessions import RescheduleSession, UpdateCoachingSession
from service.coaching_sessions.dto.standing_in import (
    CreateSubstitution,
    EndSubstitution,
    SubstitutionDTO,
    SubstitutionFilter,
)
from service.coaching_sessions.lifecycle import Move
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.use_cases.briefs import get_brief
from service.coaching_sessions.use_cases.commitments import create_commitment
from service.coaching_sessions.use_cases.session_moves import reschedule_coaching_session, start_coaching_session
from service.coaching_sessions.use_cases.sessions import get_coaching_session, update_coaching_session
from service.coaching_sessions.use_cases.substitutions import (
    create_coaching_substitution,
    end_coaching_substitution,
    get_coaching_substitution,
    list_coaching_substitutions,
)
from service.core.audit import AuditEvent
from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.events import emitted
from tests.factories.programmes import add_absence, add_programme, gaps_of, lay_down, sessions_of
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.moving_clock import move_clock

NOW = datetime(2027, 3, 1, 13, tzinfo=UTC)
TUESDAYS = [date(2027, 3, 2) + timedelta(days=7 * week) for week in range(8)]
AWAY = {"from_on": "2027-03-08", "to_on": "2027-03-19"}


@dataclass(slots=True)
class Team:
    """Lead coaches Ann and Bob on Tuesdays; Stan is a manager of another tree."""

    org: SalesOrg
    people: dict[str, PersonDTO]

    def acting(self, who: str) -> Principal:
        return self.org.acting_as(self.people[who])

    def id(self, who: str) -> UUID:
        return self.people[who].id

    async def substitute(self, who: str = "lead", **fields: Any) -> SubstitutionDTO:
        given = {"manager_id": self.id("lead"), "substitute_id": self.id("stan"), **AWAY, **fields}
        async with self.org.database.tenant(self.org.id) as session:
            data = CreateSubstitution.model_validate(given)
            return await create_coaching_substitution(session, self.acting(who), data)

    async def end(self, made: SubstitutionDTO, to_on: str, who: str = "lead") -> SubstitutionDTO:
        async with self.org.database.tenant(self.org.id) as session:
            data = EndSubstitution.model_validate({"to_on": to_on})
            return await end_coaching_substitution(session, self.acting(who), made.id, data)

    async def held_by(self, rep: str) -> list[UUID | None]:
        """Who stands in, Tuesday by Tuesday."""
        return [row.substitute_id for row in await sessions_of(self.org, self.id(rep))]


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    people = {"top": await org.add_person("Top", role="manager")}
    people["lead"] = await org.add_person("Lead", role="manager", manager_id=people["top"].id)
    for name in ("ann", "bob"):
        people[name] = await org.add_person(
            name.title(), manager_id=people["lead"].id, hired_on="2026-01-01", job_role="AE"
        )
    people["stan"] = await org.add_person("Stan", role="manager")
    people["ena"] = await org.add_person("Ena", role="enablement")
    await add_programme(org, job_role="AE")
    await lay_down(org, NOW)
    return Team(org, people)


async def test_sessions_go_to_the_substitute_instead_of_moving_and_come_back(team: Team) -> None:
    before = [row.starts_at for row in await sessions_of(team.org, team.id("ann"))]
    made = await team.substitute()
    stan, nobody = team.id("stan"), None
    assert await team.held_by("ann") == await team.held_by("bob") == [nobody, stan, stan] + [nobody] * 5
    await add_absence(team.org, team.id("lead"), date(2027, 3, 8), date(2027, 3, 19))
    await lay_down(team.org, NOW)
    rows = await sessions_of(team.org, team.id("ann"))
    assert [row.starts_at for row in rows] == before
    assert {row.manager_id for row in rows} == {team.id("lead")}
    assert await gaps_of(team.org) == []
    told = [data for name, data in await emitted(team.org) if name == "coaching_session.reassigned"]
    assert len(told) == 4
    assert {one["substitute_id"] for one in told} == {str(stan)}
    ended = await team.end(made, "2027-03-09")
    assert (ended.to_on, ended.ended_at is not None) == (date(2027, 3, 9), True)
    await lay_down(team.org, NOW)
    held = await sessions_of(team.org, team.id("ann"))
    assert [row.substitute_id for row in held] == [nobody, stan] + [nobody] * 6
    assert held[1].substituted_until == ended.ends_at
    # Without a substitute the absence holds again: there is no day of the five that suits.
    assert [row.starts_at for row in held[2:3]] != before[2:3]


async def test_the_absence_left_them_out_before_and_the_substitute_brings_them_back(team: Team) -> None:
    await add_absence(team.org, team.id("lead"), date(2027, 3, 8), date(2027, 3, 26))
    await lay_down(team.org, NOW)
    assert len(await sessions_of(team.org, team.id("ann"))) < 8
    await team.substitute(to_on="2027-03-26")
    await lay_down(team.org, NOW)
    assert len(await sessions_of(team.org, team.id("ann"))) == 8
    assert await gaps_of(team.org) == []


async def test_for_one_rep_goes_before_for_everybody(team: Team) -> None:
    await team.substitute()
    await team.substitute(rep_id=team.id("bob"), substitute_id=team.id("ena"))
    await lay_down(team.org, NOW)
    assert set(await team.held_by("ann")) == {None, team.id("stan")}
    assert set(await team.held_by("bob")) == {None, team.id("ena")}
    with pytest.raises(ServiceError, match="Somebody else") as refused:
        await team.substitute(from_on="2027-03-19", to_on="2027-03-20")
    assert refused.value.code == "already_substituted"


async def test_what_is_moved_by_hand_goes_along(team: Team) -> None:
    await team.substitute()
    first = (await sessions_of(team.org, team.id("ann")))[0]
    async with team.org.database.tenant(team.org.id) as session:
        for day, holds in ((10, team.id("stan")), (23, None)):
            data = RescheduleSession(starts_at=datetime(2027, 3, day, 18, tzinfo=UTC), reason="A fair")
            moved = await reschedule_coaching_session(session, team.acting("ann"), first.id, data)
            assert moved.substitute_id == holds


@pytest.mark.parametrize(
    ("who", "fields", "pointer"),
    [
        ("lead", {"substitute_id": "bob"}, "/substitute_id"),
        ("lead", {"substitute_id": "lead"}, "/substitute_id"),
        ("lead", {"manager_id": "top"}, "/manager_id"),
        ("stan", {}, "/manager_id"),
        ("lead", {"rep_id": "ena"}, "/rep_id"),
        ("lead", {"from_on": "2020-01-01"}, "/from_on"),
        ("lead", {"to_on": "2029-03-19"}, "/to_on"),
    ],
)
async def test_who_may_not(team: Team, who: str, fields: dict[str, str], pointer: str) -> None:
    given = {name: team.id(value) if value in team.people else value for name, value in fields.items()}
    with pytest.raises(ServiceError) as refused:
        await team.substitute(who, **given)
    assert [one.pointer for one in refused.value.fields] == [pointer]


async def test_who_sees_it_and_who_ends_it(team: Team) -> None:
    made = await team.substitute("top")
    other = await make_sales_org(team.org.database)

    async def seen(principal: Principal) -> bool:
        async with team.org.database.tenant(principal.org_id) as session:
            page = await list_coaching_substitutions(session, principal, SubstitutionFilter(), PageRequest(9))
            if not page.items:
                with pytest.raises(ServiceError) as refused:
                    await get_coaching_substitution(session, principal, made.id)
                assert refused.value.code == "coaching_substitution_not_found"
                return False
            return await get_coaching_substitution(session, principal, made.id) in page.items

    assert [await seen(team.acting(who)) for who in ("lead", "top", "stan", "ann", "ena")] == [True] * 5
    assert not await seen(other.system)
    with pytest.raises(ServiceError, match="No such") as refused:
        await team.end(made, "2027-03-09", "stan")
    assert refused.value.code == "coaching_substitution_not_found"
    with pytest.raises(ServiceError) as late:
        await team.end(made, "2027-03-19")
    assert [one.pointer for one in late.value.fields] == ["/to_on"]
    off = await team.end(made, "2027-03-07")
    assert off.begins_at == off.ends_at
    assert set(await team.held_by("ann")) == {None}


async def test_a_substitute_without_time_leaves_it_to_the_next_cascade(team: Team) -> None:
    bobs = await team.org.add_person("Cid", manager_id=team.id("stan"), hired_on="2026-01-01", job_role="AE")
    await lay_down(team.org, NOW)
    await team.substitute()
    await lay_down(team.org, NOW)
    rows = await sessions_of(team.org, team.id("ann"))
    assert [row.substitute_id for row in rows[1:3]] == [team.id("stan")] * 2
    assert {row.starts_at for row in rows} & {row.starts_at for row in await sessions_of(team.org, bobs.id)} == {
        row.starts_at for row in [rows[0], *rows[3:]]
    }


async def _now(team: Team, row: CoachingSession, until: timedelta) -> None:
    """The substitution of a session began, and lasts until then."""
    async with team.org.database.tenant(team.org.id) as session:
        found = await session.get(CoachingSession, (team.org.id, row.id))
        assert found is not None
        found.substituted_from, found.substituted_until = utc_now() - timedelta(days=1), utc_now() + until
        found.shared_notes = "Ours"
        await session.flush()


async def test_a_substitute_reads_what_the_session_needs_while_it_lasts(team: Team) -> None:
    await team.substitute()
    row = (await sessions_of(team.org, team.id("ann")))[1]
    given = CreateCommitment(
        rep_id=team.id("ann"), session_id=row.id, owner_id=team.id("stan"), description="Call", due_on=utc_now().date()
    )

    async def reads() -> list[bool]:
        async with team.org.database.tenant(team.org.id) as session:
            shown = await get_coaching_session(session, team.acting("stan"), row.id)
            outcome = []
            for step in (
                get_brief(session, team.acting("stan"), row.id),
                create_commitment(session, team.acting("stan"), given),
            ):
                try:
                    await step
                    outcome.append(True)
                except ServiceError:
                    outcome.append(False)
            return [shown.shared_notes is not None, Move.START in shown.allowed_moves, *outcome]

    # It is for March: nothing is read before its first day.
    assert await reads() == [False] * 4
    await _now(team, row, timedelta(hours=1))
    assert await reads() == [True] * 4
    await _now(team, row, timedelta(seconds=-1))
    assert await reads() == [False] * 4
    async with team.org.database.tenant(team.org.id) as session:
        query = select(AuditEvent.action).where(col(AuditEvent.org_id) == team.org.id)
        audited = set((await session.exec(query)).all())
    assert {"readBrief", "readSharedNotes"} <= audited


async def test_ended_early_it_gives_no_right_to_what_was_held_before(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await team.substitute()
    row = (await sessions_of(team.org, team.id("ann")))[1]
    clock = move_clock(monkeypatch, row.starts_at)
    async with team.org.database.tenant(team.org.id) as session:
        data = UpdateCoachingSession(shared_notes="Ours")
        await update_coaching_session(session, team.acting("stan"), row.id, data)
        await start_coaching_session(session, team.acting("stan"), row.id)

    async def reads() -> bool:
        async with team.org.database.tenant(team.org.id) as session:
            return (await get_coaching_session(session, team.acting("stan"), row.id)).shared_notes is not None

    clock.at = datetime(2027, 3, 13, 5, tzinfo=UTC)  # the midnight after the twelfth
    assert await reads()
    await team.end(made, "2027-03-12")
    assert not await reads()
