"""What a KPI is to lead to, in shipped and small models."""

import json
from pathlib import Path
from typing import Any

from service.kpi_snapshots.leads.outcomes import link_kpis
from service.success_models.document import ModelDocument
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, model_document, ratio_kpi

LIBRARY = Path(__file__).parents[4] / "service/success_models/library/b2b_outbound.json"


def links(document: dict[str, Any]) -> dict[str, tuple[str | None, bool]]:
    """By KPI: its outcome, and whether it has weeks."""
    found = link_kpis(ModelDocument.model_validate(document))
    return {one.kpi.key: (None if one.outcome is None else one.outcome.key, one.done is not None) for one in found}


def test_the_shipped_model_is_a_chain_from_calls_to_won_deals() -> None:
    assert links(json.loads(LIBRARY.read_text("utf-8"))) == {
        "calls-made": ("opportunities-created", True),
        "connected-call-rate": ("opportunities-created", True),
        "emails-sent": ("opportunities-created", True),
        "meetings-held": ("opportunities-created", True),
        "opportunities-created": ("deals-to-discovery", True),
        "deals-to-discovery": ("proposals-made", True),
        "proposals-made": ("deals-won", True),
    }


def test_a_model_without_counts_leads_to_what_its_results_count() -> None:
    assert links(model_document()) == {"calls": ("won-amount", True), "connected-rate": ("won-amount", True)}
    only_a_rate = [
        flow_kpi("calls", CALLS),
        ratio_kpi("win-rate", {"source": "deals_won"}, {"source": "deals_closed"}),
    ]
    assert links(model_document(kpis=only_a_rate, targets=[])) == {"calls": ("win-rate", True)}
    assert links(model_document(kpis=[flow_kpi("calls", CALLS)], targets=[])) == {"calls": (None, True)}


def test_an_objective_of_activities_is_next_to_them_and_what_should_be_low_is_no_outcome() -> None:
    kpis = [
        flow_kpi("calls", CALLS),
        flow_kpi("connected", CONNECTED, level="objective"),
        flow_kpi("lost", {"source": "deals_lost"}, level="result"),
        flow_kpi("opened", {"source": "deals_created"}, level="objective", polarity="lower"),
        flow_kpi("won", {"source": "deals_won"}, level="result"),
    ]
    assert links(model_document(kpis=kpis, targets=[])) == {
        "calls": ("connected", True),
        "connected": ("won", True),
        "opened": ("won", True),
    }


def test_what_does_not_add_up_by_the_week_says_so() -> None:
    kpis = [
        flow_kpi("accounts", {"source": "activities", "aggregate": "count_distinct", "field": "deal"}),
        {
            "key": "speed", "name": "Speed", "kind": "duration", "level": "objective", "unit": "days",
            "polarity": "lower", "duration": {"from_stage": "discovery"},
        },
        ratio_kpi("follow", {"source": "deals_won"}, {"source": "deals_created"}, basis="cohort", level="objective"),
        flow_kpi("won", {"source": "deals_won"}, level="result"),
    ]  # fmt: skip
    found = links(model_document(kpis=kpis, targets=[]))
    assert found == {"accounts": ("won", False), "speed": ("won", False), "follow": ("won", False)}
