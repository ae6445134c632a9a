"""The picture of quadrants: both intervals of everybody, verdicts in words, and nobody placed who cannot be."""

import re
from xml.etree import ElementTree as ET

from service.api.pictures.quadrant import draw_quadrants
from tests.factories.quadrant_answers import answer, nobody_knows, person

SVG = "{http://www.w3.org/2000/svg}"

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
