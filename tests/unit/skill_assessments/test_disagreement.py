"""Ratings of a person and their manager that are far apart, and those that are not."""

from uuid import UUID

import pytest

from service.skill_assessments.disagreement import RatedHigherBy, TwoViews, find_disagreements


def views(own: float, manager: float, skill: str = "discovery") -> TwoViews:
    return TwoViews(UUID(int=1), skill, skill.capitalize(), own, manager, 5)


@pytest.mark.parametrize(
    ("own", "manager", "noise", "found"),
    [
        (4, 3, None, False),
        (4, 2.5, None, True),
        (2, 4, None, True),
        (4, 2, 1.0, False),
        (5, 2, 1.0, True),
        (4, 2.5, 0.1, True),
        (4, 3, 0.1, False),
    ],
)
def test_far_apart_is_beyond_what_raters_differ_by(
    own: float, manager: float, noise: float | None, *, found: bool
) -> None:
    assert bool(find_disagreements([views(own, manager)], noise)) is found


def test_the_farthest_apart_comes_first_and_says_who_sees_it_higher() -> None:
    found = find_disagreements([views(2, 4), views(5, 1, "closing"), views(3, 3, "demo")])
    assert [one.views.skill for one in found] == ["closing", "discovery"]
    assert [one.side for one in found] == [RatedHigherBy.SELF_HIGHER, RatedHigherBy.MANAGER_HIGHER]
    assert (found[0].apart, found[0].share) == (4, 1.0)
    assert found[0].reason == (
        "In Closing the person rates themself 5 and the manager rates them 1, on a scale of 5. That is more than two "
        "raters differ by chance. Compare what both have seen: a blind spot, or work that the manager does not see."
    )
    assert "better at it than they think" in found[1].reason
