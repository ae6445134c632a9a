"""An attacker on published sums of ratings: generated organizations, what is read of them, and exact linear algebra.

What is read is a list of sums, each over a set of views whose members a referee knows. The attacker may add and
subtract whatever was read, at any instant, of any group: they win if a combination is about fewer than five raters.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import NamedTuple
from uuid import UUID

from service.coaching_sessions.rating_groups import FEWEST_RATERS, View, form_groups, is_enough
from service.coaching_sessions.rating_questions import SETS

KEYS = SETS[-1].keys


class Cell(NamedTuple):
    """A view; another answer of the same rater is another one."""

    quarter: int
    rater_id: UUID
    manager_id: UUID
    answers: tuple[Fraction, ...]


Reading = frozenset[Cell]
"""The views that a sum is over."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An organization at one instant: whom each manager reports to, and the ratings given so far in this quarter."""

    quarter: int
    above: Mapping[UUID, UUID | None]
    views: Sequence[View]
    closed: bool


def generate(seed: int) -> list[Moment]:
    """Three quarters of a small organization, day by day: people rate, move, and are deleted with their ratings."""
    random = Random(seed)
    managers = [UUID(int=1000 + one) for one in range(random.randint(2, 7))]
    above: dict[UUID, UUID | None] = {managers[0]: None}
    for place, one in enumerate(managers[1:], 1):
        above[one] = random.choice([*managers[:place], None])
    reps = {UUID(int=one): random.choice(managers) for one in range(random.randint(4, 40))}
    coached = {**reps, **{one: boss for one, boss in above.items() if boss is not None}}
    moments = []
    for quarter in range(3):
        views: dict[tuple[UUID, UUID], View] = {}
        for _ in range(random.randint(4, 60)):
            happening = random.random()
            rater = random.choice(list(coached))
            if happening < 0.8 or len(coached) < 3:
                _rate(random, views, rater, coached[rater], above)
            elif happening < 0.9:
                coached[rater] = random.choice([one for one in managers if one != rater])
                if rater in above and not is_below(above, coached[rater], rater):
                    above[rater] = coached[rater]
            else:
                coached.pop(rater)
                views = {pair: view for pair, view in views.items() if pair[0] != rater}
            moments.append(Moment(quarter, dict(above), list(views.values()), closed=False))
        moments.append(Moment(quarter, dict(above), list(views.values()), closed=True))
    return moments


def _rate(
    random: Random,
    views: dict[tuple[UUID, UUID], View],
    rater: UUID,
    manager: UUID,
    above: Mapping[UUID, UUID | None],
) -> None:
    taste = random.choice([(5,), (4, 5), (1,), (1, 2, 3, 4, 5)])
    answers = {key: Fraction(random.choice(taste)) for key in KEYS}
    views[rater, manager] = View(rater, manager, answers, is_insider=is_below(above, manager, rater))


def is_below(above: Mapping[UUID, UUID | None], manager: UUID, boss: UUID) -> bool:
    """Whether a manager is somebody, or below them."""
    step: UUID | None = manager
    while step is not None and step != boss:
        step = above[step]
    return step == boss


def read_published(moments: Iterable[Moment]) -> list[Reading]:
    """What Touchline shows: nothing before a quarter is closed, and then the groups of blocks, for ever."""
    found = []
    for moment in moments:
        if moment.closed:
            groups = form_groups(moment.views, moment.above)
            shown = (*groups.own.values(), *groups.tree.values(), groups.everybody)
            found += [frozenset(_cell(moment, view) for block in blocks for view in block) for blocks in shown]
    return [one for one in found if one]


def read_naive(moments: Iterable[Moment], *, live: bool) -> list[Reading]:
    """What a threshold alone shows: each group with five raters as it is, at the end of a quarter or at any time."""
    found = []
    for moment in moments:
        if not (live or moment.closed):
            continue
        for manager in moment.above:
            below = [view for view in moment.views if is_below(moment.above, view.manager_id, manager)]
            own = [view for view in below if view.manager_id == manager]
            found += [frozenset(_cell(moment, view) for view in group) for group in (own, below) if is_enough(group)]
        if is_enough(moment.views):
            found.append(frozenset(_cell(moment, view) for view in moment.views))
    return found


def _cell(moment: Moment, view: View) -> Cell:
    return Cell(moment.quarter, view.rater_id, view.manager_id, tuple(view.answers[key] for key in KEYS))


def find_small_group(readings: Sequence[Reading]) -> set[UUID] | None:
    """Fewer than five raters about whom some combination of the readings is alone; None: there is no such combination.

    A combination is about some views alone iff the readings lose rank when these views are struck out. Views that are
    in the same readings cannot be told apart, so that striking out matters only where it takes all of such a class:
    trying each few of the raters who make a class of fewer than five is complete.
    """
    distinct = list(dict.fromkeys(readings))
    inside: dict[Cell, list[int]] = defaultdict(list)
    for place, reading in enumerate(distinct):
        for cell in reading:
            inside[cell].append(place)
    raters: dict[tuple[int, ...], set[UUID]] = defaultdict(set)
    for cell, places in inside.items():
        raters[tuple(places)].add(cell.rater_id)
    classes = sorted(raters)
    rank = rank_of([[Fraction(place in one) for one in classes] for place in range(len(distinct))])
    small = [raters[one] for one in classes if len(raters[one]) < FEWEST_RATERS]
    for size in range(1, FEWEST_RATERS):
        for about in itertools.combinations(sorted(set().union(*small)), size):
            kept = [one for one in classes if not raters[one] <= set(about)]
            if len(kept) < len(classes) and rank > rank_of(
                [[Fraction(place in one) for one in kept] for place in range(len(distinct))]
            ):
                return set(about)
    return None


def rank_of(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix, by exact elimination."""
    rank, left = 0, [row for row in rows if any(row)]
    while left:
        pivot = left.pop()
        column = next((at for at, value in enumerate(pivot) if value), None)
        if column is None:
            continue
        rank += 1
        left = [
            [a - row[column] / pivot[column] * b for a, b in zip(row, pivot, strict=True)] if row[column] else row
            for row in left
        ]
    return rank
