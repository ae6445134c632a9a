"""Publishes closed periods of ratings, each once: sums of groups are stored and never made again. For the worker."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingRating, RatingGroup, RatingPeriod
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.rating_groups import Block, View, form_groups, sum_up
from service.coaching_sessions.rating_questions import QuestionSet, set_of_period
from service.coaching_sessions.repository import ratings as repository
from service.coaching_sessions.repository.ratings import Attendance
from service.coaching_sessions.use_cases.rating_periods import PUBLISHED_AFTER, ClosedSpan, load_rating_calendar
from service.core.principal import Principal, Role, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import list_everyone
from service.organizations.use_cases.reporting_lines import manager_periods_of

CENT = Decimal("0.01")
STEWARDS = frozenset({Role.ADMIN, Role.ENABLEMENT})


async def publish_closed_period(session: AsyncSession, principal: Principal, now: datetime) -> bool:
    """Publish the next period if its days are over; False where there is nothing to do.

    Each manager's place is that of the last day. A rating counts for the manager whose session it is of, and its rater
    is an insider where they will be able to read the answer: stewards, and managers above whom they rated.
    """
    require(principal, Permission.COACHING_RATINGS_READ)
    calendar = await load_rating_calendar(session, principal)
    if calendar.published is None:
        first = await repository.first_completed(session, principal.org_id)
    else:
        first = calendar.published.until
    if first is None:
        return False
    span = calendar.period_at(first)
    if now < span.until + PUBLISHED_AFTER:
        return False
    asked = set_of_period(span.start)
    period = RatingPeriod(
        org_id=principal.org_id,
        starts_on=span.start,
        ends_on=span.end,
        until=span.until,
        set_key=asked.key,
        set_version=asked.version,
        published_at=now,
    )
    if await repository.claim_period(session, period):
        await repository.add_groups(session, await _groups(session, principal, span, asked))
    return True


async def _groups(
    session: AsyncSession, principal: Principal, span: ClosedSpan, asked: QuestionSet
) -> list[RatingGroup]:
    attended = await repository.list_attendances(session, principal.org_id, span=(span.since, span.until))
    people = await list_everyone(session, principal)
    above = await _managers_above(session, principal, span, people, {one.manager_id for one in attended})
    stewards = {person.id for person in people if Role(person.role) in STEWARDS}
    ratings = await repository.list_ratings(session, principal.org_id, {one.session_id for one in attended})
    found = form_groups(_views(attended, ratings, asked, above, stewards), above)
    names = {person.id: person.name for person in people}
    ordered = _from_the_top(above, names)
    ids: dict[str, Any] = {"org_id": principal.org_id, "starts_on": span.start}
    return [
        RatingGroup(**ids, place=0, tree=_document(found.everybody, asked)),
        *(
            RatingGroup(
                **ids,
                place=place,
                manager_id=manager_id,
                above_id=above[manager_id],
                own=_document(found.own[manager_id], asked),
                tree=_document(found.tree[manager_id], asked),
            )
            for place, manager_id in enumerate(ordered, 1)
        ),
    ]


async def _managers_above(
    session: AsyncSession,
    principal: Principal,
    span: ClosedSpan,
    people: Sequence[PersonDTO],
    manager_ids: Collection[UUID],
) -> dict[UUID, UUID | None]:
    """Those who held sessions and everybody above them on the last day, each with whom they reported to then."""
    lines = await manager_periods_of(session, principal, [person.id for person in people])
    boss_of = {
        person_id: line.manager_id
        for person_id, several in lines.items()
        for line in several
        if line.start_on <= span.end and (line.end_on is None or span.end < line.end_on)
    }
    above: dict[UUID, UUID | None] = {}
    for start in manager_ids:
        step: UUID | None = start
        while step is not None and step not in above:
            above[step] = boss_of.get(step)
            step = above[step]
    return above


def _views(
    attended: Sequence[Attendance],
    ratings: Sequence[CoachingRating],
    asked: QuestionSet,
    above: Mapping[UUID, UUID | None],
    stewards: Collection[UUID],
) -> list[View]:
    manager_of = {one.session_id: one.manager_id for one in attended}
    pairs: dict[tuple[UUID, UUID], list[CoachingRating]] = defaultdict(list)
    for rating in ratings:
        pairs[rating.rater_id, manager_of[rating.session_id]].append(rating)
    return [
        View(
            rater_id,
            manager_id,
            {key: _step(one.answers[key] for one in given) for key in asked.keys},
            is_insider=rater_id in stewards or rater_id in _chain(manager_id, above),
        )
        for (rater_id, manager_id), given in pairs.items()
    ]


def _step(given: Iterable[int]) -> Fraction:
    """A rater's step over several sessions: a whole one, as the fraction in a sum would be this one rater's alone."""
    steps = list(given)
    return Fraction(round(Fraction(sum(steps), len(steps))))


def _chain(manager_id: UUID, above: Mapping[UUID, UUID | None]) -> list[UUID]:
    found, step = [manager_id], above[manager_id]
    while step is not None:
        found.append(step)
        step = above[step]
    return found


def _from_the_top(above: Mapping[UUID, UUID | None], names: Mapping[UUID, str]) -> list[UUID]:
    """Each manager after the one above, those of one by name."""
    below: dict[UUID | None, list[UUID]] = defaultdict(list)
    for manager_id in sorted(above, key=lambda one: (names.get(one, ""), one), reverse=True):
        below[above[manager_id]].append(manager_id)
    found: list[UUID] = []
    todo = list(below[None])
    while todo:
        found.append(todo.pop())
        todo += below[found[-1]]
    return found


def _document(blocks: Sequence[Block], asked: QuestionSet) -> dict[str, Any] | None:
    """What is stored of a group; None where it is withheld."""
    numbers = sum_up(blocks, asked.keys)
    if numbers is None:
        return None
    means = {key: [_rounded(span.low), _rounded(span.high)] for key, span in numbers.means.items()}
    return {"n_raters": numbers.n_raters, "means": means}


def _rounded(value: Fraction) -> str:
    return str((Decimal(value.numerator) / value.denominator).quantize(CENT, ROUND_HALF_EVEN))
