"""One manager's Monday: a sentence per rep under the team's table, process before outcome; pure text."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

NEXT_STEPS = {
    "calls-made": "block two 45-minute call sessions a day and start each with the warmest five accounts",
    "connected-call-rate": "listen to three calls that did not connect and move them to another hour",
    "emails-sent": "write to every account that was not reached by phone, the same day",
    "meetings-held": "ask for the next meeting in every connected call, with two dates ready",
    "opportunities-created": "go through this month's meetings and name the pain in each: which is a deal?",
    "deals-to-discovery": "take the two oldest qualified deals and book their discovery calls",
    "proposals-made": "agree the decision criteria in the deals in discovery before writing a proposal",
    "deals-won": "walk through the deals in negotiation and write the mutual plan with each customer",
    "win-rate-closed": "look at the last three losses together: which exit criterion was skipped?",
    "won-amount": "check the open proposals for scope that the customer asked for and we left out",
}
LEVELS = ("activity", "objective", "result")
AHEAD = Decimal("1.15")
CHANCE = 0.1
"""A shortfall that somebody exactly on target would show more often than this is called chance."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A KPI of a rep: value, target of the whole period, and what of it is due by now."""

    kpi: str
    name: str
    level: str
    unit: str
    value: Decimal | None
    target: Decimal | None
    due: Decimal | None
    n: int

    @property
    def is_behind(self) -> bool:
        """Short of what is due, by more than chance makes of somebody who is on target."""
        if self.value is None or not self.due or self.value >= self.due or self.unit == "currency":
            return False
        if self.unit == "ratio":
            return binomial_at_most(round(self.value * self.n), self.n, float(self.due)) < CHANCE
        return poisson_at_most(int(self.value), float(self.due)) < CHANCE

    @property
    def pace(self) -> Decimal | None:
        """Value over what is due by now; 1 is on pace."""
        if self.value is None or not self.due:
            return None
        return self.value / self.due


def working_day_share(start: date, end: date, today: date) -> Decimal:
    """The share of a period's weekdays that are over, today not included; at least one day counts."""
    total = sum(1 for day in _days(start, end) if day.isoweekday() <= 5)
    done = sum(1 for day in _days(start, min(end, today - timedelta(days=1))) if day.isoweekday() <= 5)
    return Decimal(max(done, 1)) / Decimal(max(total, 1))


def _days(start: date, end: date) -> Iterable[date]:
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def standing(snapshot: Mapping[str, str | int | None], definition: Mapping[str, str], share: Decimal) -> Standing:
    """A snapshot as the REST surface gives it, with its KPI's definition; a ratio is due in full at any time."""
    target = None if snapshot["target"] is None else Decimal(str(snapshot["target"]))
    due = target if definition["kind"] == "ratio" or target is None else target * share
    value = None if snapshot["value"] is None else Decimal(str(snapshot["value"]))
    return Standing(
        definition["key"],
        definition["name"],
        definition["level"],
        definition["unit"],
        value,
        target,
        due,
        int(snapshot["n"] or 0),
    )


def poisson_at_most(count: int, mean: float) -> float:
    """P(X <= count) of a Poisson variable."""
    return sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count + 1))


def binomial_at_most(successes: int, n: int, rate: float) -> float:
    """P(X <= successes) of a binomial variable; 1 without any trial, which says nothing."""
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(successes + 1)) if n else 1.0


def sentence(name: str, standings: Sequence[Standing]) -> str:
    """What a rep is behind on beyond chance, by how much, and the next process step; process before outcome."""
    first = name.partition(" ")[0]
    behind = [item for item in standings if item.is_behind]
    process = [item for item in behind if item.level != "result"]
    if process:
        worst = min(process, key=_pace)
        more = len(process) - 1
        also = f", and on {more} more process KPI{'s' if more > 1 else ''}" if more else ""
        return (
            f"{first} is behind on {worst.name.lower()}: {shown(worst.value, worst.unit)} of "
            f"{shown(worst.due, worst.unit)} due by now ({_percent(worst)}){also}. Next step: {NEXT_STEPS[worst.kpi]}."
        )
    if behind:
        worst = min(behind, key=_pace)
        return (
            f"{first}'s process is on pace while {worst.name.lower()} is not ({shown(worst.value, worst.unit)} of "
            f"{shown(worst.due, worst.unit)}): be patient. Next step: {NEXT_STEPS[worst.kpi]}."
        )
    best = max(
        (item for item in standings if item.pace is not None and item.level != "result"), key=_pace, default=None
    )
    praise = f", {best.name.lower()} at {_percent(best)} of what is due" if best and _pace(best) > AHEAD else ""
    return f"{first} is on pace, or within chance of it, in every KPI{praise}. Next step: ask what works, and keep it."


def _pace(item: Standing) -> Decimal:
    return item.pace or Decimal(0)


def _percent(item: Standing) -> str:
    return f"{round(_pace(item) * 100)} %"


def shown(value: Decimal | None, unit: str) -> str:
    """A value as a reader wants it."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{round(value * 100)} %"
    if unit == "currency":
        return f"${round(value):,}"
    places = Decimal(1) if value >= 10 else Decimal("0.1")
    return f"{value.quantize(places):f}".removesuffix(".0")


def by_level(standings: Iterable[Standing]) -> list[Standing]:
    """Process before outcome."""
    return sorted(standings, key=lambda item: LEVELS.index(item.level))
