"""A year of coaching with a known story: who reported to whom, and all that happened to each session, in order.

Reporting lines change mid-year and a manager leaves; sessions are moved across months and over the year's ends,
cancelled by each side, missed, given up by their series, or arranged by hand. What is true of it is counted in
`coaching_truth`, from the stories alone.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
YEAR = 2024
FIRST, LAST = date(YEAR - 1, 12, 1), date(YEAR + 1, 1, 31)
GRACE = timedelta(hours=24)
HORIZON = timedelta(weeks=8)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Happening:
    """Something that happened to a session; `start` is the new one of a move."""

    at: datetime
    kind: str
    side: str = "system"
    start: datetime | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Said:
    """What a side attested."""

    at: datetime
    side: str
    held: bool
    minutes: int | None
    on_topic: bool | None


@dataclass(frozen=True)
class Talk:
    """A topic discussed, or a commitment made; `settled` is how and when."""

    id: UUID
    kind: str
    concerns: str
    at: datetime
    due_on: date
    settled: tuple[str, datetime] | None = None


@dataclass
class Story:
    """One session."""

    id: UUID
    manager: UUID
    rep: UUID
    cadence: UUID | None
    occurs_on: date | None
    due_at: datetime
    length: timedelta
    created_at: datetime
    happenings: list[Happening] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    answered: int = 0
    noted: bool = False

    @cached_property
    def day(self) -> date:
        """When it was due, by the organization's clock."""
        return self.due_at.astimezone(ZONE).date()


@dataclass(frozen=True)
class Gap:
    """An occurrence without a session."""

    cadence: UUID
    manager: UUID
    rep: UUID
    occurs_on: date
    due_at: datetime
    length: timedelta
    reason: str
    owed: bool
    since: datetime | None = None
    """When the series gave up a session that it had there; None: there was never one."""


@dataclass(frozen=True)
class Pair:
    """A rep reports to a manager from a day until before another, and has a cadence for as long."""

    cadence: UUID
    manager: UUID
    rep: UUID
    start_on: date
    end_on: date | None
    at: time
    every: int
    minutes: int


@dataclass
class Year:
    """All of it; `managers` are those who coach reps, `tops` coach them."""

    tops: list[UUID]
    managers: list[UUID]
    reps: list[UUID]
    left_on: dict[UUID, date]
    pairs: list[Pair] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)


class Generator:
    """Everything follows from the seed."""

    def __init__(self, seed: int, reps: int = 7) -> None:
        self.rng = Random(seed)
        people = [self.id() for _ in range(5 + reps)]
        self.year = Year(people[:2], people[2:5], people[5:], {})

    def id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def build(self) -> Year:
        """The reporting lines, and a story for each occurrence of each cadence."""
        rng, year = self.rng, self.year
        leaver, mover, stayer = year.managers
        gone_on, moved_on = date(YEAR, 8, rng.randint(5, 25)), date(YEAR, 6, rng.randint(5, 25))
        year.left_on[leaver] = gone_on - DAY
        one, other = year.tops
        self.pair(one, leaver, FIRST, gone_on)
        self.pair(one, mover, FIRST, moved_on)
        self.pair(other, mover, moved_on, None)
        self.pair(other, stayer, FIRST, None)
        for rep in year.reps:
            first, second = rng.sample(year.managers, 2)
            changed_on = gone_on if first == leaver else date(YEAR, rng.randint(3, 9), rng.randint(1, 28))
            if second == leaver and changed_on >= gone_on:
                second = stayer if first != stayer else mover
            if first != leaver and rng.random() < 0.4:
                self.pair(first, rep, FIRST, None)
                continue
            self.pair(first, rep, FIRST, changed_on)
            if second == leaver:
                self.pair(second, rep, changed_on, gone_on)
                second, changed_on = mover, gone_on
            self.pair(second, rep, changed_on, None)
        for pair in year.pairs:
            self.lay_down(pair)
        return year

    def pair(self, manager: UUID, rep: UUID, start_on: date, end_on: date | None) -> None:
        at = time(self.rng.choice((9, 10, 14, 20, 23)), self.rng.choice((0, 30)))
        every, minutes = self.rng.choice((7, 7, 14)), self.rng.choice((30, 45, 60))
        self.year.pairs.append(Pair(self.id(), manager, rep, start_on, end_on, at, every, minutes))

    def lay_down(self, pair: Pair) -> None:
        """Each occurrence, those too that were laid down ahead and then given up; and now and then one by hand."""
        rng, day = self.rng, pair.start_on + self.rng.randrange(7) * DAY
        ended_at = None if pair.end_on is None else local(pair.end_on, time())
        begun_at = local(pair.start_on, time())
        length = timedelta(minutes=pair.minutes)
        while day <= LAST:
            due_at = local(day, pair.at)
            created_at = max(due_at - HORIZON, begun_at)
            given_up_at = ended_at if ended_at is not None and due_at >= ended_at else None
            if given_up_at is not None and created_at >= given_up_at:
                break
            people = pair.manager, pair.rep
            has_gap = given_up_at is None and rng.random() < 0.12
            if has_gap and rng.random() < 0.4:
                given_up_at = created_at + (due_at - created_at) * rng.random()
            if given_up_at is not None or not has_gap:
                self.tell(Story(self.id(), *people, pair.cadence, day, due_at, length, created_at), given_up_at)
            if has_gap and (given_up_at is None or self.year.stories[-1].happenings[-1].kind == "given_up"):
                reason = rng.choice(("holiday", "rep_away", "manager_away", "no_free_time"))
                owed = reason == "no_free_time" or rng.random() < 0.3
                self.year.gaps.append(Gap(pair.cadence, *people, day, due_at, length, reason, owed, given_up_at))
            if (ended_at is None or due_at < ended_at) and rng.random() < 0.05:
                by_hand = due_at + rng.randint(1, 6) * DAY
                self.tell(Story(self.id(), pair.manager, pair.rep, None, None, by_hand, length, due_at), None)
            day += pair.every * DAY

    def tell(self, story: Story, given_up_at: datetime | None) -> None:
        """What happens to a session, until it is decided or its series gives it up."""
        start = self.move(story)
        self.decide(story, start)
        if given_up_at is not None:
            before = [one for one in story.happenings if one.at < given_up_at]
            if not {"completed", "cancelled", "missed", "started"} & {one.kind for one in before}:
                story.happenings = [*before, Happening(given_up_at, "given_up")]
                story.talks, story.said = [], []
        self.year.stories.append(story)

    def move(self, story: Story) -> datetime:
        """Put it elsewhere a few times, each time before it begins; where it ends up."""
        rng, start, now = self.rng, story.due_at, story.created_at
        for _ in range(rng.choices((0, 1, 2, 3), (70, 20, 7, 3))[0]):
            now += (start - now) * rng.uniform(0.3, 0.99)
            by = timedelta(minutes=rng.choice((5, 10, 60, 1440, -60, 10_080, 40_320, -1440)))
            if start + by <= now:
                break
            start += by
            side = rng.choices(("manager", "rep", "other", "system"), (4, 3, 1, 3))[0]
            story.happenings.append(Happening(now, "moved", side, start))
        return start

    def decide(self, story: Story, start: datetime) -> None:
        rng = self.rng
        known_at = story.happenings[-1].at if story.happenings else story.created_at
        fate = rng.choices(("completed", "cancelled", "missed", "started"), (70, 14, 12, 4))[0]
        if fate == "cancelled":
            at = known_at + (start - known_at) * rng.uniform(0.1, 0.999)
            side = rng.choices(("manager", "rep", "other", "system"), (5, 3, 1, 1))[0]
            story.happenings.append(Happening(at, "cancelled", side))
        elif fate == "missed":
            at = start + story.length + GRACE + timedelta(minutes=rng.randint(0, 9))
            story.happenings.append(Happening(at, "missed"))
            self.attest(story, at, 0.15)
        else:
            begins = start + timedelta(minutes=rng.choice((-11, -10, -2, 0, 0, 3, 9, 10, 11, 25)))
            if rng.random() < 0.03:
                begins = known_at + (start - known_at) * 0.9
            story.happenings.append(Happening(max(begins, known_at), "started", "manager"))
            if fate == "completed":
                minutes = rng.randint(5, 90)
                at = story.happenings[-1].at + timedelta(minutes=minutes)
                story.happenings.append(Happening(at, "completed", "manager", minutes=minutes))
                self.talk(story, at)
                self.attest(story, at, 0.8)

    def talk(self, story: Story, at: datetime) -> None:
        """What it was about, and what came of it; some of it is written down days later."""
        rng = self.rng
        story.answered, story.noted = rng.randint(0, 3), rng.random() < 0.6
        concerns = ("process", "process", "outcome", "other")
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            story.talks.append(Talk(self.id(), "topic", rng.choice(concerns), at, at.date()))
        for _ in range(rng.choice((0, 0, 1, 2))):
            made_at = at + rng.choice((0, 0, 9)) * DAY
            due_on = made_at.date() + rng.randint(7, 60) * DAY
            how = rng.choice(("done", "done", "missed", "dropped", None))
            settled_at = local(due_on, time(12)) + rng.randint(-5, 20) * DAY
            settled = None if how is None else (how, settled_at)
            story.talks.append(Talk(self.id(), "commitment", rng.choice(concerns), made_at, due_on, settled))

    def attest(self, story: Story, at: datetime, chance: float) -> None:
        rng = self.rng
        for side in ("manager", "rep"):
            if rng.random() < chance:
                said_at = at + timedelta(days=rng.choice((0, 1, 20)))
                minutes = rng.choice((None, 30, 40, 41))
                story.said.append(
                    Said(said_at, side, rng.random() < 0.9, minutes, rng.choice((None, True, True, False)))
                )
