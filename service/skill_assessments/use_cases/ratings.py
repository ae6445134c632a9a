"""Ratings from outside: a scorer's, as one more rater who is marked as such, and those of an imported skill matrix."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.attribution import resolve_owner
from service.core.bulk_items import BulkItemResult, failed
from service.core.errors import ServiceError, invalid
from service.core.principal import Principal, Role, require
from service.organizations.use_cases.people import get_people, owner_identities
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_today
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.ratings import (
    BulkUpsertSkillRatings,
    ImportedSkillRatings,
    RatingsItem,
    UpsertSkillRatings,
)
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import evidence
from service.skill_assessments.use_cases.frameworks import resolve_framework
from service.skill_assessments.use_cases.rating_checks import Known
from service.skill_assessments.use_cases.rating_store import (
    GivenRatings,
    Identity,
    Source,
    given_answers,
    store_ratings,
)
from service.skill_assessments.use_cases.reading import kind_of_rater

Item = TypeVar("Item", bound=RatingsItem)


async def bulk_upsert_skill_ratings(
    session: AsyncSession, principal: Principal, data: BulkUpsertSkillRatings
) -> list[BulkItemResult]:
    """Store what a scorer found, item by item: sent twice it is one, and with other values the next revision."""
    writer = await open_ratings(session, principal, data.system)
    return await writer.put_scored(data.scorer, data.ratings)


async def open_ratings(session: AsyncSession, principal: Principal, system: str | None) -> "RatingsWriter":
    """Begin to bring ratings in, of people who are named by their ids in a system or by e-mail address."""
    require(principal, Permission.SKILL_RATINGS_WRITE)
    people = await owner_identities(session, principal.as_system(), system or "")
    return RatingsWriter(session, principal, people, await local_today(session, principal.org_id))


class RatingsWriter:
    """Checks and stores batches of ratings within one transaction; the same must not come twice in it."""

    def __init__(self, session: AsyncSession, principal: Principal, people: Mapping[str, UUID], today: date) -> None:
        self._session = session
        self._principal = principal
        self._people = people
        self._today = today
        self._frameworks: dict[str, CompetencyFrameworkDTO | ServiceError] = {}
        self._raters: dict[tuple[UUID, date], tuple[Role, frozenset[UUID]]] = {}
        self._seen: set[Identity] = set()

    def find_person(self, named: str) -> UUID | None:
        """Who is named by an id in the system, or by an e-mail address."""
        return resolve_owner(named, self._people)

    async def put_scored(self, scorer: str, raw_items: Sequence[dict[str, Any]]) -> list[BulkItemResult]:
        """Ratings of one scorer, as `UpsertSkillRatings` has them; one answer each, in their order."""

        async def source_of(item: UpsertSkillRatings, _person_id: UUID) -> Source:
            return Source(RaterKind.EXTERNAL, scorer=scorer, external_id=item.external_id)

        return await self._put(UpsertSkillRatings, raw_items, source_of)

    async def put_imported(self, raw_items: Sequence[dict[str, Any]]) -> list[BulkItemResult]:
        """Ratings of rows of a file, as `ImportedSkillRatings` has them; one answer each, in their order.

        Without a rater, a row is known again by its id, its framework and its day.
        """

        async def source_of(item: ImportedSkillRatings, person_id: UUID) -> Source:
            if item.rater is None:
                known_by = f"{item.framework_key}/{item.assessed_on}/{item.id}"
                return Source(RaterKind.EXTERNAL, scorer=item.scorer, external_id=known_by)
            rater_id = self.find_person(item.rater)
            if rater_id is None:
                raise invalid("/rater", "is nobody known: add the person first")
            return Source(await self._kind_of(rater_id, person_id, item.assessed_on), rater_id=rater_id)

        return await self._put(ImportedSkillRatings, raw_items, source_of)

    async def _put(
        self,
        kind: type[Item],
        raw_items: Sequence[dict[str, Any]],
        source_of: Callable[[Item, UUID], Awaitable[Source]],
    ) -> list[BulkItemResult]:
        results: dict[int, BulkItemResult] = {}
        items: dict[int, Item] = {}
        for index, raw in enumerate(raw_items):
            try:
                items[index] = kind.model_validate(raw)
            except ValidationError as error:
                results[index] = failed(index, error)
        known = await self._look_up(items.values())
        given: dict[int, GivenRatings] = {}
        for index, item in items.items():
            try:
                person_id, framework = known.check(item)
                source = await source_of(item, person_id)
                answers = given_answers(item, framework.document.top)
                one = GivenRatings(person_id, source, framework.id, framework.key, item.assessed_on, answers)
                if one.identity in self._seen:
                    raise _twice(source)
            except ServiceError as error:
                results[index] = failed(index, error)
            else:
                self._seen.add(one.identity)
                given[index] = one
        results |= await store_ratings(self._session, self._principal, given)
        return [results[index] for index in range(len(raw_items))]

    async def _look_up(self, items: Collection[RatingsItem]) -> Known:
        """What is there of all that a batch names, in a constant number of statements."""
        org_id, session = self._principal.org_id, self._session
        ids = {item.person_id for item in items if item.person_id is not None}
        people = await get_people(session, self._principal.as_system(), ids) if ids else {}
        deals = {item.deal_id for item in items if item.deal_id is not None}
        activities = {item.activity_id for item in items if item.activity_id is not None}
        for key in {item.framework_key for item in items} - self._frameworks.keys():
            try:
                self._frameworks[key] = await resolve_framework(session, self._principal, key)
            except ServiceError as error:
                self._frameworks[key] = error
        return Known(
            self._today,
            self._frameworks,
            frozenset(people),
            self.find_person,
            frozenset(await evidence.owners_of_deals(session, org_id, deals)) if deals else frozenset(),
            frozenset(await evidence.owners_of_activities(session, org_id, activities)) if activities else frozenset(),
        )

    async def _kind_of(self, rater_id: UUID, person_id: UUID, day: date) -> RaterKind:
        """As what somebody rated a person on a day: above them then, else in enablement, else as a peer."""
        if rater_id == person_id:
            return RaterKind.SELF
        if (rater_id, day) not in self._raters:
            system = self._principal.as_system()
            rater = (await get_people(self._session, system, [rater_id]))[rater_id]
            below = await everyone_below(self._session, system, rater_id, day)
            self._raters[rater_id, day] = rater.role, frozenset(person.id for person in below)
        role, below_then = self._raters[rater_id, day]
        return kind_of_rater(role, is_above=person_id in below_then)


def _twice(source: Source) -> ServiceError:
    if source.external_id is None:
        return invalid("/person", "is rated twice by the same on the same day")
    return invalid("/external_id", "duplicate id: an earlier one has it already")
