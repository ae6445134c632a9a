"""Whose account a caller reads, for which days, and how even coaching is by attainment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.coaching_sessions.dto.adherence import AdherenceQuery, CadenceAdherenceDTO
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.organizations.dto.people import ManagerPeriodInput, PersonDTO
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.organizations.use_cases.teams import create_team
from tests.factories.coaching_rows import session_row, write, write_series
from tests.factories.coaching_year import Happening, Story
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document, target

SINCE = {"manager_from": date(2025, 1, 1)}
MARCH = {"from_on": date(2026, 3, 1), "to_on": date(2026, 3, 31)}
HALF = timedelta(minutes=30)


def story(manager: PersonDTO, rep: PersonDTO, due_at: datetime, *, held: bool = True) -> Story:
    """A session that was held on time, or missed."""
    due_at = due_at.astimezone(UTC)
    happenings = [Happening(due_at + timedelta(hours=25), "missed")]
    if held:
        happenings = [Happening(due_at, "started"), Happening(due_at + HALF, "completed", minutes=30)]
    known = due_at - timedelta(days=30)
    return Story(new_id(), manager.id, rep.id, None, None, due_at, HALF, known, happenings)


async def plant(org: SalesOrg, stories: Sequence[Story]) -> None:
    format_id, programme_id = await write_series(org)
    await write(org, [session_row(one, format_id, org.id, programme_id) for one in stories])


async def ask(org: SalesOrg, principal: Principal | None = None, **query: Any) -> CadenceAdherenceDTO:
    asked = AdherenceQuery.model_validate({**MARCH, **query})
    async with org.database.tenant(org.id) as session:
        return await get_cadence_adherence(session, principal or org.system, asked)


def owed(found: CadenceAdherenceDTO) -> dict[str, int]:
    return {one.name: one.owed for one in found.managers}


@pytest.fixture
async def people(org: SalesOrg) -> dict[str, PersonDTO]:
    """Vera over Max and Zoe; Ann moves from Max to Zoe on 16 March. Each has sessions on the 10th and the 20th."""
    vera = await org.add_person("Vera", role="manager")
    max_, zoe = [await org.add_person(name, role="manager", manager_id=vera.id, **SINCE) for name in ("Max", "Zoe")]
    ann = await org.add_person("Ann", manager_id=max_.id, **SINCE)
    bob = await org.add_person("Bob", manager_id=max_.id, **SINCE)
    enid = await org.add_person("Enid", role="enablement")
    async with org.database.tenant(org.id) as session:
        moved = ManagerPeriodInput(manager_id=zoe.id, start_on=date(2026, 3, 16))
        await add_manager_period(session, org.system, ann.id, moved)
    tenth, twentieth = org.local(2026, 3, 10, 10), org.local(2026, 3, 20, 10)
    stories = [
        story(vera, max_, tenth),
        story(max_, ann, tenth),
        story(max_, bob, tenth, held=False),
        story(max_, bob, twentieth),
        story(zoe, ann, twentieth),
        # The last minute of March in New York is April in UTC; the first of April is no more part of it.
        story(zoe, ann, org.local(2026, 3, 31, 23, 59)),
        story(zoe, ann, org.local(2026, 4, 1)),
    ]
    await plant(org, stories)
    return {person.name: person for person in (vera, max_, zoe, ann, bob, enid)}


async def test_everybody_reads_their_own_part(org: SalesOrg, people: dict[str, PersonDTO]) -> None:
    seen = {name: owed(await ask(org, org.acting_as(person))) for name, person in people.items()}
    everything = {"Max": 3, "Vera": 1, "Zoe": 2}
    assert seen == {"Vera": everything, "Enid": everything, "Max": {"Max": 3}, "Zoe": {"Zoe": 2}, "Ann": {}, "Bob": {}}
    assert owed(await ask(org)) == everything


async def test_one_manager_and_the_tree_below(org: SalesOrg, people: dict[str, PersonDTO]) -> None:
    vera, max_ = people["Vera"], people["Max"]
    for principal in (org.system, org.acting_as(vera)):
        assert owed(await ask(org, principal, manager_id=vera.id)) == {"Vera": 1}
        assert owed(await ask(org, principal, manager_id=vera.id, tree=True)) == {"Max": 3, "Vera": 1, "Zoe": 2}
        assert owed(await ask(org, principal, manager_id=max_.id, tree=True)) == {"Max": 3}
    assert (await ask(org, manager_id=max_.id)).managers[0].reasons == ["1 of 3 owed sessions was missed."]
    for stranger in ("Vera", "Zoe"):
        await refused(org, "person_not_found", org.acting_as(max_), manager_id=people[stranger].id)
    await refused(org, "person_not_found", org.acting_as(people["Ann"]), manager_id=max_.id)
    await refused(org, "person_not_found", manager_id=new_id())


async def test_a_manager_who_moved_counts_where_they_were(org: SalesOrg, people: dict[str, PersonDTO]) -> None:
    yann = await org.add_person("Yann", role="manager")
    async with org.database.tenant(org.id) as session:
        moved = ManagerPeriodInput(manager_id=yann.id, start_on=date(2026, 3, 15))
        await add_manager_period(session, org.system, people["Max"].id, moved)
    assert owed(await ask(org, org.acting_as(people["Vera"]))) == {"Max": 2, "Vera": 1, "Zoe": 2}
    assert owed(await ask(org, org.acting_as(yann))) == {"Max": 1}
    assert owed(await ask(org, org.acting_as(people["Vera"]), manager_id=people["Max"].id)) == {"Max": 2}
    later = {"from_on": date(2026, 3, 16), "to_on": date(2026, 3, 31), "manager_id": people["Max"].id}
    await refused(org, "person_not_found", org.acting_as(people["Vera"]), **later)


async def test_a_team(org: SalesOrg, people: dict[str, PersonDTO]) -> None:
    async with org.database.tenant(org.id) as session:
        team = await create_team(session, org.system, CreateTeam(name="East", member_ids=[people["Ann"].id]))
    assert owed(await ask(org, team_id=team.id)) == {"Max": 1, "Zoe": 2}
    assert owed(await ask(org, org.acting_as(people["Max"]), team_id=team.id)) == {"Max": 1}
    await refused(org, "team_not_found", team_id=new_id())


async def test_another_organization_has_none_of_it(org: SalesOrg, people: dict[str, PersonDTO]) -> None:
    other = await make_sales_org(org.database)
    assert (await ask(other)).managers == []
    await refused(other, "person_not_found", manager_id=people["Max"].id)
    async with org.database.tenant(org.id) as session:
        team = await create_team(session, org.system, CreateTeam(name="East"))
    await refused(other, "team_not_found", team_id=team.id)


@pytest.mark.parametrize(
    ("span", "pointer"),
    [
        ({"from_on": date(2026, 3, 2), "to_on": date(2026, 3, 1)}, "to"),
        ({"from_on": date(2026, 1, 1), "to_on": date(2027, 2, 5)}, "from"),
        ({"from_on": date(2199, 1, 1), "to_on": None}, "to"),
    ],
)
async def test_a_span_that_is_none(org: SalesOrg, span: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        await ask(org, **span)
    assert (refusal.value.kind, refusal.value.fields[0].pointer) == (ErrorKind.INVALID, pointer)


async def test_days_left_out(org: SalesOrg) -> None:
    today = org.day_of(utc_now())
    found = await ask(org, from_on=None, to_on=None, as_of=datetime(2199, 1, 1, tzinfo=UTC))
    assert (found.from_on, found.to_on) == (today - timedelta(days=90), today)
    assert found.as_of <= utc_now()
    await org.activate(model_document(targets=[target("won-amount", "month", "1000")]), build=False)
    long_ago = await ask(org, from_on=date(1900, 1, 1), to_on=date(1900, 1, 31))
    assert long_ago.evenness_reason == "Cannot tell yet: 0 of the reps have a target for won-amount; it takes 6."
    longest = await ask(org, from_on=date(2026, 1, 1), to_on=date(2027, 2, 4))
    assert (longest.to_on - longest.from_on).days == 399


async def test_evenness_by_attainment_of_the_main_outcome(org: SalesOrg) -> None:
    """Of six reps the two furthest behind had no session, the others all of theirs."""
    targets = [
        target("calls", "month", "10"),
        target("won-amount", "month", "1000"),
        target("won-amount", "year", "9000"),
    ]
    await org.activate(model_document(targets=targets))
    lead = await org.add_person("Lead", role="manager")
    stories = []
    for place in range(6):
        rep = await org.add_person(f"Rep{place}", manager_id=lead.id, **SINCE)
        await org.add_deal(rep, org.local(2026, 2, 1), org.local(2026, 3, 5), "won", amount=str(100 * (place + 1)))
        stories += [story(lead, rep, org.local(2026, 3, day, 10), held=place > 1) for day in (3, 10, 17, 24)]
    await plant(org, stories)
    await org.refresh()
    found = await ask(org)
    assert [(one.third.value, one.reps, one.held.numerator, one.held.denominator) for one in found.evenness] == [
        ("lowest", 2, 0, 8),
        ("middle", 2, 8, 8),
        ("highest", 2, 8, 8),
    ]
    assert found.evenness_reason == (
        "Those furthest ahead on won-amount get more of the sessions they are owed: 8 of 8 against 0 of 8."
    )


async def refused(org: SalesOrg, code: str, principal: Principal | None = None, **query: Any) -> None:
    with pytest.raises(ServiceError) as refusal:
        await ask(org, principal, **query)
    assert (refusal.value.kind, refusal.value.code) == (ErrorKind.NOT_FOUND, code)
