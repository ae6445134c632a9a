"""Reading development plans."""

import strawberry

from schema.context import Info
from schema.describing import NEEDS
from schema.development_plans.types import READ, TYPE, DevelopmentPlan, load_development_plan, to_development_plan
from schema.inputs import row_id, to_input
from schema.paging import Paged, orders
from schema.relay import Connection, NullIfAbsent, id_of, to_connection
from service.core.pagination import PageRequest
from service.skill_assessments.dto.plans import PLAN_SORTING, DevelopmentPlanFilter
from service.skill_assessments.plans.lifecycle import PlanState
from service.skill_assessments.use_cases import plans


@strawberry.type
class DevelopmentPlansQuery:
    """Queries of development plans."""

    @strawberry.field(description="One development plan.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def development_plan(self, info: Info, id: strawberry.ID) -> DevelopmentPlan | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_development_plan(info, row_id(id, TYPE))

    @strawberry.field(
        description="One's own and those of the tree below, the newest first.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("DevelopmentPlanSort", PLAN_SORTING))],
    )
    async def development_plans(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        status: PlanState | None = None,
    ) -> Connection[DevelopmentPlan]:
        """One page."""
        filters = to_input(DevelopmentPlanFilter, person_id=id_of(person_id, "Person"), status=status)
        async with info.context.session() as session:
            found = await plans.list_development_plans(session, info.context.principal, filters, page)
        return to_connection(found, to_development_plan, page)
