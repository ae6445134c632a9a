"""Every move of an assessment from every state by everybody, against a table written by hand.

Each cell runs the use case on the database and is rolled back, so that one row serves all of them.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.skill_assessments.dto.assessments import (
    ContestSkillAssessment,
    PutAnswers,
    ResolveSkillAssessment,
    SubmitSkillAssessment,
    UpdateSkillAssessment,
)
from service.skill_assessments.lifecycle import AssessmentMove
from service.skill_assessments.use_cases import assessment_moves as moves
from service.skill_assessments.use_cases.answers import put_assessment_answers
from service.skill_assessments.use_cases.assessments import (
    delete_skill_assessment,
    get_skill_assessment,
    update_skill_assessment,
)
from tests.factories.skills_cast import COMPLETE, ROLES_OF_CAST, SkillsCast

WHOLE = ("draft", "submitted", "acknowledged", "contested", "resolved", "superseded")
STATES: dict[str, tuple[str, ...]] = {
    "manager": WHOLE,
    "enablement": WHOLE,
    "self": ("draft", "submitted"),
    "peer": ("draft", "submitted"),
    "external": ("submitted", "contested"),
}
TRIED = ROLES_OF_CAST[:-1]
"""Another organization has no use case that it could call."""
SEE = {"rep", "manager", "above", "enablement", "admin", "org_key"}
ABOVE = {"manager", "above", "enablement", "admin", "org_key"}
REVISABLE = {"submitted", "acknowledged", "contested", "resolved"}
TABLE: dict[str, dict[str, tuple[set[str], set[str]]]] = {
    "manager": {
        "answer": ({"draft"}, {"manager"}),
        "submit": ({"draft"}, {"manager"}),
        "reschedule": ({"draft"}, ABOVE),
        "discard": ({"draft"}, {"manager", "enablement"}),
        "acknowledge": ({"submitted", "contested", "resolved"}, {"rep"}),
        "contest": ({"submitted"}, {"rep"}),
        "resolve": ({"contested"}, ABOVE - {"manager"}),
        "revise": (REVISABLE, {"manager"}),
    },
    "enablement": {
        "answer": ({"draft"}, {"enablement"}),
        "submit": ({"draft"}, {"enablement"}),
        "reschedule": ({"draft"}, ABOVE),
        "discard": ({"draft"}, {"enablement"}),
        "acknowledge": ({"submitted", "contested", "resolved"}, {"rep"}),
        "contest": ({"submitted"}, {"rep"}),
        "resolve": ({"contested"}, ABOVE - {"enablement"}),
        "revise": (REVISABLE, {"enablement"}),
    },
    "self": {
        "answer": ({"draft"}, {"rep"}),
        "submit": ({"draft"}, {"rep"}),
        "reschedule": ({"draft"}, SEE),
        "discard": ({"draft"}, {"rep"}),
        "acknowledge": (set(), {"rep"}),
        "contest": (set(), {"rep"}),
        "resolve": (set(), ABOVE),
        "revise": ({"submitted"}, {"rep"}),
    },
    "peer": {
        "answer": ({"draft"}, {"peer"}),
        "submit": ({"draft"}, {"peer"}),
        "reschedule": ({"draft"}, {"manager"}),
        "discard": ({"draft"}, {"peer", "manager"}),
        "acknowledge": (set(), set()),
        "contest": (set(), set()),
        "resolve": (set(), {"manager"}),
        "revise": ({"submitted"}, {"peer"}),
    },
    "external": {
        "answer": (set(), set()),
        "submit": (set(), set()),
        "reschedule": (set(), ABOVE),
        "discard": (set(), {"org_key"}),
        "acknowledge": ({"submitted", "contested"}, {"rep"}),
        "contest": ({"submitted"}, {"rep"}),
        "resolve": ({"contested"}, ABOVE),
        "revise": (set(), set()),
    },
}
"""By the kind of rater, of each move: from where, and by whom."""
Act = Callable[[AsyncSession, Principal, UUID], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "answer": lambda s, p, id_: put_assessment_answers(s, p, id_, PutAnswers.model_validate({"answers": COMPLETE})),
    "submit": lambda s, p, id_: moves.submit_skill_assessment(s, p, id_, SubmitSkillAssessment()),
    "reschedule": lambda s, p, id_: update_skill_assessment(s, p, id_, UpdateSkillAssessment(reminder_days=[3])),
    "discard": delete_skill_assessment,
    "acknowledge": moves.acknowledge_skill_assessment,
    "contest": lambda s, p, id_: moves.contest_skill_assessment(s, p, id_, ContestSkillAssessment(reason="Not so")),
    "resolve": lambda s, p, id_: moves.resolve_skill_assessment(
        s, p, id_, ResolveSkillAssessment.model_validate({"resolution": "upheld", "reason": "It is so"})
    ),
    "revise": moves.revise_skill_assessment,
}
LEADS_TO = {"submit": "submitted", "acknowledge": "acknowledged", "contest": "contested"}


def sees(kind: str, state: str, role: str) -> bool:
    """Whether a role finds the assessment at all."""
    if kind == "peer":
        return role == "peer" or (role == "manager" and state == "draft")
    return role in SEE


def expected(kind: str, state: str, role: str, move: str) -> str:
    """What the table demands: done, or the code of the refusal."""
    froms, roles = TABLE[kind][move]
    if not sees(kind, state, role):
        return "skill_assessment_not_found"
    if role not in roles:
        return "not_your_move"
    return "done" if state in froms else "illegal_transition"


async def outcome(session: AsyncSession, principal: Principal, move: str, id_: UUID) -> tuple[str, Any]:
    """What became of one attempt, which is undone; with the error, or what was answered."""
    attempt = await session.begin_nested()
    try:
        answer = await ACTS[move](session, principal, id_)
    except ServiceError as error:
        return error.code, error
    else:
        return "done", answer
    finally:
        await attempt.rollback()
        session.expunge_all()


def test_every_move_is_in_the_table() -> None:
    assert all(list(by_move) == [move.value for move in AssessmentMove] for by_move in TABLE.values())
    assert ACTS.keys() == {move.value for move in AssessmentMove}


@pytest.mark.parametrize("kind", TABLE)
async def test_each_move_from_each_state_by_each_role(cast: SkillsCast, kind: str) -> None:
    for state in STATES[kind]:
        id_ = await cast.plant(kind, state)
        before = await cast.row(id_)
        async with cast.org.database.tenant(cast.org.id) as session:
            for role in TRIED:
                principal = cast.acting(role)
                for move in TABLE[kind]:
                    wanted = expected(kind, state, role, move)
                    found, said = await outcome(session, principal, move, id_)
                    assert found == wanted, (state, role, move)
                    if wanted in {"illegal_transition", "not_your_move"}:
                        kinds = {"illegal_transition": ErrorKind.CONFLICT, "not_your_move": ErrorKind.FORBIDDEN}
                        assert said.kind is kinds[wanted]
                        may = [one for one in TABLE[kind] if expected(kind, state, role, one) == "done"]
                        assert (", ".join(may) or "you can do nothing with it now") in said.message
                        assert move in said.message
                    if wanted == "done" and move in LEADS_TO:
                        assert said.status == LEADS_TO[move]
        assert await cast.row(id_) == before


@pytest.mark.parametrize("kind", TABLE)
async def test_what_may_be_done_is_what_is_shown(cast: SkillsCast, kind: str) -> None:
    for state in STATES[kind]:
        id_ = await cast.plant(kind, state)
        async with cast.org.database.tenant(cast.org.id) as session:
            for role in TRIED:
                if not sees(kind, state, role):
                    with pytest.raises(ServiceError, match="No such skill assessment"):
                        await get_skill_assessment(session, cast.acting(role), id_)
                    continue
                shown = await get_skill_assessment(session, cast.acting(role), id_)
                may = [move for move in TABLE[kind] if expected(kind, state, role, move) == "done"]
                assert [move.value for move in shown.allowed_moves] == may, (state, role)
                is_rater = shown.rater_id == cast.acting(role).person_id and shown.rater_id is not None
                assert (shown.answers is None) == (state == "draft" and not is_rater), (state, role)
