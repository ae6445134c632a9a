"""How often reps close a gap alone, per team; single people are in no answer, and a constant number of statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.correcting import (
    LEAST_DECIDED,
    LEAST_PEOPLE,
    Correction,
    CorrectionTrend,
    Decided,
    MonthShare,
    TeamMonth,
    Viewer,
    show,
    sum_up,
)
from service.coaching_capability.dto.self_correction import (
    CorrectionMonthDTO,
    SelfCorrectionDTO,
    SelfCorrectionQuery,
)
from service.coaching_capability.keys.judging import percent
from service.coaching_capability.repository import corrections as repository
from service.coaching_capability.trees import DAY, Member, Reach, grow, managers_within, reach_below
from service.coaching_capability.use_cases.loading import load_lines, load_members
from service.coaching_opportunities.lifecycle import ClosedBecause
from service.coaching_opportunities.permissions import Permission
from service.coaching_sessions.ledger import Moment
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, require
from service.kpi_snapshots.pace import to_decimal
from service.organizations.hierarchy import LinesOf, Span
from service.organizations.use_cases.organizations import get_organization
from service.success_models.targets import months_after

METHOD = (
    "Opportunities whose grace time ended in a month, of whom reported to the manager when they were raised. Wilson "
    "interval of 90 %; those of a person count as many independent ones as they are worth (Korn & Graubard 1998). "
    "Trend: Cochran-Armitage test over months, two-sided, at 5 %."
)
TRENDS = {
    CorrectionTrend.RISING: "It rises from month to month, beyond chance.",
    CorrectionTrend.FALLING: "It falls from month to month, beyond chance.",
    CorrectionTrend.WITHIN_CHANCE: "No trend beyond chance.",
    CorrectionTrend.CANNOT_TELL: "Whether it rises or falls cannot be told yet: it takes three months with any.",
}


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and who reported to whom."""

    moment: Moment
    months: Sequence[date]
    lines_of: LinesOf
    members: Mapping[UUID, Member]

    @property
    def today(self) -> date:
        return self.moment.day_of(self.moment.at)

    @property
    def raised_within(self) -> Span:
        """The days on which what counts may have been raised: grace times are days, and never years."""
        return self.months[0] - timedelta(days=366), self.today + DAY

    def manager_of(self) -> Callable[[UUID, date], UUID | None]:
        """Whom somebody reported to on a day."""
        lines: dict[UUID, list[tuple[date, date, UUID]]] = {}
        for manager_id, held in self.lines_of.items():
            for line in held:
                lines.setdefault(line.person_id, []).append((line.start_on, line.end_on or date.max, manager_id))

        def find(person_id: UUID, day: date) -> UUID | None:
            return next((one for start, end, one in lines.get(person_id, ()) if start <= day < end), None)

        return find


async def list_self_correction(
    session: AsyncSession, principal: Principal, query: SelfCorrectionQuery, page: PageRequest
) -> Page[SelfCorrectionDTO]:
    """A page of the teams that the caller reads, by the manager's name.

    Managers read the teams of the tree below as they are. Of other teams, everybody reads groups of five people or
    more: reps and managers of the team that they are in today, stewards and keys of the organization of all.
    `not_found` for a manager of whom the caller reads nothing.
    """
    require(principal, Permission.COACHING_OPPORTUNITIES_READ)
    question = await _ask(session, principal, query)
    reach, teams = _readable(principal, question, query.manager_id)
    names = question.members
    listed = sorted((names[id_].name, str(id_), id_) for id_ in teams if id_ in names)
    found = cut_list([one[2] for one in listed], [one[:2] for one in listed], page, length=2)
    cells = show(await _decided(session, principal.org_id, question), _viewer(principal, question, reach))
    return found.with_items([_present(question, id_, cells, tree=query.tree) for id_ in found.items])


async def get_self_correction(
    session: AsyncSession, principal: Principal, query: SelfCorrectionQuery
) -> SelfCorrectionDTO:
    """The one of `manager_id`, as in the list; `not_found` where that list has none of them."""
    require(principal, Permission.COACHING_OPPORTUNITIES_READ)
    question = await _ask(session, principal, query)
    reach, teams = _readable(principal, question, query.manager_id)
    if query.manager_id is None or query.manager_id not in teams:
        raise not_found("person")
    cells = show(await _decided(session, principal.org_id, question), _viewer(principal, question, reach))
    return _present(question, query.manager_id, cells, tree=query.tree)


async def _ask(session: AsyncSession, principal: Principal, query: SelfCorrectionQuery) -> _Question:
    organization = await get_organization(session, principal.as_system())
    now = utc_now()
    moment = Moment(min(query.as_of or now, now), 0, ZoneInfo(organization.time_zone))
    first = moment.day_of(moment.at).replace(day=1)
    months = [months_after(first, -ago) for ago in reversed(range(query.months))]
    lines_of = await load_lines(session, principal.org_id)
    return _Question(moment, months, lines_of, await load_members(session, principal.org_id, lines_of))


def _readable(principal: Principal, question: _Question, manager_id: UUID | None) -> tuple[Reach | None, set[UUID]]:
    """Whom the caller manages on which days (None: everybody), and the managers whose teams they read."""
    lines_of, span = question.lines_of, (question.months[0], question.today + DAY)
    reach: Reach | None = {}
    if principal.is_system:
        reach = None
    elif principal.person_id is not None:
        reach = reach_below(lines_of, principal.person_id, [question.raised_within])
    teams = managers_within(lines_of, None if principal.sees_everyone else reach, span)
    own = _own_team(principal, question)
    if own is not None:
        teams.add(own)
    if manager_id is None:
        return reach, teams
    if manager_id not in question.members or not (principal.sees_everyone or manager_id in {own, *(reach or {})}):
        raise not_found("person")
    return reach, teams & reach_below(lines_of, manager_id, [span]).keys()


def _own_team(principal: Principal, question: _Question) -> UUID | None:
    """Whom the caller reports to today."""
    me = principal.person_id
    return None if me is None else question.manager_of()(me, question.today)


def _viewer(principal: Principal, question: _Question, reach: Reach | None) -> Viewer:
    own = _own_team(principal, question)

    def manages(row: Decided) -> bool:
        if reach is None:
            return True
        return any(start <= row.raised_on < end for start, end in reach.get(row.manager_id, ()))

    def may_read(manager_id: UUID) -> bool:
        return principal.sees_everyone or manager_id == own

    return Viewer(manages, may_read, question.months[-1], principal.person_id)


async def _decided(session: AsyncSession, org_id: UUID, question: _Question) -> list[Decided]:
    """Without those that were withdrawn within the grace time, and those that had none: nobody could close them."""
    found, manager_of = [], question.manager_of()
    for row in await repository.list_decided(session, org_id, (question.months[0], question.today)):
        raised_on = question.moment.day_of(row.raised_at)
        withdrawn = row.closed_because not in {None, ClosedBecause.GAP_CLOSED.value}
        closed_early = row.closed_at is not None and question.moment.day_of(row.closed_at) < row.manager_sees_on
        manager_id = manager_of(row.person_id, raised_on)
        if manager_id is None or row.manager_sees_on <= raised_on or (withdrawn and closed_early):
            continue
        month = row.manager_sees_on.replace(day=1)
        found.append(Decided(row.person_id, manager_id, raised_on, month, row.self_corrected))
    return found


def _present(question: _Question, manager_id: UUID, cells: Iterable[TeamMonth], *, tree: bool) -> SelfCorrectionDTO:
    grown = grow(question.lines_of, manager_id, [question.raised_within], whole=tree)
    below = [cell for cell in cells if cell.manager_id in grown.managers]
    found = sum_up(below, lambda row: grown.has_sessions_of(row.manager_id, row.raised_on), question.months)
    manager = question.members[manager_id]
    return SelfCorrectionDTO(
        id=manager_id,
        name=manager.name,
        left_on=manager.known.left_on,
        tree=tree,
        from_on=question.months[0],
        to_on=question.today,
        as_of=question.moment.at,
        self_corrected=found.rate.numerator,
        decided=found.rate.denominator,
        people=found.people,
        share=found.rate.rate,
        interval_low=found.rate.interval_low,
        interval_high=found.rate.interval_high,
        trend=found.trend,
        slope=to_decimal(found.slope),
        p_value=to_decimal(found.p_value),
        withheld=found.withheld,
        explanation=_explain(found),
        months=[_month(one) for one in found.months],
        method=METHOD,
    )


def _month(one: MonthShare) -> CorrectionMonthDTO:
    rate = one.rate
    return CorrectionMonthDTO(
        month=one.month,
        self_corrected=None if rate is None else rate.numerator,
        decided=None if rate is None else rate.denominator,
        people=one.people,
        share=None if rate is None else rate.rate,
        interval_low=None if rate is None else rate.interval_low,
        interval_high=None if rate is None else rate.interval_high,
    )


def _explain(found: Correction) -> str:
    rate = found.rate
    said = f"Months with fewer than {LEAST_PEOPLE} people, or that are not over, are not shown: {found.withheld}. "
    hidden = said if found.withheld else ""
    told = f"{rate.numerator} of {rate.denominator} opportunities were closed by the rep alone within the grace time"
    if rate.denominator < LEAST_DECIDED:
        return f"{hidden}Cannot tell yet: {told}; it takes {LEAST_DECIDED}."
    between = f"{percent(rate.interval_low)} to {percent(rate.interval_high)} allowing for chance"
    return f"{hidden}{told}: {percent(rate.rate)}, {between}. {TRENDS[found.trend]}"
