"""Templates of a good deal, to copy into a success model."""

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.paging import Paged
from schema.relay import Connection, Node, part_of_list, to_global_id
from service.core.pagination import PageRequest
from service.success_models.permissions import Permission
from service.success_models.standards import DealStandardTemplate as Template
from service.success_models.use_cases import deal_standards


@strawberry.type(description="A known way to qualify deals, as the parts of a model's document that one copies.")
class DealStandardTemplate(Node):
    """A template; its parts are JSON as the document has them."""

    key: str = strawberry.field(description="Its name.")
    name: str
    description: str = strawberry.field(description="What it is for.")
    criteria: JSON
    good_deal: JSON


describe(DealStandardTemplate, Template)


def _to_template(found: Template) -> DealStandardTemplate:
    parts = found.model_dump(mode="json", exclude_none=True)
    return DealStandardTemplate(id=to_global_id("DealStandardTemplate", found.key), **parts)


async def load_deal_standard_template(info: Info, key: str) -> DealStandardTemplate:
    """By its key."""
    async with info.context.session() as session:
        return _to_template(await deal_standards.get_deal_standard_template(session, info.context.principal, key))


@strawberry.type
class DealStandardsQuery:
    """Queries of standards."""

    @strawberry.field(
        description="Each template, by key.", metadata={NEEDS: Permission.SUCCESS_MODELS_READ}, extensions=[Paged()]
    )
    async def deal_standard_templates(self, info: Info, page: PageRequest) -> Connection[DealStandardTemplate]:
        """One page."""
        async with info.context.session() as session:
            found = await deal_standards.list_deal_standard_templates(session, info.context.principal)
        return part_of_list(found, _to_template, page)
