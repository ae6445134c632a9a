"""Sessions loaded as they were at an instant; a constant number of statements for any number of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.adherence import AccountSpan
from service.coaching_sessions.format_document import FormatDocument, Outcome, fulfil
from service.coaching_sessions.ledger import (
    LedgerGap,
    LedgerSession,
    Moment,
    Record,
    RecordedMove,
    Statement,
    Yield,
    as_it_was,
)
from service.coaching_sessions.lifecycle import Participants, Side
from service.coaching_sessions.repository import adherence as repository
from service.coaching_sessions.repository.adherence import Conditions, KeptSession, Window
from service.core.clock import utc_now
from service.core.errors import invalid
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people

DEFAULT_DAYS, MOST_DAYS = 91, 400
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AccountFrame:
    """The days of an account, both ends included, and the moment that it is of."""

    from_on: date
    to_on: date
    moment: Moment
    zone: ZoneInfo

    def window(self, org_id: UUID, manager_ids: Collection[UUID] | None, rep_ids: Collection[UUID] | None) -> Window:
        """What is due in it between some people; None: everybody."""
        due = self._midnight(self.from_on), self._midnight(self.to_on + DAY)
        return Window(org_id, due, self.moment.at, manager_ids, rep_ids)

    @property
    def days_around(self) -> tuple[date, date]:
        """The days that an occurrence may have in another time zone."""
        return self.from_on - DAY, self.to_on + DAY

    @property
    def last_instant(self) -> datetime:
        """The end of the span, or the moment where that is earlier."""
        return min(self.moment.at, self._midnight(self.to_on + DAY) - timedelta(microseconds=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)


async def frame_account(session: AsyncSession, principal: Principal, query: AccountSpan) -> AccountFrame:
    """Make a span definite; `invalid` at `to` before `from`, and at `from` for more than 400 days."""
    organization = await get_organization(session, principal.as_system())
    zone, now = ZoneInfo(organization.time_zone), utc_now()
    moment = Moment(min(query.as_of or now, now), organization.session_grace_hours, zone)
    to_on = query.to_on or moment.day_of(moment.at)
    from_on = query.from_on or to_on - (DEFAULT_DAYS - 1) * DAY
    if to_on < from_on:
        raise invalid("to", "must not be before from")
    if (to_on - from_on).days >= MOST_DAYS:
        raise invalid("from", f"must be at most {MOST_DAYS} days with to")
    return AccountFrame(from_on, to_on, moment, zone)


async def load_sessions(
    session: AsyncSession, org_id: UUID, conditions: Conditions, moment: Moment, *, written: bool = True
) -> list[LedgerSession]:
    """The sessions that meet the conditions, as they were at the moment.

    Not `written`: when they were held and what they were about alone, without what was written in them and said of
    them, which of many thousands takes as long to read as all the rest.
    """
    kept = await repository.list_kept(session, conditions, written=written)
    moves: dict[UUID, list[RecordedMove]] = defaultdict(list)
    for id_, move in await repository.list_moves(session, org_id, conditions):
        moves[id_].append(move)
    said: dict[UUID, dict[Side, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    if written:
        between = {one.record.id: _between(one.record) for one in kept}
        for id_, person_id, *statement in await repository.list_attestations(session, org_id, conditions, moment.at):
            said[id_][between[id_].side_of(person_id)].append(Statement(*statement))
    concerns = await _load_concerns(session, org_id, conditions, moment)
    if written:
        outcomes = await _load_outcomes(session, org_id, kept, concerns)
    else:
        outcomes = {one.record.id: Yield(concerns=concerns.of(one.record.id)) for one in kept}
    return [
        as_it_was(
            one.record,
            moves.get(one.record.id, ()),
            said.get(one.record.id, {}),
            outcomes.get(one.record.id, Yield()),
            moment,
        )
        for one in kept
    ]


@dataclass(frozen=True, slots=True)
class _Concerns:
    """What topics and commitments are about, by session."""

    topics: Mapping[UUID, list[Concern]]
    commitments: Mapping[UUID, list[Concern]]

    def of(self, id_: UUID) -> tuple[Concern, ...]:
        """Of one session."""
        return (*self.topics.get(id_, ()), *self.commitments.get(id_, ()))


async def _load_concerns(session: AsyncSession, org_id: UUID, conditions: Conditions, moment: Moment) -> _Concerns:
    discussed, agreed = await repository.list_concerns(session, org_id, conditions, moment.at)
    return _Concerns(_grouped(discussed), _grouped(agreed))


async def _load_outcomes(
    session: AsyncSession, org_id: UUID, kept: Sequence[KeptSession], concerns: _Concerns
) -> dict[UUID, Yield]:
    """What came out of those that are completed."""
    held = [one for one in kept if one.answers is not None]
    formats = await repository.list_documents(session, org_id, {one.format_id for one in held})
    documents = {id_: FormatDocument.model_validate(document) for id_, document in formats.items()}
    found = {}
    for one in held:
        id_ = one.record.id
        present = {
            Outcome.TOPIC_DISCUSSED: id_ in concerns.topics,
            Outcome.COMMITMENT: id_ in concerns.commitments,
            Outcome.SHARED_NOTES: one.has_notes,
        }
        done = fulfil(documents[one.format_id], one.answers or {}, present)
        found[id_] = Yield(done.fulfilled, done.asked, concerns.of(id_))
    return found


def _between(record: Record) -> Participants:
    coaches, reps = tuple(record.coach_ids), tuple(record.rep_ids)
    return Participants(record.manager_id, record.rep_id, coaches, reps, record.substitute_id)


def _grouped(pairs: Sequence[tuple[UUID, Concern]]) -> dict[UUID, list[Concern]]:
    found: dict[UUID, list[Concern]] = defaultdict(list)
    for id_, concern in pairs:
        found[id_].append(concern)
    return dict(found)


async def load_gaps(
    session: AsyncSession, principal: Principal, window: Window, frame: AccountFrame
) -> list[LedgerGap]:
    """Occurrences without a session that were due in the frame; when, is by the wall clock of their series."""
    rows = await repository.list_gaps(session, window, frame.days_around)
    clocks = {series.rep_id if series.clock_of == "rep" else series.manager_id for _, series in rows}
    people: Mapping[UUID, PersonDTO] = await get_people(session, principal.as_system(), clocks)
    found = []
    for gap, series in rows:
        whose = people[series.rep_id if series.clock_of == "rep" else series.manager_id]
        zone = frame.zone if whose.time_zone is None else ZoneInfo(whose.time_zone)
        due_at = datetime.combine(gap.occurs_on, series.starts_at, zone).astimezone(UTC)
        due_on = frame.moment.day_of(due_at)
        if frame.from_on <= due_on <= frame.to_on:
            is_due = frame.moment.is_over(due_at + timedelta(minutes=series.minutes))
            found.append(
                LedgerGap(series.manager_id, series.rep_id, due_at, due_on, gap.reason, gap.owed, is_due=is_due)
            )
    return found
