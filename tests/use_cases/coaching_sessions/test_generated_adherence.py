"""Generated years read through the database: every number is the true one, whoever asks, whatever the day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from service.coaching_sessions.dto.adherence import AdherenceQuery, CadenceAdherenceDTO
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.core.database import Database
from service.core.principal import Principal, Role
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.teams import create_team
from service.permissions import ROLES
from tests.factories.coaching_rows import write_year
from tests.factories.coaching_truth import below, count, flat
from tests.factories.coaching_year import YEAR, Generator, Year
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.statements import counted_statements

WHOLE = date(YEAR, 1, 1), date(YEAR, 12, 31)
MONTHS = [
    (date(YEAR, month, 1), date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)) for month in range(1, 13)
]
END, MIDDLE = datetime(YEAR + 1, 6, 1, tzinfo=UTC), datetime(YEAR, 7, 17, 15, 3, tzinfo=UTC)
Chosen = Callable[[UUID, UUID, date], bool]


async def ask(
    org: SalesOrg, days: tuple[date, date], principal: Principal | None = None, **query: Any
) -> CadenceAdherenceDTO:
    asked = AdherenceQuery.model_validate({"from_on": days[0], "to_on": days[1], **query})
    async with org.database.tenant(org.id) as session:
        return await get_cadence_adherence(session, principal or org.system, asked)


def hold(found: CadenceAdherenceDTO, year: Year, as_of: datetime, days: tuple[date, date], chosen: Chosen) -> None:
    """Hold an account against the truth: together, and manager by manager."""
    assert flat(found.total) == count(year, as_of, days, chosen)
    for manager in found.managers:

        def own(manager_id: UUID, rep: UUID, day: date, whose: UUID = manager.manager_id) -> bool:
            return manager_id == whose and chosen(manager_id, rep, day)

        assert flat(manager) == count(year, as_of, days, own)
        assert manager.left_on == year.left_on.get(manager.manager_id)
    assert sum(one.owed for one in found.managers) == found.total.owed
    assert sum(one.not_due_yet for one in found.managers) == found.total.not_due_yet


@pytest.mark.parametrize("seed", [101, 102])
async def test_a_year_is_accounted_for(database: Database, seed: int) -> None:
    org, year = await make_sales_org(database), Generator(seed).build()
    await write_year(org, year)
    for as_of in (END, MIDDLE):
        for days in (WHOLE, *MONTHS):
            hold(await ask(org, days, as_of=as_of), year, as_of, days, lambda *_: True)
    with counted_statements(database) as few:
        await ask(org, (WHOLE[0], WHOLE[0] + timedelta(days=9)), as_of=END)
    with counted_statements(database) as many:
        found = await ask(org, WHOLE, as_of=END)
    assert (len(many), len(found.managers)) == (len(few), 5)
    for top in year.tops:
        principal = Principal(org.id, ROLES[Role.MANAGER], person_id=top, role=Role.MANAGER)

        def under(manager: UUID, _rep: UUID, day: date, top: UUID = top) -> bool:
            return below(year, top, manager, day)

        def own(manager: UUID, _rep: UUID, _day: date, top: UUID = top) -> bool:
            return manager == top

        mine = await ask(org, WHOLE, principal, as_of=END)
        hold(mine, year, END, WHOLE, under)
        same = await ask(org, WHOLE, as_of=END, manager_id=top, tree=True)
        assert same.total == mine.total
        alone = await ask(org, WHOLE, as_of=END, manager_id=top)
        hold(alone, year, END, WHOLE, own)
    leaver = year.managers[0]
    principal = Principal(org.id, ROLES[Role.MANAGER], person_id=year.tops[0], role=Role.MANAGER)
    (gone,) = (await ask(org, WHOLE, principal, as_of=END, manager_id=leaver)).managers
    assert (gone.manager_id, gone.left_on) == (leaver, year.left_on[leaver])
    assert gone.owed > 20
    members = year.reps[:3]
    async with org.database.tenant(org.id) as session:
        team = await create_team(session, org.system, CreateTeam(name="East", member_ids=members))
    found = await ask(org, WHOLE, as_of=END, team_id=team.id)
    hold(found, year, END, WHOLE, lambda _manager, rep, _day: rep in members)
