"""A staggered start on the real database: what is drawn is kept, and the cascade goes by it."""

from datetime import date

from tests.factories.cascades import NOW, days_of, steady
from tests.factories.programmes import add_programme, cadences_of, lay_down
from tests.factories.sales_org import SalesOrg


async def test_pairs_begin_in_the_wave_that_was_drawn_and_joiners_at_once(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    reps = [await org.add_person(f"Rep{n}", manager_id=lead.id, hired_on="2026-01-01") for n in range(4)]
    made = await add_programme(org, staggered_start={"waves": 2, "every_weeks": 3, "seed": 5})
    await lay_down(org, NOW)
    begin = [(await cadences_of(org, rep.id))[0].from_on for rep in reps]
    later = date.fromordinal(made.starts_on.toordinal() + 21)
    assert sorted(begin) == sorted([max(made.starts_on, min(begin))] * 2 + [later] * 2)
    for rep, day in zip(reps, begin, strict=True):
        assert (await days_of(org, rep.id))[0] >= day
    await steady(org)
    joiner = await org.add_person("Joiner", manager_id=lead.id, hired_on="2026-01-01")
    await lay_down(org, NOW)
    assert (await cadences_of(org, joiner.id))[0].from_on < later
    assert [(await cadences_of(org, rep.id))[0].from_on for rep in reps] == begin
