"""The demo's quadrants without a database: what its facts say of each rep, and what its generator's habits make true.

Good process: the share of criteria and weekly targets that the rep's habits meet in the long run, over many stories, is
at or above the standard. Good outcome: the deals of the period bring in the end, moves of the future included, at least
the wins that the other reps' habits would have made of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from service.demo.archetypes import HABITS, REPS, Archetype, Habit
from service.demo.generator import STAGE_DAYS, STAGES, DemoData, Opportunity, Work, generate
from service.demo.setup import TARGETS
from service.demo.state import DemoState
from service.kpi_snapshots.quadrants.cases import DealFlow, Window, in_cohort
from service.kpi_snapshots.quadrants.expecting import expect_wins
from service.kpi_snapshots.quadrants.process import ProcessItems
from service.statistics.arrays import Bools, Floats, as_floats, ratio
from service.statistics.competing_risks import Ending
from tests.factories.demo_briefs import truths

DAY = timedelta(days=1)
WEEK = 7.0
MOVES = {"discovery": "deals-to-discovery", "proposal": "proposals-made"}
"""Process KPIs that count moves into a stage."""
PROCESS = (
    *("calls-made", "connected-call-rate", "emails-sent", "meetings-held", "opportunities-created"),
    *MOVES.values(),
)
"""The process KPIs of the demo's model, each with a weekly target."""
CRITERIA = 3
"""What the demo's facts can show of a deal."""
GIVING_UP, LEAST_DAYS = 12.0, 0.2
"""Days that a deal which does not advance stays on average, and that each stage takes at least: the generator's."""


@dataclass(frozen=True)
class Seen:
    """A story as the quadrants see it; arrays and lists by rep. `final` are the wins that the future brings as well."""

    flow: DealFlow
    window: Window
    items: Sequence[ProcessItems]
    expected: Floats
    final: Floats


def look(data: DemoData, start: date, end: date) -> Seen:
    """The period from `start` to the day before `end`, seen when the story stops."""
    window = Window(_days(_instant(start)), _days(_instant(end)), _days(data.until))
    deals = [deal for deal in data.opportunities if deal.created_at <= data.until]
    flow = _flow(deals, data.until)
    cohort = in_cohort(flow, window)
    won = np.array([deal.moves[-1][1] == "closed_won" for deal in deals])
    entering = np.maximum(flow.created, window.start)
    worth = np.array([_worth(deal, at) for deal, at in zip(deals, entering, strict=True)])
    size = len(REPS)
    return Seen(
        flow,
        window,
        _items(data, deals, cohort, (start, end)),
        as_floats(np.bincount(flow.people, np.where(cohort, worth, 0.0), size)),
        as_floats(np.bincount(flow.people, cohort & won, size)),
    )


MONDAY = re.compile(
    r"• (\w+): .*?(\d+) of (\d+) decided deals won(?: where ([\d.]+) were to be expected)?(?:, \d+ open)?; "
    r"(?:process \d+ % where 50 % is asked for \(n (\d+)\)|nothing known of the process)\. "
)


def check_monday(printed: str, state: DemoState) -> int:
    """Every rep's luck on the printed Monday is told by the numbers of the story; returns how many reps there were."""
    lines = printed.splitlines()
    [place] = [place for place, line in enumerate(lines) if line.startswith("Process or luck?")]
    start, last = (date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", lines[place]))
    data = generate(state.seed, state.first_run, state.replayed_until)
    known = truths(data, state.cut, state.seed)
    seen = look(replace(data, work=tuple(one for truth in known.values() for one in truth.work)), start, last + DAY)
    told = [found for line in lines[place + 1 :] if (found := MONDAY.match(line))]
    reps = {rep.name.partition(" ")[0]: rep.index for rep in REPS}
    outcomes = expect_wins(seen.flow, seen.window, range(len(REPS)))
    replayed = in_cohort(seen.flow, seen.window) & (seen.flow.seen > _days(state.cut))
    late = np.bincount(seen.flow.people[replayed], minlength=len(REPS))
    for found in told:
        name, won, decided, expected, n = found.groups()
        outcome, items = outcomes[reps[name]], seen.items[reps[name]]
        assert (int(won), int(decided)) == (outcome.won, outcome.decided), found.string
        if expected is not None:
            assert outcome.expected is not None
            # A number from ten on is printed as a whole one.
            rounded = 0.05 if outcome.expected.value < 9.95 else 0.5
            assert abs(float(expected) - outcome.expected.value) < rounded + 0.15, found.string
        # What the last three weeks brought is on record as it came, in no order: some of it too late to count.
        if state.cut.date() > last:
            known_items = int(items.deal_known.sum() + items.kpi_known.sum())
            assert abs(int(n or 0) - known_items) <= CRITERIA * late[reps[name]], (found.string, known_items)
    return len(told)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _days(at: datetime) -> float:
    return at.timestamp() / 86_400


def _flow(deals: Sequence[Opportunity], until: datetime) -> DealFlow:
    closes = [deal.moves[-1] for deal in deals]
    endings = [
        Ending.OPEN if at > until else Ending.WON if stage == "closed_won" else Ending.LOST for at, stage in closes
    ]
    moves = [
        (place, STAGES.index(stage), _days(at))
        for place, deal in enumerate(deals)
        for at, stage in deal.moves
        if at <= until and stage in STAGES
    ]
    places, stages, times = zip(*moves, strict=True)
    unknown = np.full(len(deals), -1)
    return DealFlow(
        np.array([deal.rep.index for deal in deals]),
        np.array([_days(deal.created_at) for deal in deals]),
        np.array([_days(min(at, until)) for at, _ in closes]),
        np.array(endings),
        unknown,
        unknown,
        np.array([float(deal.amount) for deal in deals]),
        np.array(places),
        np.array(stages),
        np.array(times),
    )


def _worth(deal: Opportunity, at: float) -> float:
    """What the other reps win of deals that stand as this one did."""
    reached = [(moved, STAGES.index(stage)) for moved, stage in deal.moves if stage in STAGES and _days(moved) <= at]
    moved, stage = reached[-1] if reached else (deal.created_at, 0)
    stay = at - _days(moved)
    others = [HABITS[rep.archetype] for rep in REPS if rep is not deal.rep]
    return float(np.mean([_chance(habit, stage, stay) for habit in others]))


def _chance(habit: Habit, stage: int, stay: float) -> float:
    last = len(STAGES) - 1
    if stage == last:
        return habit.win
    days, over = STAGE_DAYS[stage], max(stay - LEAST_DAYS, 0.0)
    going = habit.advance * np.exp(-over / days)
    # Who gives up does so after both times.
    waiting = (days * np.exp(-over / days) - GIVING_UP * np.exp(-over / GIVING_UP)) / (days - GIVING_UP)
    return float(going / (going + (1 - habit.advance) * waiting) * habit.advance ** (last - stage - 1) * habit.win)


def _items(
    data: DemoData, deals: Sequence[Opportunity], cohort: Bools, period: tuple[date, date]
) -> list[ProcessItems]:
    held: dict[tuple[int, str], list[datetime]] = {}
    for work in data.work:
        if work.deal is not None and work.kind == "meeting" and work.outcome == "completed":
            held.setdefault((work.rep.index, work.deal), []).append(work.at)
    criteria: list[list[tuple[int, int]]] = [[] for _ in REPS]
    for deal, counts in zip(deals, cohort, strict=True):
        if counts and (judged := _criteria(deal, held.get((deal.rep.index, deal.number), []), data.until))[1]:
            criteria[deal.rep.index].append(judged)
    times: list[dict[str, list[float]]] = [{} for _ in REPS]
    for rep_index, name, at in (*_done(data.work), *_moved(deals)):
        times[rep_index].setdefault(name, []).append(_days(at))
    weeks = _weeks(*period, data.until)
    found = []
    for rep in REPS:
        of_deals = np.array(criteria[rep.index], dtype=np.float64).reshape(-1, 2)
        there = weeks[weeks > _days(_hired(rep.archetype, data)) - WEEK]
        found.append(ProcessItems(of_deals[:, 0], of_deals[:, 1], *_targets(times[rep.index], there)))
    return found


def _criteria(deal: Opportunity, meetings: Sequence[datetime], until: datetime) -> tuple[int, int]:
    """What the demo's facts can show: a first conversation, a live presentation in the last thirty days, a close date.

    The demo's CRMs hold a close date of decided deals only.
    """
    closed, outcome = deal.moves[-1]
    at = min(closed, until)
    won = outcome == "closed_won" and closed <= until
    furthest = max((STAGES.index(stage) for moved, stage in deal.moves if stage in STAGES and moved <= at), default=0)
    known = (won or furthest >= 1) + (won or furthest >= STAGES.index("negotiation"))
    met = (known > 0) * any(moved <= at for moved in meetings)
    if known > 1:
        known += 1
        met += any(at - 30 * DAY < moved <= at for moved in meetings) + (closed <= until)
    return int(met), int(known)


def _weeks(start: date, end: date, until: datetime) -> Floats:
    """The starts of the weeks that lie within the period and are over."""
    first = _days(_instant(start + timedelta(days=(7 - start.weekday()) % 7)))
    over = min(_days(_instant(end)), _days(until))
    return np.arange(first, over - WEEK + 1e-9, WEEK)


def _hired(archetype: Archetype, data: DemoData) -> datetime:
    day = data.start + timedelta(days=365 - 180) if archetype is Archetype.RAMPING else data.start
    return _instant(day)


def _done(work: Sequence[Work]) -> Iterator[tuple[int, str, datetime]]:
    """What counts for the KPIs of activity, each with its rep and its time."""
    for item in work:
        rep = item.rep.index
        if item.kind == "call":
            yield rep, "calls-made", item.at
            if item.outcome == "connected":
                yield rep, "connected", item.at
        elif item.kind == "email":
            yield rep, "emails-sent", item.at
        elif item.outcome == "completed":
            yield rep, "meetings-held", item.at


def _moved(deals: Sequence[Opportunity]) -> Iterator[tuple[int, str, datetime]]:
    """The same of deals and their moves."""
    for deal in deals:
        yield deal.rep.index, "opportunities-created", deal.created_at
        for at, stage in deal.moves[1:]:
            if stage in MOVES:
                yield deal.rep.index, MOVES[stage], at


def _targets(times: dict[str, list[float]], weeks: Floats) -> tuple[Floats, Floats]:
    """Of each process KPI, in how many of the weeks its target was met, and in how many there was a value."""

    def per_week(name: str) -> Floats:
        place = np.floor((np.array(times.get(name, [])) - weeks[0]) / WEEK) if weeks.size else np.zeros(0)
        inside = place[(place >= 0) & (place < weeks.size)].astype(np.intp)
        return as_floats(np.bincount(inside, minlength=weeks.size))

    met, known = [], []
    for name in PROCESS:
        value = per_week(name)
        if name == "connected-call-rate":
            value = ratio(per_week("connected"), per_week("calls-made"))
        known.append((~np.isnan(value)).sum())
        met.append((value >= float(TARGETS[name][0])).sum())
    return as_floats(met), as_floats(known)
