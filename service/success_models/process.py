"""The sales process: stages in order, and criteria that say by what evidence each of them is met; pure.

A stage names its criteria by key. Any other text is prose: a criterion without a source, whose state is
always unknown.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated

from pydantic import Field

from service.activities.derivation import ActivityKind
from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.core.dto import InputDTO, Key, ShortNumber, Text, example
from service.success_models.filters import ATTRIBUTE_PREFIX, Filter, Source

StageKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""The name of a stage in the model; `closed_won` and `closed_lost` decide a deal."""

Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=8, decimal_places=6, allow_inf_nan=False), ShortNumber()]
Days = Annotated[Decimal, Field(gt=0, le=3650, decimal_places=2, allow_inf_nan=False), ShortNumber()]

CLOSED = frozenset({CLOSED_WON, CLOSED_LOST})

CLOSE_DATE = "expected_close_on"
DEAL_FIELDS = frozenset({"name", "pipeline", "currency", "amount", CLOSE_DATE})
"""What a criterion can look at beside the customer's own fields: what a rep fills in, not where the deal stands."""
ACTIVITY_FIELDS = frozenset({"direction", "outcome", "status", "duration_seconds"})

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")

Problems = list[tuple[str, str]]
"""What does not fit together, as (pointer below the part, message)."""


class ActivityNeed(InputDTO):
    """Activities of a kind that are linked to the deal."""

    model_config = example(
        kind="meeting", filters=[{"field": "outcome", "op": "eq", "value": "completed"}], at_least=1, within_days=30
    )

    kind: ActivityKind
    filters: list[Filter] = Field(default_factory=list, max_length=20)
    """All hold together, on `direction`, `outcome`, `status`, `duration_seconds` or `attributes.…`."""
    at_least: Annotated[int, Field(ge=1, le=100)] = 1
    """How many of them."""
    within_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Only those of so many days before the instant that is asked about; null: all before it."""


class Ways(InputDTO):
    """By what a criterion is met: any one of these suffices. None at all: nothing can tell, it is unknown."""

    crm_fields: list[Filter] = Field(default_factory=list, max_length=10)
    """Fields of the deal, the customer's own as `attributes.…`, that are filled or match."""
    activities: list[ActivityNeed] = Field(default_factory=list, max_length=10)
    inspection: bool = False
    """A manager's verdict."""
    confirmation: bool = False
    """The rep's own word."""

    @property
    def is_mapped(self) -> bool:
        """Whether there is a source at all."""
        return bool(self.crm_fields or self.activities or self.inspection or self.confirmation)


class Criterion(InputDTO):
    """What must hold of a deal, and what shows that it does."""

    model_config = example(
        key="economic_buyer",
        name="The economic buyer is known",
        met_by={
            "crm_fields": [{"field": "attributes.economic_buyer", "op": "exists", "value": True}],
            "inspection": True,
        },
    )

    key: Key
    name: Text
    description: Text | None = None
    """How to tell, in a sentence or two."""
    met_by: Ways = Field(default_factory=Ways)

    def problems(self) -> Problems:
        """Find filters on what a deal or an activity does not have."""
        found: Problems = []
        for index, condition in enumerate(self.met_by.crm_fields):
            found += _below(f"/met_by/crm_fields/{index}", _deal_fault(condition))
        for place, need in enumerate(self.met_by.activities):
            for index, condition in enumerate(need.filters):
                fault = _fault(condition, Source.ACTIVITIES, ACTIVITY_FIELDS)
                found += _below(f"/met_by/activities/{place}/filters/{index}", fault)
        return found


class Stage(InputDTO):
    """A step of the sales process, in the order of the list."""

    model_config = example(
        key="qualification",
        name="Qualification",
        exit_criteria=["economic_buyer", "The next step has a date"],
        benchmark_conversion="0.6",
        benchmark_days="21",
    )

    key: StageKey
    name: Text
    entry_criteria: list[Text] = Field(default_factory=list, max_length=20)
    """Keys of criteria that hold before a deal enters; any other text is prose."""
    exit_criteria: list[Text] = Field(default_factory=list, max_length=20)
    """Keys of criteria that hold before a deal moves on; any other text is prose."""
    benchmark_conversion: Share | None = None
    """The share of the deals entering that should come further."""
    benchmark_days: Days | None = None
    """How long a deal should stay."""


@dataclass(frozen=True)
class SalesProcess:
    """Stages and criteria, indexed."""

    stages: Sequence[Stage]
    criteria: Sequence[Criterion]

    @cached_property
    def open_stages(self) -> tuple[str, ...]:
        """The keys in order, without the two that decide a deal."""
        return tuple(stage.key for stage in self.stages if stage.key not in CLOSED)

    @cached_property
    def by_key(self) -> dict[str, Stage]:
        """Each stage by its key."""
        return {stage.key: stage for stage in self.stages}

    @cached_property
    def known(self) -> dict[str, Criterion]:
        """Each criterion that the document defines, by its key."""
        return {criterion.key: criterion for criterion in self.criteria}

    @cached_property
    def asked(self) -> tuple[Criterion, ...]:
        """Every criterion once: those that stand somewhere in the process in its order, prose too, then the others."""
        texts = [text for stage in self.stages for text in (*stage.entry_criteria, *stage.exit_criteria)]
        return self._resolve([*texts, *self.known])

    @cached_property
    def asking(self) -> dict[str, str]:
        """The first stage that asks for each criterion, to enter or to leave it; prose by its derived key."""
        found: dict[str, str] = {}
        for stage in self.stages:
            for criterion in self._resolve([*stage.entry_criteria, *stage.exit_criteria]):
                found.setdefault(criterion.key, stage.key)
        return found

    def required(self, left: str, skipped: Iterable[str], entered: str) -> tuple[Criterion, ...]:
        """What a move forward asks for: to leave a stage, to pass those it jumps over, to enter the next."""
        texts = list(self.by_key[left].exit_criteria)
        for key in skipped:
            texts += [*self.by_key[key].entry_criteria, *self.by_key[key].exit_criteria]
        if entered in self.by_key:
            texts += self.by_key[entered].entry_criteria
        return self._resolve(texts)

    def _resolve(self, texts: Iterable[str]) -> tuple[Criterion, ...]:
        return tuple(self.known.get(text) or prose(text) for text in dict.fromkeys(texts))


def prose(text: str) -> Criterion:
    """A criterion of a text alone: no source, and a key derived from the text so that it stays the same."""
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:48]
    return Criterion(key=f"text_{slug}_{hashlib.sha256(text.encode()).hexdigest()[:8]}", name=text)


def find_process_problems(stages: Sequence[Stage], criteria: Sequence[Criterion]) -> Problems:
    """Check stages and criteria together; pointers are those of the document."""
    found = repeated("/stages", "key", [stage.key for stage in stages])
    found += repeated("/criteria", "key", [criterion.key for criterion in criteria])
    for index, criterion in enumerate(criteria):
        found += _below(f"/criteria/{index}", criterion.problems())
    keys = {criterion.key for criterion in criteria}
    for index, stage in enumerate(stages):
        for name, texts in (("entry_criteria", stage.entry_criteria), ("exit_criteria", stage.exit_criteria)):
            found += repeated(f"/stages/{index}/{name}", "", texts)
            found += [
                (f"/stages/{index}/{name}/{place}", "looks like a key, but no criterion of this model has it")
                for place, text in enumerate(texts)
                if text not in keys and _KEY.fullmatch(text)
            ]
        found += _below(f"/stages/{index}", _closed_problems(stage))
    return found


def repeated(pointer: str, name: str, keys: Sequence[str]) -> Problems:
    """Each key that has stood in the list before."""
    below = f"/{name}" if name else ""
    return [
        (f"{pointer}/{index}{below}", f"{key} stands here twice")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]


def _closed_problems(stage: Stage) -> Problems:
    """A decided deal stays where it is."""
    names = ("exit_criteria", "benchmark_conversion", "benchmark_days") if stage.key in CLOSED else ()
    return [(f"/{name}", "a closed stage has none: no deal leaves it") for name in names if getattr(stage, name)]


def _below(pointer: str, problems: Problems) -> Problems:
    return [(pointer + place, message) for place, message in problems]


def _deal_fault(condition: Filter) -> Problems:
    if condition.field != CLOSE_DATE:
        return _fault(condition, Source.DEALS_CREATED, DEAL_FIELDS)
    if condition.op != "exists":
        return [("/op", f"{CLOSE_DATE} can be asked for existence only: use exists")]
    return [] if isinstance(condition.value, bool) else [("/value", "op exists needs true or false")]


def _fault(condition: Filter, source: Source, fields: frozenset[str]) -> Problems:
    if condition.field not in fields and not condition.field.startswith(ATTRIBUTE_PREFIX):
        return [("/field", f"must be one of {', '.join(sorted(fields))}, or the customer's own as attributes.…")]
    fault = condition.problem(source)
    return [] if fault is None else [fault]
