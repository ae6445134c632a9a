"""Who may send next: places are given in turns, so that neither an endpoint nor an organization crowds out others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

PER_ENDPOINT = 4
"""Requests to one endpoint at a time, from one process."""
PER_ORGANIZATION = 40


def share_places(places: int, wanted: Mapping[UUID, int]) -> dict[UUID, int]:
    """Hand out `places` one by one in turns to those who want some; who gets none is left out."""
    given = dict.fromkeys(wanted, 0)
    while places > 0:
        hungry = [key for key in wanted if given[key] < wanted[key]][:places]
        if not hungry:
            break
        for key in hungry:
            given[key] += 1
        places -= len(hungry)
    return {key: count for key, count in given.items() if count}


@dataclass(slots=True)
class Places:
    """The places of one process: how many requests are under way, and which organizations wait for their turn."""

    total: int
    organizations: dict[UUID, int] = field(default_factory=dict)
    endpoints: dict[UUID, int] = field(default_factory=dict)
    waiting: dict[UUID, None] = field(default_factory=dict)

    def free_for(self, org_id: UUID) -> int:
        """Places that the organization may take now; 0 while others are ahead of it, whom it then joins in line."""
        own = PER_ORGANIZATION - self.organizations.get(org_id, 0)
        if own <= 0:  # the end of one of its own requests calls it again: it must not hold up the line
            self.waiting.pop(org_id, None)
            return 0
        if not self.free or next(iter(self.waiting), org_id) != org_id:
            self.waiting.setdefault(org_id)
            return 0
        self.waiting.pop(org_id, None)
        return min(self.free, own)

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return self.total - sum(self.organizations.values())

    def next_in_line(self) -> UUID | None:
        """Who could begin now."""
        return next(iter(self.waiting), None) if self.free else None

    def free_at(self, endpoint_id: UUID) -> int:
        """Places at one endpoint."""
        return PER_ENDPOINT - self.endpoints.get(endpoint_id, 0)

    def take(self, org_id: UUID, endpoint_id: UUID) -> None:
        """A request begins."""
        self.organizations[org_id] = self.organizations.get(org_id, 0) + 1
        self.endpoints[endpoint_id] = self.endpoints.get(endpoint_id, 0) + 1

    def give_back(self, org_id: UUID, endpoint_id: UUID) -> UUID:
        """A request has ended; whose turn it is now."""
        for counts, key in ((self.organizations, org_id), (self.endpoints, endpoint_id)):
            counts[key] -= 1
            if not counts[key]:
                del counts[key]
        if self.waiting:
            self.waiting.setdefault(org_id)
        return next(iter(self.waiting), org_id)
