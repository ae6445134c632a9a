"""Who the caller is, and whose tokens are taken."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints, model_validator

from service.core.dto import InputDTO, OutputDTO, Text, example, refuse_unstorable
from service.core.principal import Role
from service.organizations.dto.organizations import OrganizationDTO
from service.organizations.dto.people import PersonDTO


class MeDTO(OutputDTO):
    """Who the caller is and may do."""

    organization: OrganizationDTO
    """Whose rows the caller sees."""
    person: PersonDTO | None
    """Whom the key acts as; null for a key of the organization."""
    role: Role | None
    """The person's."""
    permissions: list[str]
    """What the caller may do."""


TENANT_CLAIMS = ("hd", "organization", "org_id", "tenant", "tid")
"""Claims by which providers tell the customers of one issuer apart (Google, Auth0, Microsoft Entra and others)."""


class PutIdentityProvider(InputDTO):
    """The OpenID provider whose tokens the organization takes."""

    model_config = example(issuer="https://id.example.com", audience="https://api.example.com")

    issuer: Annotated[str, StringConstraints(min_length=8, max_length=500), BeforeValidator(refuse_unstorable)]
    """As it stands in the tokens' `iss`; discovery starts there."""
    audience: Text
    """What the tokens' `aud` must hold."""
    claim_name: Literal["hd", "organization", "org_id", "tenant", "tid"] | None = None
    """The claim that tells this organization from others of the same issuer."""
    claim_value: Text | None = None
    """What that claim must hold."""

    @model_validator(mode="after")
    def _claim_is_whole(self) -> "PutIdentityProvider":
        if (self.claim_name is None) != (self.claim_value is None):
            raise ValueError("claim_name and claim_value go together")
        return self


class IdentityProviderDTO(OutputDTO):
    """The OpenID provider whose tokens the organization takes."""

    issuer: str
    """As it stands in the tokens' `iss`."""
    audience: str
    """What the tokens' `aud` must hold."""
    claim_name: str | None
    """The claim that tells this organization from others of the same issuer."""
    claim_value: str | None
    """What that claim must hold."""
    created_at: datetime
    updated_at: datetime
