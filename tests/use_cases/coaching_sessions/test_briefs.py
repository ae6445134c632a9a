"""Briefs by who reads them and when: live, kept, and never what is somebody else's alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.models import CoachingCommitment, CoachingSession, CoachingTopic
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.briefs import freeze_brief, get_brief
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.briefs import add_session, brief_for, write
from tests.factories.opportunities import TOMORROW
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.statements import counted_statements


@dataclass(frozen=True, slots=True)
class Pair:
    """A manager below a director, and two reps: Ann has a session tomorrow."""

    org: SalesOrg
    people: dict[str, PersonDTO]
    row: CoachingSession

    async def read(self, who: str | Principal = "ann") -> BriefDTO:
        principal = who if isinstance(who, Principal) else self.org.acting_as(self.people[who])
        return await brief_for(self.org.database, principal, self.row.id)

    async def refused(self, who: str | Principal) -> ServiceError:
        with pytest.raises(ServiceError) as refused:
            await self.read(who)
        return refused.value

    async def topic(self, title: str, visible_on: date, **fields: Any) -> None:
        now = utc_now()
        row = CoachingTopic(
            org_id=self.org.id,
            id=new_id(),
            rep_id=self.row.rep_id,
            **{"source": "rep", "concerns": "process", **fields},
            subject=title,
            title=title,
            reason="Because",
            evidence={},
            impact=Decimal("0.5"),
            confidence=Decimal("0.5"),
            status="open",
            visible_on=visible_on,
            created_at=now,
            updated_at=now,
        )
        await write(self.org.database, self.org.id, row)

    async def freeze(self) -> BriefDTO:
        """As `start` does."""
        async with self.org.database.tenant(self.org.id) as session:
            row = await session.get(CoachingSession, (self.org.id, self.row.id))
            assert row is not None
            brief = await freeze_brief(session, self.org.acting_as(self.people["ann"]), row)
            row.status, row.started_at = "in_progress", utc_now()
        return brief


@pytest_asyncio.fixture
async def pair(org: SalesOrg) -> Pair:
    """With the small model; nobody made a call."""
    await org.activate(model_document())
    people = {"boss": await org.add_person("Boss", role="manager")}
    people["lead"] = await org.add_person("Lead", role="manager", manager_id=people["boss"].id)
    people["ann"] = await org.add_person("Ann", manager_id=people["lead"].id, job_role="AE")
    people["bob"] = await org.add_person("Bob", manager_id=people["lead"].id)
    people["stranger"] = await org.add_person("Stranger", role="manager")
    people["ada"] = await org.add_person("Ada", role="admin")
    tomorrow = utc_now() + timedelta(days=1)
    row = await add_session(org.database, org.id, (people["lead"].id, people["ann"].id), tomorrow)
    return Pair(org, people, row)


@pytest.mark.parametrize(
    ("who", "may"),
    [("ann", True), ("lead", True), ("boss", True), ("ada", True), ("bob", False), ("stranger", False)],
)
async def test_who_reads_it(pair: Pair, who: str, *, may: bool) -> None:
    if may:
        brief = await pair.read(who)
        assert (brief.rep.name, brief.rep.job_role, brief.manager.name) == ("Ann", "AE", "Lead")
        assert (brief.previous_session_id, brief.is_frozen) == (None, False)
        assert [section.key for section in brief.agenda][:2] == ["check_in", "goal"]
    else:
        assert (await pair.refused(who)).kind is ErrorKind.NOT_FOUND


async def test_who_sees_the_manager_alone_does_not_see_the_reps_numbers(pair: Pair) -> None:
    """Somebody coaches a rep of another tree: both read the brief, and whoever is above the coach does not."""
    lead, stranger = pair.people["lead"], pair.people["stranger"]
    rep = await pair.org.add_person("Cid", manager_id=stranger.id)
    row = await add_session(pair.org.database, pair.org.id, (lead.id, rep.id), utc_now() + timedelta(days=1))
    crossed = Pair(pair.org, pair.people | {"cid": rep}, row)
    for who in ("lead", "cid", "stranger"):
        assert (await crossed.read(who)).rep.name == "Cid"
    assert (await crossed.refused("boss")).code == "coaching_brief_not_found"


async def test_another_organization_finds_nothing(pair: Pair) -> None:
    other = await make_sales_org(pair.org.database)
    assert (await pair.refused(other.system)).code == "coaching_session_not_found"


async def test_it_needs_its_permission_and_no_other(pair: Pair) -> None:
    key = Principal(org_id=pair.org.id, permissions=frozenset({Permission.COACHING_SESSIONS_READ}))
    assert (await pair.read(key)).rep.name == "Ann"
    assert (await pair.refused(Principal(org_id=pair.org.id))).code == "permission_denied"


async def test_what_is_the_reps_alone_is_in_the_reps_brief_alone(pair: Pair) -> None:
    await pair.topic("Early", TOMORROW)
    await pair.topic("Known", date(2026, 1, 1), pinned=True)
    seen = {who: [topic.title for topic in (await pair.read(who)).topics] for who in ("ann", "lead", "ada")}
    assert seen == {"ann": ["Known", "Early"], "lead": ["Known"], "ada": ["Known"]}
    assert [topic.title for topic in (await pair.freeze()).topics] == ["Known"]
    assert [topic.title for topic in (await pair.read("ann")).topics] == ["Known"]


async def test_a_session_that_started_keeps_what_the_two_had_before_them(pair: Pair) -> None:
    live = await pair.read("lead")
    kept = await pair.freeze()
    await pair.topic("Later", date(2026, 1, 1))
    for who in ("ann", "lead", "boss"):
        assert await pair.read(who) == kept
    assert kept.is_frozen
    ignored = {"as_of", "since", "is_frozen"}
    assert kept.model_dump(exclude=ignored) == live.model_dump(exclude=ignored)


@pytest.mark.parametrize("status", ["cancelled", "missed"])
async def test_of_one_that_never_started_there_is_none(pair: Pair, status: str) -> None:
    between = (pair.people["lead"].id, pair.people["ann"].id)
    row = await add_session(pair.org.database, pair.org.id, between, utc_now() - timedelta(days=1), status)
    async with pair.org.database.tenant(pair.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await get_brief(session, pair.org.system, row.id)
    assert refused.value.code == "coaching_brief_not_found"


async def test_changes_are_told_since_the_last_session_that_was_held(pair: Pair) -> None:
    between, now = (pair.people["lead"].id, pair.people["ann"].id), utc_now()
    assert now - (await pair.read()).since > timedelta(days=27)
    held = await add_session(pair.org.database, pair.org.id, between, now - timedelta(days=9), "completed")
    await add_session(pair.org.database, pair.org.id, between, now - timedelta(days=2), "missed")
    brief = await pair.read()
    assert (brief.previous_session_id, brief.since) == (held.id, held.starts_at)


async def test_any_amount_of_everything_takes_as_many_statements(pair: Pair) -> None:
    ann, counts = pair.people["ann"], []
    for more in (1, 20):
        for number in range(more):
            await pair.topic(f"Topic {more} {number}", date(2026, 1, 1))
            now = utc_now()
            commitment = CoachingCommitment(
                org_id=pair.org.id,
                id=new_id(),
                rep_id=ann.id,
                owner_id=ann.id,
                description="To do",
                due_on=date(2026, 1, 1),
                concerns="other",
                status="open",
                created_at=now,
                updated_at=now,
            )
            await write(pair.org.database, pair.org.id, commitment)
            await pair.org.add_deal(ann, now - timedelta(days=3), now, "won", amount=number)
            await pair.org.add_deal(ann, now - timedelta(days=3))
        await pair.org.refresh()
        with counted_statements(pair.org.database) as statements:
            brief = await pair.read("lead")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert (len(brief.topics), len(brief.commitments), len(brief.wins)) == (21, 21, 6)
