"""KPIs of a brief: in words, in order, and never a gap that is within chance."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.coaching_sessions.brief.pace import MOST, chosen_snapshots, kpi_changes, kpis_behind
from service.coaching_sessions.concerns import Concern
from service.success_models.kpis import KpiKind
from tests.unit.coaching_sessions.briefs import NOW, QUARTER, REP, SINCE, facts, opportunity, snapshot

OUTCOME: dict[str, Any] = {"kpi": "won", "name": "Deals won", "level": "result"}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {},
            (
                "Calls made: 62 of 170 this month, where 103 were due by now. "
                "The chance of still reaching the target is small (12 %)."
            ),
        ),
        (
            {"status": "at_risk", "probability": Decimal("0.4"), "value": Decimal(0), "expected": Decimal(1)},
            (
                "Calls made: 0 of 170 this month, where 1 was due by now. "
                "The chance of still reaching the target is less than even (40 %)."
            ),
        ),
        (
            {"unit": "currency", "value": Decimal(0), "target": Decimal(20000), "expected": Decimal("19047.6")},
            (
                "Calls made: 0 of 20,000 USD this month, where 19,048 USD were due by now. "
                "The chance of still reaching the target is small (12 %)."
            ),
        ),
        (
            {"probability": Decimal("0.004"), "expected": None},
            "Calls made: 62 of 170 this month. The chance of still reaching the target is almost none (below 1 %).",
        ),
        (
            {"polarity": "lower"},
            (
                "Calls made: 62 this month, where at most 170 is wanted. "
                "The chance of still keeping to the target is small (12 %)."
            ),
        ),
        (
            {"kpi": "coverage", "name": "Coverage", "value": Decimal("1.8"), "target": Decimal(3)},
            "Coverage: 1.8, where 3 is wanted.",
        ),
    ],
)
def test_a_kpi_behind_pace_in_words(fields: dict[str, Any], text: str) -> None:
    (found,) = kpis_behind(facts(snapshots=[snapshot(**fields)]))
    assert found.text == text
    assert found.value == fields.get("value", Decimal(62))
    kpi = fields.get("kpi", "calls")
    assert [one.href for one in found.links] == [
        f"/v1/kpi-snapshots?person_id={REP}&kpi={kpi}&period=month&period_start=2026-03-01"
    ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"status": "at_risk", "expected": Decimal(62)}, False),
        ({"status": "at_risk", "expected": Decimal(63)}, True),
        ({"status": "behind", "expected": Decimal(62)}, True),
        ({"status": "at_risk", "expected": Decimal(62), "polarity": "lower"}, False),
        ({"status": "at_risk", "expected": Decimal(61), "polarity": "lower"}, True),
        ({"status": "at_risk", "expected": None}, True),
        ({"status": "on_track", "expected": Decimal(90)}, False),
    ],
)
def test_who_keeps_up_with_what_is_due_is_not_behind(fields: dict[str, Any], *, named: bool) -> None:
    assert bool(kpis_behind(facts(snapshots=[snapshot(**fields)]))) is named


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "on_track"},
        {"status": "ahead"},
        {"status": "cannot_tell"},
        {"status": None},
        {"value": None},
        {"target": None},
        {"kpi": "connect"},
        {"kpi": "gone-from-the-model"},
    ],
)
def test_what_is_no_gap_beyond_chance_is_not_named(fields: dict[str, Any]) -> None:
    assert kpis_behind(facts(snapshots=[snapshot(**fields)])) == []


@pytest.mark.parametrize(("status", "is_named"), [("open", True), ("accepted", True), ("dismissed", False)])
def test_a_ratio_is_named_by_its_opportunity_alone(status: str, *, is_named: bool) -> None:
    found = kpis_behind(facts(snapshots=[snapshot("connect")], opportunities=[opportunity(status=status)]))
    assert [one.text[:12] for one in found] == (["Connect rate"] if is_named else [])
    assert [(one.value, one.links[0].href) for one in found] == (
        [(Decimal("0.2800"), f"/v1/coaching-opportunities/{opportunity().id}")] if is_named else []
    )


def test_an_opportunity_about_the_pace_is_evidence_and_no_statement_of_its_own() -> None:
    about = snapshot()
    pace = opportunity(kind="behind_target", kpi="calls", evidence={"snapshot_id": about.id})
    (found,) = kpis_behind(facts(snapshots=[about], opportunities=[pace]))
    assert found.links[1].href == f"/v1/coaching-opportunities/{pace.id}"


def test_process_before_outcome_then_the_surest_and_the_least_likely() -> None:
    others = {f"k{n}": KpiKind.FLOW for n in range(3)}
    given = facts(
        kinds={**facts().kinds, **others},
        snapshots=[
            snapshot(**OUTCOME, probability=Decimal("0.01")),
            snapshot("k0", status="at_risk", probability=Decimal("0.3")),
            snapshot("k1", probability=Decimal("0.19")),
            snapshot("k2", probability=Decimal("0.05")),
        ],
        opportunities=[opportunity()],
    )
    keys = [one.key for one in kpis_behind(given)]
    assert keys == ["kpi:connect:benchmark", "kpi:k2:month", "kpi:k1:month", "kpi:k0:month", "kpi:won:month"]


def test_no_more_than_a_page_holds() -> None:
    many = [snapshot(f"k{n}") for n in range(MOST + 2)]
    found = kpis_behind(facts(kinds={one.kpi: KpiKind.FLOW for one in many}, snapshots=many))
    assert len(found) == MOST + 1
    assert found[-1].text == "2 more KPIs are behind or at risk."
    assert found[-1].links[0].href == f"/v1/people/{REP}/scorecard"
    (*_, one_more) = kpis_behind(facts(kinds={one.kpi: KpiKind.FLOW for one in many}, snapshots=many[:-1]))
    assert one_more.text == "1 more KPI is behind or at risk."


def test_the_calendar_chooses_the_period_and_never_the_number() -> None:
    month, quarter = snapshot(status="on_track"), snapshot(**QUARTER)
    assert chosen_snapshots([quarter, month]) == [month]
    young = month.model_copy(update={"as_of": NOW.replace(day=5)})
    assert chosen_snapshots([young, quarter]) == [quarter]
    assert chosen_snapshots([month.model_copy(update={"target": None}), quarter]) == [quarter]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("on_track", "behind", "behind pace now (62 of 170), on pace on 6 March."),
        ("behind", "ahead", "on pace now (62 of 170), behind pace on 6 March."),
        ("at_risk", "behind", "behind pace now (62 of 170), at risk on 6 March."),
        ("ahead", "on_track", None),
        ("behind", "behind", None),
        ("cannot_tell", "behind", None),
        (None, "behind", None),
    ],
)
def test_a_change_of_pace_is_told(before: str | None, now: str, told: str | None) -> None:
    given = facts(snapshots=[snapshot(status=now)], before=[snapshot(status=before, as_of=SINCE)])
    assert [one.text for one in kpi_changes(given)] == ([] if told is None else [f"Calls made this month: {told}"])


def test_nothing_is_told_of_a_ratio_nor_of_another_period() -> None:
    ratio = facts(snapshots=[snapshot("connect")], before=[snapshot("connect", status="ahead", as_of=SINCE)])
    assert list(kpi_changes(ratio)) == []
    february: dict[str, Any] = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}
    turned = facts(snapshots=[snapshot()], before=[snapshot(status="ahead", as_of=SINCE, **february)])
    assert list(kpi_changes(turned)) == []


def test_how_a_month_ended_is_one_sentence_of_process_and_one_of_outcome() -> None:
    february: dict[str, Any] = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}
    ended = [
        snapshot(**february, value=Decimal(150)),
        snapshot(**OUTCOME, **february, value=Decimal(3), target=Decimal(2)),
    ]
    ended += [snapshot("connect", **february), snapshot("coverage", **february)]
    found = list(kpi_changes(facts(ended=ended)))
    assert [(one.text, one.concerns) for one in found] == [
        ("February 2026 ended with: Calls made 150 of 170.", Concern.PROCESS),
        ("February 2026 ended with: Deals won 3 of 2.", Concern.OUTCOME),
    ]
    assert found[0].links[0].href == f"/v1/kpi-snapshots?person_id={REP}&period=month&period_start=2026-02-01"
