"""Inputs and outputs of skill gaps: how far from the required level, what closing them is worth, and which to focus."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from service.core.dto import InputDTO, IsoInstant, Key, OutputDTO
from service.skill_assessments.disagreement import RatedHigherBy
from service.skill_assessments.impact.deciding import SkillGapMissing, SkillGapVerdict, SkillStanding
from service.skill_assessments.impact.levers import LinkedRateKind


class SkillGapsQuery(InputDTO):
    """Whose gaps: one person's, those of the tree below a manager, or of a team; by default of all one may see.

    Of a person and a manager, or a team, both hold. `framework` is the key of one; by default all that name the
    person's job role. Nothing after `as_of` counts; it defaults to now.
    """

    person_id: UUID | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    framework: Key | None = None
    as_of: IsoInstant | None = None


class LinkedRateDTO(OutputDTO):
    """A rate that a skill is linked to, the person's beside the median of their peers."""

    key: str
    """`stage:…`, the step from that stage on, or `kpi:…`."""
    name: str
    """In words."""
    kind: LinkedRateKind
    """A step of the funnel, another share of cases, or so many events a quarter."""
    hits: int
    """What came of the cases; of a volume the events of the last 52 weeks."""
    n: Decimal
    """Decided cases; of a volume the quarters that the person was there."""
    undecided: int
    """Cases that are not decided yet, and count nowhere."""
    rate: Decimal
    """The person's own, drawn towards the peers' as far as it rests on little."""
    interval_low: Decimal
    """Of 90 %."""
    interval_high: Decimal
    """Its other end."""
    peers: int
    """How many others of the same model and job role have cases."""
    peer_median: Decimal | None
    """Of their true rates; null of fewer than five."""
    probability_below: Decimal | None
    """That the person's rate is below the median."""
    missing: SkillGapMissing | None
    """Why it does not tell."""
    more_cases: int | None
    """About how many more decided cases would tell, if the rate goes on; null where that cannot be said."""


class SkillGapDTO(OutputDTO):
    """One skill of a person: the gap, what closing it is worth, and what the skill is to them now."""

    framework_id: UUID
    """The version of the framework that requires it."""
    framework: str
    """Its key."""
    skill: str
    """Its key in the framework."""
    name: str
    """Its name there."""
    standing: SkillStanding
    """Whether it is a focus, or what else it is."""
    missing: list[SkillGapMissing]
    """What it takes to tell."""
    explanation: str
    """The same in sentences."""
    required: Decimal | None
    """The level that job role and tenure ask for; null: none."""
    level: Decimal | None
    """Where raters see the person, adjusted for their severity where that can be done; null: nobody rated."""
    raters: int
    """How many."""
    gap: Decimal | None
    """Required minus level."""
    gap_low: Decimal | None
    """Of 90 %."""
    gap_high: Decimal | None
    """Its other end."""
    probability_below: Decimal | None
    """That the person is below the required level: more than half a level."""
    wins: Decimal | None
    """More wins a quarter, were the linked rates at the peers' median; null where that cannot be told."""
    wins_low: Decimal | None
    """Of 90 %."""
    wins_high: Decimal | None
    """Its other end."""
    money: Decimal | None
    """The same in the organization's currency, a quarter; null where the size of deals is not known."""
    money_low: Decimal | None
    """Of 90 %."""
    money_high: Decimal | None
    """Its other end."""
    probability_worth: Decimal | None
    """That the gap is there and closing it is worth a twentieth more wins."""
    rank_one: Decimal | None
    """The probability that no gap of the person is worth more."""
    top_two: Decimal | None
    """That it is one of the two worth most."""
    rates: list[LinkedRateDTO]
    """What the skill is linked to."""


class DisagreementDTO(OutputDTO):
    """Ratings of a skill by the person and by their manager, far apart."""

    skill: str
    """Its key."""
    name: str
    """Its name."""
    side: RatedHigherBy
    """Who sees it higher."""
    own: Decimal
    """The person's rating."""
    manager: Decimal
    """The manager's."""
    reason: str
    """In sentences."""


class PersonGapsDTO(OutputDTO):
    """A person's gaps: those of focus first, then as the framework has them."""

    person_id: UUID
    name: str
    """The person's."""
    job_role: str | None
    """Which requires the levels, and whose peers tell what is usual."""
    verdict: SkillGapVerdict
    """One or two gaps to focus on, nothing to gain, or that it cannot be told."""
    explanation: str
    """Which gaps and why, or what is missing."""
    skills: list[SkillGapDTO]
    """Every skill of the frameworks."""
    disagreements: list[DisagreementDTO]
    """What to talk about first."""


class TeamGapDTO(OutputDTO):
    """One skill over all people of the answer."""

    framework: str
    """The key of its framework."""
    skill: str
    """Its key in it."""
    name: str
    """Its name there."""
    required: int
    """People of whom a level is required."""
    assessed: int
    """Those of them whose level is known."""
    below: Decimal | None
    """How many of these are expected to be below it; null where nobody is assessed."""
    below_low: int | None
    """Of 90 %."""
    below_high: int | None
    """Its other end."""
    gap: Decimal | None
    """The mean of required minus level."""
    gap_low: Decimal | None
    """Of 90 %."""
    gap_high: Decimal | None
    """Its other end."""
    focus: int
    """How many people have it as a focus."""


class SkillGapsDTO(OutputDTO):
    """Which gaps cost the most, person by person, and the team's."""

    as_of: AwareDatetime
    """Nothing later counts."""
    period_start: date
    """The first day of the 52 weeks that rates are taken from."""
    period_end: date
    """Their last."""
    currency: str
    """Of money."""
    verdict_probability: Decimal
    """How sure a focus must be: the organization's setting."""
    interval_level: Decimal
    """Of the intervals."""
    claim: Literal["associational"] = "associational"
    """Nobody has shown that training a skill moves what it goes with."""
    method: str
    """How gaps are valued, in a sentence."""
    model_version: str
    """Of the method."""
    people: list[PersonGapsDTO]
    """By name; those for whom no framework is, and who own no quota, are left out."""
    team: list[TeamGapDTO]
    """By skill, over the people of the answer."""
