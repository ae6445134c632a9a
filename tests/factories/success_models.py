"""Model documents for tests, as a partner would post them."""

from typing import Any

CALLS: dict[str, Any] = {"source": "activities", "filters": [{"field": "kind", "op": "eq", "value": "call"}]}
CONNECTED: dict[str, Any] = {
    "source": "activities",
    "filters": [*CALLS["filters"], {"field": "outcome", "op": "eq", "value": "connected"}],
}


def flow_kpi(key: str, measure: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A KPI that is one measure's sum."""
    kpi = {"key": key, "name": key, "kind": "flow", "level": "activity", "unit": "count", "measure": measure}
    return {**kpi, **fields}


def ratio_kpi(key: str, numerator: dict[str, Any], denominator: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A KPI that is one measure over another."""
    parts = {"numerator": numerator, "denominator": denominator}
    return {"key": key, "name": key, "kind": "ratio", "level": "result", "unit": "ratio", **parts, **fields}


def target(kpi: str, period: str, value: str, **scope: Any) -> dict[str, Any]:
    """A target for the organization unless `job_role` or `person` is given."""
    return {"kpi": kpi, "period": period, "value": value, "scope": scope or {"organization": True}}


def model_document(**fields: Any) -> dict[str, Any]:
    """A small model: calls, connected-call rate, won amount, closed win rate."""
    document = {
        "key": "outbound",
        "name": "Outbound",
        "stages": [{"key": "discovery", "name": "Discovery"}, {"key": "proposal", "name": "Proposal"}],
        "kpis": [
            flow_kpi("calls", CALLS),
            ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity"),
            flow_kpi(
                "won-amount",
                {"source": "deals_won", "aggregate": "sum", "field": "amount"},
                level="result",
                unit="currency",
            ),
            ratio_kpi("win-rate", {"source": "deals_won"}, {"source": "deals_closed"}),
        ],
        "targets": [target("calls", "month", "10")],
    }
    return {**document, **fields}


def process_document(**fields: Any) -> dict[str, Any]:
    """The small model with a sales process: three open stages, criteria of every source, all three standards."""
    met_by_field = {"crm_fields": [{"field": "attributes.economic_buyer", "op": "exists", "value": True}]}
    held = {"kind": "meeting", "filters": [{"field": "outcome", "op": "eq", "value": "completed"}]}
    process = {
        "stages": [
            {
                "key": "qualification",
                "name": "Qualification",
                "exit_criteria": ["economic_buyer", "met_in_person"],
                "benchmark_conversion": "0.6",
                "benchmark_days": "14",
            },
            {
                "key": "discovery",
                "name": "Discovery",
                "entry_criteria": ["champion"],
                "exit_criteria": ["The pain is written down"],
                "benchmark_days": "21",
            },
            {"key": "proposal", "name": "Proposal", "entry_criteria": ["plan"]},
            {"key": "closed_won", "name": "Won"},
            {"key": "closed_lost", "name": "Lost"},
        ],
        "criteria": [
            {
                "key": "economic_buyer",
                "name": "The economic buyer is known",
                "met_by": {**met_by_field, "inspection": True, "confirmation": True},
            },
            {
                "key": "met_in_person",
                "name": "They met us",
                "met_by": {"activities": [{**held, "at_least": 2, "within_days": 30}]},
            },
            {"key": "champion", "name": "There is a champion", "met_by": {"inspection": True, "confirmation": True}},
            {"key": "plan", "name": "There is a plan", "met_by": {"inspection": True}},
        ],
        "standards": {
            "good_deal": {
                "factors": [
                    {"criterion": "economic_buyer", "weight": 40},
                    {"criterion": "champion", "weight": 30, "expected_from": "discovery"},
                    {"criterion": "plan", "weight": 10, "expected_from": "proposal"},
                ],
                "slips": {"at_most": 1, "weight": 10},
                "age": {"at_most": "1.5", "weight": 10},
            },
            "good_funnel": {"stages": [{"stage": "qualification", "conversion": "0.7", "days": "10"}]},
            "good_pipeline": {
                "coverage": "3",
                "age_mix": [{"older_than_days": 90, "at_most": "0.3"}, {"older_than_days": 180, "at_most": "0.1"}],
                "slipped": {"times": 2, "at_most": "0.2"},
            },
        },
    }
    return model_document(**process) | fields
