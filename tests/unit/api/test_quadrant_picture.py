"""The picture of quadrants: both intervals of everybody, verdicts in words, and nobody placed who cannot be."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import numpy as np

from service.api.pictures.quadrant import draw_quadrants
from service.core.ids import new_id
from service.kpi_snapshots.quadrants.classifying import classify_quadrant
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO
from service.kpi_snapshots.quadrants.expecting import Expectation, NoExpectation, Number
from service.kpi_snapshots.quadrants.presenting import METHOD, MODEL_VERSION, Subject, present_person
from service.kpi_snapshots.quadrants.process import ProcessScore
from service.success_models.targets import PeriodKind

SVG = "{http://www.w3.org/2000/svg}"
AT = datetime(2026, 6, 30, 18, tzinfo=UTC)


def person(name: str, residual: float, share: float, good: tuple[float, float]) -> PersonQuadrantDTO:
    """Of whom both are known, with the chances of a good process and a good outcome."""
    expected, to_come, final, rest = (Number(value, value - 2, value + 2) for value in (9.0, 0.0, 12.0, residual))
    chance = good[1]
    outcome = Expectation(
        n=30,
        won=12,
        lost=18,
        open=0,
        expected=expected,
        to_come=to_come,
        final=final,
        residual=rest,
        good=chance,
        good_at_worst=chance,
        good_at_best=chance,
        settled_in_days=None,
        own_left_out=True,
        chances=np.zeros(0),
    )
    process = ProcessScore(60, 80, 30, 0, 40.0, 0.7, share, share, share - 0.1, min(share + 0.1, 1.0), good[0])
    subject = Subject(new_id(), name, "AE", new_id(), 3)
    return present_person(subject, outcome, process, classify_quadrant(outcome, process, 0.8), AT.date())


def nobody_knows(name: str) -> PersonQuadrantDTO:
    nothing = (None,) * 8
    outcome = Expectation(0, 0, 0, 0, *nothing, False, np.zeros(0), NoExpectation.NO_DEALS)
    process = ProcessScore(0, 0, 0, 0, 0.0, 0.7, *(None,) * 5)
    subject = Subject(new_id(), name, None, new_id(), 3)
    return present_person(subject, outcome, process, classify_quadrant(outcome, process, 0.8), AT.date())


def answer(*people: PersonQuadrantDTO) -> QuadrantsDTO:
    return QuadrantsDTO(
        period=PeriodKind.QUARTER,
        period_start=date(2026, 4, 1),
        period_end=date(2026, 6, 30),
        as_of=AT,
        team_on=AT.date(),
        verdict_probability=Decimal("0.8"),
        interval_level=Decimal("0.9"),
        method=METHOD,
        model_version=MODEL_VERSION,
        people=list(people),
    )


PEOPLE = (
    person("Ann & <b>", -4.0, 0.9, (0.99, 0.02)),
    person("Bob", 5.0, 0.4, (0.01, 0.97)),
    person("Cid", 0.2, 0.72, (0.6, 0.5)),
    nobody_knows("Dora"),
)


def test_everybody_has_both_intervals_and_a_verdict_in_words() -> None:
    text = draw_quadrants(answer(*PEOPLE))
    root = ET.fromstring(text)
    assert root.findtext(f"{SVG}title") == "Process apart from outcome, 2026-04-01 to 2026-06-30"
    described = root.findtext(f"{SVG}desc", "")
    assert "Ann & <b>: Unlucky. Of the process 60 of 80 criteria and targets were met; " in described
    assert "Dora: Cannot tell. Nothing is known of the process. No deal was open in the period." in described
    dots = list(root.iter(f"{SVG}circle"))
    assert [dot.attrib["class"] for dot in dots] == ["fill accent", "fill accent", "stroke soft"]
    bars = [path for path in root.iter(f"{SVG}path") if path.attrib["class"] in {"stroke accent", "stroke soft"}]
    assert len(bars) == 6
    standards = [path for path in root.iter(f"{SVG}path") if path.attrib["class"] == "stroke dashed"]
    assert len(standards) == 1
    words = " ".join(part.text or "" for part in root.iter(f"{SVG}text"))
    for said in ("1: Ann & <b>: unlucky (12 won of 30 decided, 0 open).", "3: Cid: cannot tell", "not shown: Dora:"):
        assert said in words, said
    for corner in ("Lucky", "Earned success", "Earned failure", "Unlucky"):
        assert corner in words
    for forbidden in ("<script", "href", "url(", "@import", " on", "style="):
        assert forbidden not in re.sub(r">[^<]*<", "><", text), forbidden


def test_points_upon_each_other_have_numbers_beside_each_other() -> None:
    same = [person(f"Rep {number}", 1.0, 0.8, (0.9, 0.9)) for number in range(30)]
    root = ET.fromstring(draw_quadrants(answer(*same)))
    texts = [part for part in root.iter(f"{SVG}text") if part.attrib.get("class") in {"accent", "soft"}]
    numbers = [part for part in texts if (part.text or "").isdigit()]
    places = {(part.attrib["x"], part.attrib["y"]) for part in numbers}
    assert len(numbers) == len(places) == 30
    assert all(float(x) < 520 for x, _ in places)


def test_nobody() -> None:
    assert "there is nothing to show" in draw_quadrants(answer())
    only = draw_quadrants(answer(nobody_knows("Dora")))
    assert ET.fromstring(only).find(f"{SVG}circle") is None
