"""How the process is kept, per person and together; a constant number of statements for any number of deals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.histories import StageEntry
from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today, require_visible
from service.success_models.adherence import (
    Passage,
    StageRecord,
    Tally,
    estimate_share,
    passages,
    record_stages,
    tally_move,
)
from service.success_models.dto.adherence import (
    PersonTallyDTO,
    ProcessAdherenceDTO,
    ProcessAdherenceQuery,
    StageRecordDTO,
    TallyDTO,
)
from service.success_models.permissions import Permission
from service.success_models.repository import evidence as repository
from service.success_models.use_cases.deal_cases import load_cases
from service.success_models.use_cases.owner_models import ModelTable, OwnerModel, load_models

DEFAULT_DAYS, MOST_DAYS = 91, 732
SHARE, DAYS = Decimal("0.0001"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The days that count, and the instant after which nothing does."""

    start: date
    until: date
    as_of: datetime

    def holds(self, entry: StageEntry) -> bool:
        """Whether a deal came into a stage within it."""
        return self.start <= entry.on < self.until and entry.at <= self.as_of


async def get_process_adherence(
    session: AsyncSession, principal: Principal, query: ProcessAdherenceQuery
) -> ProcessAdherenceDTO:
    """Of one person, or of those who reported to a manager directly on the last day of the span.

    `not_found` for people outside the caller's scope on that day; `invalid` where neither is given, and for a span
    that is empty or longer than two years.
    """
    require(principal, Permission.INSPECTIONS_READ)
    today = await local_today(session, principal.org_id)
    frame = _frame(query, today)
    people = await _people(session, principal, query, min(frame.until - timedelta(days=1), today))
    ids = [person.id for person in people]
    models = await load_models(session, Principal.system(principal.org_id), ids)
    moved = await repository.list_moved_deals(session, principal.org_id, ids, frame.start, frame.until)
    deals = await repository.list_deals(session, principal.org_id, moved)
    held = models.distinct(ids)
    cases, voices = await load_cases(session, principal.org_id, deals, [model.process for model in held])
    tallies = dict.fromkeys(ids, Tally())
    stages: list[StageRecordDTO] = []
    for model in held:
        found: list[Passage] = []
        for case in cases.values():
            for move in case.history.moves(model.process):
                person_id = _owner(move.entry, models, model, frame)
                if person_id in tallies:
                    tallies[person_id] += tally_move(move, model.process, case.facts, voices)
            found += [
                passage
                for passage in passages(case.history, model.process, frame.as_of)
                if _owner(passage.entry, models, model, frame) in tallies
            ]
        records = record_stages(found, model.process, model.document.standards.good_funnel)
        stages += [_stage(model.document.key, record) for record in records]
    return ProcessAdherenceDTO(
        start=frame.start,
        until=frame.until,
        as_of=frame.as_of,
        team=TallyDTO.model_validate(_shares(sum(tallies.values(), Tally()))),
        people=[PersonTallyDTO(person_id=id_, **_shares(tally)) for id_, tally in tallies.items()],
        stages=stages,
    )


def _owner(entry: StageEntry, models: ModelTable, model: OwnerModel, frame: _Frame) -> UUID | None:
    """Whose entry into a stage it is, if it counts under a model."""
    counts = frame.holds(entry) and models.of(entry.person_id) is model
    return entry.person_id if counts else None


def _frame(query: ProcessAdherenceQuery, today: date) -> _Frame:
    until = query.until or today + timedelta(days=1)
    start = query.start or until - timedelta(days=DEFAULT_DAYS)
    if start >= until:
        raise invalid("until", "must be after from")
    if (until - start).days > MOST_DAYS:
        raise invalid("from", f"must be at most {MOST_DAYS} days before until")
    return _Frame(start, until, query.as_of or utc_now())


async def _people(
    session: AsyncSession, principal: Principal, query: ProcessAdherenceQuery, on: date
) -> Sequence[PersonDTO]:
    """Who is asked for; the scope is the caller's, the reporting lines those of the day."""
    system = Principal.system(principal.org_id)
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, on)
        reports = await direct_reports(session, system, query.manager_id, on)
        return [person for person in reports if query.person_id in {None, person.id}]
    if query.person_id is None:
        raise invalid("person_id", "give person_id or manager_id")
    await require_visible(session, principal, query.person_id, on)
    people = list((await get_people(session, system, [query.person_id])).values())
    if not people:
        raise not_found("person")
    return people


def _shares(tally: Tally) -> dict[str, Any]:
    adherence = estimate_share(tally.adherent, tally.decidable)
    return {
        **asdict(tally),
        "adherence": _rounded(adherence.value, SHARE),
        "adherence_low": _rounded(adherence.low, SHARE),
        "adherence_high": _rounded(adherence.high, SHARE),
        "evidence_completeness": _rounded(tally.criteria_known / tally.criteria, SHARE) if tally.criteria else None,
    }


def _rounded(value: float | None, step: Decimal) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(step)


def _stage(model: str, record: StageRecord) -> StageRecordDTO:
    return StageRecordDTO(
        model=model,
        stage=record.stage,
        entered=record.entered,
        advanced=record.advanced,
        lost=record.lost,
        undecided=record.entered - record.advanced - record.lost,
        conversion_decided=_rounded(record.conversion_decided.value, SHARE),
        conversion_low=_rounded(record.conversion_decided.low, SHARE),
        conversion_high=_rounded(record.conversion_decided.high, SHARE),
        benchmark_conversion=record.benchmark_conversion,
        left=record.left,
        median_days=_rounded(record.median_days.value, DAYS),
        median_days_low=_rounded(record.median_days.low, DAYS),
        median_days_high=_rounded(record.median_days.high, DAYS),
        benchmark_days=record.benchmark_days,
    )
