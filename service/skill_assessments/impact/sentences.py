"""What a gap is worth, and what is missing to tell, in plain sentences; pure."""

from collections.abc import Sequence

from service.skill_assessments.gaps import SkillGap
from service.skill_assessments.impact.deciding import (
    LinkedRate,
    PersonImpact,
    SkillGapMissing,
    SkillGapVerdict,
    SkillImpact,
    SkillStanding,
)
from service.skill_assessments.impact.levers import LinkedRateKind
from service.skill_assessments.impact.valuing import Interval, Worth

ASSOCIATIONAL = "This goes with what the peers reach; that training brings it there is not proven."
NO_SKILLS = "Cannot tell: no competency framework has requirements for this job role. Activate one that does."


def explain_person(found: PersonImpact, currency: str) -> str:
    """The answer for a person in two sentences or so; money is in this currency."""
    if not found.skills:
        return NO_SKILLS
    if found.verdict is SkillGapVerdict.FOCUS:
        return " ".join([*(explain_skill(one, currency) for one in found.focus), ASSOCIATIONAL])
    if found.verdict is SkillGapVerdict.NOTHING_TO_GAIN:
        return "Every skill is at its required level, or what it moves is as good as the peers have it. Keep it."
    first = [one for one in found.skills if one.standing is SkillStanding.ASSESS_FIRST]
    untold = [one for one in found.skills if one.standing is SkillStanding.CANNOT_TELL]
    untold.sort(key=lambda one: -_doubt(one))
    told = (explain_skill(one, currency) for one in (*first, *untold)[:2])
    return " ".join(["Cannot tell yet which gap matters most.", *told])


def explain_skill(one: SkillImpact, currency: str) -> str:
    """Why a skill has its standing, in words and numbers."""
    name, rates = one.case.name, " ".join(_rate(rate, rate.median) for rate in one.rates if rate.median is not None)
    level = _level(one.case.gap)
    if one.standing in {SkillStanding.FOCUS, SkillStanding.NEXT} and one.worth is not None:
        return f"{name}: {level} {rates} {_worth(one.worth, currency)}"
    if one.standing is SkillStanding.ASSESS_FIRST and one.worth is not None:
        return f"{name}: assess this first. {rates} {_worth(one.worth, currency)}"
    if one.standing is SkillStanding.NO_GAP:
        return f"{name}: {level} No gap."
    if one.standing is SkillStanding.NOTHING_TO_GAIN:
        return f"{name}: {level} {rates} At least as good as the peers' median, so nothing is to be gained there."
    return f"{name}: cannot tell. {level} {' '.join(_missing(one))}"


def _doubt(one: SkillImpact) -> float:
    """How probable it is that it matters, as far as that is known."""
    worth, below = one.worth, one.case.gap.below
    return (0.5 if worth is None else worth.potential) * (0.5 if below is None else below)


def _level(gap: SkillGap) -> str:
    if gap.required is None:
        return "No level is required."
    if gap.level is None or gap.below is None:
        return f"Level {gap.required:g} is required, and nobody has assessed it."
    return (
        f"Level {gap.level.level:.1f} where {gap.required:g} is required, below it with a probability of "
        f"{_percent(gap.below)}."
    )


def _rate(rate: LinkedRate, median: float) -> str:
    undecided = f", {rate.undecided} more {'is' if rate.undecided == 1 else 'are'} undecided" if rate.undecided else ""
    if rate.kind is LinkedRateKind.VOLUME:
        return f"{rate.name}: {rate.own.mean:.1f} a quarter; the peers' median is {median:.1f}."
    return (
        f"{rate.name}: {rate.hits} of {rate.n:.0f} ({_percent(rate.hits / max(rate.n, 1))}{undecided}); the peers' "
        f"median is {_percent(median)}."
    )


def _worth(worth: Worth, currency: str) -> str:
    money = "" if worth.money is None else f", worth {_amounts(worth.money, currency)}"
    ranked = ""
    if worth.rank_one is not None and worth.top_two is not None:
        ranked = (
            f" With a probability of {_percent(worth.rank_one)} it is the gap worth most, of {_percent(worth.top_two)} "
            "one of the two worth most."
        )
    wins = worth.wins
    return (
        f"At the peers' median it would be {wins.mean:.1f} more wins a quarter (90 %: {wins.low:.1f} to "
        f"{wins.high:.1f}){money}.{ranked}"
    )


def _amounts(money: Interval, currency: str) -> str:
    return f"{money.mean:,.0f} {currency} ({money.low:,.0f} to {money.high:,.0f})"


def _missing(one: SkillImpact) -> Sequence[str]:
    told = {
        SkillGapMissing.NO_REQUIRED_LEVEL: "Set the level that the job role requires.",
        SkillGapMissing.LEVEL_UNSURE: "Whether there is a gap is not sure: a further assessment would tell.",
        SkillGapMissing.NO_LINK: "It is linked to no stage and no KPI: link it to what it should move.",
        SkillGapMissing.NOT_IN_FUNNEL: f"Nothing that it is linked to leads to wins in their model{_lost(one)}.",
    }
    sentences = [told[what] for what in one.missing if what in told]
    return [*sentences, *(_lack(rate) for rate in one.rates if rate.missing is not None)]


def _lost(one: SkillImpact) -> str:
    return f" ({', '.join(one.case.lost)})" if one.case.lost else ""


def _lack(rate: LinkedRate) -> str:
    if rate.missing is SkillGapMissing.TOO_FEW_PEERS:
        others = "nobody else has" if rate.peers == 0 else f"only {rate.peers} others have"
        return f"{rate.name}: {others} cases, and a median of so few says little."
    seen = f"{rate.hits} of {rate.n:.0f} decided" if rate.kind.is_share else f"{rate.own.mean:.1f} a quarter"
    undecided = f", {rate.undecided} undecided" if rate.undecided else ""
    if rate.missing is SkillGapMissing.WITHIN_CHANCE:
        seen += ", within chance of the peers' median"
    if not rate.kind.is_share:
        return f"{rate.name}: {seen}. More time would tell."
    if rate.more_cases is None:
        return f"{rate.name}: {seen}{undecided}. If there is a difference, it is too small to be told yet."
    more = f"{rate.more_cases} more decided case{'s' if rate.more_cases > 1 else ''}"
    return f"{rate.name}: {seen}{undecided}. If that goes on, it takes about {more} to tell."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
