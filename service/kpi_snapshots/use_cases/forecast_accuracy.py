"""How forecasts came true; as many statements for any number of forecasters and deals."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.forecasts.accuracy_dto import (
    DealForecastScoreDTO,
    ForecastAccuracyDTO,
    ForecastAccuracyQuery,
    QuarterForecastScoreDTO,
)
from service.kpi_snapshots.forecasts.accuracy_presenting import (
    METHOD,
    MODEL_VERSION,
    Forecaster,
    present_deal_score,
    present_quarter_score,
)
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure
from service.kpi_snapshots.forecasts.quarters import QuarterForecasts, quarters_together, score_quarters
from service.kpi_snapshots.forecasts.scoring import LEVEL, DealForecasts, score_deals, together
from service.kpi_snapshots.periods import Calendar, Period
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import forecast_scores as repository
from service.kpi_snapshots.use_cases.quarter_outcomes import quarters_by_forecaster
from service.organizations.dto.organizations import OrganizationDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import require_visible, visible_people
from service.organizations.use_cases.teams import get_team

PartT = TypeVar("PartT")


async def get_forecast_accuracy(
    session: AsyncSession, principal: Principal, query: ForecastAccuracyQuery
) -> ForecastAccuracyDTO:
    """Scores of the model, of reps and of managers: in each capacity together, then of each by name.

    A rep sees their own, a manager those of the tree below too; the model's are for everybody. `not_found` for people
    and teams outside the caller's scope, `invalid` for a manager and a team at once and for a `period_start` that
    starts no such period.
    """
    require(principal, Permission.FORECASTS_READ)
    known = await get_organization(session, principal.as_system())
    as_of = query.as_of or utc_now()
    zone = ZoneInfo(known.time_zone)
    today = as_of.astimezone(zone).date()
    period = _period(query, known, today)
    whose = await _whose(session, principal, query, (utc_now().astimezone(zone).date(), today))
    asked = repository.Scored(
        principal.org_id,
        whose.forecasters,
        whose.of_model,
        query.forecaster,
        timedelta(days=query.horizon_days),
        None if period is None else period.start,
        None if period is None else period.end,
        as_of.astimezone(UTC),
    )
    deals = await repository.load_deal_forecasts(session, asked)
    quarters = await quarters_by_forecaster(session, principal, asked, today, known.time_zone)
    names = await _names(session, principal, {id_ for _, id_ in (*deals, *(who for who, _ in quarters)) if id_})
    always = query.forecaster or ForecasterKind.MODEL
    return ForecastAccuracyDTO(
        as_of=asked.as_of,
        horizon_days=query.horizon_days,
        period_start=asked.first,
        period_end=asked.last,
        interval_level=Decimal(str(LEVEL)),
        method=METHOD,
        model_version=MODEL_VERSION,
        deals=_deal_scores(_in_order(deals, names, together, always)),
        quarters=_quarter_scores(quarters, names),
    )


@dataclass(frozen=True, slots=True)
class _Whose:
    """Who forecast, and whose deals the model forecast; None: everybody, and everybody's."""

    forecasters: Collection[UUID] | None
    of_model: Collection[UUID] | None


async def _whose(
    session: AsyncSession, principal: Principal, query: ForecastAccuracyQuery, days: tuple[date, date]
) -> _Whose:
    """The caller's scope is today's, a manager's tree that of the instant."""
    today, then = days
    system, seen = principal.as_system(), await visible_people(session, principal, today)
    chosen: list[Collection[UUID]] = []
    if query.manager_id is not None and query.team_id is not None:
        raise invalid("team_id", "cannot be given together with a manager")
    if query.person_id is not None:
        await require_visible(session, principal, query.person_id, today)
        if not await get_people(session, system, [query.person_id]):
            raise not_found("person")
        chosen.append([query.person_id])
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, today)
        below = await everyone_below(session, system, query.manager_id, then)
        chosen.append([query.manager_id, *(person.id for person in below)])
    if query.team_id is not None:
        members = (await get_team(session, system, query.team_id)).member_ids
        if seen is not None and not set(members) & set(seen):
            raise not_found("team")
        chosen.append(members)
    if not chosen:
        return _Whose(seen, None)
    people = set.intersection(*(set(part) for part in (*chosen, *([] if seen is None else [seen]))))
    return _Whose(people, people)


def _period(query: ForecastAccuracyQuery, known: OrganizationDTO, today: date) -> Period | None:
    if query.period is None:
        if query.period_start is not None:
            raise invalid("period_start", "needs a period")
        return None
    calendar = Calendar(known.week_start, known.fiscal_year_start_month)
    period = calendar.period_of(query.period, query.period_start or today)
    if query.period_start not in {None, period.start}:
        raise invalid("period_start", f"is not the start of a {query.period.value}; that would be {period.start}")
    return period


async def _names(session: AsyncSession, principal: Principal, ids: Collection[UUID]) -> dict[UUID, str]:
    people = await get_people(session, principal.as_system(), ids)
    return {id_: person.name for id_, person in people.items()}


def _in_order(
    parts: Mapping[repository.Forecaster, PartT],
    names: Mapping[UUID, str],
    merge: Callable[[Sequence[PartT]], PartT],
    always: ForecasterKind | None = None,
) -> list[tuple[Forecaster, PartT]]:
    """All in a capacity together (of one even where nobody is), then everybody by name."""
    found = []
    for kind in ForecasterKind:
        members = [part for (capacity, _), part in parts.items() if capacity is kind]
        if members or kind is always:
            found.append((Forecaster(kind), merge(members)))
    people = [(Forecaster(kind, id_, names[id_]), part) for (kind, id_), part in parts.items() if id_ is not None]
    return found + sorted(people, key=lambda one: (one[0].name or "", str(one[0].person_id), one[0].kind))


def _deal_scores(groups: Sequence[tuple[Forecaster, DealForecasts]]) -> list[DealForecastScoreDTO]:
    scores = score_deals([part for _, part in groups])
    return [present_deal_score(who, score) for (who, _), score in zip(groups, scores, strict=True)]


def _quarter_scores(
    quarters: Mapping[tuple[repository.Forecaster, ForecastMeasure], QuarterForecasts], names: Mapping[UUID, str]
) -> list[QuarterForecastScoreDTO]:
    groups = []
    for measure in ForecastMeasure:
        parts = {who: part for (who, of), part in quarters.items() if of is measure}
        groups += [(measure, who, part) for who, part in _in_order(parts, names, quarters_together)]
    scores = score_quarters([part for _, _, part in groups])
    return [present_quarter_score(who, measure, score) for (measure, who, _), score in zip(groups, scores, strict=True)]
