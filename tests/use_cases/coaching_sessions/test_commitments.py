"""Commitments by hand: who takes them on for whom, what is checked, how they are changed and settled."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.commitments import (
    CommitmentDTO,
    CommitmentFilter,
    CreateCommitment,
    SettleCommitment,
    UpdateCommitment,
)
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.models import CoachingCommitment
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.settling import CommitmentState
from service.coaching_sessions.use_cases import commitments
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.etags import Precondition, etag_of
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.success_models.targets import PeriodKind
from service.webhooks.event_types import EventType
from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org

GOAL: dict[str, Any] = {"kpi": "calls", "goal": {"period": "month", "value": "160"}}


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


async def take_on(team: Team, by: str = "Ann", **fields: Any) -> CommitmentDTO:
    return await team.agenda.commit(team.as_(by), team.people["Ann"], **fields)


async def refused_at(team: Team, by: str = "Ann", **fields: Any) -> list[str]:
    """The fields that a refusal names."""
    with pytest.raises(ServiceError) as refused:
        await take_on(team, by, **fields)
    assert refused.value.kind is ErrorKind.INVALID
    return [error.pointer for error in refused.value.fields]


async def settle(team: Team, by: str, id_: UUID, verdict: str, reason: str | None = "Because") -> CommitmentDTO:
    data = SettleCommitment.model_validate({"verdict": verdict, "reason": reason})
    async with team.org.database.tenant(team.org.id) as session:
        return await commitments.settle_commitment(session, team.as_(by), id_, data)


async def update(team: Team, id_: UUID, expected: Precondition | None = None, **changes: Any) -> CommitmentDTO:
    data = UpdateCommitment.model_validate(changes)
    async with team.org.database.tenant(team.org.id) as session:
        return await commitments.update_commitment(session, team.as_("Lead"), id_, data, expected or Precondition())


async def listed(team: Team, by: str, **filters: Any) -> list[CommitmentDTO]:
    asked = CommitmentFilter.model_validate(filters)
    async with team.org.database.tenant(team.org.id) as session:
        return (await commitments.list_commitments(session, team.as_(by), asked, PageRequest(50))).items


@pytest.mark.parametrize("by", ["Ann", "Lead", "Top", "Ada", "Enid", "system"])
async def test_who_takes_on_for_whom_and_who_sees_it(team: Team, by: str) -> None:
    made = await take_on(team, by)
    assert (made.owner_id, made.status, made.concerns) == (
        team.people["Ann"].id,
        CommitmentState.OPEN,
        Concern.OTHER,
    )
    for name in ("Ann", "Lead", "Top", "Ada", "Enid", "system"):
        assert await listed(team, name) == [made], name
    for name in ("Bob", "Eve"):
        assert await listed(team, name) == [], name
    ((_, data),) = await emitted(team.org, EventType.COMMITMENT_CREATED)
    assert data == {
        "commitment_id": str(made.id),
        "rep_id": str(made.rep_id),
        "owner_id": str(made.owner_id),
        "due_on": str(made.due_on),
    }


async def test_the_rep_must_be_in_scope(team: Team) -> None:
    for by in ("Bob", "Eve"):
        assert await refused_at(team, by) == ["/rep_id"]


@pytest.mark.parametrize(
    ("owner", "may"), [("Ann", True), ("Lead", True), ("Top", True), ("Bob", False), ("Eve", False), ("Ada", False)]
)
async def test_the_owner_is_the_rep_or_somebody_above(team: Team, owner: str, *, may: bool) -> None:
    owner_id = team.people[owner].id
    if may:
        assert (await take_on(team, owner_id=owner_id)).owner_id == owner_id
    else:
        assert await refused_at(team, owner_id=owner_id) == ["/owner_id"]


async def test_an_owner_who_is_nobody(team: Team) -> None:
    assert await refused_at(team, owner_id=new_id()) == ["/owner_id"]


async def test_a_session_is_the_reps_and_one_that_took_place(team: Team) -> None:
    people, agenda = team.people, team.agenda
    own = await agenda.arrange(people["Eve"], people["Ann"])
    made = await take_on(team, session_id=own, owner_id=people["Eve"].id)  # who coached in it may take it on
    assert (made.session_id, made.owner_id) == (own, people["Eve"].id)
    assert await listed(team, "Eve") == [made]  # its owner sees it, whoever the rep reports to
    bobs = await agenda.arrange(people["Lead"], people["Bob"])
    assert await refused_at(team, "Lead", session_id=bobs) == ["/session_id"]
    assert await refused_at(team, session_id=new_id()) == ["/session_id"]
    for state in (SessionState.CANCELLED, SessionState.MISSED):
        gone = await agenda.arrange(people["Lead"], people["Ann"], state)
        assert await refused_at(team, session_id=gone) == ["/session_id"]
    for state in (SessionState.SCHEDULED, SessionState.COMPLETED):
        held = await agenda.arrange(people["Lead"], people["Ann"], state)
        assert (await take_on(team, session_id=held)).session_id == held
    assert await listed(team, "Ann", session_id=own) == [made]


async def test_the_day_is_ahead_and_within_a_year(team: Team) -> None:
    today = team.agenda.today
    for days in (-1, 367):
        assert await refused_at(team, due_on=today + timedelta(days=days)) == ["/due_on"]
    made = await take_on(team, due_on=today)
    with pytest.raises(ServiceError) as refused:
        await update(team, made.id, due_on=today - timedelta(days=1))
    assert [error.pointer for error in refused.value.fields] == ["/due_on"]


async def test_links_are_those_of_the_owners_model(team: Team) -> None:
    assert await refused_at(team, kpi="mood", criterion="unheard_of", deal_id=new_id()) == [
        "/kpi",
        "/criterion",
        "/deal_id",
    ]
    made = await take_on(team, **GOAL)
    assert (made.kpi, made.goal_period, made.goal_value) == ("calls", PeriodKind.MONTH, Decimal(160))
    assert made.concerns is Concern.PROCESS
    assert (await take_on(team, kpi="won-amount")).concerns is Concern.OUTCOME


async def test_it_is_changed_while_it_is_open(team: Team) -> None:
    made = await take_on(team)
    later = made.due_on + timedelta(days=7)
    changed = await update(team, made.id, Precondition(frozenset({etag_of(made)})), description="Fifty", due_on=later)
    assert (changed.description, changed.due_on) == ("Fifty", later)
    assert await update(team, made.id, description="Fifty") == changed
    with pytest.raises(ServiceError) as refused:
        await update(team, made.id, Precondition(frozenset({etag_of(made)})), description="Sixty")
    assert refused.value.kind is ErrorKind.PRECONDITION_FAILED
    await settle(team, "Ann", made.id, "done", None)
    with pytest.raises(ServiceError) as refused:
        await update(team, made.id, description="Sixty")
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "already_settled")


@pytest.mark.parametrize("verdict", ["done", "missed", "dropped"])
@pytest.mark.parametrize("by", ["Ann", "Lead", "Top", "Ada"])
async def test_people_settle_what_has_no_goal(team: Team, by: str, verdict: str) -> None:
    made = await take_on(team)
    settled = await settle(team, by, made.id, verdict)
    assert (settled.status, settled.settled_by, settled.settlement) == (verdict, team.people[by].id, "Because")
    assert settled.settled_at is not None
    ((_, data),) = await emitted(team.org, EventType.COMMITMENT_SETTLED)
    assert (data["status"], data["by_data"]) == (verdict, False)
    with pytest.raises(ServiceError) as refused:
        await settle(team, by, made.id, "done")
    assert refused.value.code == "already_settled"


async def test_one_with_a_goal_is_the_datas_and_can_only_be_dropped(team: Team) -> None:
    made = await take_on(team, **GOAL)
    for verdict in ("done", "missed"):
        with pytest.raises(ServiceError) as refused:
            await settle(team, "Lead", made.id, verdict)
        assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "settled_by_data")
    assert (await settle(team, "Lead", made.id, "dropped")).status is CommitmentState.DROPPED


@pytest.mark.parametrize("by", ["Bob", "Eve"])
async def test_others_neither_read_nor_settle(team: Team, by: str) -> None:
    made = await take_on(team)
    with pytest.raises(ServiceError) as refused:
        await settle(team, by, made.id, "done")
    assert refused.value.code == "commitment_not_found"
    async with team.org.database.tenant(team.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await commitments.get_commitment(session, team.as_(by), made.id)
        assert await commitments.open_commitments_of(session, team.as_(by), [made.rep_id]) == {}
    assert refused.value.code == "commitment_not_found"
    assert await team.agenda.commitment(made.id) == made


async def test_what_is_open_the_earliest_first(team: Team) -> None:
    today = team.agenda.today
    later, sooner = await take_on(team, due_on=today + timedelta(days=9)), await take_on(team, due_on=today)
    await team.agenda.change(CoachingCommitment, (await take_on(team)).id, status="done", settled_at=utc_now())
    async with team.org.database.tenant(team.org.id) as session:
        found = await commitments.open_commitments_of(session, team.as_("Lead"), [team.people["Ann"].id])
    assert found == {team.people["Ann"].id: [sooner, later]}
    assert await listed(team, "Lead", status="open", due_before=today + timedelta(days=1)) == [sooner]
    assert await listed(team, "Lead", owner_id=team.people["Lead"].id) == []


async def test_another_organization_neither_sees_nor_acts(team: Team) -> None:
    made = await take_on(team)
    other = await make_sales_org(team.org.database)
    async with other.database.tenant(other.id) as session:
        asked = CommitmentFilter(rep_id=made.rep_id)
        assert (await commitments.list_commitments(session, other.system, asked, PageRequest(10))).items == []
        assert await commitments.open_commitments_of(session, other.system, [made.rep_id]) == {}
        dropped = SettleCommitment.model_validate({"verdict": "dropped", "reason": "x"})
        for deed in (
            commitments.get_commitment(session, other.system, made.id),
            commitments.update_commitment(session, other.system, made.id, UpdateCommitment(description="x")),
            commitments.settle_commitment(session, other.system, made.id, dropped),
        ):
            with pytest.raises(ServiceError) as refused:
                await deed
            assert refused.value.code == "commitment_not_found"
    assert await team.agenda.commitment(made.id) == made


async def test_permissions_come_first(team: Team) -> None:
    reader = Principal(org_id=team.org.id, permissions=frozenset({Permission.COMMITMENTS_READ}))
    nobody = Principal(org_id=team.org.id)
    new = CreateCommitment.model_validate({"rep_id": new_id(), "description": "x", "due_on": "2099-01-01"})
    done = SettleCommitment.model_validate({"verdict": "done"})
    async with team.org.database.tenant(team.org.id) as session:
        for deed in (
            commitments.create_commitment(session, reader, new),
            commitments.update_commitment(session, reader, new_id(), UpdateCommitment(description="x")),
            commitments.settle_commitment(session, reader, new_id(), done),
            commitments.get_commitment(session, nobody, new_id()),
            commitments.open_commitments_of(session, nobody, []),
            commitments.list_commitments(session, nobody, CommitmentFilter(), PageRequest(10)),
        ):
            with pytest.raises(ServiceError) as refused:
                await deed
            assert refused.value.kind is ErrorKind.FORBIDDEN
