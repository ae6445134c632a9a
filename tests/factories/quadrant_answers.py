"""Answers about quadrants, as their use case gives them, from plain numbers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np

from service.core.ids import new_id
from service.kpi_snapshots.quadrants.classifying import classify_quadrant
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO
from service.kpi_snapshots.quadrants.expecting import Expectation, NoExpectation, Number
from service.kpi_snapshots.quadrants.presenting import METHOD, MODEL_VERSION, Subject, present_person
from service.kpi_snapshots.quadrants.process import ProcessScore
from service.success_models.targets import PeriodKind

AT = datetime(2026, 6, 30, 18, tzinfo=UTC)


def person(
    name: str, residual: float, share: float, good: tuple[float, float], id_: UUID | None = None
) -> PersonQuadrantDTO:
    """Of whom both are known, with the chances of a good process and a good outcome."""
    expected, to_come, final, rest = (Number(value, value - 2, value + 2) for value in (9.0, 0.0, 12.0, residual))
    chance = good[1]
    outcome = Expectation(
        n=30,
        won=12,
        lost=18,
        open=0,
        expected=expected,
        to_come=to_come,
        final=final,
        residual=rest,
        good=chance,
        good_at_worst=chance,
        good_at_best=chance,
        settled_in_days=None,
        own_left_out=True,
        chances=np.zeros(0),
    )
    process = ProcessScore(60, 80, 30, 0, 40.0, 0.7, share, share, share - 0.1, min(share + 0.1, 1.0), good[0])
    subject = Subject(id_ or new_id(), name, "AE", new_id(), 3)
    return present_person(subject, outcome, process, classify_quadrant(outcome, process, 0.8), AT.date())


def nobody_knows(name: str) -> PersonQuadrantDTO:
    nothing = (None,) * 8
    outcome = Expectation(0, 0, 0, 0, *nothing, False, np.zeros(0), NoExpectation.NO_DEALS)
    process = ProcessScore(0, 0, 0, 0, 0.0, 0.7, *(None,) * 5)
    subject = Subject(new_id(), name, None, new_id(), 3)
    return present_person(subject, outcome, process, classify_quadrant(outcome, process, 0.8), AT.date())


def answer(*people: PersonQuadrantDTO) -> QuadrantsDTO:
    return QuadrantsDTO(
        period=PeriodKind.QUARTER,
        period_start=date(2026, 4, 1),
        period_end=date(2026, 6, 30),
        as_of=AT,
        team_on=AT.date(),
        verdict_probability=Decimal("0.8"),
        interval_level=Decimal("0.9"),
        method=METHOD,
        model_version=MODEL_VERSION,
        people=list(people),
    )
