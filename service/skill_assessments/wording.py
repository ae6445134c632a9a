"""An answer in the words of the framework and the template that it was given to; pure."""

from dataclasses import dataclass
from decimal import Decimal

from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.template_document import TemplateDocument


@dataclass(frozen=True, slots=True)
class Words:
    """What an answer said when it was given; None where its framework or template says nothing."""

    prompt: str | None
    skill_name: str | None
    level_name: str | None
    anchor: str | None
    """What one sees somebody do who has this level."""


def words_of(
    framework: FrameworkDocument, template: TemplateDocument | None, item: str, skill: str | None, level: Decimal | None
) -> Words:
    """The words of one answer; a level between two steps of the scale has none of its own."""
    asked = None if template is None else template.item(item)
    about = None if skill is None else framework.skill(skill)
    return Words(
        prompt=None if asked is None else asked.prompt,
        skill_name=None if about is None else about.name,
        level_name=next((one.name for one in framework.levels if one.number == level), None),
        anchor=None if about is None else next((one.text for one in about.anchors if one.level == level), None),
    )
