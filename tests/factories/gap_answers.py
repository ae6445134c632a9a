"""Answers about skill gaps, as their use case gives them, from plain numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.core.ids import new_id
from service.skill_assessments.dto.gaps import PersonGapsDTO, SkillGapDTO, SkillGapsDTO
from service.skill_assessments.impact.presenting import METHOD, MODEL_VERSION

AT = datetime(2026, 3, 20, tzinfo=UTC)


def skill_gap(name: str, standing: str = "focus", **fields: Any) -> SkillGapDTO:
    given: dict[str, Any] = dict.fromkeys(SkillGapDTO.model_fields) | {
        "framework_id": new_id(),
        "framework": "seller",
        "skill": name.lower(),
        "name": name,
        "standing": standing,
        "missing": [],
        "explanation": f"{name}: Level 1.0 where 3 is required.",
        "raters": 1,
        "rates": [],
        "wins": Decimal("3.10"),
    }
    return SkillGapDTO.model_validate(given | fields)


def person_gaps(person_id: UUID, verdict: str, *skills: SkillGapDTO, explanation: str = "Because.") -> PersonGapsDTO:
    return PersonGapsDTO.model_validate(
        {
            "person_id": person_id,
            "name": "Anna",
            "job_role": "AE",
            "verdict": verdict,
            "explanation": explanation,
            "skills": [one.model_dump() for one in skills],
            "disagreements": [],
        }
    )


def gaps_answer(*people: PersonGapsDTO) -> SkillGapsDTO:
    return SkillGapsDTO(
        as_of=AT,
        period_start=date(2025, 3, 21),
        period_end=date(2026, 3, 20),
        currency="USD",
        verdict_probability=Decimal("0.8"),
        interval_level=Decimal("0.9"),
        method=METHOD,
        model_version=MODEL_VERSION,
        people=list(people),
        team=[],
    )
