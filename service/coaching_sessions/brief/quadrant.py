"""Process apart from outcome, in a brief: the verdict with its evidence, what to do, and what would settle it; pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.statements import link, say
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefQuadrantDTO, StatementDTO, StatementKind
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO
from service.kpi_snapshots.quadrants.presenting import TITLES

YOUNG_DAYS = 45
"""Of a quarter of which less is over little is decided: then the one before is told."""
NO_MODEL = (
    "No success model holds for the rep, so there is no process to hold their deals against. Activate one, and what "
    "they do is told apart from what comes of it."
)


def told_quarter(quarter_start: date, today: date) -> date:
    """A day of the quarter that is told of: the calendar decides, and never the number."""
    return quarter_start if (today - quarter_start).days >= YOUNG_DAYS else quarter_start - timedelta(days=1)


def this_morning(as_of: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the day: the same quadrant all day, for whoever watches a brief."""
    return datetime.combine(as_of.astimezone(zone).date(), time.min, zone)


def quadrant(facts: BriefFacts) -> BriefQuadrantDTO:
    """The rep's, with the numbers that it rests on."""
    found = facts.quadrants
    person = next((one for one in found.people if one.person_id == facts.occasion.rep_id), None)
    return BriefQuadrantDTO(
        available=person is not None,
        reason=NO_MODEL if person is None else None,
        statements=[] if person is None else [*_statements(found, person)],
        period_start=found.period_start,
        period_end=found.period_end,
        as_of=found.as_of,
        method=found.method,
        model_version=found.model_version,
        quadrant=person,
    )


def _statements(found: QuadrantsDTO, person: PersonQuadrantDTO) -> Iterator[StatementDTO]:
    query = f"person_id={person.person_id}&period={found.period.value}&period_start={found.period_start}"
    days = f"person_id={person.person_id}&closed_from={found.period_start}"
    numbers = link("Process apart from outcome", f"/v1/quadrants?{query}")
    deals = link("Each decided deal", f"/v1/deal-verdicts?{days}")

    def state(key: str, concerns: Concern, text: str, value: int) -> StatementDTO:
        return say(StatementKind.QUADRANT, f"quadrant:{key}", concerns, text, [numbers, deals], value)

    # Where nothing can be told the prescription begins with that.
    is_told = person.cannot_tell is None
    verdict = f"{TITLES[person.verdict]}: {person.prescription}" if is_told else person.prescription
    yield state("verdict", Concern.PROCESS, verdict, person.decided)
    yield state("evidence", Concern.PROCESS, person.explanation, person.n)
    if person.settles is not None:
        yield state("settles", Concern.OTHER, person.settles, person.open)
