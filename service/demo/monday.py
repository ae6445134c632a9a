"""One manager's Monday: a sentence per rep under the team's table, process before outcome; pure text."""

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
BEHIND = Decimal("0.85")
AHEAD = Decimal("1.15")


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


def standing(
    snapshot: Mapping[str, str | None], definition: Mapping[str, str], share: Decimal
) -> Standing:
    """A snapshot as the REST surface gives it, with its KPI's definition; a ratio is due in full at any time."""
    target = None if snapshot["target"] is None else Decimal(snapshot["target"])
    due = target if definition["kind"] == "ratio" or target is None else target * share
    value = None if snapshot["value"] is None else Decimal(snapshot["value"])
    return Standing(
        definition["key"], definition["name"], definition["level"], definition["unit"], value, target, due
    )


def sentence(name: str, standings: Sequence[Standing]) -> str:
    """What a rep is behind on, by how much, and the next process step; process before outcome."""
    first = name.partition(" ")[0]
    behind = [item for item in standings if item.pace is not None and item.pace < BEHIND]
    if not behind:
        best = max((item for item in standings if item.pace is not None), key=_pace, default=None)
        praise = f", {best.name.lower()} at {_percent(best)} of what is due" if best and _pace(best) > AHEAD else ""
        return f"{first} is on pace in every KPI{praise}: ask what made it work, and keep it."
    process = [item for item in behind if item.level != "result"]
    worst = min(process or behind, key=_pace)
    text = (
        f"{first} is behind on {worst.name.lower()}: {shown(worst.value, worst.unit)} of "
        f"{shown(worst.due, worst.unit)} due by now ({_percent(worst)})"
    )
    if not process:
        text += ", while every process KPI is on pace: be patient with the result"
    elif len(process) > 1:
        text += f", and on {len(process) - 1} more process KPI{'s' if len(process) > 2 else ''}"
    return f"{text}. Next step: {NEXT_STEPS.get(worst.kpi, 'agree one next step')}."


def _pace(item: Standing) -> Decimal:
    return item.pace or Decimal(0)


def _percent(item: Standing) -> str:
    return f"{round(_pace(item) * 100)} %"


def shown(value: Decimal | None, unit: str) -> str:
    """A value as a reader wants it."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{round(value * 100)} %"
    if unit == "currency":
        return f"${round(value):,}"
    return f"{value.quantize(Decimal('0.1')):f}".removesuffix(".0")


def by_level(standings: Iterable[Standing]) -> list[Standing]:
    """Process before outcome."""
    return sorted(standings, key=lambda item: LEVELS.index(item.level))
