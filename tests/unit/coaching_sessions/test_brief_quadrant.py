"""The quadrant in a brief: the verdict with what to do first, its evidence, and what would settle it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from service.coaching_sessions.brief.quadrant import quadrant, this_morning, told_quarter
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefQuadrantDTO
from tests.factories.quadrant_answers import answer, nobody_knows, person
from tests.unit.coaching_sessions.briefs import REP, facts


def test_a_verdict_with_its_evidence_and_what_to_do() -> None:
    other = person("Bob", 5.0, 0.4, (0.01, 0.97))
    found = quadrant(facts(quadrants=answer(other, person("Anna", -4.0, 0.9, (0.99, 0.02), REP))))
    assert (found.available, found.reason, found.period_start) == (True, None, date(2026, 4, 1))
    verdict, evidence = found.statements
    assert verdict.text == (
        "Unlucky: Be patient, and do not stop doing the right things: the process is good, the wins have not come yet."
    )
    assert (verdict.concerns, int(verdict.value or 0)) == (Concern.PROCESS, 30)
    assert evidence.text.startswith("Of the process 60 of 80 criteria and targets were met; ")
    assert "The chance that this is unlucky is 97 %." in evidence.text
    assert [one.href for one in verdict.links] == [
        f"/v1/quadrants?person_id={REP}&period=quarter&period_start=2026-04-01",
        f"/v1/deal-verdicts?person_id={REP}&closed_from=2026-04-01",
    ]
    assert found.quadrant is not None
    assert found.quadrant.name == "Anna"


def test_what_would_settle_it_is_said() -> None:
    found = quadrant(facts(quadrants=answer(person("Anna", 0.3, 0.72, (0.6, 0.5), REP))))
    assert [one.key for one in found.statements] == ["quadrant:verdict", "quadrant:evidence", "quadrant:settles"]
    assert found.statements[0].text.startswith("Cannot tell yet: ")
    assert found.statements[2].concerns is Concern.OTHER


def test_without_a_model_the_brief_says_why() -> None:
    found = quadrant(facts(quadrants=answer(nobody_knows("Somebody else"))))
    assert (found.available, found.statements, found.quadrant) == (False, [], None)
    assert str(found.reason).startswith("No success model holds for the rep")


def test_briefs_that_were_kept_before_can_be_read() -> None:
    kept = BriefQuadrantDTO.model_validate({"available": False, "reason": "Not available yet."})
    assert (kept.quadrant, kept.statements) == (None, [])


@pytest.mark.parametrize(
    ("today", "told"), [("2026-04-01", "2026-03-31"), ("2026-05-15", "2026-03-31"), ("2026-05-16", "2026-04-01")]
)
def test_a_young_quarter_leaves_the_word_to_the_one_before(today: str, told: str) -> None:
    assert told_quarter(date(2026, 4, 1), date.fromisoformat(today)) == date.fromisoformat(told)


def test_the_same_all_day() -> None:
    zone = ZoneInfo("America/New_York")
    late = datetime(2026, 4, 2, 3, 30, tzinfo=UTC)
    assert this_morning(late, zone) == datetime(2026, 4, 1, 4, tzinfo=UTC)
