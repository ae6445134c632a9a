"""What a version changed: every edit of a KPI or its targets is found where it stands, and nothing else is."""

import copy
from typing import Any

import pytest

from service.success_models.differences import PARTS, Change, find_differences
from service.success_models.document import ModelDocument
from service.success_models.kpis import Kpi
from tests.factories.success_models import CALLS, flow_kpi, model_document, target


def document(**fields: Any) -> ModelDocument:
    return ModelDocument.model_validate(copy.deepcopy(model_document(**fields)))


def changes(before: ModelDocument | None, after: ModelDocument) -> dict[str, tuple[Change, tuple[str, ...]]]:
    found = {one.kpi: (one.change, one.pointers) for one in find_differences(before, after)}
    return {kpi: change for kpi, change in found.items() if change[0] is not Change.UNCHANGED}


def test_the_same_document_changes_nothing() -> None:
    assert changes(document(), document()) == {}


def test_every_part_of_a_kpi_is_compared() -> None:
    assert set(PARTS) == set(Kpi.model_fields) - {"key"}


def test_a_first_version_adds_everything() -> None:
    found = find_differences(None, document())
    assert {one.change for one in found} == {Change.ADDED}
    assert [one.pointers for one in found] == [(f"/kpis/{index}",) for index in range(4)]


@pytest.mark.parametrize(
    ("edit", "pointers"),
    [
        ({"name": "Dials"}, ("/kpis/0/name",)),
        ({"polarity": "lower"}, ("/kpis/0/polarity",)),
        ({"measure": {"source": "activities"}, "level": "objective"}, ("/kpis/0/level", "/kpis/0/measure")),
    ],
)
def test_an_edit_is_found_where_it_stands(edit: dict[str, Any], pointers: tuple[str, ...]) -> None:
    kpis = [{**flow_kpi("calls", CALLS), **edit}, *model_document()["kpis"][1:]]
    assert changes(document(), document(kpis=kpis)) == {"calls": (Change.CHANGED, pointers)}


@pytest.mark.parametrize(
    ("targets", "pointers"),
    [
        ([target("calls", "month", "12")], ("/targets/0", "/targets")),
        ([target("calls", "month", "10"), target("calls", "week", "3")], ("/targets/1",)),
        ([], ("/targets",)),
        ([target("won-amount", "month", "5"), target("calls", "month", "10")], ()),
    ],
)
def test_targets_belong_to_their_kpi(targets: list[dict[str, Any]], pointers: tuple[str, ...]) -> None:
    found = changes(document(), document(targets=targets))
    assert found.get("calls", (None, ()))[1] == pointers


def test_a_kpi_that_is_gone_is_named_last() -> None:
    after = document(kpis=model_document()["kpis"][1:], targets=[])
    assert changes(document(), after) == {"calls": (Change.REMOVED, ("/kpis/0",))}
    assert find_differences(document(), after)[-1].kpi == "calls"
