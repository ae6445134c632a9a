"""What a suite is: a function that tries the running service and says how it went."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.suites.stage import Stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """One suite's result; `score` is a few words, `details` what to read when it failed."""

    passed: bool
    score: str
    details: str = ""


Suite = Callable[[Stage], Outcome]
