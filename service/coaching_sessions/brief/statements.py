"""Statements and their order: process before outcome, and no more of them than a page holds; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import EvidenceLink, StatementDTO, StatementKind
from service.kpi_snapshots.leads.grading import LeadGrade

ORDER = (Concern.PROCESS, Concern.OUTCOME, Concern.OTHER)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A statement and what it weighs among those of its concern: the heaviest is read first."""

    statement: StatementDTO
    weight: tuple[Decimal, ...]


def say(
    kind: StatementKind,
    key: str,
    concerns: Concern,
    text: str,
    links: Sequence[EvidenceLink],
    value: Decimal | int | None = None,
    lead_grade: LeadGrade | None = None,
) -> StatementDTO:
    """One statement."""
    number = None if value is None else Decimal(value)
    return StatementDTO(
        kind=kind, key=key, concerns=concerns, text=text, value=number, links=list(links), lead_grade=lead_grade
    )


def link(label: str, href: str) -> EvidenceLink:
    """Where a reader sees for themself."""
    return EvidenceLink(label=label, href=href)


def ordered(found: Sequence[Weighed]) -> list[StatementDTO]:
    """Process before outcome, and then the heaviest."""
    chosen = sorted(found, key=lambda one: tuple(-part for part in one.weight))
    return [one.statement for one in sorted(chosen, key=lambda one: ORDER.index(one.statement.concerns))]


def capped(statements: list[StatementDTO], most: int, rest: StatementDTO) -> list[StatementDTO]:
    """At most so many, and then how many more there are."""
    return statements if len(statements) <= most else [*statements[:most], rest]


def concern(*, is_process: bool) -> Concern:
    """Of a KPI."""
    return Concern.PROCESS if is_process else Concern.OUTCOME
