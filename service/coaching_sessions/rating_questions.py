"""The questions that a rep rates coaching by, each step from 1 to 5 with words of its own; pure.

A set never changes once it was shipped: other words are another version, which counts from a day on. So an old answer
stays readable by the words that it was given to, and the answers of one period are all to the same words.
"""

from dataclasses import dataclass
from datetime import date

LOWEST, HIGHEST = 1, 5
"""The steps of every question."""


@dataclass(frozen=True, slots=True)
class Question:
    """`anchors` say what each step means, the lowest first."""

    key: str
    question: str
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One version, asked about sessions of periods that begin on `from_on` or later."""

    key: str
    version: int
    from_on: date
    questions: tuple[Question, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The questions' keys, in order."""
        return tuple(one.key for one in self.questions)


SETS: tuple[QuestionSet, ...] = (
    QuestionSet(
        "coaching-voice",
        1,
        date.min,
        (
            Question(
                "focus",
                "Did the session work on what matters most for your results?",
                (
                    "On nothing that I can change",
                    "Mostly on numbers and news",
                    "Partly on what I can change",
                    "Mostly on one or two things that I can change",
                    "Wholly on the one or two things that matter most",
                ),
            ),
            Question(
                "listening",
                "How much did your manager ask and listen?",
                (
                    "I was told throughout",
                    "I was asked once or twice",
                    "Asking and telling were about even",
                    "I was mostly asked, and heard",
                    "I was asked, heard, and found the way myself",
                ),
            ),
            Question(
                "feedback",
                "How concrete was the feedback?",
                (
                    "There was none",
                    "General praise or blame",
                    "Concrete, without an example of mine",
                    "Concrete, with an example of mine",
                    "Concrete, with an example of mine and how to do it better",
                ),
            ),
            Question(
                "next_step",
                "How clear is what you will do next?",
                (
                    "Nothing was agreed",
                    "Something vague was agreed",
                    "A step was agreed, without a date",
                    "A step was agreed, with a date",
                    "A step was agreed, with a date and how we will see that it worked",
                ),
            ),
            Question(
                "openness",
                "How openly could you speak?",
                (
                    "I kept to myself what went wrong",
                    "I told only what was known anyway",
                    "I told some of what went wrong",
                    "I told most of what went wrong",
                    "I could tell everything, and it was put to good use",
                ),
            ),
        ),
    ),
)
"""Every version, the oldest first."""


def set_of_period(starts_on: date) -> QuestionSet:
    """Find the set that sessions of a period are rated by: the newest that counts when the period begins."""
    return [one for one in SETS if one.from_on <= starts_on][-1]


def find_set(key: str, version: int) -> QuestionSet:
    """Find the set that an answer was given to; `StopIteration` for one that never was."""
    return next(one for one in SETS if (one.key, one.version) == (key, version))
