"""Skill gaps and plans in a brief: each focus with its reason, or what is missing to tell; then the plans."""

from uuid import UUID

from service.coaching_sessions.brief.focus import focus_gaps
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefFocusDTO
from service.skill_assessments.dto.plans import PlanProgressDTO
from tests.factories.gap_answers import gaps_answer, person_gaps, skill_gap
from tests.unit.coaching_sessions.briefs import NOW, REP, facts


def plan(*sentences: str) -> PlanProgressDTO:
    return PlanProgressDTO(
        plan_id=UUID(int=77),
        as_of=NOW,
        skills=[],
        steps=3,
        steps_done=1,
        steps_overdue=0,
        next_review_on=None,
        days_left=20,
        sentences=list(sentences),
    )


def test_each_focus_with_its_reason_and_where_to_see_it() -> None:
    discovery, closing, demo = skill_gap("Discovery"), skill_gap("Closing"), skill_gap("Demo", "cannot_tell")
    other = person_gaps(UUID(int=5), "focus", skill_gap("Listening"))
    found = focus_gaps(facts(gaps=gaps_answer(other, person_gaps(REP, "focus", discovery, closing, demo))))
    assert (found.available, found.reason) == (True, None)
    assert [one.key for one in found.statements] == ["skill:seller:discovery", "skill:seller:closing"]
    first = found.statements[0]
    assert first.text == (
        "Discovery: Level 1.0 where 3 is required. This goes with what the peers reach; that training brings it there "
        "is not proven."
    )
    assert (first.concerns, first.value) == (Concern.PROCESS, discovery.wins)
    assert [one.href for one in first.links] == [
        f"/v1/skill-gaps?person_id={REP}",
        f"/v1/competency-frameworks/{discovery.framework_id}",
    ]
    assert found.gaps is not None
    assert found.gaps.person_id == REP


def test_what_is_missing_is_said_in_place_of_a_guess() -> None:
    told = person_gaps(REP, "cannot_tell", skill_gap("Demo", "cannot_tell"), explanation="Cannot tell yet.")
    found = focus_gaps(facts(gaps=gaps_answer(told)))
    assert [(one.key, one.text) for one in found.statements] == [("skill:verdict", "Cannot tell yet.")]


def test_plans_come_after_and_stand_without_a_framework_too() -> None:
    plans = [plan("Discovery: From 1.0 to 2.0.", "1 of 3 steps done."), plan()]
    found = focus_gaps(facts(gaps=gaps_answer(person_gaps(REP, "cannot_tell")), plans=plans))
    assert not found.available
    assert str(found.reason).startswith("Cannot tell: no competency framework")
    (one,) = found.statements
    assert one.text == "Development plan: Discovery: From 1.0 to 2.0. 1 of 3 steps done."
    assert [link.href for link in one.links] == [f"/v1/development-plans/{UUID(int=77)}"]


def test_briefs_that_were_kept_before_can_be_read() -> None:
    kept = BriefFocusDTO.model_validate({"available": False, "reason": "Not available yet."})
    assert (kept.gaps, kept.statements) == (None, [])
