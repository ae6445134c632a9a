"""A target as it holds for one person in one span: its value, what of it is due at an instant, and why; pure.

Sums are kept as fractions and rounded once, to six places, half to even.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from service.organizations.working_time import NOTHING, WHOLE, WorkingCalendar
from service.success_models.targets import PeriodKind, RampStep, Scope, Target

MILLION = 10**6


def rounded(exact: Fraction) -> Decimal:
    """Six places at most, half to even, without zeros at the end."""
    millionths = round(exact * MILLION)
    whole, rest = divmod(millionths, MILLION)
    return Decimal(millionths).scaleb(-6).normalize() if rest else Decimal(whole)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both ends included, on which one target wins and one share of it holds; the same for many people."""

    target: Target
    start: date
    end: date
    step: RampStep | None
    """The step of the ramp; None: no ramp, or nobody knows since when the person is there."""
    of_days: int
    """How many days everybody works in the period, of the target's own kind, that the days belong to."""
    level: Fraction
    """What the target says for a whole period, ramped."""
    rate: Fraction
    """What one working day is worth."""
    instead_of: Target | None
    """What would hold just as well and stands further down in the model: another team's."""
    is_hired: bool
    """Whether it is known since when the person is there."""

    @property
    def ramp(self) -> Fraction:
        """The share of the target that the person's tenure asks for."""
        return WHOLE if self.step is None else Fraction(self.step.share)


@dataclass(frozen=True, slots=True)
class ResolvedTarget:
    """The target of one KPI for one person from `start` to `end`, both included; `kind` is what was asked for."""

    kind: PeriodKind
    start: date
    end: date
    stretches: tuple[Stretch, ...]
    calendar: WorkingCalendar
    pro_rated: bool

    @property
    def exact(self) -> Fraction:
        """The value before rounding; over the parts of a span they add up to that of the whole."""
        if self.pro_rated:
            return sum((one.rate * self._days(one) for one in self.stretches), NOTHING)
        return self._mean([one.level for one in self.stretches])

    @property
    def value(self) -> Decimal:
        """What to reach by the end."""
        one = self.stretches[0]
        is_whole = len(self.stretches) == 1 and one.step is None
        if is_whole and (not self.pro_rated or self._days(one) == one.of_days > 0):
            return one.target.value
        return rounded(self.exact)

    def expected_by(self, at: datetime) -> Decimal:
        """What is due at an instant, given in the organization's zone; never less at a later one, at the end `value`.

        What is not pro-rated is a level: it is due at any time.
        """
        if not self.pro_rated:
            return self.value
        gone = (one.rate * self.calendar.elapsed(one.start, one.end, at) for one in self.stretches)
        return rounded(sum(gone, NOTHING))

    @property
    def scope(self) -> Scope:
        """Whose target wins; where that changes within the span, at its end."""
        return self.stretches[-1].target.scope

    @property
    def derived_from(self) -> PeriodKind | None:
        """The kind of period that the model has the target for, where it is another than was asked for."""
        found = self.stretches[-1].target.period
        return None if found is self.kind else found

    @property
    def days(self) -> Fraction:
        """How many days of the span the person works while a target holds."""
        return sum((self._days(one) for one in self.stretches), NOTHING)

    @property
    def of_days(self) -> int:
        """How many days of the span everybody works."""
        return self.calendar.company.days(self.start, self.end)

    @property
    def share(self) -> Decimal:
        """`days` of `of_days`, 0 to 1; 0 where nobody works."""
        return rounded(self.days / self.of_days) if self.of_days else Decimal(0)

    @property
    def ramp(self) -> Decimal:
        """The share of the target that the person's tenure asks for, the mean over the days they work."""
        return rounded(self._mean([one.ramp for one in self.stretches]))

    @property
    def reason(self) -> str:
        """Which target wins on which days and how much of it, in words."""
        return "; ".join(self._reasons())

    def _reasons(self) -> Iterator[str]:
        for words, stretches in groupby(self.stretches, self._words):
            first = next(stretches).start
            yield words if first == self.start else f"from {first} {words}"
        if self.pro_rated and self.days != self.of_days:
            yield f"{rounded(self.days)} of {self.of_days} working days"

    def _words(self, one: Stretch) -> str:
        target = one.target
        words = [str(target.scope)]
        if one.instead_of is not None:
            words.append(f"which the model names before {one.instead_of.scope}")
        if target.period is not self.kind:
            how = "spread by working days" if self.pro_rated else "as it is"
            words.append(f"the {target.period.value}'s {target.value:f} {how}")
        if one.step is not None and one.step.share != 1:
            words.append(f"ramp: {rounded(one.ramp * 100):f} % from month {one.step.after_months} on")
        if target.ramp and not one.is_hired:
            words.append("without its ramp, as the day of hiring is not known")
        return ", ".join(words)

    def _days(self, one: Stretch) -> Fraction:
        return self.calendar.days(one.start, one.end)

    def _mean(self, values: list[Fraction]) -> Fraction:
        """The mean over the days that the person works, or else that everybody does, or else over all of them."""
        weights = [self._days(one) for one in self.stretches]
        if not any(weights):
            weights = [Fraction(self.calendar.company.days(one.start, one.end)) for one in self.stretches]
        if not any(weights):
            weights = [Fraction((one.end - one.start).days + 1) for one in self.stretches]
        return sum((value * weight for value, weight in zip(values, weights, strict=True)), NOTHING) / sum(weights)
