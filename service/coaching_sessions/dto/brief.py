"""What a brief says: every statement in words, with links to its evidence; process before outcome."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.commitments import CommitmentDTO
from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.coaching_sessions.format_document import FormatSection
from service.core.dto import OutputDTO
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO
from service.skill_assessments.dto.gaps import PersonGapsDTO


class StatementKind(StrEnum):
    """What a statement is about."""

    CHANGE = "change"
    KPI = "kpi"
    ADHERENCE = "adherence"
    DEAL = "deal"
    WIN = "win"
    QUADRANT = "quadrant"
    SKILL = "skill"
    PLAN = "plan"


class EvidenceLink(OutputDTO):
    """Where a reader sees for themself."""

    label: str
    """What is there."""
    href: str
    """A path of the REST surface."""


class StatementDTO(OutputDTO):
    """One sentence or two, true of the data as of the brief's instant."""

    kind: StatementKind
    """What sort of statement it is."""
    key: str
    """What it is about, the same from one brief to the next: `kpi:calls:month`, `deal:0199…`."""
    concerns: Concern
    """Process or outcome."""
    text: str
    """In words."""
    value: Decimal | None
    """The number it rests on, if it is one."""
    links: list[EvidenceLink]
    lead_grade: LeadGrade | None = None
    """Of a process KPI: what it is worth as a sign of what is to come."""


class BriefPersonDTO(OutputDTO):
    """One of the two."""

    id: UUID
    name: str
    job_role: str | None


class BriefQuadrantDTO(OutputDTO):
    """Process against outcome: the rep's quadrant, or why there is none."""

    available: bool
    reason: str | None
    """Why there is none."""
    statements: list[StatementDTO] = Field(default_factory=list)
    """The verdict with what to do, its evidence, and what would settle it."""
    period_start: date | None = None
    """The first day of the quarter that it is of: the running one, while that is young the one before."""
    period_end: date | None = None
    """Its last day."""
    as_of: datetime | None = None
    """The beginning of the brief's day: nothing later counts."""
    method: str | None = None
    """How the numbers are come by."""
    model_version: str | None = None
    """The version of the rules behind the verdict."""
    quadrant: PersonQuadrantDTO | None = None
    """The numbers."""


class BriefFocusDTO(OutputDTO):
    """The one or two skills that matter most, or why that cannot be told; and the plans that are worked on."""

    available: bool
    """Whether a framework requires skills of the rep."""
    reason: str | None
    """Why there are none."""
    statements: list[StatementDTO] = Field(default_factory=list)
    """A focus each, or what is missing to tell; then the progress of each development plan."""
    method: str | None = None
    """How gaps are valued."""
    model_version: str | None = None
    """The version of the rules behind the focus."""
    gaps: PersonGapsDTO | None = None
    """The numbers."""


class BriefDTO(OutputDTO):
    """What the two have before them: live until the session starts, and kept as it was from then on."""

    session_id: UUID
    manager: BriefPersonDTO
    rep: BriefPersonDTO
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    """The session's."""
    as_of: datetime
    """Nothing later is in it."""
    is_frozen: bool
    """The session has started: this is what the two had before them."""
    previous_session_id: UUID | None
    """The last one that was held; null: this is the first."""
    since: datetime
    """What changed is told from then on: the last session, or four weeks ago."""
    agenda: list[FormatSection]
    """The sections of the format."""
    changes: list[StatementDTO]
    """What moved since then."""
    kpis_behind: list[StatementDTO]
    """Process first; none that is within chance."""
    process_adherence: list[StatementDTO]
    """How the rep's deals kept to the process."""
    deals_to_inspect: list[StatementDTO]
    """Broken standards, ageing and slipping deals, each with why."""
    wins: list[StatementDTO]
    """Worth celebrating, and what in the process earned them."""
    commitments: list[CommitmentDTO]
    """Open ones, the earliest first."""
    topics: list[CoachingTopicDTO]
    """Open ones by rank."""
    quadrant: BriefQuadrantDTO
    """Process against outcome."""
    focus_gaps: BriefFocusDTO
    """The one or two skills that matter most."""
