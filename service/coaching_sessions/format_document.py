"""What a session format holds: ordered sections with minutes, prompts, questions and outcomes; pure.

Completing a session needs what its format requires; how much of it there is, is the format's completeness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from service.core.dto import InputDTO, Key, Text

Answers = Mapping[str, Mapping[str, str]]
"""What was answered, by section and question."""


class Outcome(StrEnum):
    """What a section is to end with."""

    TOPIC_DISCUSSED = "topic_discussed"
    COMMITMENT = "commitment"
    SHARED_NOTES = "shared_notes"


class FormatQuestion(InputDTO):
    """Something that the two answer in writing."""

    key: Key
    question: Text
    required: bool = True
    """Without an answer the session cannot be completed."""


class FormatSection(InputDTO):
    """One part of a session."""

    key: Key
    title: Text
    minutes: int = Field(ge=1, le=240, strict=True)
    """How long it is meant to take."""
    prompts: Annotated[list[Text], Field(max_length=20)] = Field(default_factory=list)
    """What the manager can ask."""
    questions: Annotated[list[FormatQuestion], Field(max_length=20)] = Field(default_factory=list)
    outcomes: Annotated[list[Outcome], Field(max_length=3)] = Field(default_factory=list)
    """What there must be at the end."""

    @model_validator(mode="after")
    def _each_once(self) -> "FormatSection":
        _refuse_twice([question.key for question in self.questions], "questions")
        _refuse_twice(self.outcomes, "outcomes")
        return self


class FormatDocument(InputDTO):
    """The sections of a session, in order."""

    sections: Annotated[list[FormatSection], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _each_once(self) -> "FormatDocument":
        _refuse_twice([section.key for section in self.sections], "sections")
        return self

    @property
    def minutes(self) -> int:
        """Of all sections."""
        return sum(section.minutes for section in self.sections)

    @property
    def outcomes(self) -> list[Outcome]:
        """What the session is to end with, in the order of the sections."""
        return list(dict.fromkeys(outcome for section in self.sections for outcome in section.outcomes))


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """How far a session does what its format asks; `missing` are JSON pointers of what must not be missing."""

    missing: tuple[str, ...]
    fulfilled: int
    asked: int


def fulfil(document: FormatDocument, answers: Answers, outcomes: Mapping[Outcome, bool]) -> Fulfilment:
    """Hold answers and outcomes against a format; questions that need no answer count among what is asked."""
    missing: list[str] = []
    fulfilled = asked = 0
    for section in document.sections:
        for question in section.questions:
            asked += 1
            if answers.get(section.key, {}).get(question.key, "").strip():
                fulfilled += 1
            elif question.required:
                missing.append(f"/answers/{section.key}/{question.key}")
    for outcome in document.outcomes:
        asked += 1
        if outcomes.get(outcome, False):
            fulfilled += 1
        else:
            missing.append(f"/outcomes/{outcome.value}")
    return Fulfilment(tuple(missing), fulfilled, asked)


def unknown_answers(document: FormatDocument, answers: Answers) -> list[str]:
    """JSON pointers of answers to what the format does not ask."""
    known = {section.key: {question.key for question in section.questions} for section in document.sections}
    found = []
    for section, given in answers.items():
        if section not in known:
            found.append(f"/answers/{section}")
        else:
            found += [f"/answers/{section}/{question}" for question in given if question not in known[section]]
    return found


def _refuse_twice(keys: list[str] | list[Outcome], what: str) -> None:
    if len(set(keys)) != len(keys):
        raise ValueError(f"{what} must not have the same key twice")
