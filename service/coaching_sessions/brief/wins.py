"""Wins in a brief: what in the process earned each of them, and plainly so where nothing is recorded; pure.

Only what was recorded before the win counts: nobody is praised for luck, nor for records that were filled in after.
"""

from collections.abc import Sequence
from decimal import Decimal

from service.activities.derivation import ActivityKind, DealOutcome
from service.coaching_sessions.brief.deals import called, deal_link
from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.statements import Weighed, capped, link, ordered, say
from service.coaching_sessions.brief.wording import counted, day_of, listed, money, quoted
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import StatementDTO, StatementKind
from service.success_models.dto.owned_deals import CriterionStateDTO, EarnedDTO, OwnedDealDTO
from service.success_models.evidence import CriterionStatus

MOST, CRITERIA = 5, 2
NOUNS = {
    ActivityKind.MEETING: ("meeting", "meetings"),
    ActivityKind.CALL: ("call", "calls"),
    ActivityKind.EMAIL: ("e-mail", "e-mails"),
    ActivityKind.TASK: ("task", "tasks"),
}
NOTHING = "Nothing is recorded of the process before that, so nothing here says what earned it."


def wins(facts: BriefFacts) -> list[StatementDTO]:
    """Deals won since; those that the process earned come first, the last won first among them."""
    found = [
        Weighed(_won(one, one.earned, facts), (Decimal(one.closed_at.timestamp()),))
        for one in facts.deals
        if one.outcome is DealOutcome.WON and one.earned is not None and one.closed_at is not None
    ]
    statements = ordered(found)
    more = len(statements) - MOST
    rest = say(
        StatementKind.WIN,
        "win:more",
        statements[-1].concerns if statements else Concern.OTHER,
        f"{counted(more, 'more deal was', 'more deals were')} won.",
        [link("All deals won", f"/v1/deals?owner_id={facts.occasion.rep_id}&outcome=won")],
        more,
    )
    return capped(statements, MOST, rest)


def _won(deal: OwnedDealDTO, earned: EarnedDTO, facts: BriefFacts) -> StatementDTO:
    when = "" if deal.closed_at is None else f" on {day_of(deal.closed_at, facts.occasion)}"
    worth = "" if deal.amount is None else f" for {money(deal.amount, facts.currency)}"
    sentences = [f"{called(deal)} was won{when}{worth}.", *_before(earned)]
    links = [deal_link(deal), link(f"Criteria of {called(deal)}", f"/v1/deals/{deal.id}/evidence")]
    concerns = Concern.PROCESS if is_earned(earned) else Concern.OUTCOME
    return say(StatementKind.WIN, f"deal:{deal.id}", concerns, " ".join(sentences), links, deal.amount)


def is_earned(earned: EarnedDTO) -> bool:
    """Whether anything of the process is recorded before the win."""
    return bool(earned.activities) or any(one.status is CriterionStatus.MET for one in earned.criteria)


def _before(earned: EarnedDTO) -> list[str]:
    met, unmet = (_with(earned.criteria, status) for status in (CriterionStatus.MET, CriterionStatus.UNMET))
    asked = len(earned.criteria)
    if not is_earned(earned):
        return [NOTHING, *_not_met(unmet), *_skipped(earned)]
    found = []
    if met:
        of = f"{len(met)} of the {asked} criteria" if asked > 1 else "the one criterion"
        found.append(f"Before that it met {of} of the process: {listed(met, CRITERIA)}.")
    elif asked:
        found.append("Of the criteria of the process none is recorded as met before that.")
    if earned.activities:
        parts = [counted(count, *NOUNS[kind]) for kind, count in earned.activities.items()]
        verb = "is" if sum(earned.activities.values()) == 1 else "are"
        found.append(f"{listed(parts, len(parts))} about it {verb} recorded.")
    return [*found, *_not_met(unmet), *_skipped(earned)]


def _with(criteria: Sequence[CriterionStateDTO], status: CriterionStatus) -> list[str]:
    return [quoted(one.name) for one in criteria if one.status is status]


def _not_met(unmet: Sequence[str]) -> list[str]:
    return [f"Not met: {listed(unmet, CRITERIA)}."] if unmet else []


def _skipped(earned: EarnedDTO) -> list[str]:
    return [f"It jumped over {listed(earned.skipped)}."] if earned.skipped else []
