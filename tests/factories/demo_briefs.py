"""The demo's briefs held against what its generator made up: numbers counted by loops, and no database asked."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.dto.sessions import CoachingSessionFilter
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.use_cases.briefs import get_brief
from service.coaching_sessions.use_cases.sessions import list_coaching_sessions
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.core.runtime import open_runtime
from service.core.settings import Settings
from service.demo.archetypes import REPS
from service.demo.generator import DemoData, Opportunity, Work, generate
from service.demo.replay import MISTAKES
from service.demo.setup import TARGETS
from service.demo.state import DemoState, load_state

NAMES = {
    "Calls made": "calls-made",
    "E-mails sent": "emails-sent",
    "Meetings held": "meetings-held",
    "Opportunities created": "opportunities-created",
    "Deals brought to discovery": "deals-to-discovery",
    "Proposals made": "proposals-made",
    "Deals won": "deals-won",
    "Won amount": "won-amount",
}
ORDER = (Concern.PROCESS, Concern.OUTCOME, Concern.OTHER)
BEHIND = re.compile(r"([^:]+): ([\d,.]+) of ([\d,.]+)(?: USD)? this (week|month|quarter)")


@dataclass(frozen=True, slots=True)
class Truth:
    """What one rep did, without what was deleted again."""

    work: tuple[Work, ...]
    deals: tuple[Opportunity, ...]
    until: datetime

    def count(self, kpi: str, since: datetime) -> int:
        """A flow of the model from an instant on."""

        def did(kind: str, outcome: str | None = None) -> int:
            return sum(
                one.kind == kind and outcome in {None, one.outcome} and since <= one.at <= self.until
                for one in self.work
            )

        moves = [(at, stage, deal) for deal in self.deals for at, stage in deal.moves[1:] if since <= at <= self.until]
        counts: dict[str, Callable[[], int]] = {
            "calls-made": lambda: did("call"),
            "emails-sent": lambda: did("email"),
            "meetings-held": lambda: did("meeting", "completed"),
            "opportunities-created": lambda: sum(since <= deal.created_at <= self.until for deal in self.deals),
            "deals-to-discovery": lambda: sum(stage == "discovery" for _, stage, _ in moves),
            "proposals-made": lambda: sum(stage == "proposal" for _, stage, _ in moves),
            "deals-won": lambda: sum(stage == "closed_won" for _, stage, _ in moves),
            "won-amount": lambda: sum(deal.amount for _, stage, deal in moves if stage == "closed_won"),
        }
        return counts[kpi]()


def truths(data: DemoData, cut: datetime, seed: int) -> dict[str, Truth]:
    """By rep; the draws of the replay say which work was entered by mistake and deleted."""
    rng = random.Random(f"{seed}/replay/{cut}")
    mistakes = {(one.rep.index, one.kind, one.number) for one in data.work if one.at >= cut and rng.random() < MISTAKES}
    return {
        rep.name: Truth(
            tuple(one for one in data.work if one.rep is rep and (one.rep.index, one.kind, one.number) not in mistakes),
            tuple(one for one in data.opportunities if one.rep is rep),
            data.until,
        )
        for rep in REPS
    }


async def demo_briefs(home: Path) -> tuple[DemoState, list[BriefDTO]]:
    """The brief of each rep's next session, as an administrator reads them."""
    state = load_state(home)
    assert state is not None
    async with open_runtime(Settings(home=home, _env_file=None)) as runtime:
        org_id = UUID(state.org_id)
        principal = Principal.system(org_id)
        async with runtime.database.tenant(org_id) as session:
            planned = CoachingSessionFilter(status=SessionState.SCHEDULED, starts_from=datetime.now(UTC))
            page = await list_coaching_sessions(session, principal, planned, PageRequest(limit=200))
            first: dict[UUID, UUID] = {}
            for one in page.items:
                first.setdefault(one.rep_id, one.id)
            return state, [await get_brief(session, principal, id_) for id_ in first.values()]


def check_brief(brief: BriefDTO, truth: Truth) -> int:
    """Every statement about a number is true, process comes first, no ratio is named; how many there were."""
    for name in ("changes", "kpis_behind", "process_adherence", "deals_to_inspect", "wins"):
        places = [ORDER.index(statement.concerns) for statement in getattr(brief, name)]
        assert places == sorted(places), (brief.rep.name, name)
    seen = 0
    for statement in brief.kpis_behind:
        if statement.key.endswith((":benchmark", ":more")):
            continue
        found = BEHIND.match(statement.text)
        assert found, statement.text
        name, value, target, period = found.groups()
        start = brief.as_of.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        if period == "quarter":
            start = start.replace(month=(start.month - 1) // 3 * 3 + 1)
        assert period != "week"
        assert Decimal(value.replace(",", "")) == truth.count(NAMES[name], start), (brief.rep.name, statement.text)
        asked = Decimal(TARGETS[NAMES[name]][("week", "month", "quarter").index(period)])
        assert Decimal(target.replace(",", "")) <= asked, statement.text
        seen += 1
    open_deals = {deal.name for deal in truth.deals if deal.is_open(truth.until)}
    for statement in brief.deals_to_inspect:
        if not statement.key.endswith(":more"):
            assert any(statement.text.startswith(name) for name in open_deals), statement.text
            seen += 1
    won = {deal.name for deal in truth.deals if deal.moves[-1][1] == "closed_won" and deal.moves[-1][0] <= truth.until}
    for statement in brief.wins:
        if statement.key.startswith("win:") and not statement.key.endswith(":more"):
            assert any(name in statement.text for name in won), statement.text
            seen += 1
    return seen


def check_demo_briefs(state: DemoState, briefs: list[BriefDTO], until: datetime) -> int:
    """All of them; returns how many statements were checked."""
    known = truths(generate(state.seed, state.first_run, until), state.cut, state.seed)
    assert {brief.rep.name for brief in briefs} == set(known)
    return sum(check_brief(brief, known[brief.rep.name]) for brief in briefs)
