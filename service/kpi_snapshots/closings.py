"""Periods that are over: when they are closed, and why a closed number is another one now; pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from service.kpi_snapshots.periods import Calendar, Period
from service.success_models.targets import PeriodKind


class Reason(StrEnum):
    """Why there is a revision."""

    CLOSED = "closed"
    LATE_FACTS = "late_facts"
    DEFINITION = "definition"
    TARGET = "target"


def periods_to_close(
    calendar: Calendar, kinds: Iterable[PeriodKind], since: date, today: date, grace_days: int
) -> list[Period]:
    """The periods that ended on or after the day `since` and more than `grace_days` full days before `today`.

    The earliest first; of those that end on the same day the shorter ones first.
    """
    last_end = today - timedelta(days=grace_days + 1)
    found = []
    for kind in kinds:
        period = calendar.period_of(kind, since)
        while period.end <= last_end:
            found.append(period)
            period = calendar.period_of(kind, period.end + timedelta(days=1))
    return sorted(found, key=lambda period: (period.end, -period.start.toordinal()))


FACTS = ("value", "numerator", "denominator", "n", "undecided")
TARGETS = ("target", "target_reason", "expected", "attainment", "status")
Fields = Mapping[str, Any]
"""A snapshot's fields by name."""


def find_reason(before: Fields, after: Fields) -> Reason | None:
    """Why a closed snapshot is another one; None where it is the same.

    A probability and an interval may move with the peers' habits: of a period that is over they say nothing new.
    """
    if not _changes(before, after, FACTS + TARGETS):
        return None
    if before["model_version"] != after["model_version"]:
        return Reason.DEFINITION
    return Reason.LATE_FACTS if _changes(before, after, FACTS) else Reason.TARGET


def explain(reason: Reason, before: Fields | None, after: Fields) -> str:
    """The reason in words, with what was and what is."""
    if before is None or reason is Reason.CLOSED:
        return "As it stood when the period was closed."
    moved = "; ".join(
        f"{name} {_text(before[name])} became {_text(after[name])}"
        for name in _changes(before, after, (*FACTS, "target", "expected", "status"))
    )
    why = {
        Reason.LATE_FACTS: "Facts reached us, or were corrected, after the period was closed",
        Reason.DEFINITION: f"Version {after['model_version']} of the model took the place of {before['model_version']}",
        Reason.TARGET: "The target or the working time was changed",
    }[reason]
    return f"{why}: {moved}." if moved else f"{why}."


def _changes(before: Fields, after: Fields, names: Iterable[str]) -> list[str]:
    return [name for name in names if before[name] != after[name]]


def _text(value: object) -> str:
    return "nothing" if value is None else str(value)
