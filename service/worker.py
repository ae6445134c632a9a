"""Background work of one process: deliveries to facts, dirty cells to snapshots, jobs, purges.

Every stage is woken by a row and a NOTIFY, and polls as well; any number of workers may run, in this
process or in others.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg

from service.activities import tasks as activities_tasks
from service.coaching_capability import tasks as capability_tasks
from service.coaching_opportunities import tasks as opportunity_tasks
from service.coaching_sessions import agenda_tasks
from service.coaching_sessions import tasks as coaching_tasks
from service.core import notifications
from service.core.jobs import JobHandler, build_runner
from service.core.logging import get_logger
from service.core.loops import DrainLoop, Shared
from service.core.runtime import Runtime
from service.crm import tasks as crm_tasks
from service.kpi_snapshots import tasks as kpi_tasks
from service.organizations import tasks as organizations_tasks
from service.skill_assessments import plan_tasks
from service.skill_assessments import tasks as skill_tasks
from service.webhooks import tasks as webhooks_tasks
from service.webhooks.dispatching import Dispatcher

logger = get_logger(__name__)

RESTART_SECONDS = 1.0
PURGE_SECONDS = 3600.0
CELLS_PER_TRANSACTION = 2000
PEOPLE_PER_TRANSACTION = 200
COACHING_SECONDS = 2.0
"""Sessions follow programmes and people, and the clock, at this distance."""
LEADS_SECONDS = 60.0
"""Grades of leads are made once a day; whether today's are is looked at this often."""
FORECAST_SECONDS = 60.0
"""The model is asked at the start of a week, or as soon as a worker comes to it."""
REMINDER_SECONDS = 60.0
"""Assessments are due by the day; a new day is noticed this soon."""
CAPABILITY_SECONDS = 60.0
"""Trees are looked at once a day; a new day is noticed this soon."""
PLANS_SECONDS = 60.0
"""A day that has come is told of this soon."""
RATINGS_SECONDS = 600.0
"""A quarter of ratings is published days after its end; no hurry."""
REVIEW_SECONDS = 10.0
"""Opportunities follow the snapshots, and topics both, at this distance, so that a burst of changes is one review."""


def job_handlers(runtime: Runtime) -> dict[str, JobHandler]:
    """Every job name of every slice, with the function that handles it."""
    return {
        **organizations_tasks.handlers(runtime),
        **activities_tasks.handlers(runtime.database),
        **kpi_tasks.handlers(runtime.database),
        **coaching_tasks.handlers(runtime.database),
        **crm_tasks.handlers(runtime),
    }


class Worker:
    """The loops of one worker process; `run` until cancelled."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        settings = runtime.settings
        list_organizations = Shared(partial(organizations_tasks.list_organization_ids, runtime.database))
        self.agenda = DrainLoop(
            "agenda",
            lambda org_id: agenda_tasks.keep_up_agenda(runtime.database, org_id),
            list_organizations,
            REVIEW_SECONDS,
            first_poll_after=REVIEW_SECONDS / 2,  # between two reviews of opportunities, on which it goes on
        )
        self.opportunities = DrainLoop(
            "opportunities",
            lambda org_id: opportunity_tasks.review(runtime.database, org_id),
            list_organizations,
            REVIEW_SECONDS,
        )
        self.coaching = DrainLoop(
            "coaching",
            lambda org_id: coaching_tasks.watch_clock(runtime.database, org_id),
            list_organizations,
            COACHING_SECONDS,
        )
        # Apart: a programme of thousands takes a while, and nobody's reminder waits for it.
        self.cadences = DrainLoop(
            "cadences",
            lambda org_id: coaching_tasks.keep_up_sessions(runtime.database, org_id),
            list_organizations,
            COACHING_SECONDS,
        )
        self.ratings = DrainLoop(
            "ratings",
            lambda org_id: coaching_tasks.publish_ratings(runtime.database, org_id),
            list_organizations,
            RATINGS_SECONDS,
        )
        self.plans = DrainLoop(
            "plans", lambda org_id: plan_tasks.watch_plans(runtime.database, org_id), list_organizations, PLANS_SECONDS
        )
        self.capability = DrainLoop(
            "capability",
            lambda org_id: capability_tasks.watch_standards(runtime.database, org_id),
            list_organizations,
            CAPABILITY_SECONDS,
        )
        self.snapshots = DrainLoop(
            "snapshots",
            lambda org_id: kpi_tasks.refresh_snapshots(runtime.database, org_id, PEOPLE_PER_TRANSACTION),
            list_organizations,
            settings.worker_poll_seconds,
        )
        self.forecasts = DrainLoop(
            "forecasts",
            lambda org_id: kpi_tasks.keep_forecasts(runtime.database, org_id),
            list_organizations,
            FORECAST_SECONDS,
        )
        self.cells = DrainLoop(
            "dirty_cells",
            lambda org_id: kpi_tasks.refresh_dirty_cells(runtime.database, org_id, CELLS_PER_TRANSACTION),
            list_organizations,
            settings.worker_poll_seconds,
            on_work=self.snapshots.wake,
            waits_for=(self.snapshots,),
            full=CELLS_PER_TRANSACTION,
        )
        self.deliveries = DrainLoop(
            "deliveries",
            lambda org_id: crm_tasks.drain_deliveries(runtime.database, org_id, settings.worker_batch_events),
            list_organizations,
            settings.worker_poll_seconds,
            on_work=self.cells.wake,
            waits_for=(self.cells, self.snapshots),
            full=crm_tasks.deliveries_at_once(settings.worker_batch_events),
        )
        self.leads = DrainLoop(
            "leads", lambda org_id: kpi_tasks.grade_leads(runtime.database, org_id), list_organizations, LEADS_SECONDS
        )
        self.assessments = DrainLoop(
            "assessments",
            lambda org_id: skill_tasks.watch_due_days(runtime.database, org_id),
            list_organizations,
            REMINDER_SECONDS,
        )
        self.webhooks = Dispatcher(runtime, list_organizations)
        self.outbox = DrainLoop(
            "outbox",
            lambda org_id: webhooks_tasks.publish_outbox(runtime.database, org_id),
            list_organizations,
            settings.worker_poll_seconds,
        )

    async def run(self) -> None:
        """Run every loop; a loop that ends unexpectedly is started again."""
        listener = notifications.Listener(
            self._runtime.urls.app,
            {
                notifications.DELIVERIES: lambda payload: self.deliveries.wake(UUID(payload)),
                # Acted upon or raised: it is to be a topic at once.
                notifications.OPPORTUNITIES: lambda payload: self.agenda.wake(UUID(payload.partition(":")[0])),
                notifications.DIRTY_CELLS: lambda payload: self.cells.wake(UUID(payload)),
                notifications.OUTBOX: lambda payload: self.outbox.wake(UUID(payload)),
                notifications.WEBHOOKS: lambda payload: self.webhooks.wake(UUID(payload)),
            },
            on_reconnect=lambda: None,
        )
        async with asyncio.TaskGroup() as tasks:
            for name, loop in (
                ("listen", listener.run),
                ("deliveries", self.deliveries.run),
                ("dirty_cells", self.cells.run),
                ("snapshots", self.snapshots.run),
                ("leads", self.leads.run),
                ("assessments", self.assessments.run),
                ("forecasts", self.forecasts.run),
                ("opportunities", self.opportunities.run),
                ("agenda", self.agenda.run),
                ("coaching", self.coaching.run),
                ("cadences", self.cadences.run),
                ("plans", self.plans.run),
                ("ratings", self.ratings.run),
                ("capability", self.capability.run),
                ("outbox", self.outbox.run),
                ("webhooks", self.webhooks.run),
                ("jobs", self._run_jobs),
                ("purge", self._purge),
            ):
                tasks.create_task(_run_for_ever(name, loop), name=name)

    async def _run_jobs(self) -> None:
        """PgQueuer on its own connection; after a lost connection it starts anew and finds its jobs again."""
        handlers = job_handlers(self._runtime)
        while True:
            try:
                connection = await asyncpg.connect(
                    self._runtime.urls.app, server_settings={"application_name": "touchline-jobs"}
                )
                try:
                    await build_runner(connection, handlers).run(
                        batch_size=1,
                        max_concurrent_tasks=2,
                        shutdown_on_listener_failure=True,
                        heartbeat_timeout=timedelta(seconds=self._runtime.settings.job_heartbeat_seconds),
                    )
                finally:
                    await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("job_runner_restarts", error=str(error))
            await asyncio.sleep(RESTART_SECONDS)

    async def _purge(self) -> None:
        while True:
            try:
                await crm_tasks.purge_expired(self._runtime.database)
                await organizations_tasks.keep_house(self._runtime.database)
                for org_id in await organizations_tasks.list_organization_ids(self._runtime.database):
                    await webhooks_tasks.purge_outbox(self._runtime.database, org_id)
            except (OSError, asyncpg.PostgresError) as error:
                logger.warning("purge_failed", error=str(error))
            await asyncio.sleep(PURGE_SECONDS)


async def _run_for_ever(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """One failing loop must not end the others, nor itself for good."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("worker_loop_failed", loop=name)
        await asyncio.sleep(RESTART_SECONDS)


@contextlib.asynccontextmanager
async def running_worker(runtime: Runtime) -> AsyncIterator[Worker]:
    """A worker for as long as the block lasts."""
    worker = Worker(runtime)
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield worker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
