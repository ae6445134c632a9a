"""Which one or two gaps a person should work on, or what is missing to tell; pure.

A gap is a focus where it is probable that it is there *and* that moving its linked rates to the peers' median is worth
a twentieth more wins: associational, as nobody was moved by a coin's toss. Of those the two of the greatest expected
worth are named. Where either is doubtful, the answer says which, and what would settle it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from service.skill_assessments.gaps import SkillGap
from service.skill_assessments.impact.drawing import DrawnLever, Draws
from service.skill_assessments.impact.levers import LinkedRateKind
from service.skill_assessments.impact.needing import LEAST_CASES, cases_needed
from service.skill_assessments.impact.valuing import TOP, Interval, Worth, value_gaps
from service.statistics.beta_binomial import Beta

LEAST_PEERS = 5
"""Fewer others with cases could be guessed one by one, and their median is as uncertain as one of them."""


class SkillStanding(StrEnum):
    """What a skill is to a person now."""

    FOCUS = "focus"
    NEXT = "next"
    ASSESS_FIRST = "assess_first"
    NO_GAP = "no_gap"
    NOTHING_TO_GAIN = "nothing_to_gain"
    CANNOT_TELL = "cannot_tell"


class SkillGapMissing(StrEnum):
    """What it takes to tell."""

    NO_REQUIRED_LEVEL = "no_required_level"
    NOT_ASSESSED = "not_assessed"
    LEVEL_UNSURE = "level_unsure"
    NO_LINK = "no_link"
    NOT_IN_FUNNEL = "not_in_funnel"
    TOO_FEW_PEERS = "too_few_peers"
    TOO_FEW_CASES = "too_few_cases"
    WITHIN_CHANCE = "within_chance"


class SkillGapVerdict(StrEnum):
    """The answer for a person."""

    FOCUS = "focus"
    NOTHING_TO_GAIN = "nothing_to_gain"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class SkillCase:
    """A skill of a person: the gap, the keys of the levers that it is linked to, and links that lead into no funnel."""

    name: str
    gap: SkillGap
    levers: Sequence[str]
    lost: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LinkedRate:
    """A rate that a skill is linked to: the person's own (events a quarter of a volume), and the peers' median."""

    key: str
    name: str
    kind: LinkedRateKind
    hits: int
    n: float
    undecided: int
    own: Interval
    median: float | None
    peers: int
    below: float
    """The probability that the person's is below the median."""
    missing: SkillGapMissing | None = None
    more_cases: int | None = None
    """How many more decided cases would tell, if the rate goes on, where cases are missing; None: cannot be said."""


@dataclass(frozen=True, slots=True)
class SkillImpact:
    """One skill: what it is to the person, what closing the gap is worth, and why, or why that cannot be told."""

    case: SkillCase
    standing: SkillStanding
    rates: Sequence[LinkedRate]
    worth: Worth | None = None
    missing: Sequence[SkillGapMissing] = ()


@dataclass(frozen=True, slots=True)
class PersonImpact:
    """The answer for a person: skills of focus first, then as they were given."""

    person_id: UUID
    verdict: SkillGapVerdict
    skills: Sequence[SkillImpact]

    @property
    def focus(self) -> list[SkillImpact]:
        """The one or two skills to work on, the greatest expected worth first."""
        return [one for one in self.skills if one.standing is SkillStanding.FOCUS]


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place among the peers of a group, and the group's draws."""

    draws: Draws
    place: int


def find_focus(person_id: UUID, seat: Seat | None, cases: Sequence[SkillCase], probability: float) -> PersonImpact:
    """Judge a person's skills; without a seat (no model holds for them) nothing is linked to anything.

    `probability` is how sure a verdict must be, as that of quadrants.
    """
    judged = [_judge(seat, case, probability) for case in cases]
    if seat is not None:
        told = [number for number, one in enumerate(judged) if one.standing is SkillStanding.NEXT]
        gaps, keys = [cases[number].gap for number in told], [_usable(judged[number].rates) for number in told]
        for number, worth in zip(told, value_gaps(seat.draws, seat.place, gaps, keys), strict=True):
            judged[number] = _weigh(seat, judged[number], worth, probability)
    closing = [one for one in judged if one.standing is SkillStanding.NEXT and one.worth is not None]
    closing.sort(key=lambda one: -_expected(one))
    focus = {id(one) for one in closing[:TOP]}
    named = [replace(one, standing=SkillStanding.FOCUS) for one in closing[:TOP]]
    skills = [*named, *(one for one in judged if id(one) not in focus)]
    return PersonImpact(person_id, _verdict(skills), skills)


def _verdict(skills: Sequence[SkillImpact]) -> SkillGapVerdict:
    standings = {one.standing for one in skills}
    if SkillStanding.FOCUS in standings:
        return SkillGapVerdict.FOCUS
    untold = not skills or standings & {SkillStanding.CANNOT_TELL, SkillStanding.ASSESS_FIRST}
    return SkillGapVerdict.CANNOT_TELL if untold else SkillGapVerdict.NOTHING_TO_GAIN


def _expected(one: SkillImpact) -> float:
    return 0.0 if one.worth is None else one.worth.wins.mean * (one.case.gap.below or 0.0)


def _judge(seat: Seat | None, case: SkillCase, probability: float) -> SkillImpact:
    """What can be said before anything is valued; NEXT stands for all that is left to value."""
    gap = case.gap
    rates = [] if seat is None else [_rate(seat.draws.levers[key], seat.place) for key in case.levers]
    if gap.required is None:
        return SkillImpact(case, SkillStanding.CANNOT_TELL, rates, missing=[SkillGapMissing.NO_REQUIRED_LEVEL])
    if gap.below is not None and gap.below <= 1 - probability:
        return SkillImpact(case, SkillStanding.NO_GAP, rates)
    missing = [] if gap.below is not None else [SkillGapMissing.NOT_ASSESSED]
    if seat is None or not rates:
        lost = SkillGapMissing.NOT_IN_FUNNEL if case.lost or case.levers else SkillGapMissing.NO_LINK
        return SkillImpact(case, SkillStanding.CANNOT_TELL, rates, missing=[*missing, lost])
    if not _usable(rates):
        return SkillImpact(case, SkillStanding.CANNOT_TELL, rates, missing=[*missing, *_missing(rates)])
    return SkillImpact(case, SkillStanding.NEXT, rates)


def _weigh(seat: Seat, one: SkillImpact, worth: Worth, probability: float) -> SkillImpact:
    gap, lacking = one.case.gap, _missing(one.rates)
    if gap.below is None and worth.potential >= probability:
        return replace(one, standing=SkillStanding.ASSESS_FIRST, worth=worth, missing=[SkillGapMissing.NOT_ASSESSED])
    if worth.worth is not None and worth.worth >= probability:
        return replace(one, worth=worth)
    if worth.potential <= 1 - probability and not lacking:
        return replace(one, standing=SkillStanding.NOTHING_TO_GAIN, worth=worth)
    rates = one.rates
    if 1 - probability < worth.potential < probability:
        rates, lacking = _with_chance(seat, rates), [*lacking, SkillGapMissing.WITHIN_CHANCE]
    if gap.below is None:
        lacking = [SkillGapMissing.NOT_ASSESSED, *lacking]
    elif gap.below < probability or worth.potential >= probability:
        lacking = [SkillGapMissing.LEVEL_UNSURE, *lacking]
    return replace(one, standing=SkillStanding.CANNOT_TELL, rates=rates, worth=worth, missing=lacking)


def _usable(rates: Sequence[LinkedRate]) -> list[str]:
    return [rate.key for rate in rates if rate.missing is None]


def _missing(rates: Sequence[LinkedRate]) -> list[SkillGapMissing]:
    """What the rates lack, each once."""
    return list(dict.fromkeys(rate.missing for rate in rates if rate.missing is not None))


def _rate(drawn: DrawnLever, place: int) -> LinkedRate:
    lever, own = drawn.lever, drawn.own
    low, high = own.interval()
    peers, hits, n = int(drawn.peers[place]), int(lever.hits[place]), float(lever.n[place])
    missing = None
    if peers < LEAST_PEERS:
        missing = SkillGapMissing.TOO_FEW_PEERS
    elif (n if isinstance(own, Beta) else hits) < LEAST_CASES:
        missing = SkillGapMissing.TOO_FEW_CASES
    return LinkedRate(
        key=lever.key,
        name=lever.name,
        kind=lever.kind,
        hits=hits,
        n=n,
        undecided=int(lever.undecided[place]),
        own=Interval(float(own.mean[place]), float(low[place]), float(high[place])),
        # Of fewer peers the median would give away their numbers.
        median=float(drawn.median[place]) if peers >= LEAST_PEERS else None,
        peers=peers,
        below=float(drawn.below[place]) if peers >= LEAST_PEERS else 0.5,
        missing=missing,
    )


def _with_chance(seat: Seat, rates: Sequence[LinkedRate]) -> list[LinkedRate]:
    """Of the usable rates the one that may be farthest below its peers is that of which more cases would tell."""
    usable = [rate for rate in rates if rate.missing is None]
    worst = max(usable, key=lambda rate: float(seat.draws.levers[rate.key].factor[:, seat.place].mean()))
    return [replace(rate, missing=SkillGapMissing.WITHIN_CHANCE) if rate is worst else rate for rate in rates]


def say_needs(found: PersonImpact, seat: Seat, probability: float) -> PersonImpact:
    """The same answer with how many more decided cases it takes, where cases are missing."""
    asked: dict[tuple[str, float], int | None] = {}

    def need(rate: LinkedRate, gap: SkillGap) -> LinkedRate:
        if rate.missing not in {SkillGapMissing.TOO_FEW_CASES, SkillGapMissing.WITHIN_CHANCE}:
            return rate
        # So sure must the rate be, that it and the gap together are.
        sure = probability / max(gap.below or 1.0, probability)
        key = (rate.key, sure)
        if key not in asked:
            asked[key] = cases_needed(seat.draws.levers[rate.key], seat.place, sure)
        return replace(rate, more_cases=asked[key])

    skills = [replace(one, rates=[need(rate, one.case.gap) for rate in one.rates]) for one in found.skills]
    return replace(found, skills=skills)
