"""Which representation an answer has: what the caller accepts most, JSON where it is all the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from service.api.problems import ProblemError, problem
from service.core.errors import invalid

JSON, HTML, SVG = "application/json", "text/html", "image/svg+xml"
VARY = {"Vary": "Accept"}
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class _Range:
    """A media range of an Accept header with its weight (RFC 9110, 12.5.1)."""

    type: str
    subtype: str
    weight: float

    def precision(self, media_type: str) -> int:
        """How precisely it names a media type; 0: not at all."""
        main, _, sub = media_type.partition("/")
        if self.type == "*":
            return 1
        if self.type != main or self.subtype not in {"*", sub}:
            return 0
        return 2 if self.subtype == "*" else 3


def page_or_json(request: Request) -> str:
    """JSON or HTML for an operation that has both; `406` where the caller takes neither.

    `fields` chooses among the fields of JSON, so it is refused for a page.
    """
    return _json_or(HTML, request)


def picture_or_json(request: Request) -> str:
    """The same of JSON and SVG."""
    return _json_or(SVG, request)


def _json_or(other: str, request: Request) -> str:
    chosen = choose(request.headers.get("accept"), (JSON, other))
    if chosen is None:
        offered = f"This is answered as {JSON} or {other}."
        raise ProblemError(problem(406, "not_acceptable", offered, headers=VARY))
    if chosen == other and "fields" in request.query_params:
        raise invalid("fields", f"is for {JSON}")
    return chosen


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """What is accepted most of what is offered, the first of equals; None where nothing is."""
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_read(part) for part in accept[:LONGEST].split(",") if part.strip()]
    weights = [_weight(offer, ranges) for offer in offers]
    best = max(weights)
    return offers[weights.index(best)] if best > 0 else None


def _read(part: str) -> _Range:
    name, *parameters = (piece.strip() for piece in part.lower().split(";"))
    main, _, sub = name.partition("/")
    weight = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            weight = _number(value.strip())
    return _Range(main, sub, weight)


def _number(text: str) -> float:
    """A weight between 0 and 1; what is none counts as not accepted."""
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if digits.isascii() and digits.isdigit() else 0.0


def _weight(offer: str, ranges: Sequence[_Range]) -> float:
    """The weight of the most precise range that names it."""
    named = [(one.precision(offer), one.weight) for one in ranges if one.precision(offer)]
    return max(named)[1] if named else 0.0
