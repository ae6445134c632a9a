"""People, whom they report to, and who they are in other systems."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.absences import Absence, to_absence
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.kpi_snapshots import KpiSnapshot, to_snapshot
from schema.paging import Paged
from schema.relay import Connection, Node, part_of_list, to_global_id
from service.coaching_opportunities.permissions import Permission as OpportunityPermission
from service.coaching_sessions.permissions import Permission as CoachingPermission
from service.core.errors import not_found
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.core.principal import Role
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission as KpiPermission
from service.organizations.dto.people import ExternalIdentityDTO, ManagerPeriodDTO, PersonDTO
from service.organizations.permissions import Permission
from service.organizations.use_cases.reporting_lines import get_manager_period
from service.skill_assessments.permissions import Permission as SkillPermission
from service.success_models.targets import PeriodKind

if TYPE_CHECKING:
    from schema.coaching_opportunities import CoachingOpportunity
    from schema.coaching_sessions import CoachingSession
    from schema.coaching_topics.types import CoachingTopic
    from schema.commitments import Commitment
    from schema.competency_frameworks import CompetencyFramework
    from schema.development_plans.types import DevelopmentPlan
    from schema.scorecards import Scorecard

describe_enum(
    Role,
    "What a person may do; a job role is something else.",
    admin="Everything.",
    enablement="Sees everyone and writes success models and teams.",
    manager="Sees the tree below them.",
    rep="Sees themself.",
)


@strawberry.type(description="Who a person is in another system.")
class ExternalIdentity(Node):
    """An identity of a person."""

    system: str
    external_id: str


@strawberry.type(description="A dated reporting line.")
class ManagerPeriod(Node):
    """A person reports to a manager from a day until before another."""

    row: strawberry.Private[ManagerPeriodDTO]
    start_on: dt.date
    end_on: dt.date | None

    @strawberry.field(description="Whom the person reports to, if the caller may see that person.")
    async def manager(self, info: Info) -> "Person | None":
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.manager_id)
        return None if found is None else to_person(found)


def to_manager_period(dto: ManagerPeriodDTO) -> ManagerPeriod:
    """The GraphQL view of a reporting line."""
    return ManagerPeriod(id=to_global_id("ManagerPeriod", dto.id), row=dto, start_on=dto.start_on, end_on=dto.end_on)


@strawberry.type(description="Somebody who sells, manages or enables.")
class Person(Node):
    """A person the caller may see."""

    row: strawberry.Private[PersonDTO]
    email: str
    name: str
    role: Role
    job_role: str | None
    time_zone: str | None
    locale: str | None
    hired_on: dt.date | None
    left_on: dt.date | None
    holiday_calendar: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Whom they report to today, if the caller may see that person.")
    async def manager(self, info: Info) -> "Person | None":
        """The manager through the loader."""
        if self.row.manager_id is None:
            return None
        found = await info.context.loaders.people.load(self.row.manager_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Who they are in other systems.", extensions=[Paged(whole=True)])
    def external_identities(self, page: PageRequest) -> Connection[ExternalIdentity]:
        """As they were given."""
        return part_of_list(_identities(self.row), lambda identity: identity, page)

    @strawberry.field(description="Where they stand against their model in one period.", extensions=[Paged()])
    async def kpi_snapshots(
        self,
        info: Info,
        page: PageRequest,
        kpi: str | None = None,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> Connection[KpiSnapshot]:
        """Every KPI of the model, through the loader."""
        query = to_input(
            KpiSnapshotQuery, kpi=kpi, period=period, period_start=period_start, as_of=as_of, known_at=known_at
        )
        found = await info.context.loaders.snapshots.load((self.row.id, query))
        return part_of_list(found, to_snapshot(query), page)

    @strawberry.field(
        description="Every KPI of their model, process and outcome apart, with the periods before.",
        metadata={NEEDS: KpiPermission.KPI_SNAPSHOTS_READ},
    )
    async def scorecard(
        self,
        info: Info,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> Annotated["Scorecard", strawberry.lazy("schema.scorecards")] | None:
        """Through the loader."""
        from schema.scorecards import read_scorecard  # noqa: PLC0415 - the two types refer to each other

        when = {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}
        return await read_scorecard(info, self.row.id, to_input(KpiSnapshotQuery, **when))

    @strawberry.field(
        description="Whom they reported to and since when, by start.",
        metadata={NEEDS: Permission.PEOPLE_READ},
        extensions=[Paged()],
    )
    async def manager_periods(self, info: Info, page: PageRequest) -> Connection[ManagerPeriod]:
        """Through the loader."""
        found = await info.context.loaders.manager_periods.load(self.row.id)
        return part_of_list(found, to_manager_period, page)

    @strawberry.field(
        description="What is worth coaching and not closed, as far as the caller may see it, the largest first.",
        metadata={NEEDS: OpportunityPermission.COACHING_OPPORTUNITIES_READ},
        extensions=[Paged()],
    )
    async def coaching_opportunities(
        self, info: Info, page: PageRequest
    ) -> Connection[Annotated["CoachingOpportunity", strawberry.lazy("schema.coaching_opportunities")]]:
        """Through the loader."""
        from schema.coaching_opportunities import to_opportunity  # noqa: PLC0415 - the two types refer to each other

        found = await info.context.loaders.coaching_opportunities.load(self.row.id)
        return part_of_list(found, to_opportunity, page)

    @strawberry.field(
        description="The next session in which they are coached, if one is planned.",
        metadata={NEEDS: CoachingPermission.COACHING_SESSIONS_READ},
    )
    async def next_coaching_session(
        self, info: Info
    ) -> Annotated["CoachingSession", strawberry.lazy("schema.coaching_sessions")] | None:
        """Through the loader."""
        from schema.coaching_sessions import to_coaching_session  # noqa: PLC0415 - as above

        found = await info.context.loaders.next_sessions.load(self.row.id)
        return None if found is None else to_coaching_session(found)

    @strawberry.field(
        description="What is open to talk about with them, as far as the caller may see it, in the order to do so.",
        metadata={NEEDS: CoachingPermission.COACHING_TOPICS_READ},
        extensions=[Paged()],
    )
    async def coaching_topics(
        self, info: Info, page: PageRequest
    ) -> Connection[Annotated["CoachingTopic", strawberry.lazy("schema.coaching_topics.types")]]:
        """Through the loader."""
        from schema.coaching_topics.types import to_coaching_topic  # noqa: PLC0415 - the two types refer to each other

        return part_of_list(await info.context.loaders.coaching_topics.load(self.row.id), to_coaching_topic, page)

    @strawberry.field(
        description="What is open of what was taken on in their coaching, the earliest due first.",
        metadata={NEEDS: CoachingPermission.COMMITMENTS_READ},
        extensions=[Paged()],
    )
    async def commitments(
        self, info: Info, page: PageRequest
    ) -> Connection[Annotated["Commitment", strawberry.lazy("schema.commitments")]]:
        """Through the loader."""
        from schema.commitments import to_commitment  # noqa: PLC0415 - the two types refer to each other

        return part_of_list(await info.context.loaders.commitments.load(self.row.id), to_commitment, page)

    @strawberry.field(
        description="What they are rated by now: the newest versions that name their job role, by key.",
        metadata={NEEDS: SkillPermission.COMPETENCY_FRAMEWORKS_READ},
        extensions=[Paged()],
    )
    async def competency_frameworks(
        self, info: Info, page: PageRequest
    ) -> Connection[Annotated["CompetencyFramework", strawberry.lazy("schema.competency_frameworks")]]:
        """Through the loader."""
        from schema.competency_frameworks import to_competency_framework  # noqa: PLC0415 - as above

        found = await info.context.loaders.competency_frameworks.load(self.row.id)
        return part_of_list(found, to_competency_framework, page)

    @strawberry.field(
        description="The development plans that have not ended, those under way first.",
        metadata={NEEDS: SkillPermission.DEVELOPMENT_PLANS_READ},
        extensions=[Paged()],
    )
    async def development_plans(
        self, info: Info, page: PageRequest
    ) -> Connection[Annotated["DevelopmentPlan", strawberry.lazy("schema.development_plans.types")]]:
        """Through the loader."""
        from schema.development_plans.types import to_development_plan  # noqa: PLC0415 - as above

        found = await info.context.loaders.development_plans.load(self.row.id)
        return part_of_list(found, to_development_plan, page)

    @strawberry.field(
        description="When they are away, by the first day.",
        metadata={NEEDS: Permission.ABSENCES_READ},
        extensions=[Paged()],
    )
    async def absences(self, info: Info, page: PageRequest) -> Connection[Absence]:
        """Through the loader."""
        found = await info.context.loaders.absences.load(self.row.id)
        return part_of_list(found, to_absence, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


def to_person(dto: PersonDTO) -> Person:
    """The GraphQL view of a person."""
    fields = dto.model_dump(exclude={"id", "manager_id", "external_identities"})
    return Person(id=to_global_id("Person", dto.id), row=dto, **fields)


def _identities(person: PersonDTO) -> list[ExternalIdentity]:
    """An id in another system names one person of an organization."""
    return [
        ExternalIdentity(
            id=to_global_id("ExternalIdentity", f"{person.id}:{one.system}:{one.external_id}"), **one.model_dump()
        )
        for one in person.external_identities
    ]


async def load_person(info: Info, id_: UUID) -> Person:
    """By row id, through the loader."""
    found = await info.context.loaders.people.load(id_)
    if found is None:
        raise not_found("person")
    return to_person(found)


async def load_external_identity(info: Info, key: str) -> ExternalIdentity:
    """By the person's row id, the system and the id there."""
    person = await info.context.loaders.people.load(UUID(key.partition(":")[0]))
    for identity in [] if person is None else _identities(person):
        if identity.id == to_global_id("ExternalIdentity", key):
            return identity
    raise not_found("external_identity")


async def load_manager_period(info: Info, id_: UUID) -> ManagerPeriod:
    """By row id."""
    async with info.context.session() as session:
        return to_manager_period(await get_manager_period(session, info.context.principal, id_))


describe(ExternalIdentity, ExternalIdentityDTO)
describe(ManagerPeriod, ManagerPeriodDTO)
describe(Person, PersonDTO)
