"""How raters compare, as a caller may read it: by name for those who see everybody, of themself for anybody else."""

from collections.abc import Mapping
from uuid import UUID

from service.kpi_snapshots.pace import to_decimal
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.calibration.candour import Candour
from service.skill_assessments.calibration.drift import Drift
from service.skill_assessments.calibration.items import NoClarity, SubjectAgreement
from service.skill_assessments.calibration.raters import RaterSeverity
from service.skill_assessments.calibration.sentences import explain_agreement, explain_rater
from service.skill_assessments.dto.calibration import AgreementDTO, RaterDTO
from service.skill_assessments.repository.calibration import SCORER


def present_agreement(
    found: SubjectAgreement, key: str, name: str, skill: str | None, template_id: UUID | None = None
) -> AgreementDTO:
    """Of an item or a skill; of fewer than five people no number, which could be solved for a single rating."""
    agreement = found.agreement
    shown = found.cannot_tell is not NoClarity.TOO_FEW_PEOPLE
    return AgreementDTO(
        key=key,
        template_id=template_id,
        name=name,
        skill=skill,
        alpha=to_decimal(agreement.alpha) if shown else None,
        low=to_decimal(agreement.low) if shown else None,
        high=to_decimal(agreement.high) if shown else None,
        people=agreement.units,
        raters=agreement.raters,
        n=agreement.ratings,
        clarity=found.clarity,
        cannot_tell=found.cannot_tell,
        explanation=explain_agreement(found),
    )


def present_rater(
    found: RaterSeverity, drift: Drift | None, candour: Candour | None, people: Mapping[UUID, PersonDTO]
) -> RaterDTO:
    """Without drift and candour where these are not the reader's."""
    scorer = found.rater.removeprefix(SCORER) if found.rater.startswith(SCORER) else None
    rater_id = None if scorer is not None else UUID(found.rater)
    person = None if rater_id is None else people.get(rater_id)
    return RaterDTO(
        rater_id=rater_id,
        scorer=scorer,
        name=scorer or ("" if person is None else person.name),
        n=found.ratings,
        people=found.people,
        shared=found.shared,
        severity=to_decimal(found.severity),
        severity_low=to_decimal(found.low),
        severity_high=to_decimal(found.high),
        severity_p=to_decimal(found.p),
        leaning=found.leaning,
        spread=to_decimal(found.spread),
        others_spread=to_decimal(found.others_spread),
        no_severity=found.cannot_tell,
        drift=None if drift is None else to_decimal(drift.change),
        drift_low=None if drift is None else to_decimal(drift.low),
        drift_high=None if drift is None else to_decimal(drift.high),
        drift_p=None if drift is None else to_decimal(drift.p),
        drift_n=None if drift is None else drift.before + drift.after,
        drifting=None if drift is None else drift.drifting,
        no_drift=None if drift is None else drift.cannot_tell,
        below=None if candour is None else candour.below,
        candour_people=None if candour is None else candour.shared,
        others_below=None if candour is None else candour.others_below,
        never_below=None if candour is None else candour.never_below,
        never_below_p=None if candour is None else to_decimal(candour.p),
        no_candour=None if candour is None else candour.cannot_tell,
        explanation=explain_rater(found, drift, candour),
    )
