"""The 571 test scores of the people-analytics managers, imported by the mapping files in `docs/examples`."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select

from service.core.tables import metadata
from service.crm.imports.mapping import ImportKind
from service.crm.imports.report import ImportReport
from service.crm.imports.runner import run_import
from service.organizations.models import ExternalIdentity, Person
from service.skill_assessments.dto.frameworks import CreateCompetencyFramework
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from tests.factories.rows import sample_row
from tests.factories.sales_org import SalesOrg

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "people-analytics"


async def add_people(org: SalesOrg, ids: list[str]) -> None:
    """The others, as rows: importing people is what the first twenty try."""
    async with org.database.tenant(org.id) as session:
        for layer in (Person, ExternalIdentity):
            for id_ in ids:
                shared = UUID(int=int(id_, 16))
                row = sample_row(metadata.tables[layer.__tablename__], org.id, shared)
                row |= {"email": f"{id_}@people-analytics.example", "system": "people-analytics", "external_id": id_}
                session.add(layer(**{name: value for name, value in row.items() if name in layer.model_fields}))
            await session.flush()


async def import_skills(org: SalesOrg, file: Path, mapping: Path, *, dry_run: bool = False) -> ImportReport:
    return await run_import(org.database, org.id, ImportKind.SKILLS, file, mapping, dry_run=dry_run)


async def stored(org: SalesOrg) -> dict[tuple[str, date | None], tuple[Decimal | None, str | None]]:
    """Level and score by employee id and day."""
    row, answer, known = SkillAssessment, AssessmentAnswer, ExternalIdentity
    query = (
        select(known.external_id, row, answer)
        .join(row, (col(row.org_id) == col(known.org_id)) & (col(row.person_id) == col(known.person_id)))
        .join(answer, (col(answer.org_id) == col(row.org_id)) & (col(answer.assessment_id) == col(row.id)))
        .where(col(row.org_id) == org.id, col(row.status) == "submitted", col(row.scorer) == "Management test")
    )
    async with org.database.tenant(org.id) as session:
        found = (await session.exec(query)).all()
    return {(id_, one.assessed_on): (said.level, said.given) for id_, one, said in found}


async def test_every_score_becomes_a_level(org: SalesOrg, shared: Path, tmp_path: Path) -> None:
    file, mapping = shared / "data" / "people-analytics" / "managers.csv", EXAMPLES / "skills.toml"
    with file.open(newline="") as text:
        scores = {row["employee_id"]: int(row["test_score"]) for row in csv.DictReader(text)}
    assert len(scores) == 571
    first = tmp_path / "first.csv"
    first.write_text("".join(file.read_text().splitlines(keepends=True)[:21]))
    people = await run_import(org.database, org.id, ImportKind.PEOPLE, first, EXAMPLES / "people.toml")
    assert people.counts()["created"] == 20
    await add_people(org, list(scores)[20:])
    framework = CreateCompetencyFramework.model_validate(json.loads((EXAMPLES / "framework.json").read_text()))
    async with org.database.tenant(org.id) as session:
        await create_competency_framework(session, org.system, framework)
    tried = await import_skills(org, file, mapping, dry_run=True)
    assert (tried.rows, tried.changed, tried.faults, await stored(org)) == (571, 571, [], {})
    assert (await import_skills(org, file, mapping)).counts()["created"] == 571
    day = date(2020, 6, 30)
    expected = {(id_, day): (Decimal(min(5, 1 + score // 100)), str(score)) for id_, score in scores.items()}
    assert await stored(org) == expected
    assert (await import_skills(org, file, mapping)).counts()["unchanged"] == 571
    later = tmp_path / "later.toml"
    later.write_text(mapping.read_text().replace("2020-06-30", "2021-06-30"))
    assert (await import_skills(org, first, later)).counts()["created"] == 20
    assert len(await stored(org)) == 571 + 20
