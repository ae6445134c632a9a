"""Everybody who may meet a topic or a commitment: the rep, those above, those beside, and those who see all."""

from dataclasses import dataclass
from typing import Any

from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.agenda import Agenda
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import process_document


@dataclass(frozen=True, slots=True)
class Team:
    """Top over Lead over Ann and Bob; Eve leads nobody; Ada administers, Enid enables."""

    org: SalesOrg
    people: dict[str, PersonDTO]
    agenda: Agenda

    def as_(self, name: str) -> Principal:
        """Who acts; `system` is the organization."""
        return self.org.system if name == "system" else self.org.acting_as(self.people[name])

    async def asked(self, by: str = "Ann", title: str = "The budget", **links: Any) -> CoachingTopicDTO:
        """A topic for Ann, raised by hand."""
        return await self.agenda.ask_for(self.as_(by), self.people["Ann"], title, **links)


async def house_of_seven(org: SalesOrg) -> Team:
    """With the model that has a sales process."""
    await org.activate(process_document(), build=False)
    people = {"Top": await org.add_person("Top", role="manager")}
    people["Lead"] = await org.add_person("Lead", role="manager", manager_id=people["Top"].id)
    for name in ("Ann", "Bob"):
        people[name] = await org.add_person(name, manager_id=people["Lead"].id)
    for name, role in (("Eve", "manager"), ("Ada", "admin"), ("Enid", "enablement")):
        people[name] = await org.add_person(name, role=role)
    return Team(org, people, Agenda(org))
