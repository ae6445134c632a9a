"""Every table of this slice."""

from service.organizations.models.access import ApiKey, ApiKeyRoute, IdentityProvider, IdentityProviderRoute
from service.organizations.models.operations import Operation
from service.organizations.models.organizations import (
    Organization,
    OrganizationDirectory,
    OrganizationFields,
    OrganizationVersion,
)
from service.organizations.models.people import (
    Absence,
    AbsenceVersion,
    ExternalIdentity,
    ManagerPeriod,
    Person,
    PersonVersion,
    Team,
    TeamMember,
    TeamVersion,
)

__all__ = [
    "Absence",
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
    "OrganizationFields",
    "OrganizationVersion",
    "Person",
    "PersonVersion",
    "Team",
    "TeamMember",
    "TeamVersion",
]
