"""How evidence is answered: numbers written out, none of too few people, and what is better in the KPI's own sense."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from service.coaching_effects.dto import CoachingEffectsDTO
from service.coaching_effects.judging import Design, Doubt, EffectVerdict, Evidence
from service.coaching_effects.presenting import Asked, present
from service.statistics.staggered_effects import StaggeredEffect
from service.success_models.kpis import Kpi
from tests.factories.success_models import CALLS, flow_kpi

DAY = date(2026, 6, 1)


def effect(value: float, error: float = 1.0, begun: int = 9, compared: int = 9) -> StaggeredEffect:
    numbers = (value, error, 20.0, float(begun), float(compared), 50 * abs(error))
    return StaggeredEffect(*(np.asarray(number) for number in numbers))


NONE = effect(0.1)


def answer(
    found: StaggeredEffect,
    *,
    mirrored: StaggeredEffect | None = None,
    earlier: StaggeredEffect = NONE,
    placebo: StaggeredEffect = NONE,
    **fields: Any,
) -> CoachingEffectsDTO:
    kpi = Kpi.model_validate(flow_kpi("calls", CALLS, name="Calls", **fields))
    asked = Asked(kpi, Design.OBSERVATIONAL, (DAY, DAY), 4, kpi, datetime(2026, 6, 1, tzinfo=UTC), 10)
    return present(asked, Evidence(found, found if mirrored is None else mirrored, earlier, placebo), [found, NONE])


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (12345.678, 100.0, ("12350", "12170", "12520")),
        (-0.00001234, 0.000001, ("-0.000012", "-0.000014", "-0.000011")),
        (2.0, 0.5, ("2", "1.138", "2.862")),
        (-1e-9, 1e-10, ("0", "0", "0")),
    ],
)
def test_numbers_are_written_out(value: float, error: float, shown: tuple[str, ...]) -> None:
    found = answer(effect(value, error)).result
    assert tuple(str(one) for one in (found.effect, found.low, found.high)) == shown


@pytest.mark.parametrize(("polarity", "up", "down"), [("higher", "helped", "worse"), ("lower", "worse", "helped")])
def test_what_is_better_is_the_kpis_to_say(polarity: str, up: str, down: str) -> None:
    for value, verdict, how in ((8.0, up, "rose"), (-8.0, down, "fell")):
        found = answer(effect(value), polarity=polarity)
        assert found.verdict == verdict
        good = "Coaching helped" if verdict == "helped" else "Coaching did not help, on the contrary"
        assert found.explanation.startswith(f"{good}: Calls {how} beyond chance")
        assert f"{value:+.0f} a week" in found.explanation
        assert found.relative_effect == Decimal(str(value / 50))


def test_no_number_rests_on_fewer_than_five_people() -> None:
    """And no doubt does: four people who went another way before are no reason to distrust the others."""
    few = effect(9.0, compared=4)
    found = answer(effect(8.0), earlier=few, placebo=few)
    assert found.placebo is not None
    assert (found.verdict, found.before.effect, found.placebo.effect) == (EffectVerdict.HELPED, None, None)
    assert (found.before.n_compared, found.placebo.n_compared) == (4, 4)
    # What agrees by chance of so few does not agree.
    alone = answer(effect(8.0), mirrored=few)
    assert alone.mirrored is not None
    assert (alone.cannot_tell, alone.mirrored.effect) == (Doubt.DEPENDS_ON_METHOD, None)
    hidden = answer(few)
    assert (hidden.cannot_tell, hidden.result.effect, hidden.weeks) == (Doubt.TOO_FEW_COMPARED, None, [])
