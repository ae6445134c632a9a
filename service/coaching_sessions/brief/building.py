"""A brief from what is known: pure."""

from service.coaching_sessions.brief.adherence import process_adherence
from service.coaching_sessions.brief.deals import deal_changes, deals_to_inspect
from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.focus import focus_gaps
from service.coaching_sessions.brief.pace import kpi_changes, kpis_behind
from service.coaching_sessions.brief.quadrant import quadrant
from service.coaching_sessions.brief.statements import ORDER
from service.coaching_sessions.brief.wins import wins
from service.coaching_sessions.dto.brief import BriefDTO


def build_brief(facts: BriefFacts) -> BriefDTO:
    """Everything worth saying, process before outcome in every list."""
    occasion = facts.occasion
    changes = [*kpi_changes(facts), *deal_changes(facts)]
    return BriefDTO(
        session_id=occasion.session_id,
        manager=occasion.manager,
        rep=occasion.rep,
        starts_at=occasion.starts_at,
        ends_at=occasion.ends_at,
        time_zone=occasion.zone.key,
        as_of=occasion.as_of,
        is_frozen=False,
        previous_session_id=occasion.previous_session_id,
        since=occasion.since,
        agenda=list(facts.agenda),
        changes=sorted(changes, key=lambda one: ORDER.index(one.concerns)),
        kpis_behind=kpis_behind(facts),
        process_adherence=process_adherence(facts),
        deals_to_inspect=deals_to_inspect(facts),
        wins=wins(facts),
        commitments=list(facts.commitments),
        topics=list(facts.topics),
        quadrant=quadrant(facts),
        focus_gaps=focus_gaps(facts),
    )
