"""What a good deal, a good funnel and a good pipeline are, as parts of the model's document; pure."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from service.core.dto import InputDTO, Key, ShortNumber, Text, example
from service.success_models.process import CLOSED, Criterion, Days, Problems, Share, Stage, StageKey, repeated

Weight = Annotated[int, Field(ge=1, le=1000)]
Multiple = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4, allow_inf_nan=False), ShortNumber()]


class Factor(InputDTO):
    """A criterion, and how much it weighs beside the others."""

    model_config = example(criterion="economic_buyer", weight=20, expected_from="qualification")

    criterion: Key
    weight: Weight
    expected_from: StageKey | None = None
    """From which stage on a deal lacks something without it; before, it only adds. Null: from the start."""


class SlipFactor(InputDTO):
    """That the close date did not move later too often."""

    at_most: Annotated[int, Field(ge=0, le=50)] = 0
    weight: Weight


class AgeFactor(InputDTO):
    """That the deal is not too long in its stage."""

    model_config = example(at_most="1.5", weight=10)

    at_most: Multiple = Decimal(1)
    """As a multiple of the stage's benchmark time."""
    weight: Weight


class GoodDeal(InputDTO):
    """Criteria with weights, which add up to whatever they do: health is a share of what is known."""

    factors: list[Factor] = Field(min_length=1, max_length=50)
    slips: SlipFactor | None = None
    age: AgeFactor | None = None


class FunnelStage(InputDTO):
    """What a stage of a good funnel reaches; what is absent is the stage's benchmark."""

    model_config = example(stage="qualification", conversion="0.65", days="18")

    stage: StageKey
    conversion: Share | None = None
    """At least this share of the decided deals comes further."""
    days: Days | None = None
    """In the median, no longer than this."""


class GoodFunnel(InputDTO):
    """Stages that are held to more, or less, than their benchmarks."""

    stages: list[FunnelStage] = Field(min_length=1, max_length=30)


class AgeBand(InputDTO):
    """How many of the open deals may be older than so many days."""

    older_than_days: Annotated[int, Field(ge=1, le=3650)]
    at_most: Share


class SlippedShare(InputDTO):
    """How many of the open deals may have slipped so often."""

    times: Annotated[int, Field(ge=1, le=50)] = 1
    at_most: Share


class GoodPipeline(InputDTO):
    """What a person's open deals should look like together."""

    model_config = example(
        coverage="3",
        age_mix=[{"older_than_days": 90, "at_most": "0.25"}, {"older_than_days": 180, "at_most": "0.1"}],
        slipped={"times": 2, "at_most": "0.15"},
    )

    coverage: Multiple | None = None
    """Open amount as a multiple of what is left of the quota."""
    age_mix: list[AgeBand] = Field(default_factory=list, max_length=10)
    slipped: SlippedShare | None = None


class Standards(InputDTO):
    """The three standards; an absent one is not held against anybody."""

    good_deal: GoodDeal | None = None
    good_funnel: GoodFunnel | None = None
    good_pipeline: GoodPipeline | None = None

    def problems(self, stages: Sequence[Stage], criteria: Sequence[Criterion]) -> Problems:
        """Find what names no stage or criterion of the model, or contradicts itself."""
        found: Problems = []
        open_stages = {stage.key for stage in stages} - CLOSED
        if self.good_deal is not None:
            found += _deal_problems(self.good_deal, open_stages, {one.key for one in criteria})
            if self.good_deal.age is not None and not any(stage.benchmark_days for stage in stages):
                found.append(("/good_deal/age", "needs a stage with benchmark_days"))
        if self.good_funnel is not None:
            found += _funnel_problems(self.good_funnel, open_stages)
        if self.good_pipeline is not None:
            found += _pipeline_problems(self.good_pipeline)
        return found


class DealStandardTemplate(InputDTO):
    """A known way to qualify deals, as the parts of a model's document that one copies and adapts."""

    key: Key
    name: Text
    description: Text
    criteria: list[Criterion]
    """For the document's `criteria`; point each at the fields that your CRM has."""
    good_deal: GoodDeal
    """For the document's `standards.good_deal`."""


def _deal_problems(standard: GoodDeal, stages: set[str], criteria: set[str]) -> Problems:
    found = repeated("/good_deal/factors", "criterion", [factor.criterion for factor in standard.factors])
    for index, factor in enumerate(standard.factors):
        if factor.criterion not in criteria:
            found.append((f"/good_deal/factors/{index}/criterion", "is no criterion of this model"))
        if factor.expected_from is not None and factor.expected_from not in stages:
            found.append((f"/good_deal/factors/{index}/expected_from", "is no open stage of this model"))
    return found


def _funnel_problems(standard: GoodFunnel, stages: set[str]) -> Problems:
    found = repeated("/good_funnel/stages", "stage", [one.stage for one in standard.stages])
    for index, one in enumerate(standard.stages):
        if one.stage not in stages:
            found.append((f"/good_funnel/stages/{index}/stage", "is no open stage of this model"))
        if one.conversion is None and one.days is None:
            found.append((f"/good_funnel/stages/{index}", "needs conversion or days"))
    return found


def _pipeline_problems(standard: GoodPipeline) -> Problems:
    found = []
    for index, (younger, older) in enumerate(itertools.pairwise(standard.age_mix), 1):
        if older.older_than_days <= younger.older_than_days:
            found.append((f"/good_pipeline/age_mix/{index}/older_than_days", "must be more than in the band before"))
        elif older.at_most > younger.at_most:
            found.append((f"/good_pipeline/age_mix/{index}/at_most", "must not be more than in the band before"))
    return found
