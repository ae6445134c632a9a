"""What a move asks for, and what prose is."""

import json
import re
from pathlib import Path

from service.success_models.process import SalesProcess, prose
from service.success_models.use_cases.deal_standards import TEMPLATES, shipped_standard
from service.success_models.use_cases.success_models import parse_document
from tests.factories.success_models import process_document


def process() -> SalesProcess:
    return parse_document(process_document()).process


def keys(criteria: object) -> list[str]:
    return [criterion.key for criterion in criteria]  # type: ignore[attr-defined]


def test_a_move_asks_to_leave_to_pass_and_to_enter() -> None:
    pain = prose("The pain is written down").key
    assert keys(process().required("qualification", (), "discovery")) == ["economic_buyer", "met_in_person", "champion"]
    assert keys(process().required("qualification", ("discovery",), "proposal")) == [
        "economic_buyer",
        "met_in_person",
        "champion",
        pain,
        "plan",
    ]
    assert keys(process().required("proposal", (), "closed_won")) == []


def test_a_model_need_not_name_the_closed_stages() -> None:
    stages = process_document()["stages"][:3]
    without = parse_document(process_document(stages=stages)).process
    assert keys(without.required("discovery", ("proposal",), "closed_won")) == [
        prose("The pain is written down").key,
        "plan",
    ]


def test_every_criterion_is_asked_once_in_the_order_of_the_process() -> None:
    document = process_document()
    document["criteria"].append({"key": "asked_by_no_stage", "name": "Asked by no stage"})
    document["stages"][2]["exit_criteria"] = ["champion"]
    found = parse_document(document).process
    pain = prose("The pain is written down").key
    assert keys(found.asked) == [
        "economic_buyer",
        "met_in_person",
        "champion",
        pain,
        "plan",
        "asked_by_no_stage",
    ]
    assert found.asking == {
        "economic_buyer": "qualification",
        "met_in_person": "qualification",
        "champion": "discovery",
        pain: "discovery",
        "plan": "proposal",
    }


def test_prose_has_a_key_of_its_own_that_stays() -> None:
    assert prose("Budget named!").key != prose("Budget named?").key
    assert prose("Budget named!").key == "text_budget_named_1d9f4ee6"
    assert prose("日本語").key.startswith("text__")
    assert len(prose("x" * 500).key) <= 64


def test_the_documented_process_is_a_sound_document() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sales-process.md").read_text()
    parts = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    assert [set(part) for part in parts] == [{"stages", "criteria"}, {"standards"}]
    document = parse_document(process_document() | parts[0] | parts[1])
    assert keys(document.process.required("qualification", (), "discovery"))[:2] == ["economic_buyer", "met_us"]


def test_the_shipped_templates_fit_into_a_model() -> None:
    for name in TEMPLATES:
        template = shipped_standard(name)
        assert template.key == name
        parts = template.model_dump(mode="json", exclude_none=True)
        document = process_document(stages=[], criteria=parts["criteria"], standards={"good_deal": parts["good_deal"]})
        assert parse_document(document).process.known.keys() == {
            factor.criterion for factor in template.good_deal.factors
        }
