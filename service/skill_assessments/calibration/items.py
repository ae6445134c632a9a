"""Whether raters mean the same by an item: agreement per item and per skill, and which are ambiguous; pure.

An item is ambiguous where the whole interval of Krippendorff's alpha lies below .667, which he calls the lowest
conceivable limit; from .800 on answers can be relied upon (Krippendorff 2004, Human Communication Research 30; 2019,
Content Analysis, 4th edition, chapter 12). It says nothing of who is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import numpy as np

from service.skill_assessments.calibration.marks import Mark, newest
from service.statistics.agreement import Agreement, krippendorff_alpha

TENTATIVE = 0.667
RELIABLE = 0.8
LEAST_UNITS = 5
"""People rated by two raters or more, below which nothing is said of an item."""
LEVEL = 0.95


class Clarity(StrEnum):
    """What the agreement on an item allows."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    AMBIGUOUS = "ambiguous"


class NoClarity(StrEnum):
    """Why it cannot be told."""

    NO_RATINGS = "no_ratings"
    ONE_RATER = "one_rater"
    NO_OVERLAP = "no_overlap"
    ALL_THE_SAME = "all_the_same"
    TOO_FEW_PEOPLE = "too_few_people"
    WIDE_INTERVAL = "wide_interval"


@dataclass(frozen=True, slots=True)
class SubjectAgreement:
    """One item or skill: its agreement, and either what that allows or why it cannot be told."""

    subject: str
    agreement: Agreement
    clarity: Clarity | None
    cannot_tell: NoClarity | None


def measure_agreement(marks: Iterable[Mark]) -> list[SubjectAgreement]:
    """Of each subject by its key, over the people whom two raters or more have rated; the newest of each counts."""
    grouped = groupby(newest(marks), key=lambda mark: mark.subject)
    return [_measure(subject, list(group)) for subject, group in grouped]


def _measure(subject: str, marks: Sequence[Mark]) -> SubjectAgreement:
    raters = {rater: place for place, rater in enumerate(sorted({mark.rater for mark in marks}))}
    people = {person: place for place, person in enumerate(sorted({str(mark.person_id) for mark in marks}))}
    table = np.full((len(raters), len(people)), np.nan)
    for mark in marks:
        table[raters[mark.rater], people[str(mark.person_id)]] = mark.value
    found = krippendorff_alpha(table, LEVEL)
    reason = _reason(found)
    return SubjectAgreement(subject, found, None if reason else _clarity(found), reason)


def _reason(found: Agreement) -> NoClarity | None:
    if found.undefined is not None:
        return NoClarity(found.undefined.value)
    if found.units < LEAST_UNITS:
        return NoClarity.TOO_FEW_PEOPLE
    return None if _clarity(found) is not None else NoClarity.WIDE_INTERVAL


def _clarity(found: Agreement) -> Clarity | None:
    if found.low is None or found.high is None:
        return None
    if found.low >= RELIABLE:
        return Clarity.RELIABLE
    if found.low >= TENTATIVE:
        return Clarity.TENTATIVE
    return Clarity.AMBIGUOUS if found.high < TENTATIVE else None
