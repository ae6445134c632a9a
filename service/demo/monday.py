"""One manager's Monday: who is behind and with what chance, what matters most per rep, and a way back; pure text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

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
DEAL_STEP = "settle with the customer who does this by when, in the next conversation about the deal"
CALLS_FOR = {
    "earned_success": "celebrate, and let others learn from it",
    "unlucky": "be patient, and do not stop doing the right things",
    "lucky": "celebrate, but do not get comfortable",
    "earned_failure": "correct the process",
}
LEVELS = ("activity", "objective", "result")
OUTCOME = "result"
MOST_NAMED = 3
COLORS = {"ahead": "[green]", "on_track": "[green]", "at_risk": "[yellow]", "behind": "[red]"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A KPI of a rep, as the REST surface gives it: numbers, status, and the chance of reaching the target."""

    kpi: str
    name: str
    level: str
    unit: str
    value: Decimal | None
    target: Decimal | None
    expected: Decimal | None
    status: str | None
    chance: Decimal | None

    @property
    def color(self) -> str:
        """Of its cell; none where nothing can be told."""
        return COLORS.get(self.status or "", "")


def standing(snapshot: Mapping[str, Any]) -> Standing:
    """A snapshot of the REST surface."""
    return Standing(
        kpi=snapshot["kpi"],
        name=snapshot["name"],
        level=snapshot["level"],
        unit=snapshot["unit"],
        value=_number(snapshot["value"]),
        target=_number(snapshot["target"]),
        expected=_number(snapshot["expected"]),
        status=snapshot["status"],
        chance=_number(snapshot["probability"]),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def working_day_share(start: date, end: date, today: date) -> Decimal:
    """The share of a period's weekdays that are over, today not included; at least one day counts."""
    total = sum(1 for day in _days(start, end) if day.isoweekday() <= 5)
    done = sum(1 for day in _days(start, min(end, today - timedelta(days=1))) if day.isoweekday() <= 5)
    return Decimal(max(done, 1)) / Decimal(max(total, 1))


def _days(start: date, end: date) -> Iterable[date]:
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def behind(name: str, standings: Sequence[Standing]) -> str | None:
    """On what a rep is behind, each with the chance of still making it; None where on nothing."""
    late = [item for item in by_level(standings) if item.status == "behind"]
    if not late:
        return None
    more = f"; and {len(late) - MOST_NAMED} more" if len(late) > MOST_NAMED else ""
    return f"{first_name(name)}: {'; '.join(_late(item) for item in late[:MOST_NAMED])}{more}"


def _late(item: Standing) -> str:
    chance = "" if item.chance is None else f", {chance_of(item.chance)} to reach {shown(item.target, item.unit)}"
    due = "" if item.expected is None else f" of {shown(item.expected, item.unit)} due by now"
    return f"{item.name.lower()} {shown(item.value, item.unit)}{due}{chance}"


def chance_of(probability: Decimal) -> str:
    """What is nearly impossible is not called impossible."""
    if probability < Decimal("0.01"):
        return "a chance below 1 %"
    return "a chance above 99 %" if probability > Decimal("0.99") else f"a chance of {round(probability * 100)} %"


def matters_most(opportunities: Sequence[Mapping[str, Any]], levels: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The largest of those about what the rep does; of those about outcome only where there is no other.

    An outcome that is behind while the process is on pace asks for patience first.
    """
    process = [one for one in opportunities if levels.get(one["kpi"] or "") != OUTCOME]
    return max(process or opportunities, key=lambda one: Decimal(one["size"]), default=None)


def advice(name: str, opportunity: Mapping[str, Any] | None) -> str:
    """A rep's one opportunity, why it is one, and the next step."""
    if opportunity is None:
        return f"{first_name(name)}: nothing stands out beyond chance. Next step: ask what works, and keep it."
    step = DEAL_STEP if opportunity["kpi"] is None else NEXT_STEPS[opportunity["kpi"]]
    return f"{first_name(name)}: {opportunity['reason']} Next step: {step}{'' if step.endswith('?') else '.'}"


def previous_quarter(start: date) -> date:
    """The first day of the quarter before the one that starts on a day."""
    return date(start.year - (start.month <= 3), (start.month - 4) % 12 + 1, 1)


def luck(person: Mapping[str, Any]) -> str:
    """What a rep's quadrant calls for, by how many deals and by what; or what would settle it."""
    counted = f"{person['won']} of {person['decided']} decided deals won"
    if person["expected"] is not None:
        counted += f" where {shown(Decimal(person['expected']), 'count')} were to be expected"
    if person["open"]:
        counted += f", {person['open']} open"
    process = "nothing known of the process"
    if person["process_estimate"] is not None:
        process = (
            f"process {shown(Decimal(person['process_estimate']), 'ratio')} where "
            f"{shown(Decimal(person['process_standard']), 'ratio')} is asked for (n {person['process_n']})"
        )
    verdict = person["verdict"]
    if verdict in CALLS_FOR:
        last = f"{verdict.replace('_', ' ').capitalize()} with {chance_of(Decimal(person[verdict]))}."
    else:
        last = person["settles"]
    calls_for = CALLS_FOR.get(verdict, "cannot tell yet")
    return f"{first_name(person['name'])}: {calls_for}. {counted}; {process}. {last}"


def skill_gap(person: Mapping[str, Any]) -> str:
    """A rep's one gap that matters most, or why that cannot be told."""
    first = next((one for one in person["skills"] if one["standing"] == "focus"), None)
    said = person["explanation"] if first is None else first["explanation"]
    return f"{first_name(person['name'])}: {said}"


def way_back(name: str, plan: Mapping[str, Any]) -> list[str]:
    """From the quota back to the work of each week."""
    confidence = f"{round(Decimal(plan['confidence']) * 100)} %"
    pipeline = (
        f"{first_name(name)}'s way back to {money(plan['quota'])} by {plan['period_end']}: {money(plan['won'])} won, "
        f"{plan['open_deals']} open deals are worth {money(plan['open_expected'])} on average, "
        f"and alone reach it with {chance_of(Decimal(plan['probability']))}."
    )
    lines = [pipeline]
    needed = [one for one in plan["requirements"] if one["needed"]]
    if needed:
        days = f"{Decimal(plan['working_days_left']).normalize():f}"
        lines.append(f"For a chance of {confidence}, any one of these in {days} working days:")
        lines += [
            f"  {one['needed']} {one['name'].lower()}, {one['per_week']} a week "
            f"({one['low']} for an even chance, {one['high']} for 95 %)"
            for one in needed
        ]
    lever = next((one for one in plan["levers"] if one["key"] == plan["most_telling"]), None)
    if lever is not None:
        saves = f"{round(Decimal(lever['saves']) * 100)} %"
        lines.append(
            f"What changes it most: {lever['name']}, {_lever_value(lever, 'value')} now (n {lever['n']}); "
            f"were it {_lever_value(lever, 'better')}, {saves} of the work would be saved."
        )
    return lines


def _lever_value(lever: Mapping[str, Any], name: str) -> str:
    if lever["kind"] == "deal_size":
        return money(lever[name])
    return f"{round(Decimal(lever[name]) * 100, 1).normalize():f} %"


def first_name(name: str) -> str:
    """As people call each other."""
    return name.partition(" ")[0]


def money(amount: str | None) -> str:
    """In dollars, the demo's currency."""
    return shown(None if amount is None else Decimal(amount), "currency")


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
