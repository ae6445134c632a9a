"""Adherence on the database: whose moves count where, and how they are held against their criteria."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.organizations.dto.people import ManagerPeriodInput, PersonDTO
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.success_models.dto.adherence import ProcessAdherenceDTO, ProcessAdherenceQuery, TallyDTO
from service.success_models.use_cases.process_adherence import get_process_adherence
from tests.factories.deals import push_activity, push_deal
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document
from tests.fixtures.statements import counted_statements

SINCE = {"manager_from": "2026-01-01"}
BUYER: dict[str, Any] = {"attributes": {"economic_buyer": "Dana"}}


async def ask(org: SalesOrg, principal: Principal | None = None, **query: Any) -> ProcessAdherenceDTO:
    asked = ProcessAdherenceQuery.model_validate({"start": "2026-03-01", "until": "2026-04-01", **query})
    async with org.database.tenant(org.id) as session:
        return await get_process_adherence(session, principal or org.system, asked)


def counts(tally: TallyDTO) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: value for name, value in tally if isinstance(value, int) and value}


async def team(org: SalesOrg) -> list[PersonDTO]:
    lead = await org.add_person("Lead", role="manager")
    return [lead, *[await org.add_person(name, manager_id=lead.id, **SINCE) for name in ("Rita", "Ron")]]


async def test_moves_are_held_against_their_criteria(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita, ron = await team(org)
    march = partial(org.local, 2026, 3)
    # The buyer is filled on an older deal, so that the field is in use.
    await push_deal(org, "old", rita, [(org.local(2026, 1, 5), "discovery")], **BUYER)
    # With the buyer and two meetings: adherent. The champion is asked for and unknown.
    await push_deal(org, "good", rita, [(march(2), "qualification"), (march(9), "discovery")], **BUYER)
    for day in (3, 5):
        await push_activity(org, "good", march(day), outcome="completed")
    # Without the buyer: not adherent; then back.
    poor = [(march(2), "qualification"), (march(9), "discovery"), (march(11), "qualification")]
    await push_deal(org, "poor", rita, poor)
    # Over discovery and lost.
    jump = [(march(2), "qualification"), (march(12), "proposal"), (march(20), "closed_lost")]
    await push_deal(org, "jump", ron, jump, **BUYER)
    found = await ask(org, manager_id=lead.id)
    assert [line.person_id for line in found.people] == [rita.id, ron.id]
    first, second = found.people
    assert counts(first) == {
        "moves": 2,
        "decidable": 2,
        "adherent": 1,
        "moves_back": 1,
        "criteria": 6,
        "criteria_known": 4,
    }
    assert (first.adherence, first.evidence_completeness) == (Decimal("0.5"), Decimal("0.6667"))
    # Asked of the jump: buyer (met), meetings (unmet: none), champion, prose and plan (unknown).
    assert counts(second) == {
        "moves": 1,
        "decidable": 1,
        "skipping": 1,
        "stages_skipped": 1,
        "criteria": 5,
        "criteria_known": 2,
        "criteria_unmapped": 1,
    }
    assert counts(found.team) == {
        "moves": 3,
        "decidable": 3,
        "adherent": 1,
        "skipping": 1,
        "stages_skipped": 1,
        "moves_back": 1,
        "criteria": 11,
        "criteria_known": 6,
        "criteria_unmapped": 1,
    }
    stages = {line.stage: line for line in found.stages}
    first_stage = stages["qualification"]
    assert (first_stage.entered, first_stage.advanced, first_stage.lost, first_stage.undecided) == (3, 3, 0, 0)
    # Seven days, one of them of 23 hours.
    assert (first_stage.median_days, first_stage.benchmark_days) == (Decimal("6.96"), Decimal(10))
    assert (first_stage.conversion_decided, first_stage.benchmark_conversion) == (Decimal(1), Decimal("0.7"))
    assert (stages["discovery"].entered, stages["discovery"].undecided) == (2, 2)
    assert (stages["proposal"].entered, stages["proposal"].lost, stages["proposal"].conversion_decided) == (
        1,
        1,
        Decimal(0),
    )
    only = await ask(org, manager_id=lead.id, person_id=ron.id)
    assert only.people == [second]
    assert only.team == (await ask(org, person_id=ron.id)).team


async def test_who_recorded_nothing_is_undecidable_not_poor(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    rita = await org.add_person("Rita")
    march = partial(org.local, 2026, 3)
    await push_deal(org, "d1", rita, [(march(2), "qualification"), (march(9), "discovery")])
    found = (await ask(org, person_id=rita.id)).team
    assert counts(found) == {"moves": 1, "criteria": 3}
    assert (found.adherence, found.evidence_completeness) == (None, Decimal(0))


async def test_a_move_is_whose_the_deal_was_then(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    _, rita, ron = await team(org)
    march = partial(org.local, 2026, 3)
    handed = [(march(5), {"owner": ron.email}), (march(9), {"stage": "proposal"})]
    await push_deal(org, "d1", rita, [(march(2), "qualification"), (march(4), "discovery")], handed)
    assert (await ask(org, person_id=rita.id)).team.moves == 1
    assert (await ask(org, person_id=ron.id)).team.moves == 1
    stages = {line.stage: line.entered for line in (await ask(org, person_id=ron.id)).stages}
    assert stages == {"qualification": 0, "discovery": 0, "proposal": 1}


async def test_the_span_and_the_instant_bound_what_counts(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    rita = await org.add_person("Rita")
    march = partial(org.local, 2026, 3)
    await push_deal(
        org, "d1", rita, [(march(2), "qualification"), (march(9, 23), "discovery"), (march(20), "proposal")]
    )
    moves = [
        (await ask(org, person_id=rita.id, start=start, until=until, as_of=as_of)).team.moves
        for start, until, as_of in (
            ("2026-03-09", "2026-03-10", None),
            ("2026-03-10", "2026-04-01", None),
            ("2026-03-01", "2026-03-09", None),
            ("2026-03-01", "2026-04-01", march(9, 22)),
            ("2026-03-01", "2026-04-01", march(9, 23)),
        )
    ]
    assert moves == [1, 1, 0, 0, 1]
    default = await ask(org, person_id=rita.id, start=None, until=None)
    assert default.until - default.start == timedelta(days=91)
    assert default.until == org.day_of(default.as_of) + timedelta(days=1)


async def test_each_person_is_held_against_their_own_model(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    own = process_document(key="sdr", job_role="SDR", criteria=[], standards={})
    own["stages"] = [{"key": "proposal", "name": "First here"}, {"key": "qualification", "name": "Then"}]
    await org.activate(own, build=False)
    lead = await org.add_person("Lead", role="manager")
    sid = await org.add_person("Sid", manager_id=lead.id, job_role="SDR", **SINCE)
    rita = await org.add_person("Rita", manager_id=lead.id, **SINCE)
    march = partial(org.local, 2026, 3)
    for name, owner in (("1", sid), ("2", rita)):
        await push_deal(org, name, owner, [(march(2), "qualification"), (march(4), "proposal")])
    found = await ask(org, manager_id=lead.id)
    by_person = {line.person_id: (line.moves, line.moves_back) for line in found.people}
    assert by_person == {sid.id: (0, 1), rita.id: (1, 0)}
    assert {(line.model, line.stage): line.entered for line in found.stages if line.entered} == {
        ("sdr", "qualification"): 1,
        ("sdr", "proposal"): 1,
        ("outbound", "qualification"): 1,
        ("outbound", "proposal"): 1,
    }


async def test_the_team_is_that_of_the_last_day(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    old, new = [await org.add_person(name, role="manager") for name in ("Old", "New")]
    rita = await org.add_person("Rita", manager_id=old.id, manager_from="2026-01-01")
    async with org.database.tenant(org.id) as session:
        line = ManagerPeriodInput(manager_id=new.id, start_on=date(2026, 4, 1))
        await add_manager_period(session, org.system, rita.id, line)
    assert [one.person_id for one in (await ask(org, manager_id=old.id)).people] == [rita.id]
    assert (await ask(org, manager_id=new.id)).people == []
    assert [one.person_id for one in (await ask(org, manager_id=new.id, until="2026-04-02")).people] == [rita.id]
    # The scope is that of the day, too.
    assert (await ask(org, org.acting_as(old), person_id=rita.id)).team.moves == 0
    with pytest.raises(ServiceError, match="No such person"):
        await ask(org, org.acting_as(old), person_id=rita.id, until="2026-04-02")


async def test_scope(org: SalesOrg) -> None:
    lead, rita, ron = await team(org)
    other = await make_sales_org(org.database)
    assert (await ask(org, org.acting_as(rita), person_id=rita.id)).people[0].person_id == rita.id
    assert len((await ask(org, org.acting_as(lead), manager_id=lead.id)).people) == 2
    for place, principal, query in (
        (org, org.acting_as(rita), {"person_id": ron.id}),
        (org, org.acting_as(rita), {"manager_id": lead.id}),
        (other, other.system, {"person_id": rita.id}),
        (other, other.system, {"manager_id": lead.id}),
    ):
        with pytest.raises(ServiceError) as caught:
            await ask(place, principal, **query)
        assert caught.value.kind is ErrorKind.NOT_FOUND
    with pytest.raises(ServiceError, match="inspections:read"):
        await ask(org, Principal(org.id), person_id=rita.id)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "person_id"),
        ({"start": "2026-04-01"}, "until"),
        ({"start": "2026-05-01"}, "until"),
        ({"start": "2024-01-01"}, "from"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(org: SalesOrg, query: dict[str, Any], pointer: str) -> None:
    if pointer != "person_id":
        query = {**query, "person_id": (await org.add_person("Rita")).id}
    with pytest.raises(ServiceError) as caught:
        await ask(org, **query)
    assert [field.pointer for field in caught.value.fields] == [pointer]


async def test_any_number_of_deals_in_as_many_statements(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita, ron = await team(org)
    found = []
    for number in range(6):
        moves = [(org.local(2026, 3, 2 + number), "qualification"), (org.local(2026, 3, 20), "discovery")]
        await push_deal(org, f"d{number}", (rita, ron)[number % 2], moves)
        if number in {0, 5}:
            with counted_statements(org.database) as statements:
                assert (await ask(org, manager_id=lead.id)).team.moves == number + 1
            found.append(len(statements))
    assert found[0] == found[1]
