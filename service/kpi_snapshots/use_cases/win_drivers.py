"""Why a team's deals are won; as many statements for any number of deals."""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.drivers.dto import WinDriversDTO, WinDriversQuery
from service.kpi_snapshots.drivers.estimating import FALSE_DISCOVERIES, LEVEL, find_drivers
from service.kpi_snapshots.drivers.presenting import METHOD, MODEL_VERSION, present_driver
from service.kpi_snapshots.drivers.screening import LEAST_PEOPLE
from service.kpi_snapshots.drivers.sentences import explain_drivers
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import drivers as repository
from service.kpi_snapshots.repository.drivers import Closed
from service.kpi_snapshots.use_cases.asked_team import AskedTeam, list_asked_team
from service.kpi_snapshots.use_cases.closed_deals import LoadedDeals, load_deals
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_now, visible_people
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import list_active_models

DEFAULT_DAYS, MOST_DAYS = 365, 1100


@dataclass(frozen=True, slots=True)
class _Frame:
    """The days whose closed deals count, the instant after which nothing does, and the day of the team."""

    start: date
    until: date
    as_of: datetime
    team_on: date


async def get_win_drivers(session: AsyncSession, principal: Principal, query: WinDriversQuery) -> WinDriversDTO:
    """What goes with the wins of a team beyond chance: of all its people together, nobody by name.

    Asked may be about a team one belongs to, or sees somebody of: `not_found` for another, and for a model that is not
    active. Of fewer than five people who closed deals, only those count whom the caller may see. `invalid` for a
    manager and a team at once, and for a span that is empty or longer than three years.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    now = await local_now(session, principal.org_id)
    frame = _frame(query, now)
    seen = await visible_people(session, principal, now.date())
    asked = AskedTeam(query.manager_id, query.team_id, frame.team_on, seen)
    team = {person.id for person in await list_asked_team(session, principal, asked)}
    closed = Closed(principal.org_id, team, frame.start, frame.until, frame.as_of)
    counts = await repository.count_closed_deals(session, closed)
    model, owners = await _model(session, principal, query, counts)
    if len(owners) < LEAST_PEOPLE and seen is not None:
        owners = [person_id for person_id in owners if person_id in seen]
    elsewhere = 0 if len(counts) < LEAST_PEOPLE else sum(counts.values()) - sum(counts[one] for one in owners)
    fields = list(dict.fromkeys(query.case_mix))
    loaded = await load_deals(session, replace(closed, people=owners), model, fields)
    return _answer(query, frame, model, loaded, elsewhere + sum(counts[one] for one in owners))


def _frame(query: WinDriversQuery, now: datetime) -> _Frame:
    as_of = query.as_of or now.astimezone(UTC)
    today = as_of.astimezone(now.tzinfo).date()
    until = query.until or today + timedelta(days=1)
    start = query.start or until - timedelta(days=DEFAULT_DAYS)
    if start >= until:
        raise invalid("until", "must be after from")
    if (until - start).days > MOST_DAYS:
        raise invalid("from", f"must be at most {MOST_DAYS} days before until")
    return _Frame(start, until, as_of, min(until - timedelta(days=1), today))


async def _model(
    session: AsyncSession, principal: Principal, query: WinDriversQuery, counts: Mapping[UUID, int]
) -> tuple[SuccessModelDTO | None, Collection[UUID]]:
    """The model that is asked for, or that most of the deals follow; and those who follow it."""
    active = {model.job_role: model for model in await list_active_models(session, principal.as_system())}
    people = await get_people(session, principal.as_system(), list(counts))
    owners: dict[UUID, list[UUID]] = {model.id: [] for model in active.values()}
    for person in people.values():
        model = active.get(person.job_role) or active.get(None)
        if model is not None:
            owners[model.id].append(person.id)
    if query.success_model_id is not None and query.success_model_id not in owners:
        raise not_found("success_model")
    deals = {model_id: sum(counts[one] for one in ids) for model_id, ids in owners.items()}
    chosen = query.success_model_id or max(deals, key=lambda one: (deals[one], one), default=None)
    if chosen is None:
        return None, list(counts)
    return next(model for model in active.values() if model.id == chosen), owners[chosen]


def _answer(
    query: WinDriversQuery, frame: _Frame, model: SuccessModelDTO | None, loaded: LoadedDeals, closed: int
) -> WinDriversDTO:
    found = find_drivers(loaded.table, _seed(query, frame))
    return WinDriversDTO(
        start=frame.start,
        until=frame.until,
        as_of=frame.as_of,
        team_on=frame.team_on,
        success_model_id=None if model is None else model.id,
        success_model_version=None if model is None else model.version,
        case_mix=[name for name in dict.fromkeys(query.case_mix) if name not in found.too_telling],
        too_telling=found.too_telling,
        n=found.n,
        won=found.won,
        people=found.people,
        left_out=closed - found.n,
        cannot_tell=found.why_not,
        deals_needed=found.needed,
        interval_level=Decimal(str(LEVEL)),
        false_discoveries=Decimal(str(FALSE_DISCOVERIES)),
        associational=True,
        method=METHOD,
        model_version=MODEL_VERSION,
        explanation=explain_drivers(found),
        drivers=[present_driver(one, loaded.names) for one in found.drivers],
    )


def _seed(query: WinDriversQuery, frame: _Frame) -> int:
    """The same question of the same days has the same resamples."""
    whose = (query.manager_id, query.team_id, query.success_model_id, query.case_mix, frame.start, frame.until)
    return zlib.crc32(repr(whose).encode())
