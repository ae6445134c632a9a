"""Levels from the database: what counts, in how many statements, and for whom."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlmodel import col, select

from service.core.audit import AuditEvent
from service.core.errors import ServiceError
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.calibration.raters import NoSeverity
from service.skill_assessments.dto.frameworks import CreateCompetencyFramework
from service.skill_assessments.dto.levels import PersonSkillLevelsDTO, SkillLevelsQuery
from service.skill_assessments.levels import ErrorBasis, NoLevel
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from service.skill_assessments.use_cases.levels import get_skill_levels, skill_levels_of
from tests.factories.ratings import Rated, framework, plant_ratings, rate
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements

TODAY = datetime.now(UTC).date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def add_framework(org: SalesOrg, *job_roles: str, top: int = 5) -> UUID:
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(framework(*job_roles, top=top))
        return (await create_competency_framework(session, org.system, data)).id


async def levels(
    org: SalesOrg, person: PersonDTO, principal: Principal | None = None, **query: object
) -> PersonSkillLevelsDTO:
    async with org.database.tenant(org.id) as session:
        session.info["surface"] = "rest"
        asked = SkillLevelsQuery.model_validate({"person_id": person.id, **query})
        return await get_skill_levels(session, principal or org.system, asked)


async def test_what_counts_and_what_stands_beside(org: SalesOrg) -> None:
    id_ = await add_framework(org, "AE")
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", job_role="AE", manager_id=lead.id)
    first = await rate(org, id_, ann.id, lead.id, {"discovery": 2, "closing": 2}, on=ago(60))
    await rate(org, id_, ann.id, lead.id, {"discovery": 4, "closing": 2}, on=ago(60), revises_id=first)
    await rate(org, id_, ann.id, "calls", {"discovery": 3.5}, on=ago(20))
    await rate(org, id_, ann.id, ann.id, {"discovery": 5, "demo": 5}, on=ago(10))
    await rate(org, id_, ann.id, lead.id, {"demo": 1}, on=ago(400))
    found = await levels(org, ann)
    discovery, demo, closing = found.skills
    assert (discovery.raw_level, discovery.n, discovery.own_level) == (Decimal("3.75"), 2, Decimal(5))
    assert [(one.kind, one.n, one.level) for one in discovery.raters] == [
        ("manager", 1, 4),
        ("external", 1, Decimal("3.5")),
    ]
    assert [(one.on, one.raw_level) for one in discovery.history] == [(ago(60), 4), (ago(20), Decimal("3.75"))]
    assert (discovery.required_level, discovery.error_basis) == (3, ErrorBasis.ASSUMED)
    assert discovery.not_adjusted is NoSeverity.TOO_LITTLE_OVERLAP
    assert discovery.explanation.startswith("Level 3.8 (")
    assert (demo.level, demo.cannot_tell, demo.own_level) == (None, NoLevel.ONLY_SELF, Decimal(5))
    assert (closing.level, closing.not_adjusted) == (Decimal(2), NoSeverity.TOO_LITTLE_OVERLAP)


async def test_as_of_is_what_was_known_then(org: SalesOrg) -> None:
    id_ = await add_framework(org, "AE")
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", job_role="AE")
    first = await rate(org, id_, ann.id, lead.id, {"closing": 2}, on=ago(60))
    noon = datetime.combine(ago(30), datetime.min.time(), UTC)
    await rate(org, id_, ann.id, lead.id, {"closing": 5}, on=ago(60), revises_id=first, submitted_at=noon)
    for as_of, level in ((noon - timedelta(seconds=1), 2), (noon, 5), (None, 5)):
        assert (await levels(org, ann, as_of=as_of)).skills[2].level == level
    before = await levels(org, ann, as_of=datetime.combine(ago(90), datetime.min.time(), UTC))
    assert before.skills[2].cannot_tell is NoLevel.NOT_RATED


async def test_another_version_of_the_same_scale_counts_and_of_another_scale_does_not(org: SalesOrg) -> None:
    versions = [await add_framework(org, "AE"), await add_framework(org, "AE")]
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", job_role="AE")
    await rate(org, versions[0], ann.id, lead.id, {"closing": 2}, on=ago(60))
    found = (await levels(org, ann)).skills[2]
    assert (found.framework_id, found.level) == (versions[1], Decimal(2))
    await add_framework(org, "AE", top=3)
    assert (await levels(org, ann)).skills[2].cannot_tell is NoLevel.NOT_RATED


async def test_who_is_rated_by_a_framework_of_another_job_role_has_levels_in_it(org: SalesOrg) -> None:
    id_ = await add_framework(org, "AE")
    lead, bob = await org.add_person("Lead", role="manager"), await org.add_person("Bob", job_role="SDR")
    assert (await levels(org, bob)).skills == []
    await rate(org, id_, bob.id, lead.id, {"closing": 2}, on=ago(1))
    found = (await levels(org, bob)).skills[2]
    assert (found.level, found.required_level) == (Decimal(2), None)


async def test_peers_count_three_at_a_time(org: SalesOrg) -> None:
    id_ = await add_framework(org, "AE")
    ann = await org.add_person("Ann", job_role="AE")
    seen = []
    for at, name in enumerate(("Bob", "Cleo", "Dan", "Eve", "Finn", "Gus")):
        peer = await org.add_person(name)
        await rate(org, id_, ann.id, peer.id, {"closing": 1 + at % 5}, on=ago(20 - at), kind="peer")
        found = (await levels(org, ann)).skills[2]
        seen.append((found.raw_level, found.n, found.peers_waiting))
    third = Decimal(2)
    assert seen == [
        (None, 0, 1),
        (None, 0, 2),
        (third, 3, 0),
        (third, 3, 1),
        (third, 3, 2),
        (Decimal("2.666667"), 6, 0),
    ]
    assert (await levels(org, ann)).skills[0].peers_waiting == 0


async def test_severity_is_taken_out_where_raters_overlap_and_many_take_as_many_statements(org: SalesOrg) -> None:
    id_ = await add_framework(org, "AE")
    severe, kind = await org.add_person("Severe", role="manager"), await org.add_person("Kind", role="manager")
    people = [(await org.add_person(f"P{at}", job_role="AE")).id for at in range(8)]
    rated = []
    for at, person in enumerate(people):
        level = 3 + at % 2
        if at:
            rated.append(Rated(person, kind.id, {"discovery": level + 1, "closing": level + 1}, ago(9)))
        rated.append(Rated(person, severe.id, {"discovery": level - 1, "closing": level - 1}, ago(9)))
    async with org.database.tenant(org.id) as session:
        await plant_ratings(session, org.id, id_, rated)
    async with org.database.tenant(org.id) as session:
        with counted_statements(org.database) as one:
            await skill_levels_of(session, org.system, people[:1], datetime.now(UTC))
        with counted_statements(org.database) as many:
            found = await skill_levels_of(session, org.system, people, datetime.now(UTC))
    assert len(one) == len(many)
    alone = found[people[0]][0]
    assert alone.raw_level == 2
    assert alone.adjusted_level == pytest.approx(Decimal(3), abs=Decimal("0.2"))
    assert alone.error_basis is ErrorBasis.MEASURED


async def test_the_person_and_managers_above_read_and_readers_from_outside_are_told_of(org: SalesOrg) -> None:
    await add_framework(org, "AE")
    top = await org.add_person("Top", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id)
    ann = await org.add_person("Ann", job_role="AE", manager_id=lead.id)
    bob = await org.add_person("Bob", job_role="AE", manager_id=lead.id)
    stranger = await org.add_person("Stranger", role="manager")
    enablement, admin = await org.add_person("Ena", role="enablement"), await org.add_person("Adm", role="admin")
    for reader in (ann, lead, top, enablement, admin):
        assert len((await levels(org, ann, org.acting_as(reader))).skills) == 3
    for reader in (bob, stranger):
        with pytest.raises(ServiceError, match="person"):
            await levels(org, ann, org.acting_as(reader))
    async with org.database.tenant(org.id) as session:
        logged = select(AuditEvent.person_id).where(
            col(AuditEvent.org_id) == org.id,
            col(AuditEvent.target_id) == str(ann.id),
            col(AuditEvent.surface) == "rest",
        )
        assert set((await session.exec(logged)).all()) == {enablement.id, admin.id}


async def test_an_unknown_framework_and_an_unknown_person_are_not_found(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    with pytest.raises(ServiceError, match="framework"):
        await levels(org, ann, framework="unheard-of")
    with pytest.raises(ServiceError, match="person"):
        await levels(org, ann, person_id=UUID(int=9))
