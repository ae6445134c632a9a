"""A team's scorecard: the facts of the whole tree below a manager, pooled; targets added up."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.figures import Figures
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rollups.dto import TeamLineDTO, TeamScorecardDTO
from service.kpi_snapshots.rollups.pooling import Share, can_be_pooled, pool, team_target
from service.kpi_snapshots.snapshot import KpiValue, compute_attainment, compute_value
from service.kpi_snapshots.use_cases.computing import target_of
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.gathering import gather_figures
from service.kpi_snapshots.use_cases.lead_grades import LeadGrades, load_lead_grades
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import require_visible
from service.success_models.kpis import Kpi, Per

Groups = Mapping[tuple[UUID, str], Sequence[SnapshotLine]]
"""The lines of each model and KPI."""


async def get_team_scorecard(session: AsyncSession, principal: Principal, query: KpiSnapshotQuery) -> TeamScorecardDTO:
    """Read the scorecard of everybody below a manager (`query.manager_id`), in as many statements as for one person.

    The team is that of the day of `as_of`, or of the period's last day where the period is over. `not_found` outside
    the caller's scope.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    assert query.manager_id is not None  # noqa: S101 - the surfaces ask for a manager's team
    question = await frame_question(session, principal, query)
    await require_visible(session, principal, query.manager_id, question.frame.today)
    frame = question.frame
    _, day = frame.level_at
    team = await everyone_below(session, principal.as_system(), query.manager_id, day)
    lines = question.lines(team, None)
    people = sorted({line.person.id for line in lines})
    models = {line.model.id: line.model for line in lines}
    kpis = [kpi.definition for model in models.values() for kpi in model.kpis.values()]
    figures = await gather_figures(session, principal.org_id, people, kpis, frame)
    groups: dict[tuple[UUID, str], list[SnapshotLine]] = {}
    for line in lines:
        groups.setdefault((line.model.id, line.kpi.definition.key), []).append(line)
    grades = await load_lead_grades(session, principal.org_id, models.keys(), *question.graded_by)
    rows = list(_rows(groups, question, figures, grades))
    return TeamScorecardDTO(
        manager_id=query.manager_id,
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        team_on=day,
        people=len(team),
        process=[row for row in rows if row.level.is_process],
        outcome=[row for row in rows if not row.level.is_process],
    )


def _rows(groups: Groups, question: Question, figures: Figures, grades: LeadGrades) -> Iterator[TeamLineDTO]:
    pooled: dict[UUID, Figures] = {}
    for (model_id, _), members in sorted(groups.items(), key=lambda item: (item[1][0].kpi.place, str(item[0][0]))):
        if model_id not in pooled:
            pooled[model_id] = pool(figures, {line.person.id for line in members}, model_id)
        grade = grades.of(model_id, members[0].kpi.definition)
        yield _row(members, groups, question, pooled[model_id], grade)


def _row(
    members: Sequence[SnapshotLine], groups: Groups, question: Question, pooled: Figures, grade: LeadGrade | None
) -> TeamLineDTO:
    kpi, model_id = members[0].kpi.definition, members[0].model.id

    def value_of(asked: Kpi) -> KpiValue:
        """As for a person: what it is divided by is the team's target or, in turn, the team's value."""

        def divisor(per: Per) -> Decimal | None:
            if per.target_of is not None:
                found = _team_target(groups[model_id, per.target_of], question)
                return None if found is None else found[0]
            return value_of(groups[model_id, str(per.kpi)][0].kpi.definition).value

        return compute_value(asked, pooled, model_id, divisor) if can_be_pooled(asked) else KpiValue(None)

    value, shares = value_of(kpi), _shares(members, question)
    target, expected = team_target(kpi, shares) or (None, None)
    return TeamLineDTO(
        kpi=kpi.key,
        name=kpi.name,
        level=kpi.level,
        unit=kpi.unit,
        polarity=kpi.polarity,
        lead_grade=grade,
        success_model_id=model_id,
        people=len(members),
        value=value.value,
        numerator=value.numerator,
        denominator=value.denominator,
        n=value.n,
        undecided=value.undecided,
        people_with_target=len(shares),
        target=target,
        expected=expected,
        attainment=compute_attainment(value.value, target, kpi.polarity),
    )


def _team_target(members: Sequence[SnapshotLine], question: Question) -> tuple[Decimal, Decimal] | None:
    return team_target(members[0].kpi.definition, _shares(members, question))


def _shares(members: Sequence[SnapshotLine], question: Question) -> list[Share]:
    period, local = question.frame.period, question.frame.as_of.astimezone(question.zone)
    found = []
    for line in members:
        resolved = target_of(line.kpi.definition, line, question)
        if resolved is not None:
            days = question.staff.calendars[line.person.id].days(period.start, period.end)
            worked = Decimal(days.numerator) / Decimal(days.denominator)
            found.append(Share(resolved.value, resolved.expected_by(local), worked))
    return found
