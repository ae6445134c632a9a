"""Where people stand in the skills of a framework, with the severity of whoever rated them taken out; pure.

Of each rater but the person the newest rating of the last 365 days counts, of peers as `peers` says. Where raters have
enough people in common, levels are adjusted (`service.statistics.severity`); where not, they stay as given, and it says
so. The error is measured where raters overlap at all. Elsewhere it is assumed: a single supervisor's rating of
performance has a reliability of .52 (Viswesvaran, Ones & Schmidt 1996, Journal of Applied Psychology 81), of people who
differ by a quarter of the scale.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import sqrt
from statistics import fmean
from typing import TypeVar
from uuid import UUID

from service.skill_assessments.calibration.marks import Mark
from service.skill_assessments.calibration.raters import NoSeverity, why_no_severity
from service.skill_assessments.calibration.weighing import Weighed, weigh
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.peers import count_rounds, form_rounds
from service.statistics.severity import LEAST_FREEDOM, Ratings, adjust_levels

WINDOW = timedelta(days=365)
RELIABILITY = 0.52
ROUNDING = 1 / 12
"""The variance of a rating in levels² that rounding to whole levels alone makes (Sheppard 1898)."""
POINTS = 12
"""Of the history, the newest ones."""


class ErrorBasis(StrEnum):
    """Where a standard error comes from."""

    MEASURED = "measured"
    ASSUMED = "assumed"


class NoLevel(StrEnum):
    """Why there is no level."""

    NOT_RATED = "not_rated"
    ONLY_SELF = "only_self"
    TOO_FEW_PEERS = "too_few_peers"


@dataclass(frozen=True, slots=True)
class SkillRating:
    """What one rater said of one skill in one submitted assessment: the mean of its items, in levels."""

    person_id: UUID
    skill: str
    rater: str
    kind: RaterKind
    level: float
    assessed_on: date
    submitted_at: datetime
    is_superseded: bool = False


@dataclass(frozen=True, slots=True)
class KindMean:
    """Raters of one kind and the mean of what they gave."""

    kind: RaterKind
    n: int
    level: float


@dataclass(frozen=True, slots=True)
class LevelPoint:
    """What counted on a day, with severities as they are known today."""

    on: date
    n: int
    raw: float
    adjusted: float | None


@dataclass(frozen=True, slots=True)
class PersonLevel:
    """One skill of one person: `level` is the adjusted one where there is one, else the raw mean of `n` raters.

    Everything from `raw` to `kinds` is None or empty where `cannot_tell` says why.
    """

    person_id: UUID
    skill: str
    raw: float | None
    adjusted: float | None
    level: float | None
    error: float | None
    basis: ErrorBasis | None
    kinds: Sequence[KindMean]
    assessed_on: date | None
    """The newest day that a counted rating speaks of."""
    own: float | None
    """The person's own rating."""
    peers_waiting: int
    history: Sequence[LevelPoint]
    not_adjusted: NoSeverity | None
    cannot_tell: NoLevel | None

    @property
    def n(self) -> int:
        """How many raters count."""
        return sum(kind.n for kind in self.kinds)


Unit = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class _Said:
    """All that was said of one person's skill."""

    others: Sequence[SkillRating]
    own: Sequence[SkillRating]
    rounds: Sequence[tuple[date, list[SkillRating]]]
    waiting: int

    @classmethod
    def of(cls, ratings: Sequence[SkillRating]) -> "_Said":
        standing = [one for one in ratings if not one.is_superseded]
        rounds, waiting = form_rounds(one for one in ratings if one.kind is RaterKind.PEER)
        return cls(
            [one for one in standing if one.kind not in {RaterKind.PEER, RaterKind.SELF}],
            [one for one in standing if one.kind is RaterKind.SELF],
            rounds,
            waiting,
        )

    def counted(self, day: date) -> list[SkillRating]:
        """What counts on a day: of each rater the newest."""
        peers = count_rounds(self.rounds, day - WINDOW, day)
        return _newest([*peers, *(one for one in self.others if day - WINDOW < one.assessed_on <= day)])

    def days(self, day: date) -> list[date]:
        """On which something new counted within the window before a day, the newest ones."""
        found = {one.assessed_on for one in self.others} | {on for on, _ in self.rounds}
        return sorted(on for on in found if day - WINDOW < on <= day)[-POINTS:]


def _newest(ratings: Iterable[SkillRating]) -> list[SkillRating]:
    ordered = sorted(ratings, key=lambda one: (one.assessed_on, one.submitted_at))
    return list({one.rater: one for one in ordered}.values())


def find_levels(
    ratings: Iterable[SkillRating], asked: Collection[Unit], day: date, top: int
) -> dict[Unit, PersonLevel]:
    """The levels of people in skills on a day, by what was said of everybody, on a scale from 1 to `top`.

    Of peers all ratings that were ever submitted are asked for, superseded ones too.
    """
    by_unit: dict[Unit, list[SkillRating]] = {}
    for rating in ratings:
        by_unit.setdefault((rating.person_id, rating.skill), []).append(rating)
    said = {unit: _Said.of(found) for unit, found in by_unit.items()}
    counted = {unit: one.counted(day) for unit, one in said.items()}
    weighed = weigh(_marks(counted))
    scale = _Scale(weighed, dict(zip(weighed.raters, why_no_severity(weighed), strict=True)), top)
    nothing = _Said([], [], [], 0)
    levels = scale.levels({unit: counted.get(unit, []) for unit in asked})
    dated = {
        (unit, on): said.get(unit, nothing).counted(on) for unit in asked for on in said.get(unit, nothing).days(day)
    }
    points = scale.levels(dated)
    histories: dict[Unit, list[LevelPoint]] = {}
    for (unit, on), point in points.items():
        if point.raw is not None:
            histories.setdefault(unit, []).append(LevelPoint(on, len(dated[unit, on]), point.raw, point.adjusted))
    return {
        unit: _present(unit, said.get(unit, nothing), counted.get(unit, []), levels[unit], histories.get(unit, []), day)
        for unit in asked
    }


def _marks(counted: Mapping[Unit, Sequence[SkillRating]]) -> list[Mark]:
    return [
        Mark(person_id, one.rater, skill, one.level, one.submitted_at)
        for (person_id, skill), ratings in counted.items()
        for one in ratings
    ]


@dataclass(frozen=True, slots=True)
class _Point:
    raw: float | None = None
    adjusted: float | None = None
    error: float | None = None
    basis: ErrorBasis | None = None
    not_adjusted: NoSeverity | None = None


Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """What is known of raters, and the highest level."""

    weighed: Weighed
    untold: Mapping[str, NoSeverity | None]
    top: int

    def levels(self, asked: Mapping[Key, Sequence[SkillRating]]) -> dict[Key, _Point]:
        """Of each list of ratings, in one go."""
        known = self.weighed.raters
        # Of a rater who does not count today no severity is known.
        rated = [key for key, ratings in asked.items() if ratings and all(one.rater in known for one in ratings)]
        rows = [(known[one.rater], at, one.level) for at, key in enumerate(rated) for one in asked[key]]
        raters, units, values = zip(*rows, strict=True) if rows else ((), (), ())
        found = adjust_levels(Ratings.of(raters, units, values), self.weighed.fit)
        adjusted = {
            key: (float(found.level[at]), float(found.error[at]))
            for at, key in enumerate(rated)
            if any(self.untold[one.rater] is None for one in asked[key])
        }
        return {key: self._point(ratings, adjusted.get(key)) for key, ratings in asked.items()}

    def _point(self, ratings: Sequence[SkillRating], adjusted: tuple[float, float] | None) -> _Point:
        if not ratings:
            return _Point()
        raw = fmean(one.level for one in ratings)
        least = ROUNDING / len(ratings)
        if adjusted is not None:
            level = min(max(adjusted[0], 1.0), float(self.top))
            return _Point(raw, level, sqrt(max(adjusted[1] ** 2, least)), ErrorBasis.MEASURED)
        reasons = {self.untold.get(one.rater) for one in ratings} - {None}
        reason = NoSeverity.NO_OVERLAP if reasons <= {NoSeverity.NO_OVERLAP} else NoSeverity.TOO_LITTLE_OVERLAP
        fit = self.weighed.fit
        if self.weighed.overlap.freedom >= LEAST_FREEDOM:
            error = sqrt(max((fit.variance + fit.rater_sd**2) / len(ratings), least))
            return _Point(raw, None, error, ErrorBasis.MEASURED, reason)
        spread = ((self.top - 1) / 4) ** 2 * (1 - RELIABILITY)
        return _Point(raw, None, sqrt(max(spread / len(ratings), least)), ErrorBasis.ASSUMED, reason)


def _present(
    unit: Unit, said: _Said, counted: Sequence[SkillRating], point: _Point, history: Sequence[LevelPoint], day: date
) -> PersonLevel:
    own = _newest(one for one in said.own if day - WINDOW < one.assessed_on <= day)
    cannot_tell = None
    if not counted:
        cannot_tell = NoLevel.TOO_FEW_PEERS if said.waiting else NoLevel.ONLY_SELF if own else NoLevel.NOT_RATED
    return PersonLevel(
        person_id=unit[0],
        skill=unit[1],
        raw=point.raw,
        adjusted=point.adjusted,
        level=point.raw if point.adjusted is None else point.adjusted,
        error=point.error,
        basis=point.basis,
        kinds=_kinds(counted),
        assessed_on=max((one.assessed_on for one in counted), default=None),
        own=own[0].level if own else None,
        peers_waiting=said.waiting,
        history=history,
        not_adjusted=point.not_adjusted,
        cannot_tell=cannot_tell,
    )


def _kinds(counted: Sequence[SkillRating]) -> list[KindMean]:
    found = []
    for kind in RaterKind:
        levels = [one.level for one in counted if one.kind is kind]
        if levels:
            found.append(KindMean(kind, len(levels), fmean(levels)))
    return found
