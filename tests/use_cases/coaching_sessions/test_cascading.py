"""The cascade on the real database: joiners, movers, leavers, absences, changes; and nothing twice."""

from datetime import UTC, date, datetime, timedelta

from tests.factories.programmes import (
    add_absence,
    add_programme,
    cadences_of,
    everything,
    gaps_of,
    lay_down,
    sessions_of,
)
from tests.factories.sales_org import SalesOrg

NOW = datetime(2027, 3, 1, 13, tzinfo=UTC)
"""A Monday morning in New York."""


async def test_every_rep_gets_a_time_of_their_own_and_a_second_cascade_changes_nothing(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    reps = [await org.add_person(f"Rep{n}", manager_id=lead.id, hired_on="2026-01-01") for n in range(3)]
    await add_programme(org)
    await lay_down(org, NOW)
    starts = [[row.starts_at.astimezone(org.zone) for row in await sessions_of(org, rep.id)] for rep in reps]
    assert {len(several) for several in starts} == {8}
    assert sorted(several[0].strftime("%a %H:%M") for several in starts) == ["Tue 10:00", "Tue 10:30", "Tue 11:00"]
    # The clocks change on the fourteenth; ten o'clock stays ten o'clock.
    assert all(len({start.strftime("%H:%M") for start in several}) == 1 for several in starts)
    before = await everything(org)
    await lay_down(org, NOW + timedelta(minutes=5))
    assert await everything(org) == before
