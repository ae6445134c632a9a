"""Base of every input and output: unknown fields refused, no silent coercion, no NUL."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from service.core.validation import message_of


def refuse_unstorable(value: Any) -> Any:
    """PostgreSQL stores neither NUL nor lone surrogates: refuse them by name instead of a 500."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("must not contain NUL characters")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("must not contain lone surrogates")
    return value


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), BeforeValidator(refuse_unstorable)
]
"""A short human text: 1 to 500 characters."""

SearchText = Annotated[str, BeforeValidator(refuse_unstorable), StringConstraints(max_length=500)]
"""What a list is filtered by; it need not be a value that could be stored."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), BeforeValidator(refuse_unstorable)]
"""A machine name a customer chooses: lower case, digits, `_` and `-`."""


_YEAR = re.compile(r"\d{4}-")


def _refuse_numbers(value: Any) -> Any:
    """A bare number would pass as seconds since 1970, in a query even as text."""
    if isinstance(value, int | float) or (isinstance(value, str) and not _YEAR.match(value)):
        raise ValueError("must be an ISO 8601 string")
    return value


T = TypeVar("T", bound=date)


def _within_reach(day: T) -> T:
    """Far enough from the ends of the calendar to add days to, or to move to another time zone."""
    if not 1900 <= day.year < 2200:
        raise ValueError("must be between 1900 and 2199")
    return day


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


IsoDay = Annotated[date, BeforeValidator(_refuse_numbers)]
"""A calendar day, `YYYY-MM-DD`, however far away."""

IsoInstant = Annotated[AwareDatetime, BeforeValidator(_refuse_numbers)]
"""A point in time, given with its offset, however far away."""

Day = Annotated[IsoDay, AfterValidator(_within_reach)]
"""A calendar day that one can calculate with."""

Instant = Annotated[IsoInstant, AfterValidator(_within_reach), AfterValidator(_in_utc)]
"""A point in time that one can calculate with, kept in UTC."""


_DAY, _INSTANT = TypeAdapter(Day), TypeAdapter(Instant)


def _day_or_instant(value: Any) -> date:
    """One reading or the other, and then one reason: a union would name both."""
    is_day = len(value) == len("2026-01-02") if isinstance(value, str) else isinstance(value, date)
    if isinstance(value, datetime):
        is_day = value.tzinfo is None and value.time() == time.min
    reading: TypeAdapter[Any] = _DAY if is_day else _INSTANT
    try:
        found: date = reading.validate_python(value)
    except ValidationError as error:
        raise ValueError(message_of(error.errors()[0])) from error
    return found


DayOrInstant = Annotated[datetime | date, PlainValidator(_day_or_instant, json_schema_input_type=Instant | Day)]
"""An instant, or a day that stays that very day in whatever time zone: a `datetime` or a plain `date`."""


LONGEST_NUMBER = 40


def _refuse_long(value: Any) -> Any:
    """Text of a number is read digit by digit: none that we ask for is long."""
    if isinstance(value, str) and len(value) > LONGEST_NUMBER:
        raise ValueError(f"must have at most {LONGEST_NUMBER} characters")
    return value


class ShortNumber:
    """The last annotation of a Decimal: bounds it as text, and says so in JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_refuse_long, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        for branch in described.get("anyOf", [described]):
            if branch.get("type") == "string":
                branch |= {"maxLength": LONGEST_NUMBER, "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)$"}
        return described


def example(**fields: Any) -> ConfigDict:
    """The `model_config` of a DTO whose fields depend on each other: the example that the documentation shows."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


def refuse_null(value: Any) -> Any:
    """For merge-patches, where null clears a field: these have no meaning without a value."""
    if value is None:
        raise ValueError("cannot be null")
    return value


class InputDTO(BaseModel):
    """A request body or document; refuses fields it does not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_enum_values=False, use_attribute_docstrings=True
    )


class OutputDTO(BaseModel):
    """What a use case returns and both surfaces render."""

    model_config = ConfigDict(frozen=True, from_attributes=True, use_attribute_docstrings=True)
