"""What is true of a year that people spent together, counted story by story."""

from collections.abc import Collection
from datetime import date
from typing import Any

from service.coaching_sessions.dto.adherence import AdherenceNumbersDTO
from tests.factories.together_year import DUE_ON, Story, TogetherYear

ON_TIME = 10
NUMBERS = (
    *("owed", "held", "on_time", "rescheduled", "missed", "cancelled", "unscheduled", "minutes", "substituted"),
    *("attested", "kept", "settled", "assisted", "helped"),
)


def due_within(year: TogetherYear, days: tuple[date, date]) -> list[Story]:
    """What somebody owed in a span."""
    due = [one for one in year.stories if one.fate != "replaced"]
    return [one for one in due if days[0] <= (one.occurs_on or one.day) <= days[1]]


def truth(year: TogetherYear, account: Collection[str], days: tuple[date, date]) -> dict[str, int]:
    """What the account of some managers together is."""
    n: dict[str, int] = dict.fromkeys(NUMBERS, 0)
    for story in due_within(year, days):
        held = story.fate == "completed"
        if story.owes in account:
            n["owed"] += 1
            n["held"] += held
            n["on_time"] += held and story.late <= ON_TIME and not story.is_moved
            n["rescheduled"] += story.is_moved
            n["missed"] += story.fate == "missed"
            n["cancelled"] += story.fate in {"cancelled", "called_off"}
            n["unscheduled"] += story.fate == "unscheduled"
            n["minutes"] += story.minutes
            n["substituted"] += held and story.stands_in is not None
            n["attested"] += held and bool(set(story.said) - set(story.reps)) and set(story.reps) <= set(story.said)
        elif held and {*story.beside, story.stands_in} & {*account}:
            n["assisted"] += 1
            n["helped"] += story.minutes
    # What was taken on in a session that somebody of the account owed, whoever has it now.
    promises = [one.promise for one in year.stories if one.owes in account and days[0] <= DUE_ON <= days[1]]
    n["kept"], n["settled"] = promises.count("done"), promises.count("done") + promises.count("missed")
    return n


def flat(found: AdherenceNumbersDTO) -> dict[str, int]:
    """The same of an answer."""
    counted: dict[str, Any] = {
        **{name: getattr(found, name) for name in ("owed", "unscheduled", "minutes", "substituted", "assisted")},
        **{
            name: getattr(found, name).numerator
            for name in ("held", "on_time", "rescheduled", "missed", "cancelled", "attested")
        },
        "kept": found.commitments_kept.numerator,
        "settled": found.commitments_kept.denominator,
        "helped": found.assisted_minutes,
    }
    return counted
