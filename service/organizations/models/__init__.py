"""Every table of this slice."""

from service.organizations.models.access import ApiKey, ApiKeyRoute, IdentityProvider, IdentityProviderRoute
from service.organizations.models.operations import Operation
from service.organizations.models.organizations import Organization, OrganizationDirectory, OrganizationVersion
from service.organizations.models.people import (
    Absence,
    AbsenceFields,
    AbsenceVersion,
    ExternalIdentity,
    ManagerPeriod,
    Person,
    PersonFields,
    PersonVersion,
    Team,
    TeamMember,
    TeamVersion,
)

__all__ = [
    "Absence",
    "AbsenceFields",
    "AbsenceVersion",
    "ApiKey",
    "ApiKeyRoute",
    "ExternalIdentity",
    "IdentityProvider",
    "IdentityProviderRoute",
    "ManagerPeriod",
    "Operation",
    "Organization",
    "OrganizationDirectory",
    "OrganizationVersion",
    "Person",
    "PersonFields",
    "PersonVersion",
    "Team",
    "TeamMember",
    "TeamVersion",
]
