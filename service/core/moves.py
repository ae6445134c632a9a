"""State machines: which moves start from where and lead where, which side may make each, and what others are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from service.core.errors import ErrorKind, ServiceError, conflict

StateT = TypeVar("StateT", bound=StrEnum)
SideT = TypeVar("SideT", bound=StrEnum)
MoveT = TypeVar("MoveT", bound=StrEnum)

CLOCK = "system"
"""The side that is nobody."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[StateT, SideT]):
    """From which states a move may start, where it leads (None: it stays there), and who may make it."""

    froms: frozenset[StateT]
    to: StateT | None
    sides: frozenset[SideT]


def moves_from(
    rules: Mapping[MoveT, Rule[StateT, SideT]], state: StateT, sides: Collection[SideT]
) -> tuple[MoveT, ...]:
    """What somebody, who may be on several sides, may do in a state."""
    return tuple(move for move, rule in rules.items() if state in rule.froms and not rule.sides.isdisjoint(sides))


def require_side(noun: str, move: MoveT, rule: Rule[StateT, SideT], sides: Collection[SideT]) -> None:
    """`forbidden` where none of the sides may ever make a move."""
    if rule.sides.isdisjoint(sides):
        whose = " or the ".join(sorted(one.value for one in rule.sides if one.value != CLOCK)) or "clock"
        message = f"Only the {whose.replace('_', ' ')} of the {noun} may {move.value} it."
        raise ServiceError(ErrorKind.FORBIDDEN, "not_your_move", message)


def illegal_move(noun: str, state: StateT, allowed: Collection[MoveT], move: MoveT) -> ServiceError:
    """`conflict` that says what the caller may do instead of a move that may not start from a state."""
    instead = ", ".join(allowed)
    told = f"allowed are {instead}, not" if allowed else "you can do nothing with it now, neither"
    return conflict("illegal_transition", f"This {noun} is {state.value}: {told} {move.value}.")
