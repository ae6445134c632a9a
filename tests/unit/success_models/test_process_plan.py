"""Which stage a deal has left behind when it is asked for a criterion."""

from datetime import UTC, datetime

from service.success_models.document import ModelDocument
from service.success_models.evidence import CriterionStatus, Reading
from service.success_models.frozen import Bench, Counted, Cutoff, FirstUse, FrozenFacts, ProcessPlan
from tests.factories.success_models import process_document

AT = datetime(2026, 3, 20, tzinfo=UTC)
PLAN = ProcessPlan(ModelDocument.model_validate(process_document()).process)


def test_the_stage_left_behind_by_criterion() -> None:
    by_key = {one.key: PLAN.steps[one.key] for one in PLAN.criteria}
    prose = next(key for key in by_key if key.startswith("text_"))
    # To leave qualification and to enter discovery; to leave discovery and to enter the proposal.
    assert by_key == {"economic_buyer": 0, "met_in_person": 0, "champion": 0, prose: 1, "plan": 1}


def test_how_each_criterion_stands_that_was_asked_for() -> None:
    use = FirstUse(AT, AT)
    bench = Bench(PLAN, {"attributes.economic_buyer": [use]}, {"meeting": [use]})
    facts = FrozenFacts(Cutoff(AT, AT), False, 1, [Reading(AT, "Ada")], [Counted()])
    assert bench.statuses(facts) == {
        "economic_buyer": CriterionStatus.MET,
        "met_in_person": CriterionStatus.UNMET,
        "champion": CriterionStatus.UNKNOWN,
    }
    nowhere = FrozenFacts(Cutoff(AT, AT), False, -1, [Reading(AT, "Ada")], [Counted()])
    assert bench.statuses(nowhere) == {}
