"""A year of groups, co-coaching, absences, substitutes and a hand-over, told as people would tell it.

What becomes of each occurrence is worked out here from who is away and who stands in, in a few plain lines that know
nothing of the application: `together_truth` counts the stories, `together_acting` plays them.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

YEAR, DAY = 2024, timedelta(days=1)
FIRST, LAST, MIDDLE = date(YEAR, 1, 1), date(YEAR, 12, 31), date(YEAR, 6, 30)
TUESDAYS = [date(YEAR, 1, 2) + timedelta(weeks=4 * n) for n in range(14)]
"""The days of every series: each fourth week."""
DUE_ON = date(YEAR, 9, 20)
"""Of whatever somebody takes on."""
HANDED_OVER_ON, TOLD_ON, LEFT = date(YEAR, 7, 1), date(YEAR, 6, 3), date(YEAR, 6, 30)
MANAGERS = ("north", "south", "east", "west", "lead")
LINES = {
    "east": "north",
    "west": "south",
    "lead": "north",
    **{f"rep{n}": "east" if n < 3 else "lead" for n in range(5)},
}
"""Who reports to whom, all year: East leaves, and what East coached is handed over to West, of another tree."""
REPS = tuple(name for name in LINES if name.startswith("rep"))
COACHES = (*MANAGERS, "ena")
"""Ena, of enablement, arranges what no programme does, and sits in now and then."""


@dataclass(frozen=True)
class Away:
    """Somebody is away, or has only named somebody in their place (`is_there`), with one rep or with all."""

    who: str
    first: date
    last: date
    stands_in: str | None = None
    rep: str | None = None
    is_there: bool = False
    half: bool = False
    ended_on: date | None = None
    """The last day after all, as was said on it."""

    def holds(self, day: date) -> bool:
        """Whether it is on a day."""
        return self.first <= day <= (self.ended_on or self.last)


@dataclass
class Story:
    """One session, or an occurrence that has none: `fate` `unscheduled`, or `replaced` by a group session.

    `occurs_on` None: a group session. `were` is who was to come at first, of both sides beside the two.
    """

    owes: str
    reps: list[str]
    day: date
    fate: str = "completed"
    occurs_on: date | None = None
    beside: list[str] = field(default_factory=list)
    were: tuple[list[str], list[str]] | None = None
    stands_in: str | None = None
    replaces: bool = False
    is_moved: bool = False
    late: int = 0
    minutes: int = 0
    said: list[str] = field(default_factory=list)
    promise: str | None = None

    @property
    def holds(self) -> str:
        """Who holds it."""
        return self.stands_in or self.owes


class TogetherYear:
    """Everything follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.aways = self._aways()
        self.stories = [self._one_to_one(rep, day) for day in TUESDAYS for rep in REPS]
        self.groups = [self._group(n, day) for n, day in enumerate(TUESDAYS[1:13:2])]
        for group in self.groups:
            self._take_places(group)
        self.stories += self.groups
        for story in self.stories:
            self._decide(story)
        self._promise()

    def _around(self, who: str, days: list[date], before: int, after: int, **more: Any) -> Away:
        day = self.rng.choice(days)
        return Away(who, day - before * DAY, day + after * DAY, **more)

    def _aways(self) -> list[Away]:
        """For a day, which moves a session, for so long that there is no day left, and with somebody in one's place."""
        rng, t = self.rng, TUESDAYS
        return [
            self._around("east", t[1:3], 0, 0),
            self._around("east", t[4:6], rng.randint(0, 6), rng.randint(0, 9), stands_in="north"),
            self._around("lead", t[2:5], 1, 10),
            self._around("lead", t[7:9], rng.randint(0, 6), rng.randint(0, 9), stands_in="north"),
            self._around("lead", t[11:12], 1, 30, stands_in="south", is_there=True, ended_on=t[11] + 3 * DAY),
            self._around("west", t[8:9], 0, rng.randint(0, 2)),
            self._around("west", t[9:11], rng.randint(0, 6), rng.randint(0, 9), stands_in="south"),
            self._around("west", t[12:13], 3, 3, stands_in="north", rep="rep0", is_there=True),
            self._around("rep1", t[5:6], 0, 1),
            self._around("rep2", t[8:9], 0, 0, half=True),
            self._around("rep4", t[8:11], 1, 10),
        ]

    def is_away(self, who: str, day: date) -> bool:
        return any(
            one.who == who and one.first <= day <= one.last and not one.is_there and not one.half for one in self.aways
        )

    def stand_in(self, who: str, rep: str, day: date) -> str | None:
        """Who is there in a manager's place: whoever was named for the rep goes first."""
        found = [one for one in self.aways if one.who == who and one.stands_in and one.holds(day)]
        named = [one.stands_in for one in found if one.rep == rep] + [one.stands_in for one in found if one.rep is None]
        return named[0] if named else None

    def _one_to_one(self, rep: str, occurs_on: date) -> Story:
        """On its Tuesday, or on the first of the next five working days on which both are there."""
        owes = LINES[rep]
        if owes == "east" and occurs_on >= HANDED_OVER_ON:
            owes = "west"
        for after in (0, 1, 2, 3, 6, 7):
            day = occurs_on + after * DAY
            stands_in = self.stand_in(owes, rep, day)
            if not self.is_away(rep, day) and not self.is_away(stands_in or owes, day):
                return Story(owes, [rep], day, occurs_on=occurs_on, stands_in=stands_in)
        return Story(owes, [rep], occurs_on, "unscheduled", occurs_on=occurs_on)

    def _group(self, number: int, tuesday: date) -> Story:
        """On the Thursday: each second in place of one-to-ones, each third with others than were asked at first."""
        rng, day = self.rng, tuesday + 2 * DAY
        owes = rng.choice(("lead", "east" if day <= LEFT else "west"))
        first, *others = rng.sample(REPS, rng.randint(2, 4))

        def beside() -> list[str]:
            here = {"north", "south", "west", *({"east"} if day <= LEFT else set())} - {owes}
            return rng.sample(sorted(here), rng.randint(0, 2))

        story = Story(owes, [first, *others], day, beside=beside(), replaces=number % 2 == 0)
        if number % 3 == 0:
            story.were = story.reps[1:], story.beside
            story.reps = [first, *rng.sample([one for one in REPS if one != first], rng.randint(1, 3))]
            story.beside = beside()
        named = self.stand_in(owes, first, day)
        story.stands_in = None if named in {*story.reps, *story.beside} else named
        return story

    def _take_places(self, group: Story) -> None:
        """A group that was called off in time has given the one-to-ones back."""
        if not group.replaces:
            return
        group.fate = self.rng.choice(("completed", "completed", "called_off"))
        if group.fate == "called_off":
            if group.were is not None:
                group.reps, group.beside, group.were = [group.reps[0], *group.were[0]], group.were[1], None
            return
        for story in self.stories:
            if story.occurs_on == group.day - 2 * DAY and story.reps[0] in group.reps and story.fate == "completed":
                story.fate = "replaced"

    def _decide(self, story: Story) -> None:
        rng = self.rng
        if story.fate != "completed":
            return
        story.fate = rng.choices(("completed", "cancelled", "missed"), (7, 1, 1))[0]
        if story.occurs_on is not None and story.occurs_on > TUESDAYS[0]:
            story.is_moved = rng.random() < 0.1
            if story.reps[0] == REPS[TUESDAYS.index(story.occurs_on) % len(REPS)]:
                story.beside = ["ena"]
        if story.fate == "completed":
            story.late, story.minutes = rng.choice((0, 5, 10, 11, 40)), rng.randint(10, 60)
            everybody = [story.holds, *story.beside, *story.reps]
            story.said = everybody if rng.random() < 0.3 else rng.sample(everybody, rng.choice((0, 0, 1)))

    def _promise(self) -> None:
        """In some sessions the manager takes something on; what becomes of it is said in autumn."""
        for owes in ("east", "lead"):
            held = [
                one
                for one in self.stories
                if one.owes == owes and one.fate == "completed" and one.occurs_on and one.day < TOLD_ON
            ]
            for story, verdict in zip(held, ("done", "missed", "done", "open"), strict=False):
                if story.stands_in is None:
                    story.promise = verdict
