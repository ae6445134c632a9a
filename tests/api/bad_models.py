"""Bad success models: what is changed in a good document, and exactly which places the answer must name."""

import json
from typing import Any, NamedTuple

from tests.factories.success_models import CALLS, flow_kpi, process_document, ratio_kpi, target


class BadModel(NamedTuple):
    """`edits` are set (or, where the value is `GONE`, taken out) at JSON pointers of a good document."""

    fault: str
    edits: dict[str, Any]
    pointers: tuple[str, ...]


GONE = object()
COVERAGE = {
    "key": "coverage",
    "name": "Coverage",
    "kind": "stock",
    "level": "objective",
    "unit": "ratio",
    "measure": {"source": "open_deals", "aggregate": "sum", "field": "amount"},
    "per": {"target_of": "won-amount"},
}
STAY = {"key": "stay", "name": "Stay", "kind": "duration", "level": "objective", "unit": "days"}
MONTHLY = target("calls", "month", "20")


def where(field: str, op: str, value: Any) -> dict[str, Any]:
    """A filter."""
    return {"field": field, "op": op, "value": value}


def count(*filters: dict[str, Any]) -> dict[str, Any]:
    """A flow over the activities that match."""
    return flow_kpi("n", {"source": "activities", "filters": list(filters)})


def divided(by: str, key: str = "n") -> dict[str, Any]:
    """Calls for each of another KPI's."""
    return flow_kpi(key, CALLS, unit="ratio", per={"kpi": by})


def dated(start: str | None, end: str | None) -> dict[str, Any]:
    """A monthly target for a time."""
    return {**MONTHLY, "effective_from": start, "effective_until": end}


def one(fault: str, pointer: str, value: Any, *named: str) -> BadModel:
    """One edit; the place that is named is that of the edit, unless it is another."""
    return BadModel(fault, {pointer: value}, named or (pointer,))


def kpi(fault: str, definition: dict[str, Any], *below: str) -> BadModel:
    """The first KPI (which no target names) becomes another; places are below it."""
    return BadModel(fault, {"/kpis/0": definition, "/targets": []}, tuple(f"/kpis/0{place}" for place in below))


WON = {"source": "deals_won"}
STOCK = {"kind": "stock", "level": "objective"}
MOVES = {"source": "stage_changes"}
BAD_MODELS = [
    # Fields that the document does not have, or that are missing or of another type.
    one("unknown field of the document", "/colour", "red"),
    one("unknown field with a slash", "/kpis/0/a~1b", 1),
    one("unknown field of a KPI", "/kpis/0/formula", "a / b"),
    one("unknown field of a measure", "/kpis/0/measure/sql", "select 1"),
    one("unknown field of a filter", "/kpis/0/measure/filters/0/not", True),
    one("unknown field of a target", "/targets/0/unit", "count"),
    one("unknown field of a stage", "/stages/1/probability", 0.4),
    one("unknown field of a standard", "/standards/good_deal/limit", 1),
    one("no key", "/key", GONE),
    one("no KPI at all", "/kpis", []),
    one("a key with capitals", "/kpis/0/key", "Calls"),
    one("an unknown kind", "/kpis/0/kind", "guess"),
    one("an unknown level", "/kpis/0/level", "hope"),
    one("an unknown polarity", "/kpis/0/polarity", "sideways"),
    one("a name with NUL", "/kpis/0/name", "a\x00b"),
    BadModel("a KPI's key twice", {"/kpis/2/key": "connected-rate"}, ("/kpis/2/key",)),
    # Measures and filters.
    one("an unknown source", "/kpis/0/measure/source", "emails"),
    one("an unknown aggregate", "/kpis/0/measure/aggregate", "mode"),
    kpi("a fact's unknown field", count(where("colour", "eq", "red")), "/measure/filters/0/field"),
    kpi("another fact's field", count(where("stage", "eq", "discovery")), "/measure/filters/0/field"),
    kpi("an unknown operator", count(where("kind", "like", "c")), "/measure/filters/0/op"),
    kpi("order among texts", count(where("kind", "gte", "call")), "/measure/filters/0/op"),
    kpi("text for a number", count(where("duration_seconds", "gte", "long")), "/measure/filters/0/value"),
    kpi("number for a text", count(where("kind", "eq", 3)), "/measure/filters/0/value"),
    kpi("a list for a value", count(where("kind", "eq", ["call"])), "/measure/filters/0/value"),
    kpi("a value for a list", count(where("kind", "in", "call")), "/measure/filters/0/value"),
    kpi("an empty list", count(where("kind", "in", [])), "/measure/filters/0/value"),
    kpi("existence of a text", count(where("outcome", "exists", "yes")), "/measure/filters/0/value"),
    kpi("a link's value", count(where("deal", "eq", "4711")), "/measure/filters/0/op"),
    kpi("a sum of nothing", flow_kpi("n", {**WON, "aggregate": "sum"}, unit="currency"), "/measure/field"),
    kpi("a sum of texts", flow_kpi("n", {**WON, "aggregate": "sum", "field": "name"}), "/measure/field"),
    kpi("a count of a field", flow_kpi("n", {**WON, "field": "amount"}), "/measure/field"),
    kpi("a share of nothing", flow_kpi("n", {**WON, "aggregate": "share"}, unit="ratio"), "/measure/matching"),
    kpi("a count that matches", flow_kpi("n", {**WON, "matching": [where("name", "eq", "x")]}), "/measure/matching"),
    kpi("no such stage", flow_kpi("n", {**MOVES, "filters": [where("to_stage", "eq", "demo")]}),
        "/measure/filters/0/value"),
    # KPIs of each kind.
    kpi("a flow without a measure", {**flow_kpi("n", CALLS), "measure": None}, "/measure"),
    kpi("a ratio without a denominator", {**ratio_kpi("n", CALLS, CALLS), "denominator": None}, "/denominator"),
    kpi("a flow with a numerator", flow_kpi("n", CALLS, numerator=CALLS), "/numerator"),
    kpi("a flow of a level", flow_kpi("n", {"source": "open_deals"}), "/measure/source"),
    kpi("a level of a flow", flow_kpi("n", CALLS, **STOCK), "/measure/source"),
    kpi("a flow that follows cohorts", flow_kpi("n", CALLS, basis="cohort"), "/basis"),
    kpi("a cohort of calls", ratio_kpi("n", WON, CALLS, basis="cohort"), "/denominator/source"),
    kpi("a ratio of medians", ratio_kpi("n", {**WON, "aggregate": "median", "field": "slips"}, WON),
        "/numerator/aggregate"),
    kpi("days without a stay", STAY, "/duration"),
    kpi("days from no stage", {**STAY, "duration": {"from_stage": "demo"}}, "/duration/from_stage"),
    kpi("days to no stage", {**STAY, "duration": {"from_stage": "discovery", "to_stage": "demo"}},
        "/duration/to_stage"),
    kpi("days after the end", {**STAY, "duration": {"from_stage": "closed_won"}}, "/duration/from_stage"),
    kpi("days to where it is", {**STAY, "duration": {"from_stage": "proposal", "to_stage": "proposal"}},
        "/duration/to_stage"),
    kpi("a quantile of one", {**STAY, "duration": {"from_stage": "proposal", "quantile": "1"}}, "/duration/quantile"),
    # Units.
    one("calls in currency", "/kpis/0/unit", "currency"),
    one("a rate in counts", "/kpis/1/unit", "count"),
    one("money as a ratio", "/kpis/2/unit", "ratio"),
    one("an unknown unit", "/kpis/0/unit", "bananas"),
    kpi("days in seconds", {**STAY, "unit": "seconds", "duration": {"from_stage": "proposal"}}, "/unit"),
    kpi("coverage in currency", {**COVERAGE, "unit": "currency", "per": {"kpi": "won-amount"}}, "/unit"),
    one("a share in percent", "/targets/0", target("win-rate", "quarter", "40"), "/targets/0/value"),
    # Divisions by zero.
    kpi("per times zero", flow_kpi("n", CALLS, unit="ratio", per={"kpi": "won-amount", "times": 0}), "/per/times"),
    kpi("per nothing", flow_kpi("n", CALLS, unit="ratio", per={"times": 2}), "/per"),
    kpi("per two things", flow_kpi("n", CALLS, unit="ratio", per={"kpi": "win-rate", "target_of": "win-rate"}), "/per"),
    kpi("a quota that nobody has", COVERAGE, "/per/target_of"),
    BadModel("a quota of zero", {"/kpis/0": COVERAGE, "/targets/0": target("won-amount", "quarter", "0")},
             ("/kpis/0/per/target_of",)),
    kpi("a denominator of what cannot be",
        ratio_kpi("n", CALLS, {**CALLS, "filters": [*CALLS["filters"], where("kind", "eq", "meeting")]}),
        "/denominator/filters/1"),
    kpi("between five and three", count(where("duration_seconds", "gte", 5), where("duration_seconds", "lte", 3)),
        "/measure/filters/1"),
    kpi("a cohort in medians", ratio_kpi("n", WON, {"source": "deals_created", "aggregate": "sum", "field": "slips"},
        basis="cohort"), "/denominator/aggregate"),
    # Cycles, and what leads nowhere.
    kpi("per itself", divided("n"), "/per/kpi"),
    BadModel("a cycle of two", {"/kpis/0": divided("m"), "/kpis/1": divided("n", "m"), "/targets": []},
             ("/kpis/0/per/kpi", "/kpis/1/per/kpi")),
    BadModel("a cycle of three",
             {"/kpis/0": divided("m"), "/kpis/1": divided("o", "m"), "/kpis/2": divided("n", "o"), "/targets": []},
             ("/kpis/0/per/kpi", "/kpis/1/per/kpi", "/kpis/2/per/kpi")),
    kpi("per no KPI", divided("nothing"), "/per/kpi"),
    kpi("the quota of no KPI", {**COVERAGE, "per": {"target_of": "nothing"}}, "/per/target_of"),
]  # fmt: skip


def broken(bad: BadModel) -> dict[str, Any]:
    """The good document with its edits, as JSON reads it: no two places share an object."""
    document: dict[str, Any] = json.loads(json.dumps(process_document()))
    for pointer, value in bad.edits.items():
        edit(document, pointer, value if value is GONE else json.loads(json.dumps(value)))
    return document


def edit(document: Any, pointer: str, value: Any) -> None:
    """Set, append or take out what a pointer names."""
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    place = document
    for part in above:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        place[int(last) : int(last) + 1] = [value]
    elif value is GONE:
        del place[last]
    else:
        place[last] = value
