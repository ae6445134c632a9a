"""What was published of reps' ratings, as far as somebody may read it: stored numbers, and nothing computed anew."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.ratings import (
    CoachingRatingsDTO,
    CoachingRatingsQuery,
    ManagerRatingsDTO,
    QuestionMeanDTO,
    RatingGroupDTO,
    RatingGroupStatus,
    RatingQuestionDTO,
)
from service.coaching_sessions.models import RatingGroup
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.rating_groups import EDGE, FEWEST_RATERS, Span, interval_of
from service.coaching_sessions.rating_questions import QuestionSet, find_set
from service.coaching_sessions.repository import ratings as repository
from service.coaching_sessions.use_cases.rating_periods import DAY, PUBLISHED_AFTER, RATED_WITHIN
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people, get_person
from service.organizations.use_cases.scope import local_today, require_visible

METHOD = (
    f"Published once per quarter, {PUBLISHED_AFTER.days} days after its end, and never changed. Each rater counts once "
    "per manager, with the step nearest to the mean of their ratings. Groups are made of blocks of at least "
    f"{FEWEST_RATERS} raters; ratings of fewer are left out until they are enough together with others further up. "
    f"Where a block is fewer than {EDGE} steps from everybody's best or worst answer, its mean is told as a range. "
    "Intervals of 90 %: Wilson's, from the mean alone, which are wider than the spread would make them."
)
WITHHELD = (
    f"Fewer than {FEWEST_RATERS} raters could be shown together here; readers who rated are not among those counted."
)
NOTHING_YET = (
    f"No quarter was published yet: one is published {PUBLISHED_AFTER.days} days after its end, once its sessions can "
    f"no longer be rated, which is possible for {RATED_WITHIN.days} days."
)
NOTHING_THEN = "No published quarter holds this day."
CENT = Decimal("0.01")


async def get_coaching_ratings(
    session: AsyncSession, principal: Principal, query: CoachingRatingsQuery
) -> CoachingRatingsDTO:
    """The published groups of one period: stewards and keys of the organization see all, managers their tree of then.

    The same rows for whoever asks, whenever they ask. `not_found` for a manager who is none of those the caller sees
    in the period, or today where no period was published.
    """
    require(principal, Permission.COACHING_RATINGS_READ)
    period = await repository.last_period(session, principal.org_id, query.on)
    if period is None or (query.on is not None and period.ends_on < query.on):
        if query.manager_id is not None:
            await require_visible(session, principal, query.manager_id, await local_today(session, principal.org_id))
            await get_person(session, principal.as_system(), query.manager_id)
        return _nothing(NOTHING_YET if query.on is None else NOTHING_THEN)
    groups = await repository.list_groups(session, principal.org_id, period.starts_on)
    managers = [one for one in groups if one.manager_id is not None]
    everything = principal.sees_everyone and query.manager_id is None
    if not principal.sees_everyone:
        managers = _below(managers, principal.person_id)
    if query.manager_id is not None:
        managers = _below(managers, query.manager_id)
        if not managers:
            raise not_found("person")
    people = await get_people(session, principal.as_system(), {one.manager_id for one in managers if one.manager_id})
    before = await repository.last_period(session, principal.org_id, period.starts_on - DAY)
    asked = find_set(period.set_key, period.set_version)
    return CoachingRatingsDTO(
        period_starts_on=period.starts_on,
        period_ends_on=period.ends_on,
        as_of=period.published_at,
        previous_ends_on=None if before is None else before.ends_on,
        reason="",
        method=METHOD,
        set_key=asked.key,
        set_version=asked.version,
        questions=[RatingQuestionDTO.model_validate(one) for one in asked.questions],
        organization=_group(groups[0].tree, asked) if everything else None,
        managers=[
            ManagerRatingsDTO(
                manager_id=one.manager_id,
                name=people[one.manager_id].name if one.manager_id in people else None,
                own=_group(one.own, asked),
                tree=_group(one.tree, asked),
            )
            for one in managers
            if one.manager_id is not None
        ],
    )


def _below(managers: Sequence[RatingGroup], manager_id: UUID | None) -> list[RatingGroup]:
    """A manager's row and those below it, as each comes after the one above; none where the manager's is not there."""
    inside: set[UUID | None] = set()
    found = []
    for one in managers:
        if one.manager_id == manager_id or one.above_id in inside:
            inside.add(one.manager_id)
            found.append(one)
    return found


def _nothing(reason: str) -> CoachingRatingsDTO:
    return CoachingRatingsDTO(
        period_starts_on=None,
        period_ends_on=None,
        as_of=None,
        previous_ends_on=None,
        reason=reason,
        method=METHOD,
        set_key=None,
        set_version=None,
        questions=[],
        organization=None,
        managers=[],
    )


def _group(document: dict[str, Any] | None, asked: QuestionSet) -> RatingGroupDTO:
    if document is None:
        return RatingGroupDTO(status=RatingGroupStatus.WITHHELD, reason=WITHHELD, n_raters=None, means=[])
    n_raters = document["n_raters"]
    means = [(key, document["means"][key]) for key in asked.keys]
    return RatingGroupDTO(
        status=RatingGroupStatus.SHOWN,
        reason="",
        n_raters=n_raters,
        means=[_mean(key, Decimal(low), Decimal(high), n_raters) for key, (low, high) in means],
    )


def _mean(key: str, low: Decimal, high: Decimal, n_raters: int) -> QuestionMeanDTO:
    below, above = interval_of(Span(Fraction(low), Fraction(high)), n_raters)
    return QuestionMeanDTO(
        question=key,
        mean=((low + high) / 2).quantize(CENT),
        mean_low=low,
        mean_high=high,
        interval_low=Decimal(below).quantize(CENT),
        interval_high=Decimal(above).quantize(CENT),
    )
