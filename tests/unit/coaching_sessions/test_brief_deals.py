"""Deals of a brief: what changed, which to inspect and why, and what earned the wins."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.coaching_sessions.brief.deals import MOST, deal_changes, deals_to_inspect
from service.coaching_sessions.brief.wins import NOTHING, wins
from service.coaching_sessions.concerns import Concern
from service.success_models.dto.owned_deals import CriterionStateDTO, EarnedDTO
from tests.unit.coaching_sessions.briefs import NOW, REP, deal, factor, facts, health, move

DAY = timedelta(days=1)


def test_what_became_of_deals_is_a_sentence_each_process_first() -> None:
    deals = [
        deal(20, created_at=NOW - DAY, amount=None),
        deal(21, moves=[move("forward", "Proposal", 5), move("forward", "Negotiation")]),
        deal(22, moves=[move("forward", "Negotiation", 5), move("back", "Discovery")]),
        deal(23, slips=2, closed_on_before=date(2026, 3, 1), closed_on_now=date(2026, 4, 7)),
        deal(24, outcome="won", closed_at=NOW - DAY, health=None),
        deal(25, outcome="lost", closed_at=NOW - DAY, health=None, name=None),
    ]
    found = list(deal_changes(facts(deals=deals)))
    assert [one.text for one in found] == [
        "1 deal was opened: Deal 20.",
        "1 deal moved forward: Deal 21 to Negotiation.",
        "1 deal moved back: Deal 22 to Discovery.",
        "1 close date moved later: Deal 23 to 7 April.",
        "1 deal was won: Deal 24.",
        "1 deal was lost: A deal without a name.",
    ]
    assert [one.concerns for one in found] == [Concern.PROCESS] * 4 + [Concern.OUTCOME] * 2
    assert [one.links[0].href for one in found] == [f"/v1/deals/{UUID(int=number)}" for number in range(20, 26)]


def test_the_largest_are_named() -> None:
    deals = [deal(n, created_at=NOW - DAY, amount=Decimal(n)) for n in range(20, 25)]
    (found,) = deal_changes(facts(deals=deals))
    assert found.text == "5 deals were opened: Deal 24, Deal 23, Deal 22 and 2 more."
    assert found.value == 5
    assert found.links[-1].href == f"/v1/deals?owner_id={REP}"


MISSING = (
    "Deal 20 (16,000 USD, in Proposal): missing is “The economic buyer is known”; "
    "with it the deal's health would rise from 40 to 60 of 100."
)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"health": health(factor())}, MISSING),
        (
            {"health": health(factor(), factor("A champion", would_add=Decimal("12.5")))},
            (
                "Deal 20 (16,000 USD, in Proposal): missing are “The economic buyer is known” and 1 more of what a "
                "good deal has by now; with it the deal's health would rise from 40 to 60 of 100."
            ),
        ),
        (
            {"health": health(days_in_stage=Decimal("45.3")), "amount": None, "stage": None},
            "Deal 20: it has been in this stage for 45 days; the process gives it 21 days.",
        ),
        (
            {"health": health(slips=3), "slips": 1, "closed_on_now": date(2027, 1, 2)},
            "Deal 20 (16,000 USD, in Proposal): its close date has moved later 3 times, now to 2 January 2027.",
        ),
        (
            {"health": health(factor(), factor("Slips", kind="slips"), slips=2, days_in_stage=Decimal(30))},
            (
                f"{MISSING} It has been in this stage for 30 days; the process gives it 21 days. "
                "Its close date has moved later twice."
            ),
        ),
    ],
)
def test_a_deal_to_inspect_with_why_and_what_would_help(fields: dict[str, Any], text: str) -> None:
    (found,) = deals_to_inspect(facts(deals=[deal(**fields)]))
    assert (found.text, found.concerns, found.value) == (text, Concern.PROCESS, Decimal(40))
    assert found.links[0].href == f"/v1/deals/{UUID(int=20)}/health"


@pytest.mark.parametrize(
    "found",
    [
        health(),
        health(factor(status="unknown")),
        health(factor(due=False)),
        health(days_in_stage=Decimal("21.9")),
        health(days_in_stage=Decimal(90), benchmark_days=None),
        health(slips=1),
    ],
)
def test_nothing_is_made_of_a_deal_that_is_as_it_should_be(found: Any) -> None:
    assert deals_to_inspect(facts(deals=[deal(health=found)])) == []


def test_the_most_at_stake_comes_first_and_a_page_holds_so_many() -> None:
    deals = [deal(20 + n, share=Decimal(n) / 10, health=health(factor())) for n in range(MOST + 3)]
    found = deals_to_inspect(facts(deals=deals))
    assert [one.key for one in found[:-1]] == [f"deal:{UUID(int=27 - n)}" for n in range(MOST)]
    assert found[-1].text == "3 more deals give reason to look at."


def earned(met: int = 0, unmet: int = 0, unknown: int = 0, **fields: Any) -> EarnedDTO:
    statuses = ["met"] * met + ["unmet"] * unmet + ["unknown"] * unknown
    criteria = [
        CriterionStateDTO.model_validate({"key": f"c{n}", "name": f"Criterion {n}", "status": status})
        for n, status in enumerate(statuses)
    ]
    return EarnedDTO.model_validate({"criteria": criteria, "activities": {}, "skipped": [], **fields})


WON = "Deal 20 was won on 13 March for 16,000 USD."


@pytest.mark.parametrize(
    ("how", "concerns", "text"),
    [
        (
            earned(3, 1, 1, activities={"meeting": 4, "call": 1}),
            Concern.PROCESS,
            (
                f"{WON} Before that it met 3 of the 5 criteria of the process: “Criterion 0”, “Criterion 1” and "
                "1 more. 4 meetings and 1 call about it are recorded. Not met: “Criterion 3”."
            ),
        ),
        (
            earned(1),
            Concern.PROCESS,
            f"{WON} Before that it met the one criterion of the process: “Criterion 0”.",
        ),
        (
            earned(unknown=2, activities={"meeting": 1}),
            Concern.PROCESS,
            (
                f"{WON} Of the criteria of the process none is recorded as met before that. "
                "1 meeting about it is recorded."
            ),
        ),
        (earned(unknown=4), Concern.OUTCOME, f"{WON} {NOTHING}"),
        (
            earned(unmet=1, skipped=["Discovery", "Proposal"]),
            Concern.OUTCOME,
            f"{WON} {NOTHING} Not met: “Criterion 0”. It jumped over Discovery and Proposal.",
        ),
        (earned(), Concern.OUTCOME, f"{WON} {NOTHING}"),
    ],
)
def test_a_win_and_what_earned_it(how: EarnedDTO, concerns: Concern, text: str) -> None:
    won = deal(outcome="won", closed_at=datetime(2026, 3, 13, 22, tzinfo=UTC), health=None, earned=how)
    (found,) = wins(facts(deals=[won]))
    assert (found.text, found.concerns, found.value) == (text, concerns, Decimal(16000))


def test_wins_that_the_process_earned_come_first_then_the_latest() -> None:
    given = [(1, 20, False), (2, 21, True), (3, 22, True)]
    deals = [
        deal(n, outcome="won", closed_at=NOW - days * DAY, health=None, earned=earned(int(is_earned), 1))
        for days, n, is_earned in given
    ]
    assert [one.key[-2:] for one in wins(facts(deals=deals))] == ["15", "16", "14"]  # ids are hexadecimal
