"""Pictures: well-formed, described, without script, readable in both colour schemes, and never without intervals."""

import re
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from service.api.pictures.canvas import STYLE, Canvas, Scale
from service.api.pictures.funnel import draw_funnels
from tests.factories.rate_comparisons import answer_about, compared

SVG = "{http://www.w3.org/2000/svg}"
NAMES = [*(f"Rep{number:02}" for number in range(11)), "Zoe & <b>\x01"]
HITS, N = [*[36] * 11, 15], [*range(55, 66), 60]


def drawn(text: str) -> ET.Element:
    return ET.fromstring(text)


def test_a_funnel_shows_everybody_with_interval_and_names_who_is_out() -> None:
    root = drawn(draw_funnels(answer_about(compared(NAMES, HITS, N))))
    title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc") or ""
    assert root.attrib["role"] == "img"
    assert title == "Rates compared, 2026-01-01 to 2026-03-31"
    assert all(f"{name}: " in description for name in NAMES[:-1])
    dots = [dot for dot in root.iter(f"{SVG}circle") if "fill" in dot.attrib["class"]]
    rings = [dot for dot in root.iter(f"{SVG}circle") if "stroke" in dot.attrib["class"]]
    bars = [path for path in root.iter(f"{SVG}path") if path.attrib["class"] in {"stroke accent", "stroke alarm"}]
    assert (len(dots), len(rings), len(bars)) == (12, 12, 12)
    assert [dot.findtext(f"{SVG}title", "")[:5] for dot in dots if "alarm" in dot.attrib["class"]] == ["Zoe &"]
    named = [text.text for text in root.iter(f"{SVG}text") if text.attrib.get("class") == "alarm"]
    assert named == ["Zoe & <b>"]


def test_without_names_there_are_none_in_the_picture() -> None:
    text = draw_funnels(answer_about(compared(NAMES, HITS, N, seen={"Rep03"})))
    assert "Rep03" in text
    assert "11 others" in drawn(text).findtext(f"{SVG}desc", "")
    assert not any(name in text for name in NAMES[:3])


@pytest.mark.parametrize(("hits", "n"), [([3, 0], [5, 0]), ([0, 0], [0, 0]), ([1, 1], [1, 2])])
def test_what_cannot_be_told_is_said(hits: list[int], n: list[int]) -> None:
    root = drawn(draw_funnels(answer_about(compared(["Ann", "Bob"], hits, n))))
    assert root.find(f"{SVG}circle") is None or n == [1, 2]
    assert "tell" in root.findtext(f"{SVG}desc", "") or "nobody to compare" in root.findtext(f"{SVG}desc", "")


def test_nothing_to_draw_is_said_and_nothing_is_loaded_or_run() -> None:
    text = draw_funnels(answer_about())
    assert "nothing to compare" in text
    full = draw_funnels(answer_about(compared(NAMES, HITS, N)))
    for forbidden in ("<script", "href", "url(", "@import", " on", "style="):
        assert forbidden not in re.sub(r">[^<]*<", "><", full), forbidden


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_texts_have_contrast_on_paper_and_bands(*, dark: bool) -> None:
    style = STYLE.split("@media")[dark]
    grounds = re.findall(r"\.(?:paper|wide|narrow) { fill: (#\w{6})", style)
    texts = re.findall(r"text(?:\.\w+)? { fill: (#\w{6})", style)
    assert (len(grounds), len(texts)) == (3, 4)
    for ground, text in product(grounds, texts):
        low, high = sorted((luminance(ground), luminance(text)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ground, text)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.36, 0.88, [0.4, 0.6, 0.8]), (0, 588, [0, 200, 400]), (3, 3, [3])],
)
def test_round_ticks(low: float, high: float, ticks: list[float]) -> None:
    scale = Scale(low, high, 0, 100)
    assert scale.ticks() == pytest.approx(ticks)
    assert (scale(low - 1), scale(low)) == (0, 0)
    assert scale(high + 1) in {0, 100}


def test_a_paragraph_is_broken_into_lines() -> None:
    canvas = Canvas(200, "T", "D")
    assert canvas.paragraph((0, 10), "a sentence of more than one line, at 40 %", 100) == 64
    assert "40\u00a0%" in canvas.render(90)
