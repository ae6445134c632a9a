"""Plain inputs of briefs, each with something ordinary unless a test says otherwise."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_sessions.brief.facts import BriefFacts, Occasion
from service.coaching_sessions.dto.brief import BriefPersonDTO
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.success_models.dto.adherence import ProcessAdherenceDTO, TallyDTO
from service.success_models.dto.evidence import DealHealthDTO, HealthFactorDTO
from service.success_models.dto.owned_deals import DealMoveDTO, OwnedDealDTO
from service.success_models.kpis import KpiKind
from tests.factories.gap_answers import gaps_answer
from tests.factories.quadrant_answers import answer

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
SINCE = datetime(2026, 3, 6, 15, tzinfo=UTC)
REP, MANAGER, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
MONTH: dict[str, Any] = {"period": "month", "period_start": date(2026, 3, 1), "period_end": date(2026, 3, 31)}
QUARTER: dict[str, Any] = {"period": "quarter", "period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}


def snapshot(kpi: str = "calls", **fields: Any) -> KpiSnapshotDTO:
    """Behind on calls of March: 62 of 170."""
    given: dict[str, Any] = {
        "person_id": REP,
        "kpi": kpi,
        "name": "Calls made",
        "level": "activity",
        "unit": "count",
        "polarity": "higher",
        **MONTH,
        "as_of": NOW,
        "value": Decimal(62),
        "numerator": None,
        "denominator": None,
        "n": 62,
        "undecided": 0,
        "target": Decimal(170),
        "target_reason": None,
        "expected": Decimal(103),
        "attainment": None,
        "status": "behind",
        "probability": Decimal("0.12"),
        "interval_low": None,
        "interval_high": None,
        "method": "gamma_poisson",
        "model_version": 1,
    } | fields
    id_ = f"{REP}.{kpi}.{given['period']}.{given['period_start']}"
    return KpiSnapshotDTO.model_validate({"id": id_, **given})


def opportunity(**fields: Any) -> CoachingOpportunityDTO:
    """A connect rate below its target beyond chance."""
    given: dict[str, Any] = {
        "id": UUID(int=9),
        "person_id": REP,
        "kind": "below_benchmark",
        "kpi": "connect",
        "deal_id": None,
        "status": "open",
        "size": Decimal("0.2"),
        "reason": "Connect rate: 28.0 % of 900, where the target is 35.0 %. That this is chance is unlikely.",
        "evidence": {"value": "0.2800"},
        "raised_at": NOW,
        "manager_sees_on": date(2026, 3, 1),
        "snoozed_until": None,
        "dismissal": None,
        "closed_at": None,
        "self_corrected": False,
        "updated_at": NOW,
    }
    return CoachingOpportunityDTO.model_validate(given | fields)


def factor(name: str = "The economic buyer is known", status: str = "unmet", **fields: Any) -> HealthFactorDTO:
    """A criterion that is due and not met."""
    given: dict[str, Any] = {
        "kind": "criterion",
        "key": "buyer",
        "name": name,
        "weight": 20,
        "status": status,
        "due": True,
        "contribution": Decimal(0),
        "would_add": Decimal(20),
    }
    return HealthFactorDTO.model_validate(given | fields)


def health(*factors: HealthFactorDTO, **fields: Any) -> DealHealthDTO:
    """A week in a stage that may take three."""
    given: dict[str, Any] = {
        "deal_id": UUID(int=20),
        "as_of": NOW,
        "model_version": 1,
        "score": Decimal(40),
        "completeness": Decimal("0.5"),
        "stage": "proposal",
        "days_in_stage": Decimal("7.5"),
        "benchmark_days": Decimal(21),
        "slips": 0,
        "factors": list(factors),
    }
    return DealHealthDTO.model_validate(given | fields)


def deal(number: int = 20, **fields: Any) -> OwnedDealDTO:
    """Open since January, without a change."""
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "name": f"Deal {number}",
        "amount": Decimal(16000),
        "outcome": "open",
        "created_at": NOW - timedelta(days=60),
        "closed_at": None,
        "stage": "Proposal",
        "share": Decimal("0.5"),
        "moves": [],
        "slips": 0,
        "closed_on_before": None,
        "closed_on_now": None,
        "health": health(),
        "earned": None,
    }
    return OwnedDealDTO.model_validate(given | fields)


def move(kind: str, to_stage: str, days_ago: int = 3) -> DealMoveDTO:
    """Some days ago."""
    at = NOW - timedelta(days=days_ago)
    return DealMoveDTO.model_validate({"at": at, "kind": kind, "from_stage": "Discovery", "to_stage": to_stage})


def tally(**fields: Any) -> TallyDTO:
    """No move at all, unless told otherwise."""
    counts = dict.fromkeys(TallyDTO.model_fields, 0)
    shares = dict.fromkeys(("adherence", "adherence_low", "adherence_high", "evidence_completeness"))
    return TallyDTO.model_validate(counts | shares | fields)


def facts(**fields: Any) -> BriefFacts:
    """Nothing to tell, unless told otherwise."""
    occasion = Occasion(
        session_id=SESSION,
        manager=BriefPersonDTO(id=MANAGER, name="Maya Lindqvist", job_role=None),
        rep=BriefPersonDTO(id=REP, name="Anna Keller", job_role="AE"),
        starts_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=1, minutes=30),
        zone=ZoneInfo("Europe/Berlin"),
        previous_session_id=UUID(int=4),
        since=SINCE,
        as_of=NOW,
    )
    adherence = ProcessAdherenceDTO(
        start=date(2025, 12, 20),
        until=date(2026, 3, 21),
        as_of=NOW,
        team=fields.pop("team", tally()),
        people=[],
        stages=[],
    )
    given: dict[str, Any] = {
        "occasion": occasion,
        "currency": "USD",
        "kinds": {"calls": KpiKind.FLOW, "won": KpiKind.FLOW, "connect": KpiKind.RATIO, "coverage": KpiKind.STOCK},
        "levels": {"calls": True, "won": False, "connect": True, "coverage": True},
        "adherence": adherence,
        "quadrants": answer(),
        "gaps": gaps_answer(),
    }
    empty = ("snapshots", "before", "ended", "opportunities", "deals", "agenda", "commitments", "topics", "plans")
    return BriefFacts(**(given | dict.fromkeys(empty, ()) | fields))
