"""How cadences were kept, per manager and together; a constant number of statements for any number of sessions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.adherence_reasons import Account, find_reasons
from service.coaching_sessions.cadence_adherence import AdherenceNumbers, tally
from service.coaching_sessions.dto.adherence import (
    AdherenceNumbersDTO,
    AdherenceQuery,
    CadenceAdherenceDTO,
    EvennessDTO,
    ManagerAdherenceDTO,
)
from service.coaching_sessions.evenness import Evenness, compare_thirds
from service.coaching_sessions.ledger import LedgerGap, LedgerPromise, LedgerSession, Standing
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import adherence as repository
from service.coaching_sessions.use_cases.attainment import held_and_owed, load_attainment
from service.coaching_sessions.use_cases.ledger import AccountFrame, frame_account, load_gaps, load_sessions
from service.core.errors import not_found
from service.core.principal import Principal, Role, require
from service.organizations.hierarchy import Span
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import spans_below
from service.organizations.use_cases.teams import get_team

METHOD = (
    "Wilson intervals of 90 %; topics and questions, of which a session has several, count as as many independent ones "
    "as they are worth. Comparisons of managers: Fisher's exact test against the others together, at most 5 % of "
    "those told being chance (Benjamini-Hochberg)."
)
Reach = Mapping[UUID, Sequence[Span]]
"""Managers, and the days, ends excluded, on which their sessions count."""


class _Of(Protocol):
    @property
    def manager_id(self) -> UUID: ...
    @property
    def due_on(self) -> date: ...


T = TypeVar("T", bound=_Of)


@dataclass(slots=True)
class _Ledger:
    """What is counted together; `assisting` are sessions with those of this account who coached in them for another."""

    sessions: list[LedgerSession]
    gaps: list[LedgerGap]
    promises: list[LedgerPromise]
    assisting: list[tuple[UUID, LedgerSession]]

    def tally(self) -> AdherenceNumbers:
        """All of it together: what somebody here owed is nobody's assistance, and each session counts once."""
        owed = {session.id for session in self.sessions}
        assisted = {session.id: session for _, session in self.assisting if session.id not in owed}
        return tally(self.sessions, self.gaps, self.promises, list(assisted.values()))

    def by_manager(self) -> dict[UUID, "_Ledger"]:
        """Each manager's own part."""
        found: dict[UUID, _Ledger] = defaultdict(lambda: _Ledger([], [], [], []))
        for session in self.sessions:
            found[session.manager_id].sessions.append(session)
        for person_id, session in self.assisting:
            found[person_id].assisting.append((person_id, session))
        for gap in self.gaps:
            found[gap.manager_id].gaps.append(gap)
        for promise in self.promises:
            found[promise.manager_id].promises.append(promise)
        return dict(found)

    def by_rep(self, reps: Collection[UUID] | None) -> dict[UUID, tuple[int, int]]:
        """Held and owed of each of some reps (None: all)."""
        due = [one for one in self.sessions if one.owed and one.standing is not Standing.AHEAD]
        pairs = [
            (rep_id, one.standing is Standing.HELD)
            for one in due
            for rep_id in one.rep_ids
            if reps is None or rep_id in reps
        ]
        return held_and_owed([*pairs, *((gap.rep_id, False) for gap in self.gaps if gap.owed and gap.is_due)])


async def get_cadence_adherence(
    session: AsyncSession, principal: Principal, query: AdherenceQuery
) -> CadenceAdherenceDTO:
    """Of the sessions that the caller was to hold, and of those of everybody who was below on the day they were due.

    Stewards and keys of the organization see all. `not_found` for a manager who was not within the caller's scope on
    any day of the span, and for a team of nobody's; `invalid` for a span that is empty or too long.
    """
    require(principal, Permission.CADENCE_ADHERENCE_READ)
    frame = await frame_account(session, principal, query)
    reaches = [reach for reach in await _reaches(session, principal, query, frame) if reach is not None]
    manager_ids = set.intersection(*map(set, reaches)) if reaches else None
    rep_ids = None
    if query.team_id is not None:
        rep_ids = (await get_team(session, principal.as_system(), query.team_id)).member_ids
    window = frame.window(principal.org_id, manager_ids, rep_ids)
    sessions = await load_sessions(session, principal.org_id, window.sessions(), frame.moment)
    ledger = _Ledger(
        _within(sessions, reaches),
        _within(await load_gaps(session, principal, window, frame), reaches),
        _within(await repository.list_promises(session, window, (frame.from_on, frame.to_on)), reaches),
        [(id_, one) for one in sessions for id_ in one.assistants if _reaches_to(id_, one.due_on, reaches)],
    )
    evenness = await _find_evenness(session, principal, ledger.by_rep(rep_ids), frame)
    return CadenceAdherenceDTO(
        from_on=frame.from_on,
        to_on=frame.to_on,
        as_of=frame.moment.at,
        method=METHOD,
        total=AdherenceNumbersDTO.model_validate(ledger.tally()),
        managers=await _managers(session, principal, ledger),
        evenness=[EvennessDTO.model_validate(third) for third in evenness.thirds],
        evenness_reason=evenness.reason,
    )


async def _reaches(
    session: AsyncSession, principal: Principal, query: AdherenceQuery, frame: AccountFrame
) -> list[Reach | None]:
    """Whom the caller sees, and whom they ask for; None: everybody."""
    span = frame.from_on, frame.to_on + timedelta(days=1)

    async def below(person_id: UUID, *, tree: bool) -> dict[UUID, list[Span]]:
        found = await spans_below(session, principal.as_system(), person_id, span) if tree else {}
        return {**found, person_id: [span]}

    seen = None
    if not principal.sees_everyone and principal.person_id is not None:
        seen = await below(principal.person_id, tree=principal.role is Role.MANAGER)
    if query.manager_id is None:
        return [seen]
    known = query.manager_id in seen if seen is not None else None
    if known is None:
        known = bool(await get_people(session, principal.as_system(), [query.manager_id]))
    if not known:
        raise not_found("person")
    return [seen, await below(query.manager_id, tree=query.tree)]


def _within(rows: Sequence[T], reaches: Sequence[Reach]) -> list[T]:
    return [row for row in rows if _reaches_to(row.manager_id, row.due_on, reaches)]


def _reaches_to(person_id: UUID, day: date, reaches: Sequence[Reach]) -> bool:
    return all(any(start <= day < end for start, end in reach.get(person_id, ())) for reach in reaches)


async def _managers(session: AsyncSession, principal: Principal, ledger: _Ledger) -> list[ManagerAdherenceDTO]:
    """By name, departed ones too."""
    parts = ledger.by_manager()
    accounts = {id_: Account(part.tally(), part.sessions) for id_, part in parts.items()}
    reasons = find_reasons(accounts)
    people = await get_people(session, principal.as_system(), accounts)
    return [
        ManagerAdherenceDTO(
            **dict(AdherenceNumbersDTO.model_validate(accounts[id_].numbers)),
            manager_id=id_,
            name=person.name,
            left_on=person.left_on,
            reasons=reasons[id_],
        )
        for id_, person in people.items()
    ]


async def _find_evenness(
    session: AsyncSession, principal: Principal, counts: Mapping[UUID, tuple[int, int]], frame: AccountFrame
) -> Evenness:
    days = (frame.to_on - frame.from_on).days + 1
    outcome, attainment = await load_attainment(session, principal, list(counts), days, frame.last_instant)
    return compare_thirds(counts, attainment, outcome)
