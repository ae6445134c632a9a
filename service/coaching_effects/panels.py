"""Panels of a KPI by week of everybody whose model has it, and when each was coached in it first; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np

from service.kpi_snapshots.leads.outcomes import weekly_parts
from service.kpi_snapshots.leads.panels import WEEK, Sums, find_presence, records_since
from service.kpi_snapshots.lines import PreparedModel
from service.organizations.known import Staff
from service.statistics.arrays import Bools
from service.statistics.staggered_panels import NEVER, Ints, Panel

BEFORE = -1
"""Began before the days that are asked for: neither coached in them nor somebody to compare with."""


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """The people whose weeks are compared, each with the model that holds for them, and the weeks."""

    people: Sequence[UUID]
    models: Sequence[PreparedModel]
    staff: Staff
    first: date
    count: int

    @property
    def strata(self) -> list[str]:
        """Model and job role."""
        roles = (self.staff.people[id_].job_role for id_ in self.people)
        return [f"{model.id} {role or ''}" for model, role in zip(self.models, roles, strict=True)]

    def there(self, sums: Mapping[UUID, Sums]) -> Bools:
        """Who worked in which weeks, with records (people x weeks)."""
        found = find_presence(self.people, self.staff.people, self.staff.calendars, self.first, self.count)
        return found & records_since(sums, found.shape)

    def panel(self, kpi: str, sums: Mapping[UUID, Sums], there: Bools, starts: Ints, asked: Bools) -> Panel:
        """Of one KPI, which each model may define its own way; weeks of a ratio weigh as much as is divided by."""
        values, weights = np.zeros(there.shape), np.zeros(there.shape)
        nothing = Sums(np.zeros(there.shape), np.zeros(there.shape))
        for model in {one.id: one for one in self.models}.values():
            rows = [number for number, one in enumerate(self.models) if one.id == model.id]
            done, of = weekly_parts(model.kpis[kpi].definition)
            if done is None:
                continue
            above = sums.get(done.identity(), nothing).value[rows]
            below = np.ones(above.shape) if of is None else sums.get(of.identity(), nothing).value[rows]
            weights[rows] = np.where(there[rows] & (below > 0), below, 0.0)
            values[rows] = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
        return Panel.of(values, weights, starts, self.strata, asked)

    def starts(self, coached: Mapping[UUID, date], from_on: date) -> Ints:
        """The week in which each began (people)."""
        found = np.full(len(self.people), NEVER, dtype=np.int64)
        for number, id_ in enumerate(self.people):
            on = coached.get(id_)
            if on is not None:
                found[number] = BEFORE if on < from_on else (on - self.first).days // WEEK.days
        return found
