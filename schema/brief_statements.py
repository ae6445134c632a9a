"""What a brief says: statements with their evidence, and the parts of the session."""

from collections.abc import Sequence
from decimal import Decimal

import strawberry

from schema.concerns import Concern
from schema.describing import describe, describe_enum
from schema.lead_grades import LeadGrade
from schema.paging import Paged
from schema.relay import (
    PageInfo,
    page_of_list,
    to_page_info,
)
from schema.scalars import Cursor
from service.coaching_sessions.dto.brief import EvidenceLink, StatementDTO, StatementKind
from service.coaching_sessions.format_document import FormatSection
from service.core.pagination import PageRequest

describe_enum(
    StatementKind,
    "What a statement of a brief is about.",
    name="BriefStatementKind",
    change="What has changed since the last session.",
    kpi="A KPI behind pace or at risk, or below its benchmark beyond chance.",
    adherence="How the process was kept.",
    deal="A deal to inspect.",
    win="A deal that was won.",
    quadrant="Process apart from outcome.",
    skill="A skill gap that matters, or what is missing to tell.",
    plan="How a development plan comes along.",
)


@strawberry.type(description="Where a reader sees for themself.")
class BriefEvidenceEdge:
    """The path is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="A path of the REST surface.")
    label: str


describe(BriefEvidenceEdge, EvidenceLink)


@strawberry.type(description="The evidence of a statement.")
class BriefEvidenceConnection:
    """A Relay connection."""

    edges: list[BriefEvidenceEdge] = strawberry.field(description="The links of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="A statement of a brief, true of the data as of its instant.")
class BriefStatementEdge:
    """The text is the node."""

    row: strawberry.Private[StatementDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The statement in words.")
    kind: StatementKind
    key: str
    concerns: Concern
    value: Decimal | None
    lead_grade: LeadGrade | None

    @strawberry.field(description="What it rests on.", extensions=[Paged(whole=True)])
    def links(self, page: PageRequest) -> BriefEvidenceConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.links, page)
        edges = [
            BriefEvidenceEdge(cursor=Cursor(cursor), node=link.href, label=link.label)
            for cursor, link in zip(found.cursors, found.items, strict=True)
        ]
        return BriefEvidenceConnection(edges=edges, page_info=to_page_info(found, page))


describe(BriefStatementEdge, StatementDTO)


@strawberry.type(description="Statements, process before outcome.")
class BriefStatementConnection:
    """A Relay connection."""

    edges: list[BriefStatementEdge] = strawberry.field(description="The statements of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One part of the session, by its format.")
class BriefSectionEdge:
    """The title is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="What it is called.")
    key: str = strawberry.field(description="Its key in the format.")
    minutes: int


describe(BriefSectionEdge, FormatSection)


@strawberry.type(description="The parts of a session.")
class BriefSectionConnection:
    """A Relay connection."""

    edges: list[BriefSectionEdge] = strawberry.field(description="The sections of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def to_statements(rows: Sequence[StatementDTO], page: PageRequest) -> BriefStatementConnection:
    """A page of statements, in their order."""
    found = page_of_list(rows, page)
    edges = [
        BriefStatementEdge(
            row=one,
            cursor=Cursor(cursor),
            node=one.text,
            kind=one.kind,
            key=one.key,
            concerns=one.concerns,
            value=one.value,
            lead_grade=one.lead_grade,
        )
        for cursor, one in zip(found.cursors, found.items, strict=True)
    ]
    return BriefStatementConnection(edges=edges, page_info=to_page_info(found, page))
