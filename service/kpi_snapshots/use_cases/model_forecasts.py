"""The model's own forecasts, made once a week for everybody: so that they can be held against what comes, too."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.ids import new_id
from service.core.principal import Principal, Role, require
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure
from service.kpi_snapshots.forecasts.model import (
    WINS_VERSION,
    DealChance,
    ModelForecasts,
    QuarterWins,
    Seller,
    forecast_wins,
)
from service.kpi_snapshots.maturity.estimating import together, trace_course
from service.kpi_snapshots.maturity.presenting import MODEL_VERSION
from service.kpi_snapshots.periods import Calendar, Period
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import forecasts as repository
from service.kpi_snapshots.repository import maturity
from service.kpi_snapshots.repository.forecast_scores import Won, load_wins
from service.kpi_snapshots.use_cases.maturity import MOST_SEGMENTS
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import list_everyone
from service.organizations.use_cases.scope import local_now
from service.success_models.targets import PeriodKind

SEGMENT = "pipeline"
BLOCK, BLOCKS = 28, 13
"""The last year in blocks of four weeks: how unlike they are tells how far a quarter may stray."""
PLACES, CENTS = Decimal("0.0001"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Moment:
    """When the model is asked: the instant, the organization's day, and the quarter that holds it."""

    at: datetime
    today: date
    quarter: Period


Predict = Callable[[AsyncSession, Principal, Moment], Awaitable[ModelForecasts]]
"""A model: what it says of the open deals and of people's quarters at a moment."""


async def predict_by_maturity(session: AsyncSession, principal: Principal, moment: Moment) -> ModelForecasts:
    """Deals by their age, as those of their pipeline or else all ripen; quarters by each one's rate of wins."""
    return ModelForecasts(
        await _deal_chances(session, principal.org_id, moment),
        MODEL_VERSION,
        await _quarter_wins(session, principal, moment),
        WINS_VERSION,
    )


async def keep_model_forecasts(
    session: AsyncSession, principal: Principal, predict: Predict = predict_by_maturity
) -> bool:
    """Ask the model once in each week, as early as somebody comes to it; returns whether it was asked now."""
    require(principal, Permission.FORECASTS_WRITE)
    known = await get_organization(session, principal)
    now = await local_now(session, principal.org_id)
    calendar = Calendar(known.week_start, known.fiscal_year_start_month)
    week = calendar.period_of(PeriodKind.WEEK, now.date()).start
    if await repository.find_run(session, principal.org_id, week) is not None:
        return False
    moment = Moment(now.astimezone(UTC), now.date(), calendar.period_of(PeriodKind.QUARTER, now.date()))
    if not await repository.begin_run(session, principal.org_id, week, moment.at):
        return False
    said = await predict(session, principal, moment)
    rows = [_of_deal(principal.org_id, moment, one, said.deals_version) for one in said.deals]
    rows += [_of_quarter(principal.org_id, moment, one, said.quarters_version) for one in said.quarters]
    await repository.add_forecasts(session, rows)
    await repository.end_run(session, principal.org_id, week, len(said.deals), len(said.quarters))
    return True


async def _deal_chances(session: AsyncSession, org_id: UUID, moment: Moment) -> list[DealChance]:
    asked = maturity.Asked(org_id, None, SEGMENT, moment.at, moment.today)
    parts = await maturity.load_columns(session, asked, MOST_SEGMENTS)
    if len(parts) > MOST_SEGMENTS:
        asked = replace(asked, segment=None)
        parts = await maturity.load_columns(session, asked, 1)
    first_close = await maturity.earliest_close(session, org_id, moment.at)
    since = ((first_close or date.min) - maturity.EPOCH).days
    whole = trace_course(together(list(parts.values())), since)
    courses = {name: trace_course(part, since) for name, part in parts.items()}
    by_segment: dict[str | None, list[maturity.OpenDealAge]] = {}
    for deal in await maturity.load_open_deals(session, asked):
        by_segment.setdefault(deal.segment, []).append(deal)
    found = []
    for segment, deals in by_segment.items():
        course = courses[segment] if courses[segment].why_not is None else whole
        told = course.judge([deal.days for deal in deals])
        found += [
            DealChance(deal.id, deal.person_id, chance.value)
            for deal, (_, chance) in zip(deals, told, strict=True)
            if chance is not None
        ]
    return found


async def _quarter_wins(session: AsyncSession, principal: Principal, moment: Moment) -> list[QuarterWins]:
    """Of the reps who are there today, and of others who win; each job role by itself, as it has its own rate."""
    today = moment.today
    first_close = await maturity.earliest_close(session, principal.org_id, moment.at)
    people = [one for one in await list_everyone(session, principal) if one.left_on is None or one.left_on >= today]
    start = min(today - timedelta(days=BLOCK * BLOCKS), moment.quarter.start)
    ids = [one.id for one in people]
    wins: dict[UUID, list[Won]] = {}
    for row in await load_wins(session, principal.org_id, ids, (start, today), moment.at):
        wins.setdefault(row.person_id, []).append(row)
    groups: dict[str | None, list[Seller]] = {}
    for one in people:
        if one.role is not Role.REP and one.id not in wins:
            continue
        groups.setdefault(one.job_role, []).append(_seller(one, wins.get(one.id, ()), moment, first_close or today))
    return [forecast for group in groups.values() for forecast in forecast_wins(group)]


def _seller(person: PersonDTO, wins: Sequence[Won], moment: Moment, records_start: date) -> Seller:
    """Their year, as far as there are records of it.

    Today is one of the days left, but what was won on it already counts as won so far.
    """
    today, quarter = moment.today, moment.quarter
    counts, days = np.zeros(BLOCKS), np.zeros(BLOCKS)
    there = (today - max(records_start, person.hired_on or records_start)).days
    days[:] = np.clip(there - BLOCK * np.arange(BLOCKS), 0, BLOCK)
    for win in wins:
        block = ((today - win.day).days - 1) // BLOCK
        if 0 <= block < BLOCKS and days[block] > 0:
            counts[block] += win.wins
    last = quarter.end if person.left_on is None else min(quarter.end, person.left_on)
    so_far = sum(win.wins for win in wins if win.day >= quarter.start)
    return Seller(person.id, counts, days, so_far, (last - today).days + 1)


def _of_deal(org_id: UUID, moment: Moment, said: DealChance, version: str) -> dict[str, Any]:
    about = {"person_id": said.person_id, "deal_id": said.deal_id}
    return _row(org_id, moment, version) | about | {"probability": _rounded(said.probability, PLACES)}


def _of_quarter(org_id: UUID, moment: Moment, said: QuarterWins, version: str) -> dict[str, Any]:
    about = {"person_id": said.person_id, "measure": ForecastMeasure.WINS.value}
    when = {"period_start": moment.quarter.start, "period_end": moment.quarter.end}
    numbers = {name: _rounded(getattr(said, name), CENTS) for name in ("expected", "low", "high")}
    return _row(org_id, moment, version) | about | when | numbers


def _row(org_id: UUID, moment: Moment, version: str) -> dict[str, Any]:
    """Every column of a forecast of the model, those of its subject empty."""
    subject = ("person_id", "deal_id", "probability", "expected_close_on", "period_start", "period_end", "measure")
    return {
        "org_id": org_id,
        "id": new_id(),
        "made_at": moment.at,
        "forecaster": ForecasterKind.MODEL.value,
        "forecaster_id": None,
        "model_version": version,
        "whole_tree": False,
        **dict.fromkeys((*subject, "expected", "low", "high")),
    }


def _rounded(number: float, places: Decimal) -> Decimal:
    return Decimal(repr(float(number))).quantize(places)
