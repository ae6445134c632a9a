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
