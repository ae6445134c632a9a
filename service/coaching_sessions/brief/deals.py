"""Deals in a brief: what became of them since, and which to inspect with why and what would help; pure."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal

from service.activities.derivation import DealOutcome
from service.coaching_opportunities.findings import plain
from service.coaching_sessions.brief.facts import BriefFacts, Occasion
from service.coaching_sessions.brief.statements import Weighed, capped, link, ordered, say
from service.coaching_sessions.brief.wording import (
    NAMED,
    counted,
    day,
    days,
    listed,
    money,
    quoted,
    times,
)
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import EvidenceLink, StatementDTO, StatementKind
from service.success_models.dto.evidence import DealHealthDTO, HealthFactorDTO
from service.success_models.dto.owned_deals import OwnedDealDTO
from service.success_models.evidence import CriterionStatus
from service.success_models.health import SLIPS
from service.success_models.histories import MoveKind

MOST = 5
CRITERION = "criterion"


def deal_changes(facts: BriefFacts) -> Iterator[StatementDTO]:
    """One sentence each for what was opened, moved forward, went back, was put off, was won and was lost."""
    since, deals = facts.occasion.since, facts.deals
    still_open = [one for one in deals if one.outcome is DealOutcome.OPEN]
    process, outcome = Concern.PROCESS, Concern.OUTCOME
    yield from _told(facts, "opened", process, [(one, "") for one in deals if one.created_at > since])
    advanced = [(one, f" to {one.moves[-1].to_stage}") for one in still_open if _led(one, MoveKind.FORWARD)]
    yield from _told(facts, "advanced", process, advanced)
    back = [(one, f" to {one.moves[-1].to_stage}") for one in still_open if _led(one, MoveKind.BACK)]
    yield from _told(facts, "back", process, back)
    slipped = [(one, f" to {_close_day(one, facts.occasion)}") for one in still_open if _has_slipped(one)]
    yield from _told(facts, "slipped", process, slipped)
    yield from _told(facts, "won", outcome, [(one, "") for one in deals if one.outcome is DealOutcome.WON])
    yield from _told(facts, "lost", outcome, [(one, "") for one in deals if one.outcome is DealOutcome.LOST])


SENTENCES = {
    "opened": ("deal was opened", "deals were opened"),
    "advanced": ("deal moved forward", "deals moved forward"),
    "back": ("deal moved back", "deals moved back"),
    "slipped": ("close date moved later", "close dates moved later"),
    "won": ("deal was won", "deals were won"),
    "lost": ("deal was lost", "deals were lost"),
}


def _told(
    facts: BriefFacts, what: str, concerns: Concern, found: Sequence[tuple[OwnedDealDTO, str]]
) -> Iterator[StatementDTO]:
    """The largest are named."""
    if not found:
        return
    largest = sorted(found, key=lambda pair: (-(pair[0].amount or Decimal(0)), str(pair[0].id)))
    names = listed([f"{called(deal)}{where}" for deal, where in largest])
    links = [deal_link(deal) for deal, _ in largest[:NAMED]]
    if len(largest) > NAMED:
        links.append(link("All deals of the rep", f"/v1/deals?owner_id={facts.occasion.rep_id}"))
    text = f"{counted(len(found), *SENTENCES[what])}: {names}."
    yield say(StatementKind.CHANGE, f"deals:{what}", concerns, text, links, len(found))


def _led(deal: OwnedDealDTO, kind: MoveKind) -> bool:
    """Where all moves together led, as the last one tells: who went back and forth is where the last move went."""
    return bool(deal.moves) and deal.moves[-1].kind is kind


def _has_slipped(deal: OwnedDealDTO) -> bool:
    return deal.slips > 0 and deal.closed_on_now is not None


def _close_day(deal: OwnedDealDTO, occasion: Occasion) -> str:
    return "no day" if deal.closed_on_now is None else day(deal.closed_on_now, occasion)


def deals_to_inspect(facts: BriefFacts) -> list[StatementDTO]:
    """Open deals that break a standard, are in their stage for too long, or slipped; the most at stake first."""
    found = [
        Weighed(_inspected(one, one.health, facts), _stake(one, one.health))
        for one in facts.deals
        if one.health is not None and _reasons(one, one.health, facts)
    ]
    more = len(found) - MOST
    rest = say(
        StatementKind.DEAL,
        "deal:more",
        Concern.PROCESS,
        f"{counted(more, 'more deal gives', 'more deals give')} reason to look at.",
        [link("All open deals", f"/v1/deals?owner_id={facts.occasion.rep_id}&outcome=open")],
        more,
    )
    return capped(ordered(found), MOST, rest)


def _stake(deal: OwnedDealDTO, health: DealHealthDTO) -> tuple[Decimal, ...]:
    """How much of a good deal is missing, of how much money; a deal without a score as if half were missing."""
    missing = (100 - health.score) / 100 if health.score is not None else Decimal("0.5")
    return missing * deal.share, deal.amount or Decimal(0)


def _inspected(deal: OwnedDealDTO, health: DealHealthDTO, facts: BriefFacts) -> StatementDTO:
    about = [] if deal.amount is None else [money(deal.amount, facts.currency)]
    if deal.stage is not None:
        about.append(f"in {deal.stage}")
    known = f" ({', '.join(about)})" if about else ""
    text = f"{called(deal)}{known}: {' '.join(_reasons(deal, health, facts))}"
    links = [link(f"Health of {called(deal)}", f"/v1/deals/{deal.id}/health"), deal_link(deal)]
    return say(StatementKind.DEAL, f"deal:{deal.id}", Concern.PROCESS, text, links, health.score)


def _reasons(deal: OwnedDealDTO, health: DealHealthDTO, facts: BriefFacts) -> list[str]:
    """Why to look at it, a sentence each; the first begins in lower case, as it follows the deal's name."""
    found = [*_missing(health), *_too_long(health), *_put_off(deal, health, facts)]
    return [reason if place == 0 else reason[0].upper() + reason[1:] for place, reason in enumerate(found)]


def _missing(health: DealHealthDTO) -> Iterator[str]:
    broken = [one for one in health.factors if one.kind == CRITERION and is_broken(one)]
    if not broken:
        return
    best = max(broken, key=lambda one: one.would_add or Decimal(0))
    others = "" if len(broken) == 1 else f" and {len(broken) - 1} more of what a good deal has by now"
    helps = ""
    if best.would_add and health.score is not None:
        helps = f"; with it the deal's health would rise from {plain(health.score)} to "
        helps += f"{plain(health.score + best.would_add)} of 100"
    verb = "is" if len(broken) == 1 else "are"
    yield f"missing {verb} {quoted(best.name)}{others}{helps}."


def is_broken(factor: HealthFactorDTO) -> bool:
    """Due by now, and known not to be there."""
    return factor.due and factor.status is CriterionStatus.UNMET


def _too_long(health: DealHealthDTO) -> Iterator[str]:
    stayed, allowed = health.days_in_stage, health.benchmark_days
    if stayed is not None and allowed is not None and stayed.to_integral_value(ROUND_FLOOR) > allowed:
        yield f"it has been in this stage for {days(stayed)}; the process gives it {counted(allowed, 'day')}."


def _put_off(deal: OwnedDealDTO, health: DealHealthDTO, facts: BriefFacts) -> Iterator[str]:
    """Since the last session, or more often than the standard of a good deal allows."""
    breaks = any(one.kind == SLIPS and is_broken(one) for one in health.factors)
    if not breaks and deal.slips == 0:
        return
    now = "" if deal.closed_on_now is None else f", now to {day(deal.closed_on_now, facts.occasion)}"
    often = times(health.slips or deal.slips)
    yield f"its close date has moved later {often}{now}."


def called(deal: OwnedDealDTO) -> str:
    """Its name, if it has one."""
    return deal.name or "A deal without a name"


def deal_link(deal: OwnedDealDTO) -> EvidenceLink:
    """The deal itself."""
    return link(called(deal), f"/v1/deals/{deal.id}")
