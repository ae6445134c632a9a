"""Whether coaching helped."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_effects.dto import (
    CoachingEffectsDTO,
    CoachingEffectsQuery,
    EffectDTO,
    EffectWeekDTO,
)
from service.coaching_effects.judging import Design, Doubt, EffectVerdict
from service.coaching_effects.permissions import Permission
from service.coaching_effects.use_cases.effects import get_coaching_effects
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.success_models.kpis import Polarity
from service.success_models.measures import Unit

describe_enum(
    Design,
    "Who decided when somebody's coaching began.",
    name="CoachingDesign",
    observational="People did.",
    experimental="The draw of a programme with a staggered start.",
)
describe_enum(
    EffectVerdict,
    "Whether coaching helped.",
    name="CoachingVerdict",
    helped="The KPI got better beyond chance and beyond the return to normal.",
    worse="It got worse beyond chance.",
    cannot_tell="It cannot be told.",
)
describe_enum(
    Doubt,
    "Why it cannot be told whether coaching helped.",
    name="CoachingDoubt",
    not_by_week="The KPI does not add up by the week.",
    too_few_coached="Fewer than five people were coached and have enough weeks on record.",
    too_few_compared="Fewer than five people had not been coached yet.",
    no_equals="Whoever had such weeks was coached soon: nobody with the same weeks behind them is left.",
    differed_before="Those coached and the others already went different ways before.",
    placebo_moved="A KPI in which nobody was coached moved as well.",
    too_imprecise="Even an effect as large as the whole KPI would not surely be seen.",
    within_chance="The difference is within chance.",
    depends_on_method="The two ways to compare do not agree.",
)


@strawberry.type(description="The difference in one week after coaching began.")
class CoachingEffectWeekEdge:
    """The week is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: int = strawberry.field(description="Weeks after that in which coaching began.")
    effect: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n_coached: int
    n_compared: int


describe(CoachingEffectWeekEdge, EffectWeekDTO)
describe(CoachingEffectWeekEdge, EffectDTO)


@strawberry.type(description="Week by week after coaching began.")
class CoachingEffectWeekConnection:
    """A Relay connection."""

    edges: list[CoachingEffectWeekEdge] = strawberry.field(description="The weeks of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Whether coaching in a KPI helped, or why that cannot be told; no person is in it.")
class CoachingEffects(Node):
    """The id names the question."""

    row: strawberry.Private[CoachingEffectsDTO]
    kpi: str
    name: str
    unit: Unit
    polarity: Polarity
    design: Design
    verdict: EffectVerdict
    cannot_tell: Doubt | None
    explanation: str
    caution: str
    effect: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n_coached: int
    n_compared: int
    mirrored_effect: Decimal | None = strawberry.field(
        description="The change since before the dip, the dip left out; a verdict needs both. Null for a draw."
    )
    mirrored_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    mirrored_high: Decimal | None = strawberry.field(description="Its upper end.")
    baseline: Decimal | None
    relative_effect: Decimal | None
    minimum_detectable: Decimal | None
    before_effect: Decimal | None = strawberry.field(
        description="The same as if coaching had begun earlier, when it had not: it should be nothing."
    )
    before_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    before_high: Decimal | None = strawberry.field(description="Its upper end.")
    placebo_kpi: str | None = strawberry.field(
        description="A KPI in which none of them was coached: it should not move. Null: there is none."
    )
    placebo_name: str | None = strawberry.field(description="Its name.")
    placebo_effect: Decimal | None = strawberry.field(description="How it moved.")
    placebo_low: Decimal | None = strawberry.field(description="Of its 90 % interval the lower end.")
    placebo_high: Decimal | None = strawberry.field(description="Its upper end.")
    n_left_out: int
    from_on: dt.date
    to_on: dt.date
    trigger_weeks: int
    interval_level: Decimal
    method: str
    model_version: str
    as_of: dt.datetime

    @strawberry.field(description="Week by week after coaching began.", extensions=[Paged(whole=True)])
    def weeks(self, page: PageRequest) -> CoachingEffectWeekConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.weeks, page)
        edges = [
            CoachingEffectWeekEdge(cursor=Cursor(cursor), node=dto.week, **dto.model_dump(exclude={"week"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return CoachingEffectWeekConnection(edges=edges, page_info=to_page_info(found, page))


describe(CoachingEffects, CoachingEffectsDTO)
describe(CoachingEffects, EffectDTO)
NESTED = {"result", "mirrored", "before", "placebo", "weeks"}


async def _ask(info: Info, asked: CoachingEffectsQuery) -> CoachingEffects:
    async with info.context.session() as session:
        dto = await get_coaching_effects(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    return CoachingEffects(
        id=to_global_id("CoachingEffects", key),
        row=dto,
        **dto.result.model_dump(),
        **_ends("mirrored", dto.mirrored),
        **_ends("before", dto.before),
        **_ends("placebo", dto.placebo),
        placebo_kpi=None if dto.placebo is None else dto.placebo.kpi,
        placebo_name=None if dto.placebo is None else dto.placebo.name,
        **dto.model_dump(exclude=NESTED),
    )


def _ends(name: str, dto: EffectDTO | None) -> dict[str, Any]:
    """An effect and its interval as fields of their own."""
    return {f"{name}_{part}": None if dto is None else getattr(dto, part) for part in ("effect", "low", "high")}


async def load_coaching_effects(info: Info, key: str) -> CoachingEffects:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, CoachingEffectsQuery.model_validate_json(key))
    except ServiceError as error:
        gone = error.kind in {ErrorKind.INVALID, ErrorKind.CONFLICT}
        raise not_found("coaching_effects") if gone else error from error


@strawberry.type
class CoachingEffectsQueries:
    """Queries of what coaching brought."""

    @strawberry.field(
        description="Whether coaching in a KPI helped: of those below a manager, of a team, or of all one may see.",
        metadata={NEEDS: Permission.COACHING_EFFECTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def coaching_effects(
        self,
        info: Info,
        kpi: str,
        success_model_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        programme_id: strawberry.ID | None = None,
        from_on: dt.date | None = None,
        to_on: dt.date | None = None,
        weeks: int = 8,
        trigger_weeks: int = 4,
        placebo_kpi: str | None = None,
        as_of: dt.datetime | None = None,
    ) -> CoachingEffects | None:
        """Null for people whom the caller may not see, and for an unknown KPI."""
        whose = {
            "success_model_id": None if success_model_id is None else row_id(success_model_id, "SuccessModel"),
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
            "programme_id": None if programme_id is None else row_id(programme_id, "CoachingProgramme"),
        }
        when = {"from_on": from_on, "to_on": to_on, "as_of": as_of}
        how = {"weeks": weeks, "trigger_weeks": trigger_weeks, "placebo_kpi": placebo_kpi}
        return await _ask(info, to_input(CoachingEffectsQuery, kpi=kpi, **whose, **when, **how))
