"""Whose rates differ beyond chance: a team's people in some ratio KPIs, by name and never by rank."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.figures import Figures, Followed
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rates.comparing import (
    FALSE_DISCOVERIES,
    LEVEL,
    Case,
    Group,
    compare_groups,
    count_tests,
)
from service.kpi_snapshots.rates.dto import RateComparisonsDTO, RateComparisonsQuery
from service.kpi_snapshots.rates.presenting import must_be_withheld, present_comparison
from service.kpi_snapshots.use_cases.asked_team import AskedTeam, list_asked_team
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.gathering import gather_figures
from service.kpi_snapshots.use_cases.lead_grades import load_lead_grades
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.scope import visible_people
from service.success_models.kpis import Kpi, KpiKind
from service.success_models.measures import Aggregate


async def get_rate_comparisons(
    session: AsyncSession, principal: Principal, query: RateComparisonsQuery
) -> RateComparisonsDTO:
    """Compare everybody of a team with the others of their job role, in as many statements as for one person.

    The team is that of the day of `as_of`, or of the period's last day where the period is over. A caller reads those
    they may see by name and all others as one group of five or more; where it would be smaller, only each one's own
    count. Asked may be about a team one belongs to, or sees somebody of: `not_found` for another, and for an unknown
    KPI; `invalid` for a KPI that is no ratio of counts, and for a manager and a team at once.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    when = query.model_dump(include={"period", "period_start", "as_of", "known_at"})
    question = await frame_question(session, principal, KpiSnapshotQuery(**when))
    frame = question.frame
    seen = await visible_people(session, principal, frame.today)
    asked = AskedTeam(query.manager_id, query.team_id, frame.level_at[1], seen, question.staff.people)
    team = await list_asked_team(session, principal, asked)
    groups = _groups(team, query, question)
    people = sorted({line.person.id for lines in groups for line in lines})
    kpis = {(lines[0].model.id, lines[0].kpi.definition.key): lines[0].kpi.definition for lines in groups}
    figures = await gather_figures(session, principal.org_id, people, kpis.values(), frame)
    found = compare_groups([_group(lines, figures, seen) for lines in groups])
    tests = count_tests(found)
    models = {lines[0].model.id for lines in groups}
    grades = await load_lead_grades(session, principal.org_id, models, *question.graded_by)
    return RateComparisonsDTO(
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        team_on=frame.level_at[1],
        interval_level=Decimal(str(LEVEL)),
        false_discoveries=Decimal(str(FALSE_DISCOVERIES)),
        tests=tests,
        comparisons=[
            present_comparison(one, lines, seen, tests).model_copy(
                update={"lead_grade": grades.of(lines[0].model.id, lines[0].kpi.definition)}
            )
            for one, lines in zip(found, groups, strict=True)
        ],
    )


def _groups(team: Sequence[PersonDTO], query: RateComparisonsQuery, question: Question) -> list[list[SnapshotLine]]:
    """Lines by KPI, model and job role, each by name; those who had left before the period are not among them."""
    known = {key: kpi.definition for model in question.models.values() for key, kpi in model.kpis.items()}
    for key in query.kpi:
        if key not in known:
            raise not_found("kpi")
        if not is_rate(known[key]):
            raise invalid("kpi", f"{key} is not a ratio of counts")
    start = question.frame.period.start
    groups: dict[tuple[int, str, str, str], list[SnapshotLine]] = {}
    for line in question.lines(team, None):
        kpi, left_on = line.kpi.definition, line.known.left_on
        asked = kpi.key in query.kpi if query.kpi else True
        if asked and is_rate(kpi) and (left_on is None or left_on >= start):
            place = (line.kpi.place, kpi.key, line.known.job_role or "", str(line.model.id))
            groups.setdefault(place, []).append(line)
    return [groups[place] for place in sorted(groups)]


def is_rate(kpi: Kpi) -> bool:
    """Whether a KPI divides counts, so that chance is that of cases or of events."""
    counted = all(measure.aggregate is Aggregate.COUNT for measure in kpi.measures)
    return kpi.kind is KpiKind.RATIO and (kpi.is_cohort or (counted and kpi.is_additive))


def _group(lines: Sequence[SnapshotLine], figures: Figures, seen: Collection[UUID] | None) -> Group:
    kpi = lines[0].kpi.definition
    cases = [case_of(line.person.id, kpi, figures) for line in lines]
    withheld = must_be_withheld({case.person_id: case.n for case in cases}, seen)
    return Group(cases, kpi.is_proportion, withheld)


def case_of(person_id: UUID, kpi: Kpi, figures: Figures) -> Case:
    """A person's part of a rate; of a cohort those that are decided."""
    assert kpi.numerator is not None  # noqa: S101 - a model is checked before it is stored
    assert kpi.denominator is not None  # noqa: S101
    above, below = kpi.numerator.identity(), kpi.denominator.identity()
    if kpi.is_cohort:
        followed: Followed = figures.cohorts.get((person_id, (below, above)), Followed())
        return Case(person_id, followed.reached, followed.decided, followed.undecided)
    hits, n = (float(figures.total(person_id, part).value) for part in (above, below))
    return Case(person_id, hits, n)
