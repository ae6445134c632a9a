"""What an import found and did, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from service.crm.imports.reading import Fault

MAX_FAULTS = 10_000
"""How many faults are kept: a file with more is another file than the mapping means."""


class RowOutcome(NamedTuple):
    """What became of the record or person of one row."""

    line: int
    external_id: str
    status: str


@dataclass(slots=True)
class ImportReport:
    """Rows read, records or people changed, what became of each row, and the faults by line and column.

    With a fault there are no outcomes: nothing was written. `faults` holds the first 10,000, `fault_count`
    counts them all.
    """

    rows: int = 0
    changed: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    outcomes: list[RowOutcome] = field(default_factory=list)

    def add_faults(self, faults: list[Fault]) -> None:
        """Note what is wrong."""
        self.fault_count += len(faults)
        self.faults += faults[: max(0, MAX_FAULTS - len(self.faults))]

    def counts(self) -> dict[str, int]:
        """Rows, and how many of them were created, updated, unchanged or have faults."""
        found = dict.fromkeys(("created", "updated", "unchanged"), 0)
        for outcome in self.outcomes:
            found[outcome.status] += 1
        return {"rows": self.rows, **found, "faults": self.fault_count}

    def faulty_lines(self) -> Iterator[tuple[int, list[Fault]]]:
        """The kept faults by line."""
        by_line: dict[int, list[Fault]] = {}
        for fault in self.faults:
            by_line.setdefault(fault.line, []).append(fault)
        yield from sorted(by_line.items())
