"""How the deals of somebody, of a team or of everybody ripen; as many statements for any number of deals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.maturity.dto import (
    OpenDealAgeDTO,
    PipelineMaturityDTO,
    PipelineMaturityQuery,
    RecordsStart,
)
from service.kpi_snapshots.maturity.estimating import (
    Bands,
    Course,
    split_by_amount,
    together,
    trace_course,
)
from service.kpi_snapshots.maturity.presenting import METHOD, MODEL_VERSION, present_segment, to_share
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import maturity as repository
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_now, require_visible, visible_people

MOST_SEGMENTS = 50


async def get_pipeline_maturity(
    session: AsyncSession, principal: Principal, query: PipelineMaturityQuery
) -> PipelineMaturityDTO:
    """Eventual win rates by segment, and what its age says of each open deal.

    `not_found` for people outside the caller's scope, `invalid` for a field of more than 50 values.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    now = await local_now(session, principal.org_id)
    as_of = query.as_of or now.astimezone(UTC)
    today = as_of.astimezone(now.tzinfo).date()
    people = await _people(session, principal, query, (now.date(), today))
    asked = repository.Asked(principal.org_id, people, query.segment, as_of, today)
    first_close = await repository.earliest_close(session, principal.org_id, as_of)
    start, start_is = _records_start(query.records_start, first_close)
    parts = await repository.load_columns(session, asked, MOST_SEGMENTS)
    if len(parts) > MOST_SEGMENTS:
        raise invalid("segment", f"has more than {MOST_SEGMENTS} values")
    bands: Bands | None = None
    if query.segment == repository.AMOUNT and parts:
        bands, parts = split_by_amount(parts[None])
    # Where nothing ever closed there are no records to be late for.
    since = ((start or date.min) - repository.EPOCH).days
    everything = together(list(parts.values()))
    whole = trace_course(everything, since)
    courses: dict[str | None, Course] = {None: whole}
    segments = []
    if query.segment is not None:
        courses = {name: trace_course(part, since) for name, part in parts.items()}
        segments = [present_segment(name, part, courses[name]) for name, part in parts.items()]
    return PipelineMaturityDTO(
        as_of=as_of,
        segmented_by=query.segment,
        records_start=start,
        records_start_is=start_is,
        method=METHOD,
        model_version=MODEL_VERSION,
        together=present_segment(None, everything, whole),
        segments=segments,
        open_deals=_judge(await repository.load_open_deals(session, asked), bands, courses),
    )


async def _people(
    session: AsyncSession, principal: Principal, query: PipelineMaturityQuery, days: tuple[date, date]
) -> Collection[UUID] | None:
    """Whose deals count; None for everybody's. The caller's scope is today's, a manager's tree that of the instant."""
    today, then = days
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, today)
        below = await everyone_below(session, principal.as_system(), query.manager_id, then)
        return [person.id for person in below if query.person_id in {None, person.id}]
    if query.person_id is None:
        return await visible_people(session, principal, today)
    await require_visible(session, principal, query.person_id, today)
    if not await get_people(session, principal.as_system(), [query.person_id]):
        raise not_found("person")
    return [query.person_id]


def _records_start(given: date | None, first_close: date | None) -> tuple[date | None, RecordsStart]:
    if given is not None:
        return given, RecordsStart.GIVEN
    return first_close, RecordsStart.NOTHING_CLOSED if first_close is None else RecordsStart.EARLIEST_CLOSE


def _judge(
    deals: Sequence[repository.OpenDealAge], bands: Bands | None, courses: Mapping[str | None, Course]
) -> list[OpenDealAgeDTO]:
    """Each by the course of its own segment."""
    segments = [deal.segment if bands is None else bands.name_of(deal.amount) for deal in deals]
    ages: dict[str | None, list[int]] = {}
    for deal, segment in zip(deals, segments, strict=True):
        ages.setdefault(segment, []).append(deal.days)
    told = {segment: iter(courses[segment].judge(days)) for segment, days in ages.items()}
    found = []
    for deal, segment in zip(deals, segments, strict=True):
        verdict, chance = next(told[segment])
        found.append(
            OpenDealAgeDTO(
                deal_id=deal.id,
                person_id=deal.person_id,
                name=deal.name,
                segment=segment,
                days=deal.days,
                verdict=verdict,
                probability=None if chance is None else to_share(chance.value),
                low=None if chance is None else to_share(chance.low),
                high=None if chance is None else to_share(chance.high),
            )
        )
    return found
