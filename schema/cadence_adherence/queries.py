"""Queries of how cadences were kept."""

import datetime as dt
from typing import Annotated

import strawberry

from schema.cadence_adherence.numbers import numbers_of
from schema.cadence_adherence.types import CadenceAdherence
from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import to_input
from schema.questions import key_of_question, read_question
from schema.relay import NullIfAbsent, id_of, to_global_id
from service.coaching_sessions.dto.adherence import AdherenceQuery
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.core.errors import ErrorKind, ServiceError, not_found

ASKED = ("manager_id", "tree", "team_id", "from_on", "to_on", "as_of")


async def _ask(info: Info, query: AdherenceQuery) -> CadenceAdherence:
    async with info.context.session() as session:
        dto = await get_cadence_adherence(session, info.context.principal, query)
    shown = dto.model_dump(include={"from_on", "to_on", "as_of", "method", "evenness_reason"})
    id_ = to_global_id("CadenceAdherence", key_of_question(query, ASKED))
    return CadenceAdherence(id=id_, row=dto, **numbers_of(dto.total), **shown)


async def load_cadence_adherence(info: Info, key: str) -> CadenceAdherence:
    """By what the id names; days left out are those of today."""
    query = read_question(AdherenceQuery, ASKED, key)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("cadence_adherence") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class CadenceAdherenceQueries:
    """Queries of how cadences were kept."""

    @strawberry.field(
        description="Of one manager, of the tree below, of a team, or of everybody whom the caller sees. Both days are "
        "part of the span.",
        metadata={NEEDS: Permission.CADENCE_ADHERENCE_READ},
        extensions=[NullIfAbsent()],
    )
    async def cadence_adherence(
        self,
        info: Info,
        manager_id: strawberry.ID | None = None,
        tree: bool = False,
        team_id: strawberry.ID | None = None,
        from_on: Annotated[dt.date | None, strawberry.argument(name="from")] = None,
        to_on: Annotated[dt.date | None, strawberry.argument(name="to")] = None,
        as_of: dt.datetime | None = None,
    ) -> CadenceAdherence | None:
        """Null for a manager or a team that the caller may not see."""
        whose = {"manager_id": id_of(manager_id, "Person"), "team_id": id_of(team_id, "Team")}
        span = {"from_on": from_on, "to_on": to_on, "as_of": as_of}
        return await _ask(info, to_input(AdherenceQuery, tree=tree, **whose, **span))
