"""Which peers' ratings of a skill count, so that no answer, nor the difference of two, gives a single one away; pure.

Peers count in rounds: the first three who have rated, then the next three, and so on. Whoever asks before and after a
round learns of three ratings together. Each round counts as a whole or not at all: in a span of days by its last day,
and only while three of its raters have not rated again in a later round that counts.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

FEWEST = 3


class PeerRating(Protocol):
    """What one peer said of one skill of one person."""

    @property
    def rater(self) -> str:
        """Who it was."""

    @property
    def assessed_on(self) -> date:
        """The day that it speaks of."""

    @property
    def submitted_at(self) -> datetime:
        """From when on it stands."""


Peer = TypeVar("Peer", bound=PeerRating)


def form_rounds(ratings: Iterable[Peer]) -> tuple[list[tuple[date, list[Peer]]], int]:
    """Complete rounds with the day that each counts from, and how many peers wait; of one person's skill.

    All ratings ever submitted are asked for: rounds are formed as they came. A peer who corrects a rating within a
    round replaces it; later it is a rating of the next round.
    """
    rounds: list[tuple[date, list[Peer]]] = []
    waiting: dict[str, Peer] = {}
    last = date.min
    for rating in sorted(ratings, key=lambda one: (one.submitted_at, one.rater)):
        waiting[rating.rater] = rating
        if len(waiting) == FEWEST:
            last = max(last, *(one.assessed_on for one in waiting.values()))
            rounds.append((last, list(waiting.values())))
            waiting = {}
    return rounds, len(waiting)


def count_rounds(rounds: Sequence[tuple[date, list[Peer]]], after: date, until: date) -> list[Peer]:
    """The ratings that count of rounds after a day and until another: of each peer the newest."""
    seen: set[str] = set()
    found: list[Peer] = []
    for day, ratings in reversed(rounds):
        fresh = [one for one in ratings if one.rater not in seen]
        if after < day <= until and len(fresh) >= FEWEST:
            found += fresh
            seen |= {one.rater for one in fresh}
    return found
