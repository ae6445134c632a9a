"""`/v1/deal-standards/templates`: known ways to qualify deals, to copy into a success model."""

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.success_models.permissions import Permission
from service.success_models.standards import DealStandardTemplate
from service.success_models.use_cases import deal_standards

router = resource_router("/v1/deal-standards/templates", "deal standards")


@router.get(
    "",
    **operation("listDealStandardTemplates", "List templates of a good deal", Permission.SUCCESS_MODELS_READ),
)
async def list_deal_standard_templates(
    session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[DealStandardTemplate]:
    """Each as the parts of a model's document that one copies and adapts."""
    return whole(await deal_standards.list_deal_standard_templates(session, principal))
