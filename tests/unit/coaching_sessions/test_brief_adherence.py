"""How the process was kept, in a brief: with its interval, and with how much is on record."""

from decimal import Decimal
from typing import Any

import pytest

from service.coaching_sessions.brief.adherence import RECORDS, process_adherence
from service.coaching_sessions.brief.building import build_brief
from service.coaching_sessions.concerns import Concern
from tests.unit.coaching_sessions.briefs import NOW, REP, deal, factor, facts, health, opportunity, snapshot, tally

SPAN = "From 20 December 2025 to 20 March"
KEPT = {
    "moves": 14,
    "decidable": 9,
    "adherent": 6,
    "adherence": Decimal("0.6667"),
    "adherence_low": Decimal("0.4"),
    "adherence_high": Decimal("0.86"),
    "evidence_completeness": Decimal("0.9"),
}


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({}, [f"{SPAN} no deal moved on."]),
        (
            KEPT,
            [
                (
                    f"{SPAN} 6 of 9 moves with evidence kept to the process (67 %; 90 % interval: 40 % to 86 %); "
                    "there were 14 moves forward in all."
                )
            ],
        ),
        (
            {"moves": 1, "evidence_completeness": Decimal(0)},
            [
                f"{SPAN} there was 1 move forward; nothing is recorded that tells whether the process was kept.",
                f"Of what the process asks for, 0 % is on record. {RECORDS}",
            ],
        ),
        (
            KEPT | {"skipping": 2, "stages_skipped": 3, "moves_back": 1},
            [
                (
                    f"{SPAN} 6 of 9 moves with evidence kept to the process (67 %; 90 % interval: 40 % to 86 %); "
                    "there were 14 moves forward in all."
                ),
                "2 moves of 14 jumped over 3 stages.",
                "1 deal went back to an earlier stage.",
            ],
        ),
        ({"moves_back": 2}, ["2 times a deal went back to an earlier stage."]),
    ],
)
def test_in_words(fields: dict[str, Any], texts: list[str]) -> None:
    found = process_adherence(facts(team=tally(**fields)))
    assert [one.text for one in found] == texts
    href = f"/v1/process-adherence?person_id={REP}&from=2025-12-20&until=2026-03-21"
    assert {one.links[0].href for one in found} == {href}


def test_a_brief_of_nothing_says_so_and_what_it_cannot_tell_yet() -> None:
    brief = build_brief(facts())
    assert (brief.changes, brief.kpis_behind, brief.deals_to_inspect, brief.wins) == ([], [], [], [])
    assert not brief.quadrant.available
    assert str(brief.quadrant.reason).startswith("No success model holds for the rep")
    assert not brief.focus_gaps.available
    assert not brief.is_frozen


def test_every_list_has_process_before_outcome_and_every_statement_its_evidence() -> None:
    brief = build_brief(
        facts(
            snapshots=[snapshot("won", level="result"), snapshot()],
            before=[snapshot("won", level="result", status="ahead"), snapshot(status="ahead")],
            opportunities=[opportunity()],
            deals=[
                deal(20, outcome="lost", closed_at=NOW, health=None),
                deal(21, created_at=NOW, health=health(factor())),
            ],
            team=tally(**KEPT),
        )
    )
    order = [Concern.PROCESS, Concern.OUTCOME]
    lists = (brief.changes, brief.kpis_behind, brief.process_adherence, brief.deals_to_inspect)
    for statements in lists:
        assert statements
        places = [order.index(one.concerns) for one in statements]
        assert places == sorted(places)
        assert all(one.links and one.text.endswith(".") for one in statements)
        assert len({one.key for one in statements}) == len(statements)
