"""Five minutes, whatever is known."""

from dataclasses import replace
from decimal import Decimal

import pytest

from service.skill_assessments.guiding import GuideFacts, GuideStepKey, guide_steps

KNOWN = GuideFacts("Ann", "Discovery", 3, Decimal(2), 40, 4, sees_evidence=True)


@pytest.mark.parametrize(
    ("facts", "key", "said"),
    [
        (KNOWN, "why", "Discovery: level 3 is required, and the last rating was 2."),
        (KNOWN, "last_time", "Level 2 40 days ago. Do not start from it: read the anchors first."),
        (KNOWN, "evidence", "Open two of these 4, one that went well and one that did not."),
        (replace(KNOWN, last_level=Decimal(3)), "why", "level 3 is required and was reached"),
        (replace(KNOWN, required=None), "why", "requires no level"),
        (replace(KNOWN, last_level=None), "why", "nobody's rating of it is there"),
        (replace(KNOWN, last_level=None), "last_time", "no earlier rating"),
        (replace(KNOWN, last_days_ago=0), "last_time", "Level 2 today."),
        (replace(KNOWN, n_evidence=0), "evidence", "Nothing of the last 90 days"),
        (replace(KNOWN, sees_evidence=False), "evidence", "situations that you saw yourself"),
    ],
)
def test_each_step_says_what_is_known(facts: GuideFacts, key: str, said: str) -> None:
    steps = guide_steps(facts)
    assert sum(step.minutes for step in steps) == 5
    assert [step.key for step in steps] == list(GuideStepKey)
    assert said in next(step.text for step in steps if step.key == key)
