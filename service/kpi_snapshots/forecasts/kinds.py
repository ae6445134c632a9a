"""Words of forecasts; pure."""

from enum import StrEnum


class ForecasterKind(StrEnum):
    """In which capacity a forecast was made."""

    MODEL = "model"
    REP = "rep"
    MANAGER = "manager"


class ForecastSubject(StrEnum):
    """What a forecast is about."""

    DEAL = "deal"
    QUARTER = "quarter"


class ForecastMeasure(StrEnum):
    """What a quarter is measured by."""

    WINS = "wins"
    AMOUNT = "amount"


class ForecastCannotTell(StrEnum):
    """Why nothing can be said about forecasts."""

    TOO_FEW_SCORED = "too_few_scored"
    ALL_THE_SAME = "all_the_same"


class BiasVerdict(StrEnum):
    """Whether a forecaster is too hopeful or too careful, all forecasters of the answer counted."""

    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    NONE_SEEN = "none_seen"


class Sureness(StrEnum):
    """Whether a forecaster tells deals apart more boldly than they come true, all forecasters of the answer counted."""

    TOO_SURE = "too_sure"
    NOT_SURE_ENOUGH = "not_sure_enough"
    AS_SURE_AS_RIGHT = "as_sure_as_right"
