"""Who is asking, and the one check every use case begins with."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.core.errors import ErrorKind, ServiceError


class Role(StrEnum):
    """A person's permission within their organization; `job_role` is something else (SDR, AE)."""

    ADMIN = "admin"
    ENABLEMENT = "enablement"
    MANAGER = "manager"
    REP = "rep"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: a person, an organization's key (no person), or a worker.

    `permissions` are the strings of the slices' `Permission` enums. `person_id` and `role` are
    None for organization keys; `is_system` marks workers and the operator's CLI. From `expires_at` on
    the key or token is worth nothing (None: no end is known).
    """

    org_id: UUID
    permissions: frozenset[str] = field(default_factory=frozenset)
    person_id: UUID | None = None
    role: Role | None = None
    key_id: UUID | None = None
    is_system: bool = False
    expires_at: datetime | None = None

    @classmethod
    def system(cls, org_id: UUID) -> "Principal":
        """The worker or the operator acting for an organization."""
        return cls(org_id=org_id, is_system=True)

    def as_system(self) -> "Principal":
        """The organization itself, for a step that the checked use case needs and its caller may not see."""
        return Principal.system(self.org_id)

    @property
    def subject_id(self) -> UUID:
        """Who this is: the person, or else the key; the organization where it acts itself."""
        return self.person_id or self.key_id or self.org_id

    @property
    def sees_everyone(self) -> bool:
        """True where row scope is the organization: system, organization keys, admins, enablement."""
        return self.is_system or self.person_id is None or self.role in (Role.ADMIN, Role.ENABLEMENT)


def require(principal: Principal, permission: str) -> None:
    """Refuse (`forbidden`) unless the principal holds the permission."""
    if principal.is_system or permission in principal.permissions:
        return
    raise ServiceError(ErrorKind.FORBIDDEN, "permission_denied", f"This needs the permission {permission}.")
