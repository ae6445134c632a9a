"""How the raters of a framework compare: agreement, severity, drift, and who never rates below the standard."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.use_cases.asked_team import AskedTeam, list_asked_team
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_now, visible_people
from service.skill_assessments.calibration.candour import find_never_below
from service.skill_assessments.calibration.drift import find_drift
from service.skill_assessments.calibration.items import LEVEL, measure_agreement
from service.skill_assessments.calibration.marks import Mark
from service.skill_assessments.calibration.raters import FALSE_DISCOVERIES, RaterSeverity, find_severities
from service.skill_assessments.calibration.sentences import METHOD, explain_all
from service.skill_assessments.calibration.weighing import weigh
from service.skill_assessments.dto.calibration import (
    AgreementDTO,
    AgreementWithheld,
    RaterCalibrationDTO,
    RaterCalibrationQuery,
    RaterDTO,
)
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.framework_document import required_levels
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.peers import FEWEST
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import calibration as repository
from service.skill_assessments.repository import frameworks
from service.skill_assessments.repository.calibration import SaidOfItem, SaidOfSkill, Span
from service.skill_assessments.use_cases.calibration_presenting import present_agreement, present_rater
from service.skill_assessments.use_cases.templates import find_templates


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose agreement the caller reads (None: of all raters), and of whom they read the rest (None: of the former)."""

    agreement: frozenset[str] | None
    named: frozenset[str] | None
    withheld: AgreementWithheld | None = None

    def shows(self, rater: str) -> bool:
        """Whether the caller reads how this rater compares with others."""
        return self.named is None or rater in self.named


async def get_rater_calibration(
    session: AsyncSession, principal: Principal, query: RaterCalibrationQuery
) -> RaterCalibrationDTO:
    """Agreement per item and skill, and each rater against the others, in a constant number of statements.

    Those who see everybody read of raters by name. A manager reads the agreement of the raters below and themself,
    where these are three at least, and how they compare themself; a rep the latter. What tells of others who rated the
    same people is for enablement alone. `not_found` for an unknown framework, skill, manager or team.
    """
    require(principal, Permission.RATER_CALIBRATION_READ)
    system, local = principal.as_system(), await local_now(session, principal.org_id)
    as_of = utc_now() if query.as_of is None else min(query.as_of, utc_now())
    day = as_of.astimezone(local.tzinfo).date()
    span = Span(day - timedelta(days=query.days), day, as_of)
    framework = await _framework(session, principal, query, span)
    asked = await _asked(session, principal, query, local.date())
    skills = await repository.list_said_of_skills(session, principal.org_id, [framework.key], span)
    items = await repository.list_said_of_items(session, principal.org_id, framework.key, span)
    said = [one for one in skills if _counts(one, framework, query.skill, span)]
    people = await get_people(session, system, {id_ for one in said for id_ in (one.person_id, one.rater_id) if id_})
    marks = _marks(said, framework, people)
    middle = day - timedelta(days=query.days // 2)
    own = [mark for mark in marks if asked.agreement is None or mark.rater in asked.agreement]
    raters = {mark.rater for mark in own}
    withheld = asked.withheld
    if withheld is None and not principal.sees_everyone and len(raters) < FEWEST:
        withheld = AgreementWithheld.TOO_FEW_RATERS
    shown = [] if withheld else await _agreements(session, system, items, own, framework, query.skill, raters)
    severities = [one for one in find_severities(weigh(marks)) if asked.shows(one.rater)]
    return RaterCalibrationDTO(
        framework_id=framework.id,
        framework_key=framework.key,
        as_of=as_of,
        since=span.after,
        halves_on=middle,
        interval_level=Decimal(str(LEVEL)),
        false_discoveries=Decimal(str(FALSE_DISCOVERIES)),
        method=METHOD,
        n=0 if withheld else len(own),
        people=0 if withheld else len({mark.person_id for mark in own}),
        rater_count=0 if withheld else len(raters),
        withheld=withheld,
        items=[one for one in shown if one.template_id is not None],
        skills=[one for one in shown if one.template_id is None],
        raters=_raters(severities, marks, middle, people, names=principal.sees_everyone),
        explanation=explain_all(
            [(one.name, one.clarity, one.cannot_tell) for one in shown], severities, withheld=withheld is not None
        ),
    )


async def _framework(
    session: AsyncSession, principal: Principal, query: RaterCalibrationQuery, span: Span
) -> CompetencyFrameworkDTO:
    key = query.framework or await repository.last_framework(session, principal.org_id, span)
    row = None if key is None else await frameworks.newest_framework(session, principal.org_id, key)
    if row is None:
        raise not_found("framework")
    found = CompetencyFrameworkDTO.model_validate(row)
    if query.skill is not None and found.document.skill(query.skill) is None:
        raise not_found("skill")
    return found


async def _asked(session: AsyncSession, principal: Principal, query: RaterCalibrationQuery, today: date) -> _Asked:
    seen = await visible_people(session, principal, today)
    me = frozenset() if principal.person_id is None else frozenset({str(principal.person_id)})
    chosen: frozenset[str] | None = None if seen is None else frozenset(map(str, seen)) | me
    if query.manager_id is not None or query.team_id is not None:
        team = AskedTeam(query.manager_id, query.team_id, today, seen)
        members = frozenset(str(one.id) for one in await list_asked_team(session, principal, team))
        members |= frozenset() if query.manager_id is None else {str(query.manager_id)}
        chosen = members if chosen is None else members & chosen
    if seen is None:
        return _Asked(chosen, chosen)
    withheld = AgreementWithheld.NOBODY_BELOW if len(seen) < 2 else None
    return _Asked(chosen, me, withheld)


def _counts(one: SaidOfSkill, framework: CompetencyFrameworkDTO, skill: str | None, span: Span) -> bool:
    """Whether it is by another than the person, stands, lies within the span and is on the scale of today."""
    same = one.top == framework.document.top and skill in {None, one.skill}
    return same and one.kind != RaterKind.SELF.value and not one.is_superseded and one.assessed_on > span.after


def _marks(
    said: Sequence[SaidOfSkill], framework: CompetencyFrameworkDTO, people: Mapping[UUID, PersonDTO]
) -> list[Mark]:
    """With the level that each person's job role and tenure asked for on the day that the rating speaks of."""
    required: dict[tuple[UUID, date], Mapping[str, int]] = {}
    for one in said:
        person = people.get(one.person_id)
        if person is not None and (one.person_id, one.assessed_on) not in required:
            levels = required_levels(framework.document, person.job_role, person.hired_on, one.assessed_on)
            required[one.person_id, one.assessed_on] = levels
    return [
        Mark(
            one.person_id,
            one.rater,
            one.skill,
            one.level,
            datetime.combine(one.assessed_on, one.submitted_at.timetz()),
            required.get((one.person_id, one.assessed_on), {}).get(one.skill),
        )
        for one in said
    ]


async def _agreements(
    session: AsyncSession,
    system: Principal,
    items: Sequence[SaidOfItem],
    marks: Sequence[Mark],
    framework: CompetencyFrameworkDTO,
    skill: str | None,
    raters: Collection[str],
) -> list[AgreementDTO]:
    """Of each item of a template, and of each skill."""
    templates = await find_templates(session, system, {one.template_id for one in items if one.template_id is not None})
    of_items = [
        Mark(
            one.person_id,
            one.rater,
            f"{one.template_id}/{one.item}",
            one.value,
            datetime.combine(one.assessed_on, one.submitted_at.timetz()),
        )
        for one in items
        if one.template_id in templates and one.rater in raters and skill in {None, one.skill}
    ]
    found = []
    for agreement in measure_agreement(of_items):
        template_id, _, key = agreement.subject.partition("/")
        asked = templates[UUID(template_id)].document.item(key)
        name, about = (key, None) if asked is None else (asked.prompt, asked.skill)
        found.append(present_agreement(agreement, key, name, about, UUID(template_id)))
    of_skills = {one.subject: one for one in measure_agreement(marks)}
    found += [
        present_agreement(of_skills[one.key], one.key, one.name, one.key)
        for one in framework.document.skills
        if one.key in of_skills
    ]
    return found


def _raters(
    severities: Sequence[RaterSeverity],
    marks: Sequence[Mark],
    middle: date,
    people: Mapping[UUID, PersonDTO],
    *,
    names: bool,
) -> list[RaterDTO]:
    """By name; drift and candour for those who see everybody."""
    if not names:
        return [present_rater(one, None, None, people) for one in severities]
    start = datetime.combine(middle, datetime.min.time(), UTC)
    drifts = {one.rater: one for one in find_drift(marks, start)}
    candours = {one.rater: one for one in find_never_below(marks)}
    found = [present_rater(one, drifts[one.rater], candours[one.rater], people) for one in severities]
    return sorted(found, key=lambda one: (one.name, str(one.rater_id)))
