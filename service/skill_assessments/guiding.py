"""Guide mode: how a rater goes through one skill in five minutes, step by step; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class GuideStepKey(StrEnum):
    """What a step is for."""

    WHY = "why"
    LAST_TIME = "last_time"
    ANCHORS = "anchors"
    EVIDENCE = "evidence"
    RATE = "rate"
    SAY = "say"


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step: how long it takes, and what to do."""

    key: GuideStepKey
    minutes: Decimal
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """What is known of a person and a skill; levels on the framework's scale."""

    name: str
    skill: str
    required: int | None
    last_level: Decimal | None
    last_days_ago: int | None
    n_evidence: int
    sees_evidence: bool
    """The rater may see the person's deals and activities."""


MINUTES = {
    GuideStepKey.WHY: Decimal("0.5"),
    GuideStepKey.LAST_TIME: Decimal("0.5"),
    GuideStepKey.ANCHORS: Decimal(1),
    GuideStepKey.EVIDENCE: Decimal("1.5"),
    GuideStepKey.RATE: Decimal(1),
    GuideStepKey.SAY: Decimal("0.5"),
}
"""Five minutes in all."""
TITLES = {
    GuideStepKey.WHY: "Why this skill, why now",
    GuideStepKey.LAST_TIME: "The last time",
    GuideStepKey.ANCHORS: "Compare with the anchors",
    GuideStepKey.EVIDENCE: "Look at what they did",
    GuideStepKey.RATE: "Rate",
    GuideStepKey.SAY: "One thing to say",
}


def guide_steps(facts: GuideFacts) -> list[GuideStep]:
    """The steps in order; their minutes add up to five."""
    said = dict(_texts(facts))
    return [GuideStep(key, minutes, TITLES[key], said[key]) for key, minutes in MINUTES.items()]


def _texts(facts: GuideFacts) -> Iterator[tuple[GuideStepKey, str]]:
    yield GuideStepKey.WHY, _why(facts)
    if facts.last_level is None:
        yield GuideStepKey.LAST_TIME, "You have no earlier rating of this skill to read. Start from the anchors."
    else:
        ago = "today" if not facts.last_days_ago else f"{facts.last_days_ago} days ago"
        yield GuideStepKey.LAST_TIME, f"Level {facts.last_level} {ago}. Do not start from it: read the anchors first."
    yield GuideStepKey.ANCHORS, f"Read each anchor, and find the highest that you saw {facts.name} do more than once."
    if not facts.sees_evidence:
        yield GuideStepKey.EVIDENCE, "Think of two situations that you saw yourself, one recent and one older."
    elif not facts.n_evidence:
        yield (
            GuideStepKey.EVIDENCE,
            "Nothing of the last 90 days belongs to it. Think of what you saw yourself.",
        )
    else:
        yield GuideStepKey.EVIDENCE, f"Open two of these {facts.n_evidence}, one that went well and one that did not."
    yield GuideStepKey.RATE, "Give the level whose anchor fits, and write down where you saw it."
    yield GuideStepKey.SAY, f"One sentence to {facts.name}: what you saw, and what would be the next level."


def _why(facts: GuideFacts) -> str:
    if facts.required is None:
        return f"{facts.skill}: the framework requires no level of it for this job role."
    if facts.last_level is None:
        return f"{facts.skill}: level {facts.required} is required, and nobody's rating of it is there to read."
    if facts.last_level < facts.required:
        return f"{facts.skill}: level {facts.required} is required, and the last rating was {facts.last_level}."
    return f"{facts.skill}: level {facts.required} is required and was reached; see whether it still holds."
