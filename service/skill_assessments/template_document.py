"""What an assessment asks: items about the skills of one version of a framework; pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from service.core.dto import InputDTO, Key, Text
from service.core.errors import FieldError
from service.core.validation import repeated


class ItemKind(StrEnum):
    """How an item is answered."""

    RATING = "rating"
    """With a level of the framework's scale."""
    YES_NO = "yes_no"
    TEXT = "text"
    EVIDENCE = "evidence"
    """With a deal or an activity that shows it."""


class TemplateItem(InputDTO):
    """One thing that a rater answers."""

    key: Key
    kind: ItemKind
    skill: Key | None = None
    """What it is about; a rating is about one, other items may be about all."""
    prompt: Text
    required: bool = True
    """Without an answer the assessment cannot be submitted."""


class TemplateDocument(InputDTO):
    """The items of an assessment, in order."""

    items: Annotated[list[TemplateItem], Field(min_length=1, max_length=200)]

    def item(self, key: str) -> TemplateItem | None:
        """Find an item by its key."""
        return next((item for item in self.items if item.key == key), None)


def template_problems(document: TemplateDocument, skills: Collection[str]) -> list[FieldError]:
    """Check items against the skills of their framework; each problem with its pointer in the document."""
    found = repeated("/items", [item.key for item in document.items], "key")
    for index, item in enumerate(document.items):
        if item.skill is None and item.kind is ItemKind.RATING:
            found.append(FieldError(f"/items/{index}/skill", "a rating is about a skill"))
        elif item.skill is not None and item.skill not in skills:
            found.append(FieldError(f"/items/{index}/skill", f"{item.skill} is no skill of the framework"))
    return found
