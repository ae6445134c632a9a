"""Kinds of values that people and organizations have."""

import zoneinfo
from functools import lru_cache
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from service.core.dto import refuse_unstorable
from service.organizations.holiday_calendars import LONGEST_NAME, is_known_calendar


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Read once: the library walks its folders each time."""
    return frozenset(zoneinfo.available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("is not an IANA time zone")
    return name


def _email(text: str) -> str:
    """Lower case, as it is compared; domains that only exist inside a company (`.local`, `.test`) are addresses too."""
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    if "." not in found.domain:
        raise ValueError("The part after the @-sign has no dot.")
    return found.normalized.lower()


TimeZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]


def _known_calendar(name: str) -> str:
    if not is_known_calendar(name):
        raise ValueError("is no calendar of holidays: give a country, DE, or a part of one, DE-BY or US-CA")
    return name


HolidayCalendarName = Annotated[
    str,
    StringConstraints(max_length=LONGEST_NAME),
    BeforeValidator(refuse_unstorable),
    AfterValidator(_known_calendar),
    Field(json_schema_extra={"examples": ["DE-BY"]}),
]
"""Public holidays of a country (ISO 3166-1) or of a part of one (ISO 3166-2)."""


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""


Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47 language tag."""


Email = Annotated[
    str, StringConstraints(max_length=320), AfterValidator(_email), Field(json_schema_extra={"format": "email"})
]


ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
