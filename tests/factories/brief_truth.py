"""A rep's story beside the brief that was made of it, with the shipped model's process written out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.coaching_sessions.dto.brief import BriefDTO
from tests.factories.brief_stories import STAGES, Story, StoryDeal
from tests.factories.sales_org import SalesOrg

ALLOWED_DAYS = {"prospecting": 14} | dict.fromkeys(STAGES[1:], 21)
TITLES = {stage: stage.capitalize() for stage in STAGES}
FIELD_OF = {
    "The account fits the ideal customer profile": "ideal_customer",
    "Pain and its cost are named by the customer": "identified_pain",
    "The economic buyer is known": "economic_buyer",
    "Decision criteria and process are written down": "decision_process",
    "A champion has agreed to the next step": "champion",
    "Terms are agreed in writing": "terms_agreed",
    "Legal and procurement steps have owners and dates": "legal_steps",
}
PLAN, CONVERSATION, LIVE = (
    "A mutual plan with dates is agreed",
    "A first conversation took place",
    "The proposal was presented live to the economic buyer",
)
EXITS = {
    "prospecting": ["The account fits the ideal customer profile", CONVERSATION],
    "qualification": ["Pain and its cost are named by the customer", "The economic buyer is known"],
    "discovery": ["Decision criteria and process are written down", "A champion has agreed to the next step"],
    "proposal": [LIVE, PLAN],
    "negotiation": ["Terms are agreed in writing", "Legal and procurement steps have owners and dates"],
}
"""The shipped model's process, as its page has it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A rep's story and the brief that was made of it; `everybody` is of the whole organization."""

    org: SalesOrg
    story: Story
    everybody: Sequence[Story]
    brief: BriefDTO

    @property
    def now(self) -> datetime:
        return self.brief.as_of

    def deal(self, name: str) -> StoryDeal:
        return next(deal for deal in self.story.deals if deal.name == name)

    def status(self, deal: StoryDeal, criterion: str, at: datetime) -> str:
        """How a criterion stood: `met`, `unmet` or `unknown`."""
        deals = [one for story in self.everybody for one in story.deals]
        if criterion in {CONVERSATION, LIVE}:
            earliest = at - timedelta(days=30) if criterion == LIVE else datetime.min.replace(tzinfo=at.tzinfo)
            held = any(outcome == "completed" and earliest < on <= at for on, outcome in deal.meetings)
            in_use = any(on <= at for one in deals for on, _ in one.meetings)
            return "met" if held else "unmet" if in_use else "unknown"
        if criterion == PLAN:
            return self._field(deal.dated[:1], [one.dated[-1] for one in deals if one.dated], at)
        name = FIELD_OF[criterion]
        own = [deal.written[name]] if name in deal.written else []
        return self._field(own, [one.written[name] for one in deals if name in one.written], at)

    @staticmethod
    def _field(own: Sequence[datetime], anybodys: Sequence[datetime], at: datetime) -> str:
        if own:
            return "met" if own[0] <= at else "unknown"
        return "unmet" if any(written <= at for written in anybodys) else "unknown"
