"""Inputs and outputs of competency frameworks and assessment templates."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from service.core.dto import InputDTO, Key, OutputDTO, SearchText, Text, example
from service.core.sorting import Sorting
from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.template_document import TemplateDocument


class CompetencyFrameworkTemplate(OutputDTO):
    """A framework that comes with Touchline, to use as it is or to copy."""

    key: str
    name: str
    description: str
    """Whom and what it is for."""
    document: FrameworkDocument
    """Its levels, skills and requirements."""
    assessment_name: str
    """What the assessment that comes with it is called; its key is the framework's."""
    assessment: TemplateDocument
    """The items of the assessment that comes with it."""


class CreateCompetencyFramework(InputDTO):
    """A new framework, or the next version of the one that has this key."""

    key: Key
    name: Text
    document: FrameworkDocument


class CompetencyFrameworkFilter(InputDTO):
    """Which frameworks a list holds."""

    key: SearchText | None = None
    person_id: UUID | None = None
    """Those that this person is rated by now: the newest versions that name their job role."""


VERSION_SORTING = Sorting({"name": str, "version": int, "created_at": datetime}, default="name")


class CompetencyFrameworkDTO(OutputDTO):
    """One version of a framework, which never changes."""

    id: UUID
    key: str
    """What stays the same from version to version."""
    version: int = Field(ge=1)
    """1 for the first."""
    name: str
    document: FrameworkDocument
    """Its levels, skills and requirements."""
    created_at: datetime


class CreateAssessmentTemplate(InputDTO):
    """A new template, or the next version of the one that has this key."""

    model_config = example(
        key="discovery-calls",
        name="Discovery calls",
        framework_key="b2b-seller",
        document={
            "items": [
                {"key": "discovery", "kind": "rating", "skill": "discovery", "prompt": "How well does the seller ask?"},
                {"key": "call", "kind": "evidence", "skill": "discovery", "prompt": "In which call did you hear it?"},
            ]
        },
    )

    key: Key
    name: Text
    framework_key: Key
    """Whose skills it asks about: the newest version of the framework with this key."""
    document: TemplateDocument


class AssessmentTemplateFilter(InputDTO):
    """Which templates a list holds."""

    key: SearchText | None = None
    framework_id: UUID | None = None


class AssessmentTemplateDTO(OutputDTO):
    """One version of a template, which never changes."""

    id: UUID
    key: str
    """What stays the same from version to version."""
    version: int = Field(ge=1)
    """1 for the first."""
    name: str
    framework_id: UUID
    """The version of the framework whose skills it asks about."""
    document: TemplateDocument
    """Its items."""
    created_at: datetime
