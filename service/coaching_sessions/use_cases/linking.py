"""What topics and commitments are linked to: checked against the person's model and the caller's scope."""

from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.concerns import Concern, concern_of
from service.coaching_sessions.use_cases.access import coached_or_visible
from service.core.errors import FieldError, ServiceError, invalid, invalid_fields
from service.core.principal import Principal
from service.organizations.use_cases.people import get_people
from service.success_models.use_cases.deal_cases import visible_deals
from service.success_models.use_cases.owner_models import load_models


class Links(Protocol):
    """What an input may be linked to."""

    @property
    def kpi(self) -> str | None: ...  # noqa: D102 - named like the inputs' fields
    @property
    def deal_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def criterion(self) -> str | None: ...  # noqa: D102
    @property
    def skill(self) -> str | None: ...  # noqa: D102


async def check_links(session: AsyncSession, principal: Principal, person_id: UUID, links: Links) -> Concern:
    """Whether what is linked is process or outcome.

    `invalid`, naming each, for a KPI or a criterion that the person's model does not have, and for a deal that the
    caller may not see. Skills are any key: the frameworks that name them are not the model's.
    """
    models = await load_models(session, principal.as_system(), [person_id])
    model, faults = models.of(person_id), []
    kpi = None if model is None or links.kpi is None else model.document.kpi(links.kpi)
    if links.kpi is not None and kpi is None:
        faults.append(FieldError("/kpi", "is no KPI of the person's success model"))
    known = set() if model is None else {criterion.key for criterion in model.process.asked}
    if links.criterion is not None and links.criterion not in known:
        faults.append(FieldError("/criterion", "is no criterion of the person's success model"))
    if links.deal_id is not None and not await visible_deals(session, principal, [links.deal_id]):
        faults.append(FieldError("/deal_id", "is not a deal of this organization that you may see"))
    if faults:
        raise invalid_fields(faults)
    return concern_of(
        None if kpi is None else kpi.level,
        has_criterion=links.criterion is not None,
        has_skill=links.skill is not None,
        has_deal=links.deal_id is not None,
    )


async def require_rep(session: AsyncSession, principal: Principal, rep_id: UUID) -> None:
    """`invalid` at `/rep_id` for nobody, and for somebody whom the caller neither sees nor coaches."""
    people = await coached_or_visible(session, principal)
    is_hidden = people is not None and rep_id not in people
    if is_hidden or rep_id not in await get_people(session, principal.as_system(), [rep_id]):
        raise no_person("/rep_id")


def no_person(pointer: str) -> ServiceError:
    """What is said about an id of nobody whom the caller may see."""
    return invalid(pointer, "is not a person of this organization whom you may see")
