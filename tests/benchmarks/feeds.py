"""A thousand readers of calendar feeds, first without and then with the tags of what they have."""

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from service.coaching_sessions.dto.calendars import CreateCalendarFeed
from service.coaching_sessions.use_cases.calendar_feeds import create_calendar_feed
from service.core.clock import utc_now
from service.core.database import Database
from tests.benchmarks.house import PUBLIC_URL, House
from tests.factories.programmes import add_many, add_programme, lay_down
from tests.factories.sales_org import make_sales_org

MANAGERS, REPS, PROGRAMS_EACH = 20, 180, 5
PAST_WEEKS = (13, 5, 0)
"""When sessions were laid down for eight weeks each, so that a feed's whole past is there."""
WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Readers:
    """Seconds of the serving process's time for a round of all readers, with and without tags."""

    readers: int
    with_tags: float
    without: float


def measure_feeds(house: House) -> Readers:
    """Each reader reads its own feed, one after the other; the ratio is what counts."""
    paths = asyncio.run(_fill(house))
    with (
        house.process("touchline") as (port, pid),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        for path in paths[:WARM_UP]:
            client.get(path)
        begun = _seconds_of(pid)
        tags = {path: _read(client, path, 200).headers["etag"] for path in paths}
        without = _seconds_of(pid) - begun
        for path in paths[:WARM_UP]:
            _read(client, path, 304, tags[path])
        begun = _seconds_of(pid)
        for path in paths:
            _read(client, path, 304, tags[path])
        with_tags = _seconds_of(pid) - begun
    return Readers(len(paths), with_tags, without)


def _read(client: httpx.Client, path: str, status: int, tag: str | None = None) -> httpx.Response:
    answer = client.get(path, headers={} if tag is None else {"If-None-Match": tag})
    if answer.status_code != status:
        raise RuntimeError(f"{answer.status_code} instead of {status}")
    return answer


async def _fill(house: House) -> list[str]:
    """People with a weekly session each, and the paths of their feeds."""
    database = Database(house.urls.app)
    try:
        org = await make_sales_org(database)
        leads, reps = await add_many(org, MANAGERS, REPS)
        now = utc_now()
        starts_on = (now - timedelta(weeks=PAST_WEEKS[0])).date()
        await add_programme(org, rule="FREQ=WEEKLY", starts_on=starts_on.isoformat())
        for weeks in PAST_WEEKS:
            await lay_down(org, now - timedelta(weeks=weeks))
        paths = []
        async with database.tenant(org.id) as session:
            for person_id in [*leads, *reps] * PROGRAMS_EACH:
                data = CreateCalendarFeed(name="Program", person_id=UUID(str(person_id)))
                made = await create_calendar_feed(session, org.system, data, PUBLIC_URL)
                paths.append(urlsplit(made.url).path)
        return paths
    finally:
        await database.close()


def _seconds_of(pid: int) -> float:
    """A process's time so far, its own and the system's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
