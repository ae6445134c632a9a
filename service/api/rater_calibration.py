"""`/v1/rater-calibration`: whether raters agree, who rates severely, and where honest feedback is missing."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import Instant, Key
from service.skill_assessments.dto.calibration import RaterCalibrationDTO, RaterCalibrationQuery
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import calibration

router = resource_router("/v1/rater-calibration", "skill assessments")


def calibration_query(
    framework: Annotated[Key | None, Query(description="Its key. Default: that of the last rating.")] = None,
    skill: Annotated[Key | None, Query(description="Key of one skill. Default: all.")] = None,
    manager_id: Annotated[UUID | None, Query(description="This manager and the raters below them.")] = None,
    team_id: Annotated[UUID | None, Query(description="The raters of this team.")] = None,
    days: Annotated[int, Query(ge=30, le=1095, description="How many days back ratings speak of.")] = 365,
    as_of: Annotated[Instant | None, Query(description="Nothing submitted later counts. Default: now.")] = None,
) -> RaterCalibrationQuery:
    """The question as one object."""
    whose = {"manager_id": manager_id, "team_id": team_id}
    return RaterCalibrationQuery.model_validate(
        {"framework": framework, "skill": skill, "days": days, "as_of": as_of, **whose}
    )


@router.get("", **operation("getRaterCalibration", "Read how raters compare", Permission.RATER_CALIBRATION_READ, 404))
async def get_rater_calibration(
    session: SessionDep, principal: PrincipalDep, query: Annotated[RaterCalibrationQuery, Depends(calibration_query)]
) -> RaterCalibrationDTO:
    """Agreement per item and skill; of each rater severity, drift, and whether they never rate below the standard.

    Raters are named to those who see everybody. A manager reads the agreement of the raters below them, and everybody
    how severely they rate themself.
    """
    return await calibration.get_rater_calibration(session, principal, query)
