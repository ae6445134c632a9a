"""What the four keys of any number of trees are counted from, loaded in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_capability.keys.agreeing import (
    AgreedPlan,
    Agreement,
    Framework,
    RatedSkill,
    find_agreement,
)
from service.coaching_capability.keys.counting import PeriodFacts
from service.coaching_capability.keys.covering import Cover, DatedModel, find_cover
from service.coaching_capability.repository import facts as repository
from service.coaching_capability.trees import DAY, Member, Tree
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Moment
from service.coaching_sessions.use_cases.ledger import AccountFrame, load_gaps, load_sessions
from service.core.principal import Principal, Role
from service.organizations.hierarchy import Line, LinesOf, Span, group_lines
from service.organizations.repository.history import people_as_known
from service.organizations.repository.people import list_manager_periods
from service.skill_assessments.levels import WINDOW
from service.skill_assessments.use_cases.frameworks import frameworks_of_people

Row = TypeVar("Row", LedgerSession, LedgerGap)


async def load_lines(session: AsyncSession, org_id: UUID) -> LinesOf:
    """Every reporting line, by manager."""
    periods = await list_manager_periods(session, org_id)
    return group_lines(Line(one.person_id, one.manager_id, one.start_on, one.end_on) for one in periods)


async def load_members(session: AsyncSession, org_id: UUID, lines_of: LinesOf) -> dict[UUID, Member]:
    """Everybody, with the job role and the teams of today."""
    known = {person.id: person for person in await people_as_known(session, org_id, None, None)}
    return {
        id_: Member(
            known[id_],
            name,
            role == Role.REP,
            role == Role.MANAGER,
            min((line.start_on for line in lines_of.get(id_, ())), default=None),
        )
        for id_, name, role in await repository.list_names(session, org_id)
    }


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the people and sessions of some trees in two periods that follow each other."""

    frame: AccountFrame
    members: Mapping[UUID, Member]
    sessions: Mapping[UUID, Sequence[LedgerSession]]
    gaps: Mapping[UUID, Sequence[LedgerGap]]
    models: Sequence[DatedModel]
    frameworks: Mapping[UUID, Sequence[Framework]]
    ratings: Mapping[UUID, Sequence[RatedSkill]]
    plans: Mapping[UUID, Sequence[AgreedPlan]]

    def of_period(self, tree: Tree, span: Span) -> PeriodFacts:
        """What counts for a tree in a span, its end excluded; people up to the day of the account."""
        known = span[0], min(span[1], self.frame.moment.day_of(self.frame.moment.at) + DAY)
        standing = tree.standing_days(self.members, known) if known[0] < known[1] else {}
        return PeriodFacts(standing, _due(self.sessions, tree, span), _due(self.gaps, tree, span))

    def cover_of(self, person_id: UUID, day: date, at: datetime) -> Cover:
        """How far a person was covered by a success model."""
        return find_cover(self.models, self.members[person_id].known, day, at)

    def agreement_of(self, person_id: UUID, day: date, at: datetime) -> Agreement:
        """How far a person's gaps were assessed and agreed."""
        ratings, plans = self.ratings.get(person_id, ()), self.plans.get(person_id, ())
        return find_agreement(
            self.members[person_id].known, self.frameworks.get(person_id, ()), ratings, plans, day, at
        )

    def instant_of(self, day: date) -> datetime:
        """The last instant of a day, or the account's where that is earlier."""
        return min(self.frame.moment.at, end_of(day, self.frame.moment))


def end_of(day: date, moment: Moment) -> datetime:
    """The last instant of a day of the organization."""
    return datetime.combine(day + DAY, time.min, moment.zone) - timedelta(microseconds=1)


def _due(rows: Mapping[UUID, Sequence[Row]], tree: Tree, span: Span) -> list[Row]:
    found: list[Row] = []
    for manager_id, spans in tree.managers.items():
        met = [(max(start, span[0]), min(end, span[1])) for start, end in spans]
        found += [row for row in rows.get(manager_id, ()) if any(start <= row.due_on < end for start, end in met)]
    return found


async def load_facts(
    session: AsyncSession,
    principal: Principal,
    frame: AccountFrame,
    first: date,
    members: Mapping[UUID, Member],
    trees: Collection[Tree],
) -> Facts:
    """What some trees are counted from, on the days from `first` until the last of the frame."""
    org_id, moment = principal.org_id, frame.moment
    both = replace(frame, from_on=first)
    people = {person_id for tree in trees for person_id in tree.below}
    managers = {person_id for tree in trees for person_id in tree.managers}
    window = both.window(org_id, managers, None)
    frameworks = await frameworks_of_people(session, principal.as_system(), people)
    oldest = first - WINDOW
    return Facts(
        frame=frame,
        members=members,
        sessions=_grouped(await load_sessions(session, org_id, window.sessions(), moment, written=False), "manager_id"),
        gaps=_grouped(await load_gaps(session, principal, window, both), "manager_id"),
        models=await repository.list_models(session, org_id, (end_of(first, moment), moment.at)),
        frameworks={id_: [Framework(one.key, one.document) for one in of] for id_, of in frameworks.items()},
        ratings=_grouped(await repository.list_ratings(session, org_id, people, oldest, moment.at), "person_id"),
        plans=_grouped(await repository.list_agreed_plans(session, org_id, people), "person_id"),
    )


Any_ = TypeVar("Any_")


def _grouped(rows: Sequence[Any_], name: str) -> dict[UUID, list[Any_]]:
    found: dict[UUID, list[Any_]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return dict(found)
