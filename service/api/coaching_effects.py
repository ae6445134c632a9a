"""`/v1/coaching-effects`: whether coaching helped."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.coaching_effects.dto import CoachingEffectsDTO, CoachingEffectsQuery
from service.coaching_effects.permissions import Permission
from service.coaching_effects.use_cases import effects
from service.core.dto import Day, Instant, Key

router = resource_router("/v1/coaching-effects", "coaching effects")


def effects_whose(
    manager_id: Annotated[UUID | None, Query(description="Coaching of the tree below this manager.")] = None,
    team_id: Annotated[UUID | None, Query(description="Coaching of this team. Default: of all one may see.")] = None,
    programme_id: Annotated[
        UUID | None, Query(description="A programme with a staggered start: its draw decides who is compared.")
    ] = None,
    success_model_id: Annotated[UUID | None, Query(description="One active model. Default: all with the KPI.")] = None,
) -> dict[str, Any]:
    """Of whose coaching."""
    return {
        "manager_id": manager_id,
        "team_id": team_id,
        "programme_id": programme_id,
        "success_model_id": success_model_id,
    }


def effects_query(
    whose: Annotated[dict[str, Any], Depends(effects_whose)],
    kpi: Annotated[Key, Query(description="Key of the KPI that was coached.", examples=["calls"])],
    from_on: Annotated[
        Day | None, Query(alias="from", description="The first day of a first coaching. Default: 364 days with `to`.")
    ] = None,
    to_on: Annotated[Day | None, Query(alias="to", description="The last day. Default: that of `as_of`.")] = None,
    weeks: Annotated[int, Query(ge=4, le=26, description="Weeks after coaching began that count.")] = 8,
    trigger_weeks: Annotated[int, Query(ge=1, le=13, description="Weeks before it that it may have begun for.")] = 4,
    placebo_kpi: Annotated[Key | None, Query(description="A KPI that should not move. Default: one is chosen.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> CoachingEffectsQuery:
    """The question as one object."""
    when = {"from_on": from_on, "to_on": to_on, "as_of": as_of}
    how = {"weeks": weeks, "trigger_weeks": trigger_weeks, "placebo_kpi": placebo_kpi}
    return CoachingEffectsQuery.model_validate({"kpi": kpi, **whose, **when, **how})


@router.get(
    "", **operation("getCoachingEffects", "Read whether coaching helped", Permission.COACHING_EFFECTS_READ, 404, 409)
)
async def get_coaching_effects(
    session: SessionDep, principal: PrincipalDep, query: Annotated[CoachingEffectsQuery, Depends(effects_query)]
) -> CoachingEffectsDTO:
    """The effect of coaching in a KPI with its interval, or that it cannot be told, and why.

    Against people of the same model and job role with the same weeks behind them, who had not been coached in it yet:
    a return to normal after weak weeks is no effect. Managers read of the tree below, enablement and administrators
    of all.
    """
    return await effects.get_coaching_effects(session, principal, query)
