"""What is read back without validation is what validation would have read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec
import pytest
from pydantic import TypeAdapter

from service.core.dto import OutputDTO
from service.core.trusted import TrustedReader
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.pace import Method, Status
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

PERSON = UUID("0192a3f4-0000-7000-8000-000000000001")
SNAPSHOT = KpiSnapshotDTO(
    id=f"{PERSON}.calls.week.2026-01-05",
    person_id=PERSON,
    kpi="calls",
    name="Anrufe je Woche (kalt, für Zürich)",
    level=KpiLevel.ACTIVITY,
    unit=Unit.COUNT,
    polarity=next(iter(Polarity)),
    period=PeriodKind.WEEK,
    period_start=date(2026, 1, 5),
    period_end=date(2026, 1, 11),
    as_of=datetime(2026, 1, 7, 12, 30, 15, 250_000, UTC),
    value=Decimal("12.50"),
    numerator=None,
    denominator=None,
    n=12,
    undecided=0,
    target=Decimal(50),
    target_reason="the team's 50",
    expected=Decimal("20.1"),
    attainment=Decimal("0.25"),
    status=Status.BEHIND,
    probability=Decimal("0.031"),
    interval_low=Decimal(20),
    interval_high=Decimal(31),
    method=next(iter(Method)),
    model_version=3,
    closed_at=datetime(2026, 1, 16, tzinfo=UTC),
    revision=2,
)


class Colour(StrEnum):
    RED = "red"


class Later(OutputDTO):
    """A DTO that got a field after documents of it were kept."""

    name: str
    colour: Colour | None = None
    times: int = 1


def test_documents_read_as_validation_reads_them() -> None:
    kept = SNAPSHOT.model_dump_json()
    read = TrustedReader(KpiSnapshotDTO).read([kept, f"{kept},{kept}"])
    assert read == TypeAdapter(list[KpiSnapshotDTO]).validate_json(f"[{kept},{kept},{kept}]")
    assert read[0].model_dump_json() == kept
    assert {name: type(value) for name, value in read[0]} == {name: type(value) for name, value in SNAPSHOT}
    assert read[0].model_copy(update={"n": 13}).n == 13


def test_nothing_kept_reads_as_nothing() -> None:
    assert TrustedReader(KpiSnapshotDTO).read([]) == []


def test_fields_that_came_later_have_their_defaults() -> None:
    assert TrustedReader(Later).read(['{"name": "a"}', '{"name": "b", "colour": "red", "times": 2}']) == [
        Later(name="a"),
        Later(name="b", colour=Colour.RED, times=2),
    ]


@pytest.mark.parametrize("kept", ['{"times": 1}', '{"name": "a", "times": "1"}', '{"name": "a", "colour": "blue"}'])
def test_documents_of_another_shape_are_refused(kept: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        TrustedReader(Later).read([kept])
