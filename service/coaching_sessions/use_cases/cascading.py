"""The cascade: cadences and sessions of an organization's programmes are brought in line with who is there.

It works in chunks, each a transaction of its own where the worker runs it, so that nobody waits for long. Run twice
it changes nothing the second time.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.laying import ClockOf, Days, Diary, Laying, Timetable, WhenAway, stagger
from service.coaching_sessions.models import CoachingCadence, CoachingProgramme
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.reconciling import Begin
from service.coaching_sessions.repository import cascading as repository
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import Kept, Laid, keep_up
from service.coaching_sessions.use_cases.carrying_out import OvertakenError, Series, carry_out
from service.coaching_sessions.use_cases.passing_on import forget_the_removed, pass_on_due, pass_on_of_leavers
from service.coaching_sessions.use_cases.surveying import FURTHEST, Chunk, Survey, survey
from service.core.errors import conflict
from service.core.ids import new_id
from service.core.principal import Principal, require

SERIES_FIELDS = ("rule", "starts_on", "minutes", "clock_of", "when_away", "reminder_minutes")
ATTEMPTS = 5
LOOKS_BACK = timedelta(days=14)
"""A session may have moved by so many days at most, weekends and holidays included, from the day that it is of."""


async def cascade(session: AsyncSession, principal: Principal, now: datetime) -> Survey:
    """Bring everything in line in this transaction; returns what it went by."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    found = await survey(session, principal, now)
    await bound_all(session, principal, found)
    for chunk in found.chunks:
        left: Chunk | None = chunk
        while left is not None:
            left = await bring_in_line(session, principal, found, left)
    await pass_on(session, principal, found)
    return found


async def pass_on(session: AsyncSession, principal: Principal, found: Survey) -> None:
    """What was handed over by today, and what those who have left still had, becomes that of who coaches now."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await repository.lock_cascade(session, principal.org_id)
    await pass_on_due(session, principal, found.clock.now, found.clock.today)
    await pass_on_of_leavers(session, principal, found)


async def bound_all(session: AsyncSession, principal: Principal, found: Survey) -> None:
    """End, carry on and date cadences, and let them go on with the newest version of their format."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await repository.lock_cascade(session, principal.org_id)
    if found.bounds:
        await repository.bound_cadences(session, principal.org_id, found.bounds, found.clock.now)
    await repository.use_format(session, principal.org_id, found.outdated, found.clock.now)
    await forget_the_removed(session, principal, found.clock.now)


async def bring_in_line(session: AsyncSession, principal: Principal, found: Survey, chunk: Chunk) -> Chunk | None:
    """Begin the cadences of a chunk and keep all of them up; returns what is left for another transaction.

    Where somebody books the same time meanwhile it is planned anew; `conflict` if that happens again and again.
    """
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await repository.lock_cascade(session, principal.org_id)
    for _ in range(ATTEMPTS):
        try:
            async with session.begin_nested():
                return await _bring_in_line(session, principal.org_id, found, chunk)
        except OvertakenError:
            continue
    raise conflict("time_taken", "The times of these sessions are being booked by others; try again.")


async def _bring_in_line(session: AsyncSession, org_id: UUID, found: Survey, chunk: Chunk) -> Chunk | None:
    clock, begin = found.clock, await _still_to_begin(session, org_id, found, chunk)
    rows = await repository.cadences_of_reps(session, org_id, chunk.rep_ids)
    people = {row.manager_id for row in rows} | {one.manager_id for _, one in begin} | chunk.rep_ids
    people |= {one.person.id for id_ in people for _, one in found.stand_ins.get(id_, ())}
    span = (clock.now - FURTHEST, clock.now + (clock.horizon - clock.today) + FURTHEST)
    diary = Diary(await repository.taken_slots(session, org_id, people, span))
    there = {row.id: row for row in rows if row.id in chunk.cadence_ids}
    new = _staggered(org_id, found, begin, list(there.values()), diary)
    added = await repository.add_cadences(session, new)
    there |= {row.id: row for row in new if row.id in added}
    kept = await _kept(session, org_id, found, there, [*rows, *new])
    decisions = keep_up(kept, diary, clock)
    series = {one.id: Series(there[one.id], one.laying) for one in kept}
    await carry_out(session, org_id, series, decisions, clock.now)
    return Chunk(chunk.rep_ids, frozenset(there)) if decisions.cancelled else None


async def _still_to_begin(
    session: AsyncSession, org_id: UUID, found: Survey, chunk: Chunk
) -> list[tuple[CoachingProgramme, Begin]]:
    """Without those that somebody else began since the survey."""
    if not chunk.begin:
        return []
    since = await repository.begun_since(session, org_id, chunk.rep_ids, found.clock.now)
    return [
        (found.programmes[programme_id], one)
        for programme_id, one in chunk.begin
        if (programme_id, one.rep_id) not in since
    ]


def _staggered(
    org_id: UUID,
    found: Survey,
    begin: Sequence[tuple[CoachingProgramme, Begin]],
    there: Sequence[CoachingCadence],
    diary: Diary,
) -> list[CoachingCadence]:
    """The rows of new cadences, each at a time of its own."""
    running = [
        Days(_laying(found, row, row.manager_id, row.rep_id), max(row.from_on, found.clock.today), row.ends_on)
        for row in there
        if row.ends_on is None or row.ends_on >= found.clock.today
    ]
    days = [
        Days(_laying(found, programme, one.manager_id, one.rep_id), one.from_on, one.ends_on)
        for programme, one in begin
    ]
    layings = stagger(days, running, diary)
    series = {row.id: row.series_id for row in there}
    rows = []
    for (programme, one), laying in zip(begin, layings, strict=True):
        id_, now = new_id(), found.clock.now
        rows.append(
            CoachingCadence(
                org_id=org_id,
                id=id_,
                series_id=id_ if one.follows is None else series.get(one.follows, id_),
                programme_id=programme.id,
                manager_id=one.manager_id,
                rep_id=one.rep_id,
                format_id=found.formats[programme.format_key],
                from_on=one.from_on,
                ends_on=one.ends_on,
                end_reason=one.end and one.end.value,
                starts_at=laying.timetable.at,
                created_at=now,
                updated_at=now,
                **{name: getattr(programme, name) for name in SERIES_FIELDS},
            )
        )
    return rows


def _laying(found: Survey, series: CoachingCadence | CoachingProgramme, manager_id: UUID, rep_id: UUID) -> Laying:
    timetable = Timetable(
        series.rule,
        series.starts_on,
        series.starts_at,
        series.minutes,
        ClockOf(series.clock_of),
        WhenAway(series.when_away),
    )
    stand_ins = found.stand_ins_of(manager_id, rep_id)
    return Laying(timetable, found.people[rep_id], found.people[manager_id], stand_ins)


async def _kept(
    session: AsyncSession,
    org_id: UUID,
    found: Survey,
    there: Mapping[UUID, CoachingCadence],
    rows: Sequence[CoachingCadence],
) -> list[Kept]:
    """The cadences with what is there of them; `rows` are all of their reps, of the same series too."""
    since = found.clock.today - LOOKS_BACK
    series = {row.series_id for row in there.values()}
    series_of = {row.id: row.series_id for row in rows if row.series_id in series}
    laid: dict[UUID, list[Laid]] = {}
    taken: dict[UUID, dict[date, UUID]] = {}
    for one in await repository.list_laid(session, org_id, series_of.keys(), since):
        laid.setdefault(one.cadence_id, []).append(one)
        if not one.revivable:
            taken.setdefault(series_of[one.cadence_id], {})[one.occurs_on] = one.cadence_id
    gaps = await repository.list_gaps(session, org_id, there.keys(), since)
    return [
        Kept(
            row.id,
            _laying(found, row, row.manager_id, row.rep_id),
            row.from_on,
            row.ends_on,
            None if row.end_reason is None else CadenceEnd(row.end_reason),
            laid.get(row.id, ()),
            gaps.get(row.id, {}),
            frozenset(day for day, by in taken.get(row.series_id, {}).items() if by != row.id),
        )
        for row in there.values()
    ]
