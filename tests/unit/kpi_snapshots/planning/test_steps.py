"""A model read as a funnel: which quotas, activities and steps it has."""

import itertools

from service.kpi_snapshots.planning.steps import activity_kpis, lasting, opened, place_of, quota_kpis, staged, unstaged
from service.success_models.document import ModelDocument
from service.success_models.filters import Source
from tests.factories.success_models import CALLS, flow_kpi, model_document, process_document


def document(**fields: object) -> ModelDocument:
    return ModelDocument.model_validate(process_document(**fields))


def test_a_step_from_each_open_stage() -> None:
    steps = staged(document(), quota_kpis(document())[0])
    assert [step.name for step in steps] == [
        "Qualification → Discovery",
        "Discovery → Proposal",
        "Proposal → Won",
    ]
    entered = [step.cohort.denominator for step in steps]
    assert [one.source for one in entered if one] == [Source.DEALS_CREATED, Source.STAGE_CHANGES, Source.STAGE_CHANGES]
    second = steps[1].cohort
    assert second.denominator is not None
    assert second.numerator is not None
    # Whoever skips a stage came as far as the later one.
    assert second.denominator.filters[0].values == ["discovery", "proposal", "closed_won"]
    assert second.numerator.filters[0].values == ["proposal", "closed_won"]
    assert steps[2].cohort.numerator is not None
    assert steps[2].cohort.numerator.source is Source.DEALS_WON
    assert [place_of(steps, stage) for stage in ("qualification", "discovery", "proposal", "nowhere", None)] == [
        0,
        1,
        2,
        0,
        0,
    ]


def test_each_reached_is_what_the_next_entered() -> None:
    steps = staged(document(), quota_kpis(document())[0])
    for before, after in itertools.pairwise(steps):
        assert before.cohort.numerator == after.cohort.denominator


def test_every_step_is_a_kpi_that_a_model_could_have() -> None:
    for step in (*staged(document(), quota_kpis(document())[0]), *unstaged(quota_kpis(document())[0])):
        assert list(step.cohort.problems()) == []


def test_the_quotas_own_conditions_hold_of_its_funnel() -> None:
    new = {"source": "deals_won", "aggregate": "sum", "field": "amount"}
    filters = [
        {"field": "pipeline", "op": "eq", "value": "new"},
        {"field": "attributes.region", "op": "eq", "value": "north"},
        {"field": "amount", "op": "gte", "value": 5},
    ]
    kpi = flow_kpi("new", new | {"filters": filters}, level="result", unit="currency")
    (quota,) = quota_kpis(document(kpis=[kpi], targets=[]))
    assert [one.field for one in opened(quota).measures[0].filters] == ["pipeline", "attributes.region"]
    assert [one.field for one in lasting(quota)] == ["pipeline", "attributes.region"]
    moved = staged(document(), quota)[1].cohort.denominator
    assert moved is not None
    assert [one.field for one in moved.filters] == ["to_stage", "deal.pipeline", "deal.attributes.region"]


def test_quotas_are_sums_of_won_amounts_and_activities_are_counts() -> None:
    assert [kpi.key for kpi in quota_kpis(document())] == ["won-amount"]
    assert [kpi.key for kpi in activity_kpis(document())] == ["calls"]
    talk = flow_kpi("talk", CALLS | {"aggregate": "sum", "field": "duration_seconds"}, unit="seconds")
    only = ModelDocument.model_validate(model_document(kpis=[talk], targets=[]))
    assert (quota_kpis(only), activity_kpis(only)) == ([], [])
