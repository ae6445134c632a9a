"""The pictures of the API in a real browser: at two widths, light and dark. Needs Debian's `chromium`."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

from service.core.database import Database
from service.core.embedded import ensure_database
from tests.factories.capability import make_house
from tests.factories.forecasts import make_scored_forecasters
from tests.factories.maturity import make_ripening_house
from tests.factories.quadrants import make_quadrant_house
from tests.factories.rates import make_rates_org
from tests.factories.sales_org import make_sales_org
from tests.suites.outcome import Outcome
from tests.suites.stage import Stage

CHECKS = ("violations", "wide", "foreign", "unnamed", "same")


def api_pictures(stage: Stage) -> Outcome:
    """Nothing that axe finds, nothing from elsewhere, no scrolling sideways, a name and a description, two schemes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return Outcome(passed=True, score="skipped: no chromium on this machine (Debian's package chromium)")
    asked = asyncio.run(_prepare(stage))
    pictures = Path(tempfile.gettempdir()) / "touchline-pictures"
    pictures.mkdir(exist_ok=True)
    done = stage.run("node", "pictures.mjs", chromium, str(pictures), stage.url, json.dumps(asked), seconds=180)
    if done.returncode:
        return Outcome(passed=False, score="the browser failed", details=done.stdout + done.stderr)
    seen = json.loads(done.stdout)
    faults = [one for one in seen if any(one[check] for check in CHECKS)]
    score = f"{len(seen)} views of {len(asked)} pictures, {len(faults)} at fault; pictures in {pictures}"
    return Outcome(not faults and len(seen) == 4 * len(asked), score, json.dumps(faults, indent=1))


async def _prepare(stage: Stage) -> list[tuple[str, str]]:
    """Organizations with something to draw: of each picture an administrator's key, and where it is."""
    urls = await asyncio.to_thread(ensure_database, stage.service.home / "postgres")
    database = Database(urls.app, pool_size=2)
    try:
        rates, quadrants = await make_rates_org(database), await make_quadrant_house(database)
        house = await make_house(await make_sales_org(database))
        forecasters, (ripening, _) = await make_scored_forecasters(database), await make_ripening_house(database)
    finally:
        await database.close()
    quarter = "&".join(f"{name}={value}" for name, value in quadrants.query.items()).replace("+", "%2B")
    march = f"period=month&period_start=2025-03-01&manager_id={rates.lead.id}"
    return [
        (rates.org.admin_key, f"/v1/rate-comparisons.svg?{march}"),
        (ripening.admin_key, "/v1/pipeline-maturity.svg?segment=attributes.source&as_of=2026-01-01T00:00:00Z"),
        (quadrants.org.admin_key, f"/v1/quadrants.svg?{quarter}"),
        (house.org.admin_key, "/v1/coaching-capability.svg?from=2026-01-01&to=2026-03-31"),
        (forecasters.org.admin_key, "/v1/forecast-accuracy.svg?as_of=2026-01-01T00:00:00Z"),
    ]
