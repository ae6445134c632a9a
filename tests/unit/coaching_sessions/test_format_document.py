"""What a format asks, what of it is missing, and what it never asked."""

import pytest
from pydantic import ValidationError

from service.coaching_sessions.format_document import FormatDocument, Fulfilment, Outcome, fulfil, unknown_answers
from service.coaching_sessions.use_cases.formats import SHIPPED, shipped_format

DOCUMENT = FormatDocument.model_validate(
    {
        "sections": [
            {
                "key": "goal",
                "title": "Goal",
                "minutes": 10,
                "questions": [
                    {"key": "what", "question": "What?"},
                    {"key": "else", "question": "Else?", "required": False},
                ],
                "outcomes": ["topic_discussed"],
            },
            {"key": "will", "title": "Will", "minutes": 5, "outcomes": ["commitment", "topic_discussed"]},
        ]
    }
)


def test_the_whole_is_the_sum_of_its_sections() -> None:
    assert DOCUMENT.minutes == 15
    assert DOCUMENT.outcomes == [Outcome.TOPIC_DISCUSSED, Outcome.COMMITMENT]


def test_what_is_required_and_missing_is_named() -> None:
    assert fulfil(DOCUMENT, {}, {}) == Fulfilment(
        ("/answers/goal/what", "/outcomes/topic_discussed", "/outcomes/commitment"), 0, 4
    )
    blank = {"goal": {"what": "  ", "else": "A fair"}}
    assert fulfil(DOCUMENT, blank, {Outcome.COMMITMENT: True}) == Fulfilment(
        ("/answers/goal/what", "/outcomes/topic_discussed"), 2, 4
    )
    all_outcomes = dict.fromkeys(Outcome, True)
    assert fulfil(DOCUMENT, {"goal": {"what": "Calls"}}, all_outcomes) == Fulfilment((), 3, 4)


def test_what_was_never_asked_is_named() -> None:
    given = {"goal": {"what": "x", "when": "y"}, "walk": {"a": "b"}}
    assert unknown_answers(DOCUMENT, given) == ["/answers/goal/when", "/answers/walk"]


@pytest.mark.parametrize("key", SHIPPED)
def test_what_is_shipped_is_sound(key: str) -> None:
    template = shipped_format(key)
    assert template.key == key
    assert 25 <= template.document.minutes <= 45
    assert template.document.outcomes


def test_nothing_is_there_twice() -> None:
    section = {"key": "goal", "title": "Goal", "minutes": 5}
    for sections in (
        [section, section],
        [section | {"questions": [{"key": "a", "question": "A?"}] * 2}],
        [section | {"outcomes": ["commitment"] * 2}],
        [],
    ):
        with pytest.raises(ValidationError):
            FormatDocument.model_validate({"sections": sections})
