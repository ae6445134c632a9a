"""Whether coaching helped; a constant number of statements for any number of people and sessions."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_effects.dto import CoachingEffectsDTO, CoachingEffectsQuery
from service.coaching_effects.judging import Design, gather, gather_weeks, windows_of
from service.coaching_effects.panels import Crew
from service.coaching_effects.permissions import Permission
from service.coaching_effects.presenting import Asked, present
from service.coaching_effects.use_cases.framing import (
    Frame,
    crew_of,
    find_models,
    frame_effects,
    list_asked,
    placebos_of,
)
from service.coaching_sessions.use_cases.first_coached import first_coached
from service.coaching_sessions.use_cases.programmes import drawn_starts
from service.core.principal import Principal, require
from service.kpi_snapshots.leads.panels import Sums
from service.kpi_snapshots.use_cases.weekly_sums import load_weekly_sums


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """When coaching began: in the KPI asked for, and in each that may be the placebo, by person."""

    design: Design
    own: Mapping[UUID, date]
    others: Mapping[str, Mapping[UUID, date]]

    def counted(self, frame: Frame, asked: Collection[UUID]) -> set[UUID]:
        """Who is asked about and began in the days."""
        return {id_ for id_, on in self.own.items() if id_ in asked and frame.from_on <= on <= frame.to_on}

    def placebo(self, counted: Collection[UUID], *, is_named: bool) -> str | None:
        """The first KPI in which none of them was coached, or the one that is named."""
        return next((key for key, people in self.others.items() if is_named or people.keys().isdisjoint(counted)), None)


async def get_coaching_effects(
    session: AsyncSession, principal: Principal, query: CoachingEffectsQuery
) -> CoachingEffectsDTO:
    """Of people whom the caller sees, against everybody of the same model and job role who was not coached yet.

    `not_found` for people outside the caller's scope, and for a KPI that no active model has; `invalid` for a span that
    is empty or too long, and for a manager and a team at once; `conflict` where models count the KPI differently.
    """
    require(principal, Permission.COACHING_EFFECTS_READ)
    system = principal.as_system()
    frame = await frame_effects(session, system, query)
    models = await find_models(session, system, query)
    asked = await list_asked(session, principal, query, frame)
    began = await _find_beginnings(session, system, query, frame, placebos_of(models, query))
    counted = began.counted(frame, asked)
    placebo = began.placebo(counted, is_named=query.placebo_kpi is not None)
    question = Asked(
        kpi=models.kpi(query.kpi),
        design=began.design,
        days=(frame.from_on, frame.to_on),
        trigger_weeks=query.trigger_weeks,
        placebo=None if placebo is None else models.kpi(placebo),
        as_of=frame.as_of,
        coached=len(counted),
    )
    if not models.parts(query.kpi):
        return present(question, None, ())
    crew = crew_of(models, frame, None if began.design is Design.OBSERVATIONAL else began.own.keys())
    measures = [*models.parts(query.kpi), *(() if placebo is None else models.parts(placebo))]
    sums = await load_weekly_sums(session, system, (crew.people, crew.first, crew.count), measures)
    # Of thousands of people it takes a while: off the event loop, which serves others meanwhile.
    return await asyncio.to_thread(_estimate, query, question, crew, sums, (began.own, counted))


async def _find_beginnings(
    session: AsyncSession, system: Principal, query: CoachingEffectsQuery, frame: Frame, others: list[str]
) -> _Beginnings:
    """Of a programme with a staggered start when each was drawn to begin, held or not; else when each was coached."""
    found = await first_coached(session, system, [query.kpi, *others], frame.as_of)
    days = {
        key: {id_: at.astimezone(frame.zone).date() for id_, at in found.get(key, {}).items()}
        for key in (query.kpi, *others)
    }
    own = days.pop(query.kpi)
    if query.programme_id is None:
        return _Beginnings(Design.OBSERVATIONAL, own, days)
    return _Beginnings(Design.EXPERIMENTAL, await drawn_starts(session, system, query.programme_id), days)


def _estimate(
    query: CoachingEffectsQuery,
    question: Asked,
    crew: Crew,
    sums: Mapping[UUID, Sums],
    began: tuple[Mapping[UUID, date], Collection[UUID]],
) -> CoachingEffectsDTO:
    there, starts = crew.there(sums), crew.starts(began[0], question.days[0])
    counted = np.array([id_ in began[1] for id_ in crew.people], dtype=bool)
    windows = windows_of(question.design, query.weeks, query.trigger_weeks)
    panel = crew.panel(query.kpi, sums, there, starts, counted)
    other = None if question.placebo is None else crew.panel(question.placebo.key, sums, there, starts, counted)
    return present(question, gather(panel, other, windows), gather_weeks(panel, windows))
