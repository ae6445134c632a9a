"""Ratings from outside become submitted assessments: what is sent twice is one, and what differs its next revision."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk_items import BulkItemResult, failed
from service.core.clock import utc_now
from service.core.errors import ServiceError, conflict, invalid
from service.core.ids import new_id
from service.core.principal import Principal
from service.skill_assessments.dto.ratings import RatingsItem
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.repository import assessments
from service.skill_assessments.repository import pushed_ratings as repository
from service.skill_assessments.repository.pushed_ratings import Known
from service.skill_assessments.template_document import ItemKind
from service.skill_assessments.use_cases.telling import event_data
from service.webhooks.outbox import EventType, emit_many

DEAL, ACTIVITY, LINK = "evidence:deal", "evidence:activity", "evidence:link"
"""Items of what shows it; no skill has such a key."""

Identity = tuple[object, ...]
"""What makes two ratings the same one, sent again."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer, as its row has it."""

    item: str
    kind: str
    skill: str | None = None
    level: Decimal | None = None
    given: str | None = None
    words: str | None = None
    deal_id: UUID | None = None
    activity_id: UUID | None = None


def given_answers(item: RatingsItem, top: int) -> frozenset[GivenAnswer]:
    """The answers that an item's ratings are on a scale that ends at `top`, on which each of them has a level."""
    found = [
        GivenAnswer(
            item=one.skill,
            kind=ItemKind.RATING.value,
            skill=one.skill,
            level=one.on(top),
            given=None if one.score is None else f"{one.score.normalize():f}",
            words=one.words,
        )
        for one in item.skills
    ]
    if item.deal_id is not None:
        found.append(GivenAnswer(item=DEAL, kind=ItemKind.EVIDENCE.value, deal_id=item.deal_id))
    if item.activity_id is not None:
        found.append(GivenAnswer(item=ACTIVITY, kind=ItemKind.EVIDENCE.value, activity_id=item.activity_id))
    if item.link is not None:
        found.append(GivenAnswer(item=LINK, kind=ItemKind.TEXT.value, words=item.link))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Source:
    """Who rates: a person, or a scorer with its own id of the ratings."""

    kind: RaterKind
    rater_id: UUID | None = None
    scorer: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class GivenRatings:
    """What one rater, or one scorer, says of a person's skills on a day."""

    person_id: UUID
    source: Source
    framework_id: UUID
    framework_key: str
    assessed_on: date
    answers: frozenset[GivenAnswer]

    @property
    def identity(self) -> Identity:
        """A scorer's own id; of a rater, whom they rate by what on which day."""
        if self.source.rater_id is None:
            return self.source.scorer, self.source.external_id
        return self.source.rater_id, self.person_id, self.assessed_on, self.framework_key


@dataclass(frozen=True, slots=True)
class _Earlier:
    row: SkillAssessment
    framework_key: str
    answers: frozenset[GivenAnswer]

    def says_the_same(self, given: GivenRatings) -> bool:
        """Of whatever version of the framework: its levels and words are what counts."""
        about = (self.framework_key, self.row.assessed_on, self.answers)
        return about == (given.framework_key, given.assessed_on, given.answers)


async def store_ratings(
    session: AsyncSession, principal: Principal, given: Mapping[int, GivenRatings]
) -> dict[int, BulkItemResult]:
    """Store each of some ratings, of which no two have one identity; what became of each, by its index.

    A constant number of statements for new ones. An item fails whose id is that of ratings of somebody else, or whose
    rater is at a correction of it.
    """
    org_id = principal.org_id
    await repository.lock_ratings(session, org_id)
    earlier = await _earlier(session, org_id, list(given.values()))
    results: dict[int, BulkItemResult] = {}
    changed: dict[int, _Earlier] = {}
    for index, one in given.items():
        before = earlier.get(one.identity)
        if before is None:
            continue
        if before.row.person_id != one.person_id:
            results[index] = failed(index, invalid("/external_id", "is that of ratings of somebody else"))
        elif before.says_the_same(one):
            results[index] = BulkItemResult(index=index, status="unchanged", id=before.row.id)
        else:
            changed[index] = before
    to_revise = sorted(one.row.id for one in changed.values())
    for id_ in to_revise:
        await assessments.lock_assessment(session, org_id, id_)
    taken = await assessments.get_revisions(session, org_id, to_revise)
    for index, before in changed.items():
        if before.row.id in taken:
            results[index] = failed(index, _being_revised())
    new = {
        index: _row(principal, one, changed[index].row if index in changed else None)
        for index, one in given.items()
        if index not in results
    }
    await _submit(session, new, given)
    for index, row in new.items():
        results[index] = BulkItemResult(index=index, status="updated" if index in changed else "created", id=row.id)
    return results


def _being_revised() -> ServiceError:
    return conflict("being_revised", "The rater is at a correction of it.", "/assessed_on")


async def _earlier(session: AsyncSession, org_id: UUID, given: Sequence[GivenRatings]) -> dict[Identity, _Earlier]:
    sent, said = set(), set()
    for one in given:
        if one.source.rater_id is not None:
            said.add((one.source.rater_id, one.person_id, one.assessed_on))
        elif one.source.scorer is not None and one.source.external_id is not None:
            sent.add((one.source.scorer, one.source.external_id))
    known: list[Known] = []
    if sent:
        known += await repository.known_of_scorers(session, org_id, sent)
    if said:
        known += await repository.known_of_raters(session, org_id, said)
    answers = await assessments.list_answers(session, org_id, [row.id for row, _key in known]) if known else {}
    found: dict[Identity, _Earlier] = {}
    for row, key in known:
        identity: Identity = (row.scorer, row.external_id)
        if row.rater_id is not None:
            identity = (row.rater_id, row.person_id, row.assessed_on, key)
        found[identity] = _Earlier(row, key, frozenset(map(_as_given, answers.get(row.id, []))))
    return found


def _as_given(row: AssessmentAnswer) -> GivenAnswer:
    return GivenAnswer(**{field.name: getattr(row, field.name) for field in fields(GivenAnswer)})


def _row(principal: Principal, given: GivenRatings, before: SkillAssessment | None) -> SkillAssessment:
    now = utc_now()
    return SkillAssessment(
        org_id=principal.org_id,
        id=new_id(),
        person_id=given.person_id,
        rater_kind=given.source.kind.value,
        rater_id=given.source.rater_id,
        scorer=given.source.scorer,
        external_id=given.source.external_id,
        framework_id=given.framework_id,
        requested_by=principal.person_id,
        status="draft",
        revision=1 if before is None else before.revision + 1,
        revises_id=None if before is None else before.id,
        reminder_days=[],
        assessed_on=given.assessed_on,
        created_at=now,
        updated_at=now,
    )


async def _submit(session: AsyncSession, new: Mapping[int, SkillAssessment], given: Mapping[int, GivenRatings]) -> None:
    """Answers can be added to a draft only, so each is one for a moment; others hear of it once it is submitted."""
    if not new:
        return
    await assessments.add_rows(session, list(new.values()))
    answers = [
        AssessmentAnswer(org_id=row.org_id, assessment_id=row.id, **asdict(answer))
        for index, row in new.items()
        for answer in given[index].answers
    ]
    await assessments.add_rows(session, answers)
    now = utc_now()
    for row in new.values():
        row.status, row.submitted_at = "submitted", now
    await session.flush()
    told = [(EventType.SKILL_ASSESSMENT_SUBMITTED, event_data(row)) for row in new.values()]
    await emit_many(session, next(iter(new.values())).org_id, told)
