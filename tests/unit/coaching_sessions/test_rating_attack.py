"""Nobody finds fewer than five raters in what is published, and the same attacker does where a threshold is all."""

from fractions import Fraction

import pytest

from service.coaching_sessions.rating_groups import EDGE, FEWEST_RATERS, form_groups, sum_up
from service.coaching_sessions.rating_questions import HIGHEST, LOWEST
from tests.unit.coaching_sessions.rating_attack import (
    KEYS,
    find_small_group,
    generate,
    rank_of,
    read_naive,
    read_published,
)

SEEDS = range(200)


def test_the_attacker_finds_nothing_in_what_is_published() -> None:
    shown = 0
    for seed in SEEDS:
        readings = read_published(generate(seed))
        shown += len(readings)
        assert find_small_group(readings) is None, seed
        assert all(len({cell.rater_id for cell in one}) >= FEWEST_RATERS for one in readings)
    assert shown > 3 * len(SEEDS)


@pytest.mark.parametrize(("live", "caught"), [(False, 60), (True, 3)])
def test_the_attacker_wins_against_a_threshold_alone(live: bool, caught: int) -> None:
    seeds = range(4) if live else SEEDS
    found = [find_small_group(read_naive(generate(seed), live=live)) for seed in seeds]
    assert sum(one is not None for one in found) >= caught


def test_what_is_told_of_each_block_leaves_more_than_one_answer_to_each_of_its_raters() -> None:
    """A reader who subtracts knows each block's span, and no more; it never says that all gave the best or worst."""
    for seed in SEEDS:
        for moment in generate(seed):
            if not moment.closed:
                continue
            for block in form_groups(moment.views, moment.above).everybody:
                numbers = sum_up([block], KEYS)
                assert numbers is not None
                insiders = [view for view in block if view.is_insider]
                others = len(block) - len(insiders)
                for key, mean in numbers.means.items():
                    known = sum((view.answers[key] for view in insiders), Fraction(0))
                    low, high = (end * len(block) - known for end in (mean.low, mean.high))
                    assert low <= HIGHEST * others - EDGE
                    assert high >= LOWEST * others + EDGE


def test_rank() -> None:
    one, none = Fraction(1), Fraction(0)
    assert rank_of([[one, one, none], [none, one, one], [one, 2 * one, one]]) == 2
    assert rank_of([[none], [none]]) == 0
