"""A skill matrix in and read back, and thirty planted faults, each reported by row and column."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

from service.core.errors import ServiceError
from service.crm.imports.mapping import ImportKind
from service.crm.imports.report import ImportReport
from service.crm.imports.runner import run_import
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.models import AssessmentAnswer, CompetencyFramework, SkillAssessment
from service.skill_assessments.use_cases.assessment_moves import revise_skill_assessment
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "skill-matrix"
MAPPING = (EXAMPLE / "skills.toml").read_text()
HEADER = (EXAMPLE / "matrix.csv").read_text().splitlines()[0]
NAMES = ("Ann", "Bob", "Cem", "Dee")
FUTURE = "01.01.2199"

Spoil = Callable[[list[bytes]], None]


def cell(index: int, text: str | bytes) -> Spoil:
    """Puts a text into one cell of a row."""

    def spoil(row: list[bytes]) -> None:
        row[index] = text.encode() if isinstance(text, str) else text

    return spoil


def drop(row: list[bytes]) -> None:
    """A row with a cell too few."""
    row.pop()


def unrated(row: list[bytes]) -> None:
    """A row without any rating."""
    row[2:] = [b"", b"", b"", b""]


PLANTED: list[tuple[str, Spoil, str]] = [
    *(("E-mail", cell(0, text), "nobody known") for text in ("ghost@example.com", "42", "Ann")),
    ("E-mail", cell(0, ""), "needs an id"),
    ("E-mail", cell(0, b"\xe9va@skill-matrix.example"), "encoding"),
    ("E-mail", cell(0, "ann@skill-matrix.example"), "rated twice"),
    *(("Date", cell(1, text), "date") for text in ("2026-03-02", "31.02.2026", "soon", "")),
    ("Date", cell(1, FUTURE), "future"),
    *(("Prospecting", cell(2, text), "level from 1 to 5") for text in ("Wizard", "3 or 4", "NaN")),
    ("Prospecting", cell(2, "6"), "scale ends at 5"),
    *(("Prospecting", cell(2, text), "greater than or equal") for text in ("0", "-1", "0,99")),
    ("Prospecting", cell(2, "10,5"), "less than or equal"),
    ("Prospecting", cell(2, "3,125"), "decimal"),
    ("Discovery", cell(3, b"\xff"), "encoding"),
    *(("Negotiation", cell(4, text), "unknown level") for text in ("3", "+++")),
    *(("Closing quiz", cell(5, text), "beyond the ends") for text in ("-1", "20,5")),
    *(("Closing quiz", cell(5, text), "number") for text in ("ten", "1e99")),
    ("Closing quiz", drop, "cells"),
    ("#6", cell(5, b'"12'), "quoting"),
    ("Prospecting", unrated, "no skill is rated"),
]
"""(column, how the row is spoiled, a word of the message)."""


async def staffed(org: SalesOrg, spare: int = 0) -> PersonDTO:
    """The people of the example, and some more for rows with faults; who filled it in."""
    lead = await org.add_person("Lead", role="enablement", email="lead@skill-matrix.example")
    for name in (*NAMES, *(f"rep{number}" for number in range(spare))):
        await org.add_person(name, email=f"{name.lower()}@skill-matrix.example")
    return lead


def good_row(number: int) -> list[bytes]:
    """A row without a fault."""
    return [one.encode() for one in f"rep{number}@skill-matrix.example;02.03.2026;3;Developing;o;15".split(";")]


async def run(org: SalesOrg, folder: Path, text: bytes, mapping: str = MAPPING) -> ImportReport:
    (folder / "matrix.csv").write_bytes(text)
    (folder / "skills.toml").write_text(mapping)
    paths = folder / "matrix.csv", folder / "skills.toml"
    return await run_import(org.database, org.id, ImportKind.SKILLS, *paths)


async def ratings(org: SalesOrg) -> dict[tuple[str, int, str], tuple[Decimal | None, str | None]]:
    """(level, score) by rater kind or scorer, revision and skill; where several people are rated, of the last read."""
    query = (
        select(SkillAssessment, AssessmentAnswer)
        .join(
            AssessmentAnswer,
            (col(AssessmentAnswer.org_id) == col(SkillAssessment.org_id))
            & (col(AssessmentAnswer.assessment_id) == col(SkillAssessment.id)),
        )
        .where(col(SkillAssessment.org_id) == org.id, col(SkillAssessment.status) == "submitted")
    )
    async with org.database.tenant(org.id) as session:
        return {
            (row.scorer or row.rater_kind, row.revision, answer.item): (answer.level, answer.given)
            for row, answer in (await session.exec(query)).all()
        }


async def test_thirty_faults_by_row_and_column(org: SalesOrg, tmp_path: Path) -> None:
    await staffed(org, len(PLANTED))
    rows = [b"ann@skill-matrix.example;02.03.2026;3;;;".split(b";")]
    planted = {}
    for number, (column, spoil, word) in enumerate(PLANTED):
        row = good_row(number)
        spoil(row)
        rows.append(row)
        planted[len(rows) + 1] = column, word
    report = await run(org, tmp_path, HEADER.encode() + b"\n" + b"\n".join(map(b";".join, rows)) + b"\n")
    assert len(PLANTED) == 30
    found = {fault.line: (fault.column, fault.message) for fault in report.faults}
    assert len(report.faults) == report.fault_count == 30
    assert {line: column for line, (column, _message) in found.items()} == {
        line: column for line, (column, _word) in planted.items()
    }
    assert [message for line, (_column, message) in found.items() if planted[line][1] not in message] == []
    async with org.database.tenant(org.id) as session:
        for table in (SkillAssessment, CompetencyFramework):
            assert (await session.exec(select(table).where(col(table.org_id) == org.id))).all() == []


async def test_the_example_imports_once_and_corrections_are_revisions(org: SalesOrg, tmp_path: Path) -> None:
    await staffed(org)
    text = (EXAMPLE / "matrix.csv").read_bytes()
    report = await run(org, tmp_path, text)
    assert (report.faults, report.counts()["created"], report.changed) == ([], 4, 4)
    async with org.database.tenant(org.id) as session:
        rows = (await session.exec(select(SkillAssessment).where(col(SkillAssessment.org_id) == org.id))).all()
    assert {(row.rater_kind, row.scorer, row.status, str(row.assessed_on)[:7]) for row in rows} == {
        ("enablement", None, "submitted", "2026-03")
    }
    told = [data for type_, data in await emitted(org) if type_ == "skill_assessment.submitted"]
    assert {data["assessment_id"] for data in told} == {str(row.id) for row in rows}
    assert (await run(org, tmp_path, text)).counts()["unchanged"] == 4
    report = await run(org, tmp_path, text.replace(b"Starting", b"2"))
    assert (report.counts()["updated"], report.counts()["unchanged"]) == (1, 3)
    found = await ratings(org)
    assert found["enablement", 2, "prospecting"] == (Decimal(2), None)
    assert found["enablement", 2, "closing"] == (Decimal(1), "0")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            "3;Developing;o;15",
            {"prospecting": (3, None), "discovery": (2, None), "negotiation": (3, None), "closing": (4, "15")},
        ),
        ("2,5;proficient;;8,5", {"prospecting": ("2.5", None), "discovery": (3, None), "closing": ("2.7", "8.5")}),
        (";ROLE MODEL;;", {"discovery": (5, None)}),
    ],
)
async def test_cells_become_levels(
    org: SalesOrg, tmp_path: Path, cells: str, expected: dict[str, tuple[str | int, str | None]]
) -> None:
    await staffed(org)
    report = await run(org, tmp_path, f"{HEADER}\nann@skill-matrix.example;02.03.2026;{cells}\n".encode())
    assert report.faults == []
    assert await ratings(org) == {
        ("enablement", 1, skill): (Decimal(level), given) for skill, (level, given) in expected.items()
    }


@pytest.mark.parametrize(
    ("constants", "kind"),
    [
        ('rater = "boss@skill-matrix.example"', "manager"),
        ('rater = "ann@skill-matrix.example"', "self"),
        ('rater = "bob@skill-matrix.example"', "peer"),
        ('scorer = "Spring review"', "Spring review"),
        ("", "spreadsheet"),
    ],
)
async def test_who_rates(org: SalesOrg, tmp_path: Path, constants: str, kind: str) -> None:
    """As what somebody rated is told by the reporting lines of that day."""
    await org.add_person("Bob", role="manager", email="bob@skill-matrix.example")
    boss = await org.add_person("Boss", role="manager", email="boss@skill-matrix.example")
    await org.add_person("Ann", email="ann@skill-matrix.example", manager_id=boss.id, hired_on="2025-01-01")
    mapping = MAPPING.replace('rater = "lead@skill-matrix.example"', constants)
    text = f"{HEADER}\nann@skill-matrix.example;02.03.2026;3;;;\n".encode()
    assert (await run(org, tmp_path, text, mapping)).faults == []
    assert await ratings(org) == {(kind, 1, "prospecting"): (Decimal(3), None)}
    assert (await run(org, tmp_path, text, mapping)).counts()["unchanged"] == 1


@pytest.mark.parametrize(
    ("before", "after", "pointer"),
    [
        ('framework = "b2b-seller"', 'framework = "unheard-of"', "/constants/framework"),
        ('framework = "b2b-seller"\n', "", ""),
        ("skill:discovery", "skill:golf", "/columns/skill:golf"),
        ("lead@", "nobody@", "/constants/rater"),
        ("[constants]\n", '[constants]\nassessed_on = "2026-02-30"\n', "/constants/assessed_on"),
        ("low = 0\nhigh = 20", "cuts = [5, 10]", "/scales/skill:closing/cuts"),
        ("low = 0\nhigh = 20", "low = 0", "/scales/skill:closing"),
        ("low = 0\nhigh = 20", "cuts = [5, 10, 10, 15]", "/scales/skill:closing"),
        ("low = 0\nhigh = 20", "low = 7\nhigh = 7", "/scales/skill:closing"),
        ('[scales."skill:closing"]', '[scales."skill:golf"]', ""),
        ("[constants]\n", '[constants]\n"skill:value" = "3"\n', ""),
        ("[columns]\n", '[columns]\n"attr:note" = "Note"\n', ""),
    ],
)
async def test_a_mapping_that_fits_nothing_is_refused(
    org: SalesOrg, tmp_path: Path, before: str, after: str, pointer: str
) -> None:
    await org.add_person("Lead", role="enablement", email="lead@skill-matrix.example")
    assert before in MAPPING
    with pytest.raises(ServiceError) as refused:
        await run(org, tmp_path, f"{HEADER}\n".encode(), MAPPING.replace(before, after))
    assert refused.value.code == "invalid_mapping"
    assert [field.pointer for field in refused.value.fields] == [f"/mapping{pointer}"]


async def test_one_table_for_all_skills_but_those_that_have_their_own(org: SalesOrg, tmp_path: Path) -> None:
    mapping = """
kind = "skills"
system = "pipes"
[columns]
id = "Row"
person = "Who"
assessed_on = "On"
"skill:discovery" = "A"
"skill:closing" = "B"
"skill:value" = "C"
[constants]
framework = "b2b-seller"
[values.skills]
low = "1"
high = "9"
[values."skill:value"]
low = "9"
[scales.skills]
cuts = [2, 4, 6, 8]
[scales."skill:closing"]
low = 9
high = 1
"""
    await org.add_person("Ann")
    text = "Row,Who,On,A,B,C\n1,ann@example.com,2026-03-02,high,high,low\n2,ann@example.com,2026-03-03,low,low,\n"
    assert (await run(org, tmp_path, text.encode(), mapping)).faults == []
    found = await ratings(org)
    assert {item: level for (_who, _revision, item), (level, _given) in found.items()} == {
        "discovery": Decimal(1), "closing": Decimal(5), "value": Decimal(5)
    }  # fmt: skip
    twice = text.replace("2,ann@example.com,2026-03-03", "1,ann@example.com,2026-03-02")
    report = await run(org, tmp_path, twice.encode(), mapping)
    assert [(fault.line, fault.column) for fault in report.faults] == [(3, "Row")]
    report = await run(org, tmp_path, text.replace("high,low", "high,high").encode(), mapping)
    assert [(fault.line, fault.column) for fault in report.faults] == [(2, "C")]


async def test_a_correction_that_its_rater_is_at_is_not_overtaken(org: SalesOrg, tmp_path: Path) -> None:
    lead = await staffed(org)
    text = f"{HEADER}\nann@skill-matrix.example;02.03.2026;3;;;\n"
    await run(org, tmp_path, text.encode())
    async with org.database.tenant(org.id) as session:
        rated = select(SkillAssessment).where(col(SkillAssessment.org_id) == org.id)
        first = (await session.exec(rated)).one()
        draft = await revise_skill_assessment(session, org.acting_as(lead), first.id)
    assert (await run(org, tmp_path, text.encode())).counts()["unchanged"] == 1
    report = await run(org, tmp_path, text.replace(";3;", ";4;").encode())
    assert [(fault.line, fault.column, fault.message) for fault in report.faults] == [
        (2, "Date", "The rater is at a correction of it.")
    ]
    assert draft.revises_id == first.id
