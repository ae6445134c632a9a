"""A year of selling, generated: pure, seeded, and the same for a day whatever day the demo runs on.

Every rep's day draws from a generator of its own, so that a later run only adds days.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from service.demo.archetypes import HABITS, REPS, Rep, strength

HISTORY_DAYS = 365
STAGES = ("prospecting", "qualification", "discovery", "proposal", "negotiation")
STAGE_DAYS = (3.0, 6.0, 9.0, 9.0, 8.0)
ABOUT_A_DEAL = {
    ("meeting", "completed"): 0.9,
    ("meeting", "no_show"): 0.9,
    ("call", "connected"): 0.5,
    ("email", None): 0.5,
}
"""The chance that work of a kind and outcome is about a deal; any other is prospecting."""
FIRST = ("North", "Blue", "Iron", "Silver", "Green", "Bright", "Summit", "Harbour", "Delta", "Quantum")
SECOND = ("field Logistics", "wave Energy", "gate Systems", "stone Foods", "leaf Health", "line Robotics")


@dataclass(frozen=True, slots=True)
class Work:
    """A call, e-mail or meeting."""

    number: str
    rep: Rep
    kind: str
    at: datetime
    outcome: str | None
    direction: str | None
    seconds: int | None
    deal: str | None = None
    """The number of the rep's deal that it was about; None: prospecting."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A deal with its moves, the last of which may lie in the future; `moves` starts at creation."""

    number: str
    rep: Rep
    name: str
    amount: int
    moves: tuple[tuple[datetime, str], ...]

    @property
    def created_at(self) -> datetime:
        """When it was opened."""
        return self.moves[0][0]

    def is_open(self, at: datetime) -> bool:
        """Whether it was there and undecided at an instant."""
        return self.created_at <= at < self.moves[-1][0]


_Life = tuple[str, datetime, datetime]
"""A deal's number, beginning and end."""


@dataclass(frozen=True, slots=True)
class DemoData:
    """Everything that happened from `start` to `until`."""

    start: date
    until: datetime
    work: tuple[Work, ...]
    opportunities: tuple[Opportunity, ...]


def generate(seed: int, first_run: date, until: datetime) -> DemoData:
    """A year before `first_run` and everything since, up to `until`."""
    start = first_run - timedelta(days=HISTORY_DAYS)
    work: list[Work] = []
    opportunities: list[Opportunity] = []
    for rep in REPS:
        day, done, opened = start, list[Work](), list[Opportunity]()
        while day <= until.date():
            if day.isoweekday() <= 5:
                rng = random.Random(f"{seed}/{rep.index}/{day}")  # noqa: S311 - a story, not a secret
                share = strength(rep.archetype, (day - start).days, (first_run - day).days)
                done += _work(rng, rep, day, share)
                opened += _opportunities(rng, rep, day, share)
            day += timedelta(days=1)
        lives = _lives(opened)
        work += (_about(seed, item, lives[item.at.date()]) for item in done)
        opportunities += opened
    return DemoData(
        start,
        until,
        tuple(item for item in work if item.at <= until),
        tuple(item for item in opportunities if item.created_at <= until),
    )


def _work(rng: random.Random, rep: Rep, day: date, share: float) -> Iterator[Work]:
    habit, morning, stamp = HABITS[rep.archetype], _morning(day), f"{rep.index:02d}{day:%Y%m%d}"
    for kind, rate in (("call", habit.calls), ("email", habit.emails), ("meeting", habit.meetings)):
        for index in range(_count(rng, rate * share)):
            yield _item(rng, rep, kind, _instant(rng, morning), f"{stamp}{index:02d}", habit.connect)


def _item(rng: random.Random, rep: Rep, kind: str, at: datetime, number: str, connect: float) -> Work:
    if kind == "call":
        connected = rng.random() < connect
        outcome = "connected" if connected else rng.choice(("no_answer", "left_voicemail", "busy"))
        return Work(number, rep, kind, at, outcome, "outbound", rng.randint(60, 1500) if connected else 15)
    if kind == "email":
        return Work(number, rep, kind, at, None, "outbound", None)
    outcome = "completed" if rng.random() < 0.88 else "no_show"
    return Work(number, rep, kind, at, outcome, None, rng.choice((1800, 2700, 3600)))


def _lives(opened: list[Opportunity]) -> dict[date, list[_Life]]:
    """A rep's deals on each day of theirs, in the order of their numbers."""
    found: dict[date, list[_Life]] = defaultdict(list)
    for deal in opened:
        life = (deal.number, deal.created_at, deal.moves[-1][0])
        for day in range(life[1].toordinal(), life[2].toordinal() + 1):
            found[date.fromordinal(day)].append(life)
    return found


def _about(seed: int, item: Work, lives: list[_Life]) -> Work:
    """The same work with the deal it was about: some open one of the rep's, where there is one.

    `lives` are the rep's deals of the day. It draws from a generator of its own, so that what was linked once stays
    so when later days are added.
    """
    chance = ABOUT_A_DEAL.get((item.kind, item.outcome))
    if chance is None:
        return item
    rng = random.Random(f"{seed}/about/{item.rep.index}/{item.kind}/{item.number}")  # noqa: S311 - as above
    if rng.random() >= chance:
        return item
    at = item.at
    numbers = [number for number, start, end in lives if start <= at < end]
    return replace(item, deal=rng.choice(numbers)) if numbers else item


def _opportunities(rng: random.Random, rep: Rep, day: date, share: float) -> Iterator[Opportunity]:
    habit = HABITS[rep.archetype]
    for index in range(_count(rng, habit.opportunities * share)):
        at = _instant(rng, _morning(day))
        moves = [(at, STAGES[0])]
        for stage, days in zip((*STAGES[1:], "closed"), STAGE_DAYS, strict=True):
            at += timedelta(days=rng.expovariate(1 / days) + 0.2)
            if stage == "closed":
                moves.append((at, "closed_won" if rng.random() < habit.win else "closed_lost"))
            elif rng.random() < habit.advance:
                moves.append((at, stage))
            else:
                moves.append((at + timedelta(days=rng.expovariate(1 / 12)), "closed_lost"))
                break
        name = f"{rng.choice(FIRST)}{rng.choice(SECOND)}"
        amount = max(1500, round(rng.lognormvariate(0, 0.5) * habit.deal_size, -2))
        yield Opportunity(f"{rep.index:02d}{day:%Y%m%d}{index:02d}", rep, name, int(amount), tuple(moves))


def _count(rng: random.Random, rate: float) -> int:
    """A Poisson draw (Knuth), for rates of a working day."""
    if rate <= 0:
        return 0
    limit, product, count = pow(2.718281828459045, -rate), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def _instant(rng: random.Random, morning: datetime) -> datetime:
    """Some time of a working day, to the second."""
    return morning + timedelta(seconds=rng.randrange(9 * 3600))
