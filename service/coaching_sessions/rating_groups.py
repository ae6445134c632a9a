"""Which groups of raters a closed period is published in, and how much of their answers; pure.

The unit is a view: what one rater said of one manager's coaching in the period. Views are put into blocks, each with
five raters or more, and every published number is a sum over whole blocks. So whatever is added up or subtracted is
about whole blocks again (docs/decisions/0026 has the argument, and the rule for answers that are all alike).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from service.coaching_sessions.rating_questions import HIGHEST, LOWEST
from service.statistics.intervals import wilson

FEWEST_RATERS = 5
EDGE = 3
"""A block whose sum is fewer than so many steps from everybody's best or worst answer is told as a range."""
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class View:
    """What a rater says of a manager: `answers` are whole steps over all their sessions with that manager, by question.

    An insider may read what is published of this manager, so that the others must be five without them.
    """

    rater_id: UUID
    manager_id: UUID
    answers: Mapping[str, Fraction]
    is_insider: bool = False


Block = tuple[View, ...]
"""Views that are published together or not at all."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Blocks by manager: of their own sessions, and of those of everybody below too; none: withheld.

    `everybody` are those of the whole organization.
    """

    own: Mapping[UUID, tuple[Block, ...]]
    tree: Mapping[UUID, tuple[Block, ...]]
    everybody: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A mean that lies between two numbers, which are equal where it is told exactly."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is published of a group: raters, each counted once per manager, and means by question.

    How many sessions they rated is not: whoever knows how often each was coached would learn who rated which.
    """

    n_raters: int
    means: Mapping[str, Span]


def form_groups(views: Sequence[View], above: Mapping[UUID, UUID | None]) -> Groups:
    """Put views into blocks along the managers' tree, the lowest first.

    `above` names whom each manager reports to, None: nobody; it holds every manager who was rated. A manager's own
    views are a block if they are enough. What is not enough waits, with what waits below, for the next manager above
    with whom it is; what never is stays untold. The order of `views` changes nothing but the order within blocks.
    """
    mine: dict[UUID, list[View]] = defaultdict(list)
    for view in views:
        mine[view.manager_id].append(view)
    own: dict[UUID, tuple[Block, ...]] = {}
    tree: dict[UUID, tuple[Block, ...]] = {}
    blocks: dict[UUID | None, list[Block]] = defaultdict(list)
    waiting: dict[UUID | None, list[View]] = defaultdict(list)
    for manager_id in _lowest_first(above):
        views_here = mine[manager_id]
        own[manager_id] = (tuple(views_here),) if is_enough(views_here) else ()
        blocks[manager_id] += own[manager_id]
        if not own[manager_id]:
            waiting[manager_id] += views_here
        _settle(blocks[manager_id], waiting[manager_id])
        tree[manager_id] = tuple(blocks[manager_id])
        blocks[above[manager_id]] += blocks[manager_id]
        waiting[above[manager_id]] += waiting[manager_id]
    _settle(blocks[None], waiting[None])
    return Groups(own, tree, tuple(blocks[None]))


def is_enough(views: Iterable[View]) -> bool:
    """Whether five different raters are there who cannot read the answer."""
    return len({view.rater_id for view in views if not view.is_insider}) >= FEWEST_RATERS


def sum_up(blocks: Sequence[Block], questions: Iterable[str]) -> Numbers | None:
    """Add up blocks as they are told; None without any."""
    if not blocks:
        return None
    count = sum(map(len, blocks))
    means = {}
    for key in questions:
        told = [_tell(block, key) for block in blocks]
        low, high = sum((one.low for one in told), Fraction(0)), sum((one.high for one in told), Fraction(0))
        means[key] = Span(low / count, high / count)
    return Numbers(count, means)


def interval_of(mean: Span, n_raters: int) -> tuple[float, float]:
    """The 90 % interval of what such raters would say on average, from what is published alone.

    Wilson's score interval (1927) of the mean's place between the lowest and the highest answer. Answers on a bounded
    scale vary at most as much as all-or-nothing ones of the same mean (Bhatia & Davis 2000, American Mathematical
    Monthly 107), so it covers at least at its level; the spread itself would tell when all answers are alike.
    """
    width = HIGHEST - LOWEST
    low, _ = wilson(float(mean.low - LOWEST) / width * n_raters, n_raters, LEVEL)
    _, high = wilson(float(mean.high - LOWEST) / width * n_raters, n_raters, LEVEL)
    return LOWEST + width * float(low), LOWEST + width * float(high)


def _settle(blocks: list[Block], waiting: list[View]) -> None:
    if is_enough(waiting):
        blocks.append(tuple(waiting))
        waiting.clear()


def _tell(block: Block, key: str) -> Span:
    """The block's sum; near everybody's best or worst a range, for there it would tell each one's answer.

    What insiders said is known to them, so that nearness is measured without it.
    """
    known = sum((view.answers[key] for view in block if view.is_insider), Fraction(0))
    others = [view.answers[key] for view in block if not view.is_insider]
    total, worst, best = sum(others, Fraction(0)), LOWEST * len(others), HIGHEST * len(others)
    if best - total < EDGE:
        return Span(known + best - EDGE, known + best)
    if total - worst < EDGE:
        return Span(known + worst, known + worst + EDGE)
    return Span(known + total, known + total)


def _lowest_first(above: Mapping[UUID, UUID | None]) -> list[UUID]:
    """Managers by how many are above them, most first; equal ones by id."""
    depths: dict[UUID, int] = {}
    for start in above:
        path = []
        step: UUID | None = start
        while step is not None and step not in depths:
            path.append(step)
            step = above[step]
        depth = 0 if step is None else depths[step]
        for place, one in enumerate(reversed(path), 1):
            depths[one] = depth + place
    return sorted(above, key=lambda one: (-depths[one], one))
