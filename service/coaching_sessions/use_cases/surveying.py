"""What a cascade goes by: everybody with their working time, whom the programmes cover, and what is to be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.laying import LONGEST_SEARCH, Participant, StandIn
from service.coaching_sessions.models import CoachingProgramme
from service.coaching_sessions.reconciling import Begin, Bound, Running, reconcile
from service.coaching_sessions.repository import cascading as repository
from service.coaching_sessions.repository import standing_in
from service.coaching_sessions.roster import Audience, CadenceEnd, HandOver, Member, Roster
from service.coaching_sessions.staggering import begin_in_turn
from service.coaching_sessions.upkeep import Clock
from service.core.principal import Principal
from service.organizations.hierarchy import Line
from service.organizations.known import Staff
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import list_everyone
from service.organizations.use_cases.reporting_lines import manager_periods_of
from service.organizations.use_cases.working_time import staff_as_known

CADENCES_PER_CHUNK = 12
"""Of eight weeks a hundred sessions: a tenth of a second, which others in the same process wait at most."""
FURTHEST = timedelta(days=LONGEST_SEARCH)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one transaction does: cadences to begin, each of a programme, and cadences to keep up, of some reps."""

    rep_ids: frozenset[UUID] = frozenset()
    cadence_ids: frozenset[UUID] = frozenset()
    begin: tuple[tuple[UUID, Begin], ...] = ()

    @property
    def size(self) -> int:
        """How many cadences it is about."""
        return len(self.cadence_ids) + len(self.begin)

    def joined(self, other: "Chunk") -> "Chunk":
        """Both in one."""
        return Chunk(self.rep_ids | other.rep_ids, self.cadence_ids | other.cadence_ids, (*self.begin, *other.begin))


@dataclass(frozen=True, slots=True)
class Survey:
    """An organization as it was when the cascade began.

    `formats` are the newest versions by key, `outdated` those by older versions. A bound comes with the instant of its
    cadence's last change, so that what somebody changed since stays. `covered` is the manager by rep whom a programme
    covers today. `stand_ins` are by manager, each with the rep whom it is for (None: everybody).
    """

    clock: Clock
    people: Mapping[UUID, Participant]
    programmes: Mapping[UUID, CoachingProgramme]
    formats: Mapping[str, UUID]
    outdated: Mapping[UUID, UUID]
    bounds: Sequence[tuple[Bound, datetime]]
    chunks: Sequence[Chunk]
    covered: Mapping[UUID, UUID]
    roster: Roster
    stand_ins: Mapping[UUID, Sequence[tuple[UUID | None, StandIn]]]

    def stand_ins_of(self, manager_id: UUID, rep_id: UUID) -> tuple[StandIn, ...]:
        """Who stands in for a manager with a rep: whoever was named for this rep goes first."""
        found = [one for one in self.stand_ins.get(manager_id, ()) if one[0] in {None, rep_id}]
        mine = sorted(found, key=lambda one: one[0] is None)
        return tuple(stand_in for _, stand_in in mine if stand_in.person.id != rep_id)


async def survey(session: AsyncSession, principal: Principal, now: datetime) -> Survey:
    """Read everything that decides, in a constant number of statements, and say what is to be done."""
    org_id = principal.org_id
    organization = await get_organization(session, principal)
    today = now.astimezone(ZoneInfo(organization.time_zone)).date()
    clock = Clock(now, today, today + timedelta(weeks=organization.session_horizon_weeks))
    staff = await staff_as_known(session, principal, None, (today - FURTHEST, clock.horizon + FURTHEST))
    zones = {person.id: person.time_zone for person in await list_everyone(session, principal)}
    people = {
        id_: Participant(id_, zones.get(id_) or organization.time_zone, staff.calendars[id_]) for id_ in staff.people
    }
    roster = await load_roster(session, principal, staff)
    programmes = {one.id: one for one in await repository.every_programme(session, org_id)}
    versions = await repository.every_format(session, org_id)
    formats = {key: id_ for id_, key in versions}
    running = await repository.list_running(session, org_id, today)
    work: dict[tuple[UUID, UUID], Chunk] = {}
    _join(work, ((one.manager_id, one.rep_id, Chunk(cadence_ids=frozenset({one.id}))) for _, one, _ in running))
    for id_, manager_id, rep_id in await repository.list_strays(session, org_id):
        _join(work, [(manager_id, rep_id, Chunk(cadence_ids=frozenset({id_})))])
    covered: dict[UUID, UUID] = {}
    bounds: list[Bound] = []
    for programme in programmes.values():
        there = [one for programme_id, one, _ in running if programme_id == programme.id]
        if there or programme.ends_on is None or programme.ends_on >= today:
            begins, ends = _reconcile(programme, there, roster, clock, covered)
            _join(work, ((one.manager_id, one.rep_id, Chunk(begin=((programme.id, one),))) for one in begins))
            bounds += ends
    changed_at = {one.id: updated_at for _, one, updated_at in running}
    return Survey(
        clock,
        people,
        programmes,
        formats,
        {id_: formats[key] for id_, key in versions if formats[key] != id_},
        [(one, changed_at[one.id]) for one in bounds],
        _packed(work),
        covered,
        roster,
        await _stand_ins(session, org_id, people, clock),
    )


async def _stand_ins(
    session: AsyncSession, org_id: UUID, people: Mapping[UUID, Participant], clock: Clock
) -> dict[UUID, list[tuple[UUID | None, StandIn]]]:
    span = (clock.now - FURTHEST, clock.now + (clock.horizon - clock.today) + FURTHEST)
    found: dict[UUID, list[tuple[UUID | None, StandIn]]] = {}
    for row in await standing_in.list_substitutions_within(session, org_id, span):
        if row.substitute_id in people:
            stand_in = StandIn(people[row.substitute_id], row.begins_at, row.ends_at)
            found.setdefault(row.manager_id, []).append((row.rep_id, stand_in))
    return found


def audience_of(programme: CoachingProgramme) -> Audience:
    """Whom it is for."""
    return Audience(programme.manager_id, programme.team_id, programme.job_role, programme.ends_on)


def drawn_days(programme: CoachingProgramme) -> dict[UUID, date]:
    """By rep the first day that was drawn for them; nobody where all begin at once."""
    return {UUID(rep_id): date.fromisoformat(day) for rep_id, day in (programme.drawn_starts or {}).items()}


async def load_roster(session: AsyncSession, principal: Principal, staff: Staff) -> Roster:
    """Everybody, and who reports to whom when."""
    members = {
        one.id: Member(one.id, one.job_role, one.hired_on, one.left_on, one.teams) for one in staff.people.values()
    }
    periods = await manager_periods_of(session, principal, list(members))
    return Roster(
        members,
        [Line(id_, one.manager_id, one.start_on, one.end_on) for id_, several in periods.items() for one in several],
        [
            HandOver(one.from_manager_id, one.to_manager_id, frozenset(one.rep_ids), one.hands_over_on)
            for one in await standing_in.every_hand_over(session, principal.org_id)
        ],
    )


def _reconcile(
    programme: CoachingProgramme, there: Sequence[Running], roster: Roster, clock: Clock, covered: dict[UUID, UUID]
) -> tuple[tuple[Begin, ...], tuple[Bound, ...]]:
    """What begins and what is bound of a programme; notes whom it covers today."""
    audience = audience_of(programme)
    today = clock.today

    def why(manager_id: UUID, rep_id: UUID, day: date) -> CadenceEnd:
        return roster.why_ended(audience, manager_id, rep_id, day)

    pairs = roster.find_pairs(audience, min([today, *(one.from_on for one in there)]), clock.horizon)
    pairs = begin_in_turn(pairs, drawn_days(programme))
    # One that changes later has begun earlier: its cadences tell.
    if min([programme.starts_on, *(one.from_on for one in there)]) <= today:
        covered.update({one.rep_id: one.manager_id for one in pairs if one.holds(today)})
    outcome = reconcile(pairs, there, programme.starts_on, today, why)
    return outcome.begin, outcome.bound


def _join(work: dict[tuple[UUID, UUID], Chunk], items: Iterable[tuple[UUID, UUID, Chunk]]) -> None:
    for manager_id, rep_id, chunk in items:
        before = work.get((manager_id, rep_id), Chunk(rep_ids=frozenset({rep_id})))
        work[manager_id, rep_id] = before.joined(chunk)


def _packed(work: Mapping[tuple[UUID, UUID], Chunk]) -> list[Chunk]:
    """Transactions of a bounded size; a manager's reps follow one another, as they share the manager's day."""
    chunks = [Chunk()]
    for _, chunk in sorted(work.items()):
        if chunks[-1].size >= CADENCES_PER_CHUNK:
            chunks.append(Chunk())
        chunks[-1] = chunks[-1].joined(chunk)
    return [chunk for chunk in chunks if chunk.size]
