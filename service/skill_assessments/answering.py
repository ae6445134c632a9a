"""What an assessment asks, what is wrong with what somebody answers, and what is still missing; pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.core.errors import FieldError
from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.template_document import ItemKind, TemplateDocument, TemplateItem


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers to an item."""

    item: str
    level: int | None = None
    yes: bool | None = None
    words: str | None = None
    deal_id: UUID | None = None
    activity_id: UUID | None = None


def asked_items(
    framework: FrameworkDocument, template: TemplateDocument | None, skill: str | None
) -> list[TemplateItem]:
    """The items that a rater answers, in order; without a template a level of each skill.

    `skill`: only what is about this one. A rater without a template may leave skills out, but not the only one.
    """
    if template is not None:
        return [item for item in template.items if skill is None or item.skill == skill]
    return [
        TemplateItem(
            key=one.key,
            kind=ItemKind.RATING,
            skill=one.key,
            prompt=one.description or one.name,
            required=one.key == skill,
        )
        for one in framework.skills
        if skill is None or one.key == skill
    ]


def answer_problems(items: Sequence[TemplateItem], answers: Sequence[Answer], top: int) -> list[FieldError]:
    """What is wrong with answers, each with its pointer; `top` is the highest level of the scale."""
    asked = {item.key: item for item in items}
    seen: set[str] = set()
    found = []
    for index, answer in enumerate(answers):
        item = asked.get(answer.item)
        if item is None:
            found.append(FieldError(f"/answers/{index}/item", f"{answer.item} is nothing that is asked"))
        elif answer.item in seen:
            found.append(FieldError(f"/answers/{index}/item", f"{answer.item} is answered twice"))
        else:
            found += [FieldError(f"/answers/{index}{at}", said) for at, said in _problems(item, answer, top)]
        seen.add(answer.item)
    return found


_FIELDS: dict[ItemKind, tuple[str, ...]] = {
    ItemKind.RATING: ("level",),
    ItemKind.YES_NO: ("yes",),
    ItemKind.TEXT: ("words",),
    ItemKind.EVIDENCE: ("deal_id", "activity_id"),
}
"""What answers an item of a kind; words may be added to any."""


def _problems(item: TemplateItem, answer: Answer, top: int) -> Iterator[tuple[str, str]]:
    wanted = _FIELDS[item.kind]
    given: dict[str, Any] = {
        name: getattr(answer, name)
        for fields in _FIELDS.values()
        for name in fields
        if getattr(answer, name) is not None
    }
    for name in given:
        if name not in wanted and name != "words":
            yield f"/{name}", f"does not answer {item.key}, which wants {' or '.join(wanted)}"
    if len(given.keys() & set(wanted)) != 1:
        yield f"/{wanted[0]}", f"{item.key} wants one {' or '.join(wanted)}"
    if answer.level is not None and answer.level > top:
        yield "/level", f"the scale ends at {top}"


def missing_items(items: Sequence[TemplateItem], answered: Collection[str]) -> list[str]:
    """Which items must still be answered before it is complete; all that are asked where nothing is answered."""
    missing = [item.key for item in items if item.required and item.key not in answered]
    return missing or ([] if answered else [item.key for item in items])
