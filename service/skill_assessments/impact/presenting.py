"""Gaps as their reader gets them: rounded, in sentences, by person and team; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from service.kpi_snapshots.pace import to_decimal
from service.skill_assessments.disagreement import Disagreement
from service.skill_assessments.dto.gaps import (
    DisagreementDTO,
    LinkedRateDTO,
    PersonGapsDTO,
    SkillGapDTO,
    TeamGapDTO,
)
from service.skill_assessments.gaps import SkillGap, roll_up
from service.skill_assessments.impact.deciding import LinkedRate, PersonImpact, SkillImpact, SkillStanding
from service.skill_assessments.impact.sentences import explain_person, explain_skill
from service.skill_assessments.impact.valuing import Interval

METHOD = (
    "Conversions are beta-binomial and volumes gamma-Poisson among peers of one model and job role, decided cases "
    "only; each is moved to the simulated median of the peers' true rates and pushed through the person's own funnel; "
    "levels are normal about the adjusted level."
)
MODEL_VERSION = "gaps-1"
CENTS, TENTHS, HUNDREDTHS = Decimal("0.01"), Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FrameworkSkill:
    """Where a skill comes from: `key` names framework and skill together, as gaps do."""

    key: str
    framework_id: UUID
    framework: str
    skill: str
    name: str


@dataclass(frozen=True, slots=True)
class Whose:
    """Of whom an answer is."""

    person_id: UUID
    name: str
    job_role: str | None


def skill_key(framework: str, skill: str) -> str:
    """One name for a skill of a framework; neither key may hold a colon."""
    return f"{framework}:{skill}"


def split_skill_key(key: str) -> tuple[str, str]:
    """Framework and skill."""
    framework, _, skill = key.partition(":")
    return framework, skill


def present_person(
    whose: Whose,
    found: PersonImpact,
    apart: Sequence[Disagreement],
    skills: Mapping[str, FrameworkSkill],
    currency: str,
) -> PersonGapsDTO:
    """A person's answer; `skills` are by the key that gaps and disagreements have, money is in the currency."""
    return PersonGapsDTO(
        person_id=whose.person_id,
        name=whose.name,
        job_role=whose.job_role,
        verdict=found.verdict,
        explanation=explain_person(found, currency),
        skills=[_skill(one, skills[one.case.gap.skill], currency) for one in found.skills],
        disagreements=[_disagreement(one, skills[one.views.skill]) for one in apart],
    )


def present_team(
    gaps: Sequence[SkillGap], people: Sequence[PersonImpact], skills: Mapping[str, FrameworkSkill]
) -> list[TeamGapDTO]:
    """The skills of everybody, in the order in which they appear."""
    focus = [one.case.gap.skill for person in people for one in person.skills if one.standing is SkillStanding.FOCUS]
    return [
        TeamGapDTO(
            framework=skills[one.skill].framework,
            skill=skills[one.skill].skill,
            name=skills[one.skill].name,
            required=one.required,
            assessed=one.assessed,
            below=_rounded(one.below, TENTHS),
            below_low=one.below_low,
            below_high=one.below_high,
            gap=_rounded(one.gap, HUNDREDTHS),
            gap_low=_rounded(one.low, HUNDREDTHS),
            gap_high=_rounded(one.high, HUNDREDTHS),
            focus=focus.count(one.skill),
        )
        for one in roll_up(gaps)
    ]


def _skill(one: SkillImpact, skill: FrameworkSkill, currency: str) -> SkillGapDTO:
    gap, worth = one.case.gap, one.worth
    level = gap.level
    return SkillGapDTO(
        framework_id=skill.framework_id,
        framework=skill.framework,
        skill=skill.skill,
        name=skill.name,
        standing=one.standing,
        missing=list(one.missing),
        explanation=explain_skill(one, currency),
        required=_rounded(gap.required, HUNDREDTHS),
        level=None if level is None else _rounded(level.level, HUNDREDTHS),
        raters=0 if level is None else level.n,
        gap=_rounded(gap.gap, HUNDREDTHS),
        gap_low=_rounded(gap.low, HUNDREDTHS),
        gap_high=_rounded(gap.high, HUNDREDTHS),
        probability_below=to_decimal(gap.below),
        **_interval("wins", None if worth is None else worth.wins, HUNDREDTHS),
        **_interval("money", None if worth is None else worth.money, CENTS),
        probability_worth=None if worth is None else to_decimal(worth.worth),
        rank_one=None if worth is None else to_decimal(worth.rank_one),
        top_two=None if worth is None else to_decimal(worth.top_two),
        rates=[_rate(rate) for rate in one.rates],
    )


def _interval(name: str, found: Interval | None, places: Decimal) -> dict[str, Decimal | None]:
    ends = (None, None, None) if found is None else (found.mean, found.low, found.high)
    return {key: _rounded(end, places) for key, end in zip((name, f"{name}_low", f"{name}_high"), ends, strict=True)}


def _rate(rate: LinkedRate) -> LinkedRateDTO:
    own, low, high = (_sure(number) for number in (rate.own.mean, rate.own.low, rate.own.high))
    return LinkedRateDTO(
        key=rate.key,
        name=rate.name,
        kind=rate.kind,
        hits=rate.hits,
        n=_sure(rate.n).quantize(HUNDREDTHS),
        undecided=rate.undecided,
        rate=own,
        interval_low=low,
        interval_high=high,
        peers=rate.peers,
        peer_median=to_decimal(rate.median),
        probability_below=to_decimal(rate.below) if rate.median is not None else None,
        missing=rate.missing,
        more_cases=rate.more_cases,
    )


def _disagreement(one: Disagreement, skill: FrameworkSkill) -> DisagreementDTO:
    return DisagreementDTO(
        skill=skill.skill,
        name=skill.name,
        side=one.side,
        own=_sure(one.views.own).quantize(HUNDREDTHS),
        manager=_sure(one.views.manager).quantize(HUNDREDTHS),
        reason=one.reason,
    )


def _rounded(number: float | None, places: Decimal) -> Decimal | None:
    return None if number is None else _sure(number).quantize(places)


def _sure(number: float) -> Decimal:
    found = to_decimal(number)
    assert found is not None  # noqa: S101 - means and intervals of posteriors are finite
    return found
