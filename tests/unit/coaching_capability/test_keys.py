"""Standards, changes, cover and agreement, case by case."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.coaching_capability.keys.agreeing import (
    AgreedPlan,
    Agreement,
    Framework,
    RatedSkill,
    find_agreement,
)
from service.coaching_capability.keys.counting import KeyCounts, Lapse
from service.coaching_capability.keys.covering import Cover, DatedModel, find_cover
from service.coaching_capability.keys.judging import (
    CapabilityKey,
    CapabilityTrend,
    Share,
    StandardVerdict,
    compare_to_before,
    compare_to_standard,
)
from service.coaching_capability.keys.next_steps import find_next_step
from service.coaching_capability.trees import Member, grow
from service.coaching_sessions.cadence_adherence import rate_of
from service.organizations.hierarchy import Line, group_lines
from service.organizations.known import KnownPerson
from service.skill_assessments.framework_document import FrameworkDocument
from service.success_models.document import ModelDocument
from tests.factories.skills_cast import FRAMEWORK
from tests.factories.success_models import model_document, target

ANN = UUID(int=1)
DAY, AT = date(2026, 3, 31), datetime(2026, 4, 1, tzinfo=UTC)
LATER, AGES_AGO = AT + timedelta(days=1), AT - timedelta(days=400)


def share(numerator: int, denominator: int) -> Share:
    return Share(rate_of(numerator, denominator), denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "standard", "verdict", "said"),
    [
        (4, 4, "0.8", StandardVerdict.CANNOT_TELL, "Cannot tell yet: 4 people: it takes 5."),
        (1, 1, "0.8", StandardVerdict.CANNOT_TELL, "Cannot tell yet: 1 person: it takes 5."),
        (8, 10, "0.8", StandardVerdict.MET, "80 % (8 of 10 people): meets the standard of 80 %."),
        (0, 10, "0", StandardVerdict.MET, "0 % (0 of 10 people): meets the standard of 0 %."),
        (
            7,
            10,
            "0.8",
            StandardVerdict.CANNOT_TELL,
            "70 % (7 of 10 people): below the standard of 80 %, but within chance (allowing for 44 % to 87 %).",
        ),
        (
            2,
            10,
            "0.8",
            StandardVerdict.BELOW,
            "20 % (2 of 10 people): below the standard of 80 %, beyond chance (allowing for 7 % to 46 %).",
        ),
    ],
)
def test_a_standard(numerator: int, denominator: int, standard: str, verdict: StandardVerdict, said: str) -> None:
    found = compare_to_standard(CapabilityKey.SKILLS, share(numerator, denominator), Decimal(standard))
    assert found == (verdict, said)


@pytest.mark.parametrize(
    ("before", "now", "trend"),
    [
        ((2, 20), (15, 20), CapabilityTrend.BETTER),
        ((15, 20), (2, 20), CapabilityTrend.WORSE),
        ((10, 20), (11, 20), CapabilityTrend.WITHIN_CHANCE),
        ((0, 4), (20, 20), CapabilityTrend.CANNOT_TELL),
        ((0, 0), (20, 20), CapabilityTrend.CANNOT_TELL),
    ],
)
def test_a_change(before: tuple[int, int], now: tuple[int, int], trend: CapabilityTrend) -> None:
    assert compare_to_before(CapabilityKey.MODELS, share(*now), share(*before)).trend is trend


def model(job_role: str | None, start: datetime = AGES_AGO, end: datetime | None = None, **fields: Any) -> DatedModel:
    return DatedModel(ModelDocument.model_validate(model_document(job_role=job_role, **fields)), start, end)


BOTH = [target("calls", "month", "10"), target("won-amount", "month", "10")]
WON = {**target("won-amount", "month", "10"), "effective_from": "2026-04-01"}
COVERS: dict[str, tuple[list[DatedModel], Cover]] = {
    "none": ([], Cover.NO_MODEL),
    "that of another job role": ([model("SDR", targets=BOTH)], Cover.NO_MODEL),
    "that of everybody else": ([model(None, targets=BOTH)], Cover.COVERED),
    "the own one alone counts": ([model(None, targets=BOTH), model("AE")], Cover.NO_TARGETS),
    "activated later": ([model("AE", LATER, targets=BOTH)], Cover.NO_MODEL),
    "retired before": ([model("AE", end=AT - timedelta(days=1), targets=BOTH)], Cover.NO_MODEL),
    "retired later": ([model("AE", end=LATER, targets=BOTH)], Cover.COVERED),
    "no target of a result": ([model("AE")], Cover.NO_TARGETS),
    "no target at all": ([model("AE", targets=[])], Cover.NO_TARGETS),
    "of another person": (
        [model("AE", targets=[BOTH[0], target("won-amount", "month", "10", person="bob@example.com")])],
        Cover.NO_TARGETS,
    ),
    "of the team": ([model("AE", targets=[BOTH[0], target("win-rate", "month", "0.2", team="East")])], Cover.COVERED),
    "that does not hold yet": ([model("AE", targets=[BOTH[0], WON])], Cover.NO_TARGETS),
    "without results": (
        [model("AE", kpis=model_document()["kpis"][:2], targets=BOTH[:1])],
        Cover.COVERED,
    ),
}


@pytest.mark.parametrize("case", COVERS)
def test_cover(case: str) -> None:
    models, expected = COVERS[case]
    person = KnownPerson(ANN, "ann@example.com", "AE", teams=frozenset({"East"}))
    assert find_cover(models, person, DAY, AT) is expected


SELLER = Framework("seller", FrameworkDocument.model_validate(FRAMEWORK["document"]))


def rated(discovery: int = 2, closing: int = 2, acknowledged: datetime | None = AT, **fields: Any) -> list[RatedSkill]:
    given = {"assessed_on": DAY, "submitted_at": AT, "acknowledged_at": acknowledged, "framework": "seller", "top": 3}
    levels = {"discovery": discovery, "closing": closing}
    return [
        RatedSkill(**{"person_id": ANN, "skill": skill, "level": level, **given, **fields})
        for skill, level in levels.items()
        if level
    ]


PLAN = AgreedPlan(ANN, AT)
AGREEMENTS: dict[str, tuple[list[RatedSkill], list[AgreedPlan], Agreement]] = {
    "nothing": ([], [], Agreement.NOT_ASSESSED),
    "one skill of two": (rated(closing=0), [], Agreement.NOT_ASSESSED),
    "two skills by two raters": ([*rated(closing=0), *rated(discovery=0)], [], Agreement.AGREED),
    "a year ago": (rated(assessed_on=DAY - timedelta(days=365)), [], Agreement.NOT_ASSESSED),
    "within a year": (rated(assessed_on=DAY - timedelta(days=364)), [], Agreement.AGREED),
    "submitted later": (rated(submitted_at=LATER), [], Agreement.NOT_ASSESSED),
    "replaced": (rated(replaced_at=AT), [], Agreement.NOT_ASSESSED),
    "replaced later": (rated(replaced_at=LATER), [], Agreement.AGREED),
    "on a scale of another length": (rated(top=5), [], Agreement.NOT_ASSESSED),
    "by another framework": (rated(framework="other"), [], Agreement.NOT_ASSESSED),
    "not acknowledged": (rated(acknowledged=None), [PLAN], Agreement.NOT_ACKNOWLEDGED),
    "acknowledged later": (rated(acknowledged=LATER), [PLAN], Agreement.NOT_ACKNOWLEDGED),
    "no gap, no plan": (rated(), [], Agreement.AGREED),
    "a gap, no plan": (rated(closing=1), [], Agreement.NO_PLAN),
    "the newest says there is no gap": (
        [*rated(closing=1, assessed_on=DAY - timedelta(days=9)), *rated()],
        [],
        Agreement.AGREED,
    ),
    "a gap and a plan": (rated(closing=1), [PLAN], Agreement.AGREED),
    "a plan agreed later": (rated(closing=1), [AgreedPlan(ANN, LATER)], Agreement.NO_PLAN),
    "a plan dropped before": (rated(closing=1), [AgreedPlan(ANN, AGES_AGO, AT, kept=False)], Agreement.NO_PLAN),
    "a plan dropped later": (rated(closing=1), [AgreedPlan(ANN, AGES_AGO, LATER, kept=False)], Agreement.AGREED),
    "a plan closed within a year": (rated(closing=1), [AgreedPlan(ANN, AGES_AGO, AT)], Agreement.AGREED),
    "a plan closed long ago": (rated(closing=1), [AgreedPlan(ANN, AGES_AGO, AGES_AGO)], Agreement.NO_PLAN),
}


@pytest.mark.parametrize("case", AGREEMENTS)
def test_agreement(case: str) -> None:
    ratings, plans, expected = AGREEMENTS[case]
    person = KnownPerson(ANN, "ann@example.com", "AE")
    assert find_agreement(person, [SELLER], ratings, plans, DAY, AT) is expected


def test_without_a_framework_nothing_can_be_assessed() -> None:
    assert find_agreement(KnownPerson(ANN, "a@b.c"), [], rated(), [PLAN], DAY, AT) is Agreement.NO_FRAMEWORK


BOSS, LEAD = UUID(int=10), UUID(int=11)


def test_who_is_asked_is_whom_the_named_lapse_is_mostly_of() -> None:
    """More is missing of the boss altogether; of what was missed most is of the lead."""
    lapses = {Lapse.MISSED: {BOSS: 1, LEAD: 3}, Lapse.LATE: {BOSS: 3}}
    counts = KeyCounts({key: share(10, 17) for key in CapabilityKey}, outcomes={BOSS: 4, LEAD: 2}, lapses=lapses)
    members = {id_: member(id_, managed_from=FIRST) for id_ in (BOSS, LEAD)}
    step = find_next_step(CapabilityKey.CADENCE, counts, members, BOSS)
    assert step is not None
    assert step.startswith(f"4 of 17 owed sessions were missed: ask {LEAD}, of whom most are")
    assert str(BOSS) in (find_next_step(CapabilityKey.PROCESS, counts, members, BOSS) or "")


FIRST, LAST = date(2026, 1, 1), date(2026, 4, 1)
STANDING: dict[str, tuple[list[Line], dict[str, Any], dict[UUID, dict[str, Any]], date | None]] = {
    # Lines, the rep, changes of others, and the day on which Ann stands for the boss.
    "all of it": ([Line(ANN, LEAD, FIRST, None), Line(LEAD, BOSS, FIRST, None)], {}, {}, date(2026, 3, 31)),
    "until the lead moves": (
        [Line(ANN, LEAD, FIRST, None), Line(LEAD, BOSS, FIRST, date(2026, 3, 1))],
        {},
        {},
        date(2026, 2, 28),
    ),
    "until she leaves": (
        [Line(ANN, LEAD, FIRST, None), Line(LEAD, BOSS, FIRST, None)],
        {"left_on": date(2026, 3, 5)},
        {},
        date(2026, 3, 5),
    ),
    "until the boss leaves": (
        [Line(ANN, LEAD, FIRST, None), Line(LEAD, BOSS, FIRST, None)],
        {},
        {BOSS: {"left_on": date(2026, 3, 7)}},
        date(2026, 3, 7),
    ),
    "left before": (
        [Line(ANN, LEAD, date(2025, 1, 1), None), Line(LEAD, BOSS, date(2025, 1, 1), None)],
        {"left_on": date(2025, 12, 31)},
        {},
        None,
    ),
    "not hired yet": (
        [Line(ANN, LEAD, FIRST, None), Line(LEAD, BOSS, FIRST, None)],
        {"hired_on": date(2026, 4, 1)},
        {},
        None,
    ),
    "she comes back": (
        [
            Line(ANN, LEAD, FIRST, date(2026, 1, 5)),
            Line(ANN, LEAD, date(2026, 2, 1), date(2026, 2, 3)),
            Line(LEAD, BOSS, FIRST, None),
        ],
        {},
        {},
        date(2026, 2, 2),
    ),
}


def member(id_: UUID, *, is_rep: bool = False, managed_from: date | None = None, **fields: Any) -> Member:
    return Member(KnownPerson(id_, f"{id_}@example.com", **fields), str(id_), is_rep, not is_rep, managed_from)


@pytest.mark.parametrize("case", STANDING)
def test_the_day_on_which_somebody_stands(case: str) -> None:
    lines, ann, others, expected = STANDING[case]
    people = {ANN: member(ANN, is_rep=True, **ann)}
    people |= {id_: member(id_, managed_from=FIRST, **others.get(id_, {})) for id_ in (BOSS, LEAD)}
    tree = grow(group_lines(lines), BOSS, [(FIRST, LAST)], whole=True)
    assert tree.standing_days(people, (FIRST, LAST)) == ({} if expected is None else {ANN: expected})


def test_who_is_promoted_was_a_rep_until_then() -> None:
    tree = grow(group_lines([Line(ANN, BOSS, FIRST, date(2026, 2, 1))]), BOSS, [(FIRST, LAST)], whole=True)
    people = {ANN: member(ANN, managed_from=date(2026, 2, 1)), BOSS: member(BOSS, managed_from=FIRST)}
    assert tree.standing_days(people, (FIRST, LAST)) == {ANN: date(2026, 1, 31)}
    people[ANN] = member(ANN, managed_from=FIRST)
    assert tree.standing_days(people, (FIRST, LAST)) == {}
