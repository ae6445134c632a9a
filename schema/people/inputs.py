"""What mutations of people take."""

import datetime as dt

import strawberry
from strawberry.types.unset import UNSET

from service.core.principal import Role


@strawberry.input(description="Who a person is in another system.")
class ExternalIdentityFieldsInput:
    """Part of a new person."""

    system: str
    external_id: str


@strawberry.input(description="A new person, with the manager they report to from `managerFrom`.")
class CreatePersonInput:
    """All that a person begins with."""

    email: str
    name: str
    role: Role = Role.REP
    job_role: str | None = UNSET
    time_zone: str | None = UNSET
    locale: str | None = UNSET
    hired_on: dt.date | None = UNSET
    left_on: dt.date | None = UNSET
    holiday_calendar: str | None = UNSET
    manager_id: strawberry.ID | None = UNSET
    manager_from: dt.date | None = UNSET
    external_identities: list[ExternalIdentityFieldsInput] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays, null clears.")
class UpdatePersonInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    email: str | None = UNSET
    name: str | None = UNSET
    role: Role | None = UNSET
    job_role: str | None = UNSET
    time_zone: str | None = UNSET
    locale: str | None = UNSET
    hired_on: dt.date | None = UNSET
    left_on: dt.date | None = UNSET
    holiday_calendar: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which person to delete.")
class DeletePersonInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="A person by `system` and `externalId`, else by e-mail; what is absent stays.")
class UpsertPersonInput:
    """One item."""

    system: str
    external_id: str
    email: str
    name: str
    role: Role | None = UNSET
    job_role: str | None = UNSET
    time_zone: str | None = UNSET
    locale: str | None = UNSET
    hired_on: dt.date | None = UNSET
    left_on: dt.date | None = UNSET
    holiday_calendar: str | None = UNSET
    manager_external_id: str | None = UNSET
    manager_from: dt.date | None = UNSET


@strawberry.input(description="Up to 500 people; each item is answered on its own.")
class BulkUpsertPeopleInput:
    """A bulk upsert."""

    people: list[UpsertPersonInput]
    idempotency_key: str | None = None


@strawberry.input(description="From `startOn` on, the person reports to the manager.")
class AddManagerPeriodInput:
    """A new line."""

    id: strawberry.ID
    manager_id: strawberry.ID
    start_on: dt.date
    end_on: dt.date | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which line of a person to remove.")
class DeleteManagerPeriodInput:
    """A removal."""

    id: strawberry.ID
    person_id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="Who a person is in another system.")
class PutExternalIdentityInput:
    """An identity; `id` is the person's."""

    id: strawberry.ID
    system: str
    external_id: str
    idempotency_key: str | None = None


@strawberry.input(description="Which identity of a person to forget.")
class DeleteExternalIdentityInput:
    """An identity; `id` is the person's."""

    id: strawberry.ID
    system: str
    external_id: str
    idempotency_key: str | None = None
