"""What stands out in how a manager kept their cadences, in words; pure.

What became of owed sessions is counted out, whoever the manager is. That something is more or less than with the other
managers, or mostly one thing, is said only beyond chance.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from service.coaching_sessions.cadence_adherence import AdherenceNumbers, rate_of
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import LedgerSession, Standing
from service.statistics.comparisons import benjamini_hochberg, compare_proportions

Q = 0.05
"""The share of comparisons told that may be mere chance, over all managers and all that is compared."""
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A manager's numbers, and the sessions that they count."""

    numbers: AdherenceNumbers
    sessions: Sequence[LedgerSession]


Counts = tuple[int, int]
"""How many, of how many."""


def _about_process(account: Account) -> Counts:
    """Held sessions that talked about process at all, of those that talked about process or outcome."""
    found = [
        Concern.PROCESS in session.outcome.concerns
        for session in account.sessions
        if session.owed and {Concern.PROCESS, Concern.OUTCOME} & set(session.outcome.concerns)
    ]
    return sum(found), len(found)


COMPARED: Mapping[str, tuple[Callable[[Account], Counts], bool]] = {
    "missed": (lambda one: (one.numbers.missed.numerator, one.numbers.owed), True),
    "cancelled": (lambda one: (one.numbers.cancelled_by.manager, one.numbers.owed), True),
    "rescheduled": (lambda one: (one.numbers.rescheduled.numerator, one.numbers.owed), True),
    "on_time": (lambda one: (one.numbers.on_time.numerator, one.numbers.on_time.denominator), False),
    "process": (_about_process, False),
}
"""What managers are compared by, and whether more of it is worse."""


def find_reasons(accounts: Mapping[UUID, Account]) -> dict[UUID, list[str]]:
    """Say for each manager what stands out; of several, each is held against all the others together."""
    against = _compare(accounts)
    return {id_: _reasons(account, against[id_]) for id_, account in accounts.items()}


def _compare(accounts: Mapping[UUID, Account]) -> dict[UUID, dict[str, Counts]]:
    """What is worse than with the others beyond chance, with the others' counts."""
    found: dict[UUID, dict[str, Counts]] = {id_: {} for id_ in accounts}
    if len(accounts) < 2:
        return found
    counts, p_values = {}, []
    for name, (count, more_is_worse) in COMPARED.items():
        counts[name] = np.array([count(account) for account in accounts.values()])
        compared = compare_proportions(counts[name][:, 0], counts[name][:, 1])
        p_values.append(compared.p_high if more_is_worse else compared.p_low)
    worse = benjamini_hochberg(np.array(p_values), Q)
    for name, flags in zip(COMPARED, worse, strict=True):
        total = counts[name].sum(axis=0)
        for id_, flag, own in zip(accounts, flags, counts[name], strict=True):
            if flag:
                found[id_][name] = int(total[0] - own[0]), int(total[1] - own[1])
    return found


def _reasons(account: Account, against: Mapping[str, Counts]) -> list[str]:
    numbers = account.numbers
    found = []

    def versus(name: str, how: str) -> str:
        peers = against.get(name)
        return "" if peers is None else f", {how} than with the other managers ({peers[0]} of {peers[1]})"

    if numbers.missed.numerator:
        more = versus("missed", "more often")
        found.append(f"{_of(numbers.missed.numerator, numbers.owed)} missed{more}{_in_a_month(account)}.")
    by_others = numbers.cancelled.numerator - numbers.cancelled_by.manager
    if by_others or (numbers.cancelled.numerator and "cancelled" not in against):
        found.append(f"{_of(numbers.cancelled.numerator, numbers.owed)} cancelled{_by_whom(numbers)}.")
    if "cancelled" in against:
        more = versus("cancelled", "more often")
        found.append(f"{_of(numbers.cancelled_by.manager, numbers.owed)} cancelled by the manager{more}.")
    if numbers.unfinished:
        found.append(f"{_of(numbers.unfinished, numbers.owed)} started and never completed.")
    if numbers.unscheduled:
        found.append(f"For {numbers.unscheduled} of {numbers.owed} owed sessions no time was found.")
    if "rescheduled" in against:
        more = versus("rescheduled", "more often")
        found.append(f"{_of(numbers.rescheduled.numerator, numbers.owed)} moved{more}.")
    if "on_time" in against:
        less = versus("on_time", "less often")
        found.append(f"{numbers.on_time.numerator} of {numbers.on_time.denominator} held sessions began on time{less}.")
    talked, sessions = _about_process(account)
    share = rate_of(talked, sessions)
    if "process" in against or (share.interval_high is not None and share.interval_high * 2 < 1):
        less = versus("process", "less often")
        found.append(f"{talked} of {sessions} sessions talked about process, the others about results only{less}.")
    return found


def _of(count: int, owed: int) -> str:
    return f"{count} of {owed} owed sessions {'was' if count == 1 else 'were'}"


def _by_whom(numbers: AdherenceNumbers) -> str:
    by = numbers.cancelled_by
    sides = {"the manager": by.manager, "the rep": by.rep, "somebody else": by.other}
    by_side = [f"{count} by {side}" for side, count in sides.items() if count]
    listed = ", ".join(by_side)
    if len(by_side) == 1:
        return listed[listed.index(" ") :]
    for side, count in sides.items():
        low = rate_of(count, numbers.cancelled.numerator).interval_low
        if low is not None and low * 2 > 1:
            return f", mostly by {side} ({listed})"
    return f" ({listed})"


def _in_a_month(account: Account) -> str:
    """The month in which more of them were missed than in the others, if that is beyond chance."""
    owed: Counter[tuple[int, int]] = Counter()
    missed: Counter[tuple[int, int]] = Counter()
    for session in account.sessions:
        if session.owed and session.standing is not Standing.AHEAD:
            month = session.due_on.year, session.due_on.month
            owed[month] += 1
            missed[month] += session.standing is Standing.MISSED
    months = list(owed)
    compared = compare_proportions([missed[month] for month in months], [owed[month] for month in months])
    beyond = benjamini_hochberg(compared.p_high, Q)
    standing_out = [month for month, flag in zip(months, beyond, strict=True) if flag]
    if not standing_out:
        return ""
    month = max(standing_out, key=lambda one: (missed[one], one))
    return f"; {missed[month]} of them in {MONTHS[month[1] - 1]} {month[0]}"
