"""Bad targets, stages, criteria and standards within a success model, with the places that the answer must name."""

from typing import Any

from tests.api.bad_models import MONTHLY, BadModel, dated, one, where
from tests.factories.success_models import target

RAMPED = {**MONTHLY, "scope": {"job_role": "AE"}}


def ramp(*steps: tuple[int, str]) -> dict[str, Any]:
    """A target with a ramp."""
    return {**RAMPED, "ramp": [{"after_months": months, "share": share} for months, share in steps]}


def both(fault: str, first: dict[str, Any], second: dict[str, Any]) -> BadModel:
    """Two targets, of which the second is at fault."""
    return BadModel(fault, {"/targets": [first, second]}, ("/targets/1",))


LOWER = {"/kpis/0/polarity": "lower"}
NEED = "/criteria/1/met_by/activities/0"
FACTORS = "/standards/good_deal/factors"
PIPELINE = "/standards/good_pipeline"
BAD_PROCESSES_AND_TARGETS = [
    # Targets.
    one("of no KPI", "/targets/0/kpi", "nothing"),
    one("of no period", "/targets/0/period", "fortnight"),
    one("less than nothing", "/targets/0/value", "-1"),
    one("no number", "/targets/0/value", "many"),
    one("not finite", "/targets/0/value", "NaN"),
    one("for nobody", "/targets/0/scope", {}),
    one("for two at once", "/targets/0/scope", {"organization": True, "team": "East"}),
    one("for an unknown kind of scope", "/targets/0/scope", {"region": "EMEA"}, "/targets/0/scope/region"),
    one("not for the organization", "/targets/0/scope/organization", False),
    one("for somebody without an address", "/targets/0/scope", {"person": "ann"}, "/targets/0/scope/person"),
    one("from no day", "/targets/0/effective_from", "2026-02-30"),
    one("ends before it starts", "/targets/0", dated("2026-03-01", "2026-02-01"), "/targets/0/effective_until"),
    one("ends when it starts", "/targets/0", dated("2026-03-01", "2026-03-01"), "/targets/0/effective_until"),
    both("twice for ever", MONTHLY, MONTHLY),
    both("overlapping by a day", dated(None, "2026-03-02"), dated("2026-03-01", None)),
    both("one within the other", dated("2026-01-01", "2027-01-01"), dated("2026-03-01", "2026-04-01")),
    both("overlapping for one team", target("calls", "week", "1", team="East"),
         target("calls", "week", "2", team="East")),
    both("overlapping for one person", target("calls", "week", "1", person="ann@example.com"),
         target("calls", "week", "2", person="ANN@example.com")),
    one("a ramp that begins late", "/targets/0", ramp((1, "0.5"), (3, "1")), "/targets/0/ramp/0/after_months"),
    one("a ramp out of order", "/targets/0", ramp((0, "0.2"), (3, "0.5"), (2, "1")), "/targets/0/ramp/2/after_months"),
    one("a ramp that never ends", "/targets/0", ramp((0, "0.2"), (3, "0.5")), "/targets/0/ramp/1/share"),
    one("a ramp beyond the whole", "/targets/0", ramp((0, "1.2"), (3, "1")), "/targets/0/ramp/0/share"),
    BadModel("a ramp where less is better", {**LOWER, "/targets/0": ramp((0, "0.2"), (3, "1"))}, ("/targets/0/ramp",)),
    # Stages and criteria.
    BadModel("a stage twice", {"/stages/2/key": "discovery", f"{FACTORS}/2/expected_from": None}, ("/stages/2/key",)),
    one("a stage with a dash", "/stages/0/key", "pre-sales"),
    one("a stage without a name", "/stages/0/name", " "),
    one("a conversion in percent", "/stages/0/benchmark_conversion", "60"),
    one("a stay of no days", "/stages/0/benchmark_days", "0"),
    one("a criterion that is not there", "/stages/1/exit_criteria/0", "budget_known"),
    one("a criterion asked for twice", "/stages/0/exit_criteria/1", "economic_buyer"),
    one("a way out of the end", "/stages/3/exit_criteria", ["champion"]),
    one("a conversion of the end", "/stages/3/benchmark_conversion", "0.5"),
    one("a criterion's key twice", "/criteria/4", {"key": "champion", "name": "Another"}, "/criteria/4/key"),
    one("a way that is none", "/criteria/2/met_by/hearsay", True),
    one("a field that reps do not fill", "/criteria/0/met_by/crm_fields/0", where("stage", "eq", "proposal"),
        "/criteria/0/met_by/crm_fields/0/field"),
    one("a close date as text", "/criteria/0/met_by/crm_fields/0", where("expected_close_on", "eq", "2026"),
        "/criteria/0/met_by/crm_fields/0/op"),
    one("no activities", f"{NEED}/at_least", 0),
    one("within no days", f"{NEED}/within_days", 0),
    one("an unknown activity", f"{NEED}/kind", "dinner"),
    one("an activity's unknown field", f"{NEED}/filters/0/field", "mood"),
    # Standards.
    one("a factor that is no criterion", f"{FACTORS}/0/criterion", "budget"),
    one("a factor twice", f"{FACTORS}/1/criterion", "economic_buyer"),
    one("a factor without weight", f"{FACTORS}/0/weight", 0),
    one("a factor expected of the end", f"{FACTORS}/1/expected_from", "closed_won"),
    BadModel("ageing against nothing", {"/stages/0/benchmark_days": None, "/stages/1/benchmark_days": None},
             ("/standards/good_deal/age",)),
    one("a funnel of no such stage", "/standards/good_funnel/stages/0/stage", "demo"),
    one("a funnel that asks nothing", "/standards/good_funnel/stages/0", {"stage": "proposal"}),
    one("coverage of zero", f"{PIPELINE}/coverage", 0),
    one("an age mix out of order", f"{PIPELINE}/age_mix/1/older_than_days", 60),
    one("more old deals than young", f"{PIPELINE}/age_mix/1/at_most", "0.5"),
    one("a slip of no times", f"{PIPELINE}/slipped/times", 0),
]  # fmt: skip
