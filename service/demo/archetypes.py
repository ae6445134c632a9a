"""The demo's people and their known habits: the truth that the numbers should show."""

from dataclasses import dataclass
from enum import StrEnum


class Archetype(StrEnum):
    """A rep's habit."""

    STEADY = "steady"
    STRONG = "strong"
    LUCKY = "lucky"
    UNLUCKY = "unlucky"
    RAMPING = "ramping"
    SLIPPING = "slipping"
    LOW_ACTIVITY = "low_activity"


@dataclass(frozen=True, slots=True)
class Habit:
    """Rates at full strength, per working day, and the chances of calls and deals."""

    calls: float
    connect: float
    emails: float
    meetings: float
    opportunities: float
    advance: float
    win: float
    deal_size: float


HABITS = {
    Archetype.STEADY: Habit(8.2, 0.37, 4.2, 0.86, 0.30, 0.80, 0.42, 16_000),
    Archetype.STRONG: Habit(10.0, 0.43, 5.2, 1.10, 0.38, 0.85, 0.50, 18_000),
    Archetype.LUCKY: Habit(3.6, 0.26, 2.0, 0.36, 0.16, 0.88, 0.85, 26_000),
    Archetype.UNLUCKY: Habit(9.6, 0.42, 5.0, 1.05, 0.36, 0.82, 0.10, 15_000),
    Archetype.RAMPING: Habit(8.4, 0.36, 4.4, 0.90, 0.30, 0.78, 0.40, 14_000),
    Archetype.SLIPPING: Habit(9.0, 0.40, 4.6, 1.00, 0.34, 0.82, 0.45, 17_000),
    Archetype.LOW_ACTIVITY: Habit(4.2, 0.33, 2.2, 0.42, 0.16, 0.74, 0.34, 14_000),
}

RAMP_DAYS = 180
SLIP_DAYS = 70
SLIPPED_TO = 0.35


@dataclass(frozen=True, slots=True)
class Rep:
    """A rep of the demo; `team` 0 works in HubSpot, `team` 1 in Salesforce."""

    index: int
    name: str
    team: int
    archetype: Archetype

    @property
    def email(self) -> str:
        """Their e-mail address."""
        return f"{self.name.lower().replace(' ', '.')}@demo.example"


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager of the demo."""

    index: int
    name: str

    @property
    def email(self) -> str:
        """Their e-mail address."""
        return f"{self.name.lower().replace(' ', '.')}@demo.example"


MANAGERS = (Manager(0, "Maya Lindqvist"), Manager(1, "Tom Okafor"))

REPS = tuple(
    Rep(index, name, index // 6, archetype)
    for index, (name, archetype) in enumerate(
        [
            ("Anna Keller", Archetype.STEADY),
            ("Ben Osei", Archetype.LUCKY),
            ("Carla Mendes", Archetype.UNLUCKY),
            ("Dario Conti", Archetype.RAMPING),
            ("Elif Demir", Archetype.SLIPPING),
            ("Finn Larsen", Archetype.STRONG),
            ("Grace Liu", Archetype.STEADY),
            ("Hugo Martin", Archetype.LOW_ACTIVITY),
            ("Ines Duarte", Archetype.STRONG),
            ("Jonas Weber", Archetype.SLIPPING),
            ("Keiko Mori", Archetype.RAMPING),
            ("Liam Byrne", Archetype.STEADY),
        ]
    )
)


def strength(archetype: Archetype, days_since_start: int, days_until_end: int) -> float:
    """The share of the full habit that a rep shows on a day; 0 before a ramping rep was hired."""
    if archetype is Archetype.RAMPING:
        return 0.0 if days_until_end > RAMP_DAYS else 0.2 + 0.7 * (RAMP_DAYS - days_until_end) / RAMP_DAYS
    if archetype is Archetype.SLIPPING and days_until_end < SLIP_DAYS:
        return SLIPPED_TO + (1 - SLIPPED_TO) * days_until_end / SLIP_DAYS
    return 1.0 if days_since_start >= 0 else 0.0
