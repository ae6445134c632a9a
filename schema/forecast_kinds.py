"""Words that forecasts and their accuracy share."""

from schema.describing import describe_enum
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure, ForecastSubject

__all__ = ["ForecastMeasure", "ForecastSubject", "ForecasterKind"]

describe_enum(
    ForecasterKind,
    "In which capacity a forecast was made.",
    model="By the product's own model.",
    rep="By whose deal or quarter it is.",
    manager="By somebody above.",
)
describe_enum(
    ForecastSubject,
    "What a forecast is about.",
    deal="Whether a deal is won.",
    quarter="What a quarter brings.",
)
describe_enum(
    ForecastMeasure,
    "What a quarter is measured by.",
    wins="Deals won.",
    amount="Their amount, in the organization's currency.",
)
