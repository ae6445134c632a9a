"""Templates of a good deal that come with Touchline; a model copies one, so that a later edition moves nobody."""

from importlib import resources

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, require
from service.success_models.permissions import Permission
from service.success_models.standards import DealStandardTemplate

TEMPLATES = ("bant", "meddic")


def shipped_standard(name: str) -> DealStandardTemplate:
    """A template by its name."""
    place = resources.files("service.success_models").joinpath("library", "deal_standards", f"{name}.json")
    return DealStandardTemplate.model_validate_json(place.read_text())


async def list_deal_standard_templates(_session: AsyncSession, principal: Principal) -> list[DealStandardTemplate]:
    """Every template, by key."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    return [shipped_standard(name) for name in TEMPLATES]


async def get_deal_standard_template(session: AsyncSession, principal: Principal, key: str) -> DealStandardTemplate:
    """One template; `not_found` for another key."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    found = [one for one in await list_deal_standard_templates(session, principal) if one.key == key]
    if not found:
        raise not_found("deal_standard_template")
    return found[0]
