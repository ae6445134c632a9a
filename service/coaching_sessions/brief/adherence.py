"""How the process was kept, in a brief: never without how much of it is recorded at all; pure."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.statements import link, say
from service.coaching_sessions.brief.wording import counted, day, percent_exactly
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import StatementDTO, StatementKind
from service.success_models.dto.adherence import ProcessAdherenceDTO

COMPLETE = Decimal("0.8")
"""Of what the process asks for: with less on record, the records are what to look at first."""
RECORDS = "Poor record-keeping is not a poor process."


def process_adherence(facts: BriefFacts) -> list[StatementDTO]:
    """Moves that kept to their criteria with the interval, what is recorded, stages jumped over and moves back."""
    found, occasion = facts.adherence, facts.occasion
    last = found.until - timedelta(days=1)
    span = f"From {day(found.start, occasion)} to {day(last, occasion)}"
    evidence = link(
        "Process adherence",
        f"/v1/process-adherence?person_id={occasion.rep_id}&from={found.start}&until={found.until}",
    )

    def state(key: str, text: str, value: Decimal | int | None) -> StatementDTO:
        return say(StatementKind.ADHERENCE, f"adherence:{key}", Concern.PROCESS, text, [evidence], value)

    team = found.team
    if not team.moves and not team.moves_back:
        return [state("moves", f"{span} no deal moved on.", 0)]
    statements = [state("kept", f"{span} {_kept(found)}", team.adherence)] if team.moves else []
    statements += [state("records", text, team.evidence_completeness) for text in _records(found)]
    if team.skipping:
        jumped = (
            f"{counted(team.skipping, 'move')} of {team.moves} jumped over {counted(team.stages_skipped, 'stage')}."
        )
        statements.append(state("skipping", jumped, team.skipping))
    if team.moves_back:
        back = f"{counted(team.moves_back, 'deal went', 'times a deal went')} back to an earlier stage."
        statements.append(state("back", back, team.moves_back))
    return statements


def _kept(found: ProcessAdherenceDTO) -> str:
    team = found.team
    forward = counted(team.moves, "move forward", "moves forward")
    if not team.decidable or team.adherence is None:
        verb = "was" if team.moves == 1 else "were"
        return f"there {verb} {forward}; nothing is recorded that tells whether the process was kept."
    return (
        f"{team.adherent} of {counted(team.decidable, 'move')} with evidence kept to the process"
        f"{_interval(found)}; there {'was' if team.moves == 1 else 'were'} {forward} in all."
    )


def _interval(found: ProcessAdherenceDTO) -> str:
    team = found.team
    if team.adherence is None or team.adherence_low is None or team.adherence_high is None:
        return ""
    low, high = percent_exactly(team.adherence_low), percent_exactly(team.adherence_high)
    return f" ({percent_exactly(team.adherence)}; 90 % interval: {low} to {high})"


def _records(found: ProcessAdherenceDTO) -> Iterator[str]:
    complete = found.team.evidence_completeness
    if complete is not None and complete < COMPLETE:
        yield f"Of what the process asks for, {percent_exactly(complete)} is on record. {RECORDS}"
