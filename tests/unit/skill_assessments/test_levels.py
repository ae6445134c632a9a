"""Levels are adjusted where raters overlap, honest about their error elsewhere, and give no single peer away."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from uuid import UUID

import numpy as np
import pytest

from service.skill_assessments.calibration.raters import NoSeverity
from service.skill_assessments.levels import (
    WINDOW,
    ErrorBasis,
    KindMean,
    NoLevel,
    PersonLevel,
    SkillRating,
    find_levels,
)
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.peers import count_rounds, form_rounds

DAY = date(2026, 6, 30)
ANN = UUID(int=1)
UNIT = (ANN, "closing")


def said(
    rater: str,
    level: float,
    kind: RaterKind = RaterKind.MANAGER,
    *,
    ago: int = 10,
    person: UUID = ANN,
    skill: str = "closing",
    superseded: bool = False,
) -> SkillRating:
    on = DAY - timedelta(days=ago)
    return SkillRating(
        person, skill, rater, kind, level, on, datetime(on.year, on.month, on.day, 12, tzinfo=UTC), superseded
    )


def level_of(*ratings: SkillRating, day: date = DAY) -> PersonLevel:
    return find_levels(ratings, [UNIT], day, 5)[UNIT]


def peers(*levels: float, ago: int = 10, names: str = "abcdefghi") -> list[SkillRating]:
    """One after the other, a minute apart."""
    found = []
    for at, (name, level) in enumerate(zip(names, levels, strict=False)):
        one = said(name, level, RaterKind.PEER, ago=ago)
        found.append(
            SkillRating(
                ANN, "closing", name, one.kind, level, one.assessed_on, one.submitted_at + timedelta(minutes=at)
            )
        )
    return found


class TestWhatCounts:
    def test_the_newest_rating_of_each_rater_within_a_year(self) -> None:
        found = level_of(
            said("boss", 2, ago=100),
            said("boss", 4, ago=50),
            said("lead", 3, RaterKind.ENABLEMENT),
            said("old", 1, ago=365),
        )
        assert (found.raw, found.n, found.assessed_on) == (3.5, 2, DAY - timedelta(days=10))
        assert found.kinds == [KindMean(RaterKind.MANAGER, 1, 4), KindMean(RaterKind.ENABLEMENT, 1, 3)]

    def test_a_superseded_one_does_not(self) -> None:
        assert level_of(said("boss", 1, ago=5, superseded=True), said("boss", 4, ago=50)).raw == 4

    def test_nothing_later_does(self) -> None:
        assert level_of(said("boss", 2, ago=30), said("boss", 5, ago=1), day=DAY - timedelta(days=10)).raw == 2

    def test_ones_own_rating_stands_beside(self) -> None:
        found = level_of(said("boss", 2), said("ann", 5, RaterKind.SELF))
        assert (found.raw, found.own, found.n) == (2, 5, 1)

    @pytest.mark.parametrize(
        ("ratings", "reason"),
        [
            ([], NoLevel.NOT_RATED),
            ([said("ann", 5, RaterKind.SELF)], NoLevel.ONLY_SELF),
            (peers(1, 2), NoLevel.TOO_FEW_PEERS),
            ([said("boss", 3, ago=400)], NoLevel.NOT_RATED),
        ],
    )
    def test_without_a_rating_that_counts_there_is_no_level(self, ratings: list[SkillRating], reason: NoLevel) -> None:
        found = level_of(*ratings)
        assert found.cannot_tell is reason
        assert (found.raw, found.adjusted, found.level, found.error, found.basis, found.n) == (None,) * 5 + (0,)

    def test_the_history_says_what_counted_on_each_day(self) -> None:
        found = level_of(said("boss", 2, ago=300), said("lead", 4, ago=200), said("boss", 5, ago=100))
        assert [((DAY - one.on).days, one.raw, one.n) for one in found.history] == [
            (300, 2, 1),
            (200, 3, 2),
            (100, 4.5, 2),
        ]


class TestError:
    def test_of_a_single_manager_it_is_assumed_and_says_so(self) -> None:
        found = level_of(said("boss", 3))
        assert found.basis is ErrorBasis.ASSUMED
        assert found.error == pytest.approx(sqrt(1 - 0.52))
        assert found.not_adjusted is NoSeverity.NO_OVERLAP
        assert (found.adjusted, found.level) == (None, 3)

    def test_where_raters_overlap_it_is_measured_and_severity_taken_out(self) -> None:
        generator = np.random.default_rng(1)
        ratings = []
        for person in range(20):
            level = generator.normal(3, 0.8)
            for rater, severity in (("severe", 1.0), ("fair", 0.0), ("kind", -1.0)):
                value = float(np.clip(round(level - severity + generator.normal(0, 0.3)), 1, 5))
                ratings.append(said(rater, value, person=UUID(int=person + 10)))
        asked = [(ANN, "closing"), (UUID(int=2), "closing"), (UUID(int=3), "closing")]
        ratings += [said("severe", 3), said("kind", 3, person=UUID(int=2)), said("new", 3, person=UUID(int=3))]
        severe, kind, new = find_levels(ratings, asked, DAY, 5).values()
        assert severe.adjusted == pytest.approx(4, abs=0.3)
        assert kind.adjusted == pytest.approx(2, abs=0.3)
        assert severe.basis is kind.basis is new.basis is ErrorBasis.MEASURED
        assert (new.adjusted, new.not_adjusted) == (None, NoSeverity.NO_OVERLAP)
        # An unknown rater may be as severe as any.
        assert (new.error or 0) > (severe.error or 0) > 0

    def test_raters_who_agree_leave_the_error_of_whole_levels(self) -> None:
        ratings = [said(rater, 3, person=UUID(int=person)) for person in range(1, 30) for rater in ("a", "b", "c")]
        assert level_of(*ratings).error == pytest.approx(sqrt(1 / 12 / 3))

    def test_an_adjusted_level_stays_on_the_scale(self) -> None:
        ratings = [
            said(rater, level, person=UUID(int=person))
            for person in range(2, 30)
            for rater, level in (("a", 5), ("b", 3))
        ]
        assert level_of(*ratings, said("b", 5)).adjusted == 5


class TestPeers:
    def test_they_count_from_three_up(self) -> None:
        found = level_of(*peers(1, 2, 3))
        assert (found.raw, found.n, found.kinds) == (2, 3, [KindMean(RaterKind.PEER, 3, 2)])

    @pytest.mark.parametrize("more", [1, 2])
    def test_the_fourth_waits_for_two_more_as_a_difference_would_give_it_away(self, more: int) -> None:
        found = level_of(*peers(1, 2, 3, 5, 5)[: 3 + more], said("boss", 2))
        assert (found.raw, found.n, found.peers_waiting) == (2, 4, more)

    def test_six_count_together(self) -> None:
        found = level_of(*peers(1, 2, 3, 4, 5, 3))
        assert (found.raw, found.n, found.peers_waiting) == (3, 6, 0)

    def test_a_correction_within_the_round_replaces_and_later_waits(self) -> None:
        first = peers(1, 1, names="aa")
        assert level_of(*first, *peers(2, 3, ago=9, names="bc")).raw == 2
        late = said("a", 5, RaterKind.PEER, ago=5)
        found = level_of(*peers(1, 2, 3), late)
        assert (found.raw, found.peers_waiting) == (2, 1)

    def test_a_round_of_which_fewer_than_three_are_left_does_not_count(self) -> None:
        again = [said(name, 5, RaterKind.PEER, ago=5) for name in "ade"]
        found = level_of(*peers(1, 2, 3), *again)
        assert (found.raw, found.n) == (5, 3)

    def test_a_round_leaves_the_window_as_a_whole(self) -> None:
        spread = [
            said(name, level, RaterKind.PEER, ago=ago)
            for name, level, ago in zip("abc", (1, 2, 3), (380, 370, 360), strict=True)
        ]
        assert level_of(*spread).raw == 2
        assert level_of(*spread, day=DAY + timedelta(days=6)).cannot_tell is NoLevel.NOT_RATED

    def test_no_answer_at_any_time_differs_from_the_one_before_by_fewer_than_three_peers(self) -> None:
        generator = np.random.default_rng(9)
        ratings = [
            said(str(generator.choice(list("abcdefg"))), float(generator.integers(1, 6)), RaterKind.PEER, ago=int(ago))
            for ago in sorted(generator.choice(900, 60, replace=False), reverse=True)
        ]
        seen: list[set[tuple[str, date]]] = [set()]
        for ago in range(900, 0, -1):
            day = DAY - timedelta(days=ago)
            known = [one for one in ratings if one.assessed_on <= day]
            rated = _counted(known, day)
            if rated != seen[-1]:
                seen.append(rated)
        changes = [before ^ after for before, after in pairwise(seen)]
        assert len(changes) > 5
        assert all(len({rater for rater, _ in one}) >= 3 for one in changes)


def _counted(ratings: list[SkillRating], day: date) -> set[tuple[str, date]]:
    return {(one.rater, one.assessed_on) for one in count_rounds(form_rounds(ratings)[0], day - WINDOW, day)}
