"""Evidence and health on the database: from pushed facts, as of any instant, in a constant number of statements."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from service.activities.use_cases import pushing
from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.evidence import CriterionEvidenceDTO, DealHealthDTO
from service.success_models.dto.judgements import CreateConfirmation, CreateInspection
from service.success_models.use_cases.confirmations import create_confirmation
from service.success_models.use_cases.deal_evidence import (
    deal_evidence_of,
    deal_health_of,
    get_deal_evidence,
    get_deal_health,
)
from service.success_models.use_cases.inspections import create_inspection
from tests.factories.deals import push_activity, push_deal
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document
from tests.fixtures.statements import counted_statements

BUYER: dict[str, Any] = {"attributes": {"economic_buyer": "Dana"}}
HELD = {"outcome": "completed"}


async def evidence(
    org: SalesOrg, deal_id: UUID, as_of: datetime | None = None, principal: Principal | None = None
) -> dict[str, CriterionEvidenceDTO]:
    """Every criterion by its key."""
    async with org.database.tenant(org.id) as session:
        found = await get_deal_evidence(session, principal or org.system, deal_id, as_of)
    return {one.criterion: one for one in found}


async def statuses(org: SalesOrg, deal_id: UUID, as_of: datetime | None = None) -> dict[str, str]:
    """How the criteria with a source stand."""
    found = await evidence(org, deal_id, as_of)
    return {key: one.status.value for key, one in found.items() if not key.startswith("text_")}


async def health(org: SalesOrg, deal_id: UUID, as_of: datetime | None = None) -> DealHealthDTO:
    async with org.database.tenant(org.id) as session:
        return await get_deal_health(session, org.system, deal_id, as_of)


async def team(org: SalesOrg) -> tuple[PersonDTO, PersonDTO]:
    """A manager and a rep below."""
    lead = await org.add_person("Lead", role="manager")
    return lead, await org.add_person("Rita", manager_id=lead.id)


async def test_criteria_as_the_facts_have_them_at_any_instant(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    _, rita = await team(org)
    march = partial(org.local, 2026, 3)
    await push_deal(org, "old", rita, [(march(1), "discovery")], **BUYER)
    deal_id = await push_deal(org, "d1", rita, [(march(2), "qualification")], later=[(march(9), BUYER)])
    for day, outcome in ((4, "completed"), (6, "no-show"), (10, "completed")):
        await push_activity(org, "d1", march(day), outcome=outcome)
    unknown = {"champion": "unknown", "plan": "unknown"}
    # The deal's field is known from its only write on; what it held before nobody has told us.
    assert await statuses(org, deal_id, march(3)) == {
        "economic_buyer": "unknown",
        "met_in_person": "unknown",
        **unknown,
    }
    assert await statuses(org, deal_id, march(5)) == {"economic_buyer": "unknown", "met_in_person": "unmet", **unknown}
    assert await statuses(org, deal_id, march(9)) == {"economic_buyer": "met", "met_in_person": "unmet", **unknown}
    assert await statuses(org, deal_id, march(11)) == {"economic_buyer": "met", "met_in_person": "met", **unknown}
    assert await statuses(org, deal_id, march(28) + timedelta(days=8)) == {
        "economic_buyer": "met",
        "met_in_person": "unmet",
        **unknown,
    }
    found = await evidence(org, deal_id, march(11))
    assert [one.stage for one in found.values()] == [
        "qualification",
        "qualification",
        "discovery",
        "discovery",
        "proposal",
    ]
    (buyer,) = found["economic_buyer"].evidence
    assert (buyer.source, buyer.subject, buyer.at) == ("crm_field", "attributes.economic_buyer", march(9))
    (meetings,) = found["met_in_person"].evidence
    assert (meetings.source, meetings.subject, meetings.count, meetings.at) == ("activity", "meeting", 2, march(10))


async def test_a_field_that_others_fill_and_this_deal_never_had_is_unmet(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    _, rita = await team(org)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 3, 2), "qualification")])
    assert (await statuses(org, deal_id))["economic_buyer"] == "unknown"
    await push_deal(org, "d2", rita, [(org.local(2026, 3, 5), "qualification")], **BUYER)
    assert (await statuses(org, deal_id))["economic_buyer"] == "unmet"
    # Not before it was filled anywhere.
    assert (await statuses(org, deal_id, org.local(2026, 3, 4)))["economic_buyer"] == "unknown"


async def test_what_was_known_before_a_change_counts_for_its_time(
    org: SalesOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    await org.activate(process_document(), build=False)
    _, rita = await team(org)
    await push_deal(org, "old", rita, [(org.local(2026, 2, 1), "discovery")], **BUYER)
    start = org.local(2026, 3, 2)

    async def at(day: int, **fields: Any) -> UUID:
        monkeypatch.setattr(pushing, "utc_now", lambda: org.local(2026, 3, day))
        return await push_deal(org, "d1", rita, [(org.local(2026, 3, day), "qualification")], **fields)

    deal_id = await at(2)
    await at(5, attributes={"economic_buyer": "Dana"})
    await at(8, attributes={"economic_buyer": None})
    await at(11, attributes={"economic_buyer": "Kim"})
    found = [(await statuses(org, deal_id, start + timedelta(days=day)))["economic_buyer"] for day in (1, 4, 7, 10)]
    assert found == ["unmet", "met", "unmet", "met"]


@pytest.mark.parametrize(
    ("condition", "met", "unmet"),
    [
        ({"field": "amount", "op": "gte", "value": 5000}, {"amount": "5000"}, {"amount": "4999"}),
        ({"field": "expected_close_on", "op": "exists", "value": True}, {"closed_at": "2026-06-01"}, {}),
        ({"field": "pipeline", "op": "in", "value": ["new", "old"]}, {"pipeline": "new"}, {"pipeline": "other"}),
        (
            {"field": "attributes.seats", "op": "gte", "value": 20},
            {"attributes": {"seats": "25"}},
            {"attributes": {"seats": "nine"}},
        ),
    ],
)
async def test_every_kind_of_field(
    org: SalesOrg, condition: dict[str, Any], met: dict[str, Any], unmet: dict[str, Any]
) -> None:
    criterion = {"key": "field", "name": "Field", "met_by": {"crm_fields": [condition]}}
    await org.activate(process_document(criteria=[criterion], stages=[], standards={}), build=False)
    _, rita = await team(org)
    at = org.local(2026, 3, 2)
    good = await push_deal(org, "good", rita, [(at, "discovery")], **met)
    poor = await push_deal(org, "poor", rita, [(at, "discovery")], **unmet)
    assert (await statuses(org, good), await statuses(org, poor)) == ({"field": "met"}, {"field": "unmet"})
    assert await statuses(org, good, at - timedelta(days=1)) == {"field": "unknown"}


async def test_the_latest_inspection_goes_before_the_confirmation(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita = await team(org)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 3, 2), "discovery")])
    manager, rep = org.acting_as(lead), org.acting_as(rita)
    seen = []
    for verdict in (None, "unmet", None, "met"):
        async with org.database.tenant(org.id) as session:
            if verdict is None:
                await create_confirmation(session, rep, deal_id, CreateConfirmation(criterion="champion"))
            else:
                data = CreateInspection.model_validate({"criterion": "champion", "verdict": verdict, "note": "Why?"})
                await create_inspection(session, manager, deal_id, data)
        champion = (await evidence(org, deal_id, principal=rep))["champion"]
        seen.append((champion.status.value, [one.source.value for one in champion.evidence]))
    both = ["inspection", "confirmation"]
    assert seen == [("met", ["confirmation"]), ("unmet", both), ("unmet", both), ("met", both)]
    assert (champion.evidence[0].person_id, champion.evidence[0].note) == (lead.id, "Why?")


async def test_health_says_what_each_factor_adds(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita = await team(org)
    march = partial(org.local, 2026, 3)
    moves = [(march(2), "qualification"), (march(10), "discovery")]
    later = [(march(day), {"closed_at": on}) for day, on in ((3, "2026-04-01"), (5, "2026-05-01"), (12, "2026-06-01"))]
    deal_id = await push_deal(org, "d1", rita, moves, later, **BUYER)
    found = await health(org, deal_id, march(20))
    # Known: buyer 40 met, slips 10 unmet (two), age 10 met; the champion (30) is due and unknown, the plan not due.
    assert (found.score, found.completeness) == (Decimal("83.3"), Decimal("0.67"))
    assert (found.stage, found.days_in_stage, found.benchmark_days, found.slips) == (
        "discovery",
        Decimal("10.0"),
        Decimal(21),
        2,
    )
    shown = [(one.kind, one.key, one.status.value, one.due, one.contribution, one.would_add) for one in found.factors]
    assert shown == [
        ("criterion", "economic_buyer", "met", True, Decimal("66.7"), None),
        ("criterion", "champion", "unknown", True, Decimal("0.0"), Decimal("5.6")),
        ("criterion", "plan", "unknown", False, Decimal("0.0"), Decimal("2.4")),
        ("slips", "slips", "unmet", True, Decimal("0.0"), Decimal("16.7")),
        ("age", "age", "met", True, Decimal("16.7"), None),
    ]
    assert [one.name for one in found.factors][3:] == [
        "The close date has moved later at most 1 time",
        "It is in its stage for at most 1.5 times the benchmark",
    ]
    assert (await health(org, deal_id, march(6))).slips == 1
    before = await health(org, deal_id, march(1))
    assert (before.score, before.stage, before.slips, before.days_in_stage) == (None, None, None, None)
    now = await health(org, deal_id)
    assert [one.status.value for one in now.factors][-1] == "unmet"
    async with org.database.tenant(org.id) as session:
        data = CreateInspection.model_validate({"criterion": "champion", "verdict": "met"})
        await create_inspection(session, org.acting_as(lead), deal_id, data)
    after = await health(org, deal_id)
    assert now.score is not None
    assert now.factors[1].would_add is not None
    assert after.score is not None
    assert abs(after.score - now.score - now.factors[1].would_add) <= Decimal("0.1")


async def test_a_decided_deal_has_no_age(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    _, rita = await team(org)
    moves = [(org.local(2026, 3, 2), "discovery"), (org.local(2026, 3, 9), "closed_won")]
    deal_id = await push_deal(org, "d1", rita, moves)
    found = await health(org, deal_id)
    assert (found.stage, found.days_in_stage, found.benchmark_days) == ("closed_won", None, None)
    assert [one.status.value for one in found.factors if one.kind == "age"] == ["unknown"]


async def test_without_a_standard_or_a_model_there_is_no_score(org: SalesOrg) -> None:
    _, rita = await team(org)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 3, 2), "discovery")])
    found = await health(org, deal_id)
    assert (found.model_version, found.score, found.completeness, found.factors) == (None, None, None, [])
    assert await evidence(org, deal_id) == {}
    await org.activate(process_document(standards={}), build=False)
    found = await health(org, deal_id)
    assert (found.model_version, found.score, found.factors, found.benchmark_days) == (1, None, [], Decimal(21))


async def test_each_deal_is_held_against_its_owners_model(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    own = process_document(key="sdr", job_role="SDR", stages=[], standards={})
    own["criteria"] = [{"key": "only", "name": "Only", "met_by": {"inspection": True}}]
    await org.activate(own, build=False)
    sid = await org.add_person("Sid", job_role="SDR")
    rita = await org.add_person("Rita", job_role="AE")
    at = org.local(2026, 3, 2)
    ids = [
        await push_deal(org, name, owner, [(at, "discovery")]) for name, owner in (("1", sid), ("2", rita), ("3", None))
    ]
    async with org.database.tenant(org.id) as session:
        found = await deal_evidence_of(session, org.system, ids)
    assert [len(found[deal_id]) for deal_id in ids] == [1, 5, 5]


async def test_scope_and_other_organizations(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita = await team(org)
    ron = await org.add_person("Ron", manager_id=lead.id)
    deal_id = await push_deal(org, "d1", rita, [(org.local(2026, 3, 2), "discovery")])
    other = await make_sales_org(org.database)
    for place, principal in ((org, org.acting_as(ron)), (other, other.system)):
        for call in (get_deal_evidence, get_deal_health):
            with pytest.raises(ServiceError) as caught:
                async with place.database.tenant(place.id) as session:
                    await call(session, principal, deal_id)
            assert (caught.value.kind, caught.value.code) == (ErrorKind.NOT_FOUND, "deal_not_found")
    assert await evidence(org, deal_id, principal=org.acting_as(rita)) == await evidence(
        org, deal_id, principal=org.acting_as(lead)
    )
    with pytest.raises(ServiceError, match="inspections:read"):
        await evidence(org, deal_id, principal=Principal(org.id))


async def test_any_number_of_deals_in_as_many_statements(org: SalesOrg) -> None:
    await org.activate(process_document(), build=False)
    lead, rita = await team(org)
    ids = []
    for number in range(6):
        at = org.local(2026, 3, 2 + number)
        ids.append(await push_deal(org, f"d{number}", (lead, rita)[number % 2], [(at, "discovery")], **BUYER))
        await push_activity(org, f"d{number}", at, **HELD)
    counts = []
    for wanted in (ids[:1], ids):
        for batch in (deal_health_of, deal_evidence_of):
            with counted_statements(org.database) as statements:
                async with org.database.tenant(org.id) as session:
                    assert set(await batch(session, org.system, wanted)) == set(wanted)
            counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 16
