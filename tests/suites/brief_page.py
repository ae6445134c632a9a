"""The page of a brief in a real browser: at phone width, on a screen and on paper. Needs Debian's `chromium`."""

import asyncio
import json
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from service.coaching_sessions.models import CoachingCommitment, CoachingTopic
from service.core.clock import utc_now
from service.core.database import Database
from service.core.embedded import ensure_database
from service.core.ids import new_id
from service.demo.setup import demo_model
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases.api_keys import create_api_key
from tests.factories.brief_stories import enact, tell_story
from tests.factories.briefs import add_session, write
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.suites.outcome import Outcome
from tests.suites.stage import Stage

SEEDS = (3, 5, 11)
MOST_PAGES = 2
CHECKS = ("violations", "wide", "foreign", "refused", "pages")
REASON = "Put Forty calls a week to finance directors into the calendar, and look on Fridays at what came of them."


def brief_page(stage: Stage) -> Outcome:
    """Nothing that axe finds, nothing from elsewhere, no scrolling sideways, and two pages of A4 at most."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return Outcome(passed=True, score="skipped: no chromium on this machine (Debian's package chromium)")
    key, paths = asyncio.run(_prepare(stage))
    pictures = Path(tempfile.gettempdir()) / "touchline-brief-page"
    pictures.mkdir(exist_ok=True)
    urls = [stage.url + path for path in paths]
    done = stage.run("node", "brief-page.mjs", chromium, str(pictures), key, *urls, seconds=180)
    if done.returncode:
        return Outcome(passed=False, score="the browser failed", details=done.stdout + done.stderr)
    seen = json.loads(done.stdout)
    faults = [one for one in seen if any(one[check] for check in CHECKS[:-1]) or one["pages"] > MOST_PAGES]
    score = f"{len(seen)} views of {len(urls)} briefs, {len(faults)} at fault; pictures in {pictures}"
    return Outcome(not faults and bool(seen), score, json.dumps(faults, indent=1))


async def _prepare(stage: Stage) -> tuple[str, list[str]]:
    """Briefs as full as they get, and one with nothing in it: the manager's key, and where they are."""
    urls = await asyncio.to_thread(ensure_database, stage.service.home / "postgres")
    database = Database(urls.app, pool_size=2)
    try:
        org = await make_sales_org(database)
        await org.activate(demo_model())
        lead = await org.add_person("Lead", role="manager")
        hired = date(2020, 1, 1)
        reps = [await org.add_person(f"Rep{seed}", manager_id=lead.id, hired_on=hired) for seed in (0, *SEEDS)]
        await enact(org, [(rep, tell_story(seed, utc_now())) for rep, seed in zip(reps[1:], SEEDS, strict=True)])
        await org.keep_ready()
        paths = []
        for rep in reps:
            if rep is not reps[0]:
                await add_session(database, org.id, (lead.id, rep.id), utc_now() - timedelta(days=20), "completed")
                await _agenda(org, rep.id, lead.id)
            row = await add_session(database, org.id, (lead.id, rep.id), datetime(2099, 3, 4, 15, tzinfo=UTC))
            paths.append(f"/v1/coaching-sessions/{row.id}/brief")
        async with database.tenant(org.id) as session:
            key = await create_api_key(session, org.system, CreateApiKey(name="Page", person_id=lead.id))
        return key.key, paths
    finally:
        await database.close()


async def _agenda(org: SalesOrg, rep_id: UUID, lead_id: UUID) -> None:
    """More topics and commitments than the page shows."""
    now = utc_now()
    for number in range(8):
        linked = {"org_id": org.id, "rep_id": rep_id, "concerns": "process", "created_at": now, "updated_at": now}
        topic = CoachingTopic.model_validate(
            {
                **linked,
                "id": new_id(),
                "source": "manager",
                "subject": f"subject {number}",
                "title": f"How to ask for the budget of a whole department, part {number}",
                "reason": REASON,
                "evidence": {},
                "impact": Decimal("0.5"),
                "confidence": Decimal("0.5"),
                "status": "open",
                "pinned": number == 0,
                "visible_on": date(2026, 1, 1),
            }
        )
        commitment = CoachingCommitment.model_validate(
            {
                **linked,
                "id": new_id(),
                "owner_id": (rep_id, lead_id)[number % 2],
                "description": REASON,
                "due_on": now.date() + timedelta(days=number - 3),
                "status": "open",
            }
        )
        await write(org.database, org.id, topic, commitment)
