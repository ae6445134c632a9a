"""Generated organizations on the real database, read by everybody with every parameter at every step, and attacked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.coaching_sessions.dto.ratings import RatingGroupDTO
from service.coaching_sessions.models import CoachingRating, CoachingSession
from service.coaching_sessions.rating_groups import Block, Groups, View, form_groups, sum_up
from service.coaching_sessions.repository.ratings import put_own_rating
from service.core.database import Database
from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.principal import Principal, Role
from service.core.tables import metadata
from service.organizations.models import ManagerPeriod, Person
from service.permissions import ROLES
from tests.factories.coaching_rows import BEFORE, STAMPS, write, write_series
from tests.factories.rating_quarters import ASKED, Rated
from tests.factories.sales_org import make_sales_org
from tests.unit.coaching_sessions.rating_attack import (
    Cell,
    Moment,
    Reading,
    find_small_group,
    generate,
    is_below,
    read_naive,
)

SEED = 3
STARTS = (date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1))
Shown = dict[tuple[date, UUID | None, str], RatingGroupDTO]
"""What was read of groups, by period, manager and reach."""


async def staff(rated: Rated, moments: list[Moment]) -> list[UUID]:
    """Everybody who is in any moment; those who manage are managers."""
    managers = {one for moment in moments for one in moment.above}
    everybody = managers | {view.rater_id for moment in moments for view in moment.views}
    rows = [
        Person(
            org_id=rated.org.id,
            id=id_,
            name=str(id_),
            email=f"{id_}@example.com",
            role="manager" if id_ in managers else "rep",
            known_from=BEFORE,
            **STAMPS,
        )
        for id_ in sorted(everybody)
    ]
    await write(rated.org, rows)
    return sorted(managers)


async def hold_quarter(rated: Rated, moment: Moment) -> None:
    """The tree of a quarter's end, its sessions, and what was said of them."""
    start, end = STARTS[moment.quarter], STARTS[moment.quarter + 1]
    lines = [
        ManagerPeriod(org_id=rated.org.id, id=new_id(), person_id=id_, manager_id=boss, start_on=start, end_on=end)
        for id_, boss in moment.above.items()
        if boss is not None
    ]
    at = datetime(start.year, start.month, 20, 12, tzinfo=UTC)
    sessions = [(view, _session(rated, view, at)) for view in moment.views for _ in range(_held(view))]
    await write(rated.org, lines, [row for _, row in sessions])
    async with rated.org.database.tenant(rated.org.id) as session:
        for view, row in sessions:
            answers = {key: int(step) for key, step in view.answers.items()}
            ids: dict[str, Any] = {"org_id": row.org_id, "session_id": row.id, "rater_id": view.rater_id}
            said: dict[str, Any] = {"set_key": ASKED.key, "set_version": ASKED.version, "answers": answers}
            await put_own_rating(session, CoachingRating(**ids, **said))


def _held(view: View) -> int:
    """From one session to three, as a rater of several counts once."""
    return 1 + int(sum(view.answers.values())) % 3


def _session(rated: Rated, view: View, at: datetime) -> CoachingSession:
    return CoachingSession(
        org_id=rated.org.id,
        id=new_id(),
        manager_id=view.manager_id,
        rep_id=view.rater_id,
        format_id=rated.format_id,
        time_zone="UTC",
        due_at=at,
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        status="completed",
        completed_at=at,
        reminder_minutes=[],
        answers={},
        **STAMPS,
    )


async def sweep(rated: Rated, managers: list[UUID]) -> Shown:
    """All that is shown to anybody: whoever reads the same group, by whatever question, reads the same."""
    permissions: dict[str, Any] = {"org_id": rated.org.id, "permissions": ROLES[Role.MANAGER], "role": Role.MANAGER}
    readers = [rated.org.system, *(Principal(person_id=one, **permissions) for one in managers)]
    found: Shown = {}
    for reader in readers:
        for on in (None, *STARTS[:3]):
            for asked in (None, *managers):
                try:
                    answer = await rated.read(reader, on=on, manager_id=asked)
                except ServiceError:  # not theirs to ask about
                    continue
                groups: dict[tuple[UUID | None, str], RatingGroupDTO | None] = {(None, "tree"): answer.organization}
                for one in answer.managers:
                    groups |= {(one.manager_id, "own"): one.own, (one.manager_id, "tree"): one.tree}
                for (manager_id, reach), group in groups.items():
                    if group is not None and group.means and answer.period_starts_on is not None:
                        assert found.setdefault((answer.period_starts_on, manager_id, reach), group) == group
    return found


def referee(moment: Moment) -> Groups:
    """What the groups of a quarter are, of its views as they were at its end."""
    views = [replace(one, is_insider=is_below(moment.above, one.manager_id, one.rater_id)) for one in moment.views]
    return form_groups(views, moment.above)


def hold_against(shown: Shown, moments: list[Moment]) -> list[Reading]:
    """Every number that was read is that of its blocks; the views behind each, for the attacker."""
    readings = []
    for (start, manager_id, reach), group in shown.items():
        moment = moments[STARTS.index(start)]
        groups = referee(moment)
        blocks: tuple[Block, ...] = groups.everybody
        if manager_id is not None:
            blocks = (groups.own if reach == "own" else groups.tree)[manager_id]
        numbers = sum_up(blocks, ASKED.keys)
        assert numbers is not None
        assert group.n_raters == numbers.n_raters
        for mean in group.means:
            span = numbers.means[mean.question]
            assert abs(Fraction(mean.mean_low) - span.low) <= Fraction(1, 200)
            assert abs(Fraction(mean.mean_high) - span.high) <= Fraction(1, 200)
        views = [view for block in blocks for view in block]
        readings.append(
            frozenset(Cell(moment.quarter, one.rater_id, one.manager_id, tuple(one.answers.values())) for one in views)
        )
    return readings


async def test_nobody_is_found_in_all_that_anybody_read(database: Database) -> None:
    moments = [one for one in generate(SEED) if one.closed]
    org = await make_sales_org(database)
    format_id, _ = await write_series(org)
    rated = Rated(org, {}, format_id)
    managers = await staff(rated, moments)
    seen: Shown = {}
    people = metadata.tables["person"]
    for quarter in range(len(moments)):
        moment = moments[quarter]
        await hold_quarter(rated, moment)
        assert (await sweep(rated, managers)) == seen
        assert await rated.publish(datetime.combine(STARTS[quarter + 1], datetime.min.time(), UTC) + timedelta(16))
        now = await sweep(rated, managers)
        assert {key: now[key] for key in seen} == seen
        seen = now
        # Somebody who rated is deleted, and everything of theirs: not a number moves.
        gone = min((view.rater_id for view in moment.views if view.rater_id not in managers), default=None)
        await rated.execute(sa.delete(people).where(people.c.org_id == org.id, people.c.id == gone))
        moments = [_without(one, gone) if one.quarter > quarter else one for one in moments]
        assert (await sweep(rated, managers)) == seen
    readings = hold_against(seen, moments)
    assert len(readings) > 10
    assert find_small_group(readings) is None
    assert find_small_group(read_naive(moments, live=False)) is not None


def _without(moment: Moment, gone: UUID | None) -> Moment:
    return replace(moment, views=[view for view in moment.views if view.rater_id != gone])
