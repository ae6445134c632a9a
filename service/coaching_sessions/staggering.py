"""A programme whose pairs begin one after the other in an order that is drawn: who begins when; pure.

Where there is not enough time to begin with everybody at once, a draw is the fairest order, and the only one after
which those who begin can be compared with those who wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from service.coaching_sessions.roster import Pair


def draw_waves(pairs: Iterable[Pair], waves: int, seed: int) -> dict[UUID, int]:
    """By rep the wave, from 0 on, in which their sessions begin; the same seed draws the same.

    Drawn within each manager, so that every manager's waves differ by one rep at most (blocked randomisation: Fisher
    1935, The Design of Experiments), from a wave that is drawn as well, so that none comes first everywhere.
    """
    found: dict[UUID, int] = {}
    reps: dict[UUID, set[UUID]] = {}
    for pair in pairs:
        reps.setdefault(pair.manager_id, set()).add(pair.rep_id)
    for manager_id, those in sorted(reps.items()):
        first = _number(seed, manager_id) % waves
        ordered = sorted(those - found.keys(), key=lambda rep_id: _number(seed, rep_id))
        found |= {rep_id: (first + place) % waves for place, rep_id in enumerate(ordered)}
    return found


def first_days(waves: Mapping[UUID, int], starts_on: date, every_weeks: int) -> dict[UUID, date]:
    """By rep the first day of their sessions."""
    return {rep_id: starts_on + timedelta(weeks=wave * every_weeks) for rep_id, wave in waves.items()}


def begin_in_turn(pairs: Sequence[Pair], first: Mapping[UUID, date]) -> list[Pair]:
    """The pairs from the rep's first day on; whoever was not drawn, as they joined later, begins at once."""
    return [
        replace(pair, from_on=max(pair.from_on, first.get(pair.rep_id, pair.from_on)))
        for pair in pairs
        if pair.to_on is None or pair.to_on >= first.get(pair.rep_id, pair.from_on)
    ]


def _number(seed: int, id_: UUID) -> int:
    return int.from_bytes(sha256(f"{seed} {id_}".encode()).digest()[:8], "big")
