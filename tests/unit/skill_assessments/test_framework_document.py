"""Frameworks and templates: every fault by its pointer, what a job role needs when, and what is shipped."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from service.skill_assessments.framework_document import FrameworkDocument, framework_problems, required_levels
from service.skill_assessments.template_document import ItemKind, TemplateDocument, template_problems
from service.skill_assessments.use_cases.frameworks import SHIPPED, shipped_framework
from service.success_models.use_cases.success_models import LIBRARY, parse_document, shipped_document

ASKING: dict[str, Any] = {
    "key": "asking",
    "name": "Asking",
    "anchors": [{"level": 1, "text": "Tells"}, {"level": 2, "text": "Asks"}, {"level": 3, "text": "Asks why"}],
    "stages": ["discovery"],
    "kpis": ["meetings"],
}
DOCUMENT: dict[str, Any] = {
    "levels": [{"number": 1, "name": "New"}, {"number": 2, "name": "Able"}, {"number": 3, "name": "Expert"}],
    "skills": [ASKING, {**deepcopy(ASKING), "key": "closing", "name": "Closing"}],
    "requirements": [
        {"job_role": "AE", "from_month": 6, "levels": {"asking": 3, "closing": 2}},
        {"job_role": "AE", "levels": {"asking": 2}},
        {"job_role": "SDR", "from_month": 3, "levels": {"asking": 1}},
    ],
}
TOP = {"job_role": "AE", "from_month": 6, "levels": {"asking": 4}}


def changed(*path: str | int, to: Any) -> FrameworkDocument:
    """The document with one place changed."""
    raw = deepcopy(DOCUMENT)
    place: Any = raw
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return FrameworkDocument.model_validate(raw)


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        (changed("levels", 1, "number", to=3), ["/levels/1/number"]),
        (changed("levels", 2, "name", to="New"), ["/levels/2/name"]),
        (changed("skills", 1, "key", to="asking"), ["/skills/1/key", "/requirements/0/levels/closing"]),
        (changed("skills", 0, "anchors", to=ASKING["anchors"][:2]), ["/skills/0/anchors"]),
        (changed("skills", 0, "anchors", 1, "level", to=1), ["/skills/0/anchors/1/level", "/skills/0/anchors"]),
        (changed("skills", 1, "anchors", 2, "level", to=4), ["/skills/1/anchors/2/level", "/skills/1/anchors"]),
        (changed("skills", 0, "stages", to=["demo", "demo"]), ["/skills/0/stages/1"]),
        (changed("skills", 0, "kpis", to=["calls", "calls"]), ["/skills/0/kpis/1"]),
        (changed("requirements", 1, to=TOP), ["/requirements/1/from_month", "/requirements/1/levels/asking"]),
        (changed("requirements", 2, "levels", to={"golf": 1}), ["/requirements/2/levels/golf"]),
        (FrameworkDocument.model_validate(DOCUMENT), []),
    ],
)
def test_every_fault_is_named(document: FrameworkDocument, pointers: list[str]) -> None:
    assert [problem.pointer for problem in framework_problems(document)] == pointers


@pytest.mark.parametrize("path", [("levels", 0, "number"), ("skills", 0, "anchors", 0, "level")])
@pytest.mark.parametrize("level", [0, 11, 1.5, "2", True])
def test_a_level_is_a_small_whole_number(path: tuple[str | int, ...], level: Any) -> None:
    with pytest.raises(ValidationError):
        changed(*path, to=level)


HIRED = date(2025, 8, 31)
"""Six months later February has no such day."""


@pytest.mark.parametrize(
    ("job_role", "hired_on", "day", "levels"),
    [
        ("AE", HIRED, date(2025, 9, 1), {"asking": 2}),
        ("AE", HIRED, date(2026, 2, 27), {"asking": 2}),
        ("AE", HIRED, date(2026, 2, 28), {"asking": 3, "closing": 2}),
        ("AE", HIRED, date(2025, 1, 1), {"asking": 2}),
        ("AE", None, date(2026, 2, 27), {"asking": 3, "closing": 2}),
        ("SDR", HIRED, date(2025, 11, 29), {}),
        ("SDR", HIRED, date(2025, 11, 30), {"asking": 1}),
        ("CSM", HIRED, date(2026, 2, 28), {}),
        (None, HIRED, date(2026, 2, 28), {}),
    ],
)
def test_what_a_job_role_needs(job_role: str | None, hired_on: date | None, day: date, levels: dict[str, int]) -> None:
    document = FrameworkDocument.model_validate(DOCUMENT)
    assert required_levels(document, job_role, hired_on, day) == levels


def test_faults_of_a_template() -> None:
    rating = {"key": "asks", "kind": "rating", "skill": "asking", "prompt": "How?"}
    document = TemplateDocument.model_validate(
        {
            "items": [
                rating,
                {**rating, "skill": "golf"},
                {"key": "free", "kind": "rating", "prompt": "How?"},
                {"key": "words", "kind": "text", "prompt": "What else?", "required": False},
                {"key": "call", "kind": "evidence", "skill": "golf", "prompt": "Where?"},
            ]
        }
    )
    found = [problem.pointer for problem in template_problems(document, {"asking"})]
    assert found == ["/items/1/key", "/items/1/skill", "/items/2/skill", "/items/4/skill"]


@pytest.mark.parametrize("key", SHIPPED)
def test_what_is_shipped_is_whole(key: str) -> None:
    """Anchors of all levels that differ, a rating of each skill, and links that the shipped models have."""
    shipped = shipped_framework(key)
    skills = [skill.key for skill in shipped.document.skills]
    assert shipped.key == key
    assert framework_problems(shipped.document) == []
    assert template_problems(shipped.assessment, skills) == []
    assert [item.skill for item in shipped.assessment.items if item.kind is ItemKind.RATING] == skills
    texts = [anchor.text for skill in shipped.document.skills for anchor in skill.anchors]
    assert len(set(texts)) == len(texts) == 5 * len(skills)
    models = [parse_document(shipped_document(name)) for name in LIBRARY]
    stages = {stage.key for model in models for stage in model.stages}
    kpis = {kpi.key for model in models for kpi in model.kpis}
    for skill in shipped.document.skills:
        assert set(skill.stages) <= stages, skill.key
        assert set(skill.kpis) <= kpis, skill.key
    for one in shipped.document.requirements:
        later = [
            other
            for other in shipped.document.requirements
            if other.job_role == one.job_role and other.from_month > one.from_month
        ]
        for other in later:
            assert all(other.levels[skill] >= level for skill, level in one.levels.items())
