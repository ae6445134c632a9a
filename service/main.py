"""Composition root: one application with REST, GraphQL and receivers, and a worker beside it on request."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace

import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import State
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from schema.router import mount_graphql
from schema.sockets import MAX_MESSAGE_BYTES
from service.api import problems
from service.api.feed_readers import UnchangedFeeds
from service.api.integrations.dispatch import IntegrationsDispatcher
from service.api.limits import RequestBounds
from service.api.newcomer.page import mount_newcomer
from service.api.openapi.document import install_document
from service.api.pictures.suffix import PictureSuffix
from service.api.router import router
from service.api.system import STATIC
from service.coaching_opportunities.use_cases.watching import OpportunityFeed
from service.coaching_sessions.use_cases.brief_feed import BriefFeed
from service.coaching_sessions.use_cases.calendar_files import FeedReaders
from service.coaching_sessions.use_cases.topic_feed import TopicFeed
from service.coaching_sessions.use_cases.watching_sessions import SessionFeed
from service.core.collecting import settle_collecting
from service.core.notifications import OPPORTUNITIES, SESSIONS, SNAPSHOTS, TOPICS, Listener
from service.core.runtime import Runtime, open_runtime
from service.core.settings import Settings
from service.crm.receiving.runtime import ReceiverRuntime
from service.kpi_snapshots.use_cases.watching import SnapshotFeed
from service.organizations.use_cases.authentication.tokens import build_authenticator
from service.permissions import ROLES
from service.worker import running_worker

DESCRIPTION = "Live CRM activity into sales coaching that a manager can act on before the next one-to-one."

RuntimeFactory = Callable[[], AbstractAsyncContextManager[Runtime]]


def build_app(settings: Settings, *, run_worker: bool, runtime: RuntimeFactory | None = None) -> ASGIApp:
    """The whole application; its lifespan opens the process's resources and starts what runs beside it.

    `runtime` replaces the way resources are opened, for tests that share a database.
    """
    dispatcher: IntegrationsDispatcher | None = None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        assert dispatcher is not None  # noqa: S101 - built below, before any server starts
        async with AsyncExitStack() as stack:
            opened = await stack.enter_async_context(runtime() if runtime else open_runtime(settings))
            authenticator = build_authenticator(opened, ROLES)
            await stack.enter_async_context(authenticator.listening(opened.urls.app))
            opened = replace(opened, authenticator=authenticator)
            app.state.runtime = opened
            app.state.feed = SnapshotFeed(opened.database)
            app.state.opportunity_feed = OpportunityFeed(opened.database)
            app.state.session_feed = SessionFeed(opened.database)
            app.state.topic_feed = TopicFeed(opened.database)
            app.state.brief_feed = BriefFeed(opened.database)
            await stack.enter_async_context(_listening(opened, app.state))
            receivers = ReceiverRuntime(opened)
            await receivers.start()
            stack.push_async_callback(receivers.stop)
            if run_worker:
                worker = await stack.enter_async_context(running_worker(opened))
                receivers.wake = worker.deliveries.wake
            dispatcher.receivers = receivers
            settle_collecting()
            yield

    api = build_api(settings, lifespan)
    dispatcher = IntegrationsDispatcher(_with_cors(RequestBounds(api, settings, api.routes), settings))
    return dispatcher


@asynccontextmanager
async def _listening(runtime: Runtime, state: State) -> AsyncIterator[None]:
    """The feeds hear of changes for as long as the block lasts."""
    feeds: dict[str, SnapshotFeed | OpportunityFeed | SessionFeed | TopicFeed] = {
        SNAPSHOTS: state.feed,
        OPPORTUNITIES: state.opportunity_feed,
        SESSIONS: state.session_feed,
        TOPICS: state.topic_feed,
    }
    briefs: BriefFeed = state.brief_feed
    changing = dict.fromkeys((SNAPSHOTS, SESSIONS, TOPICS), briefs.notified) | {
        OPPORTUNITIES: briefs.notified_of_anybody
    }

    def reconnected() -> None:
        for feed in (*feeds.values(), briefs):
            feed.reconnected()

    channels = {channel: _each(feed.notified, changing[channel]) for channel, feed in feeds.items()}
    listener = Listener(runtime.urls.app, channels, reconnected)
    running = (("listen", listener.run()), ("feed", state.feed.run()))
    tasks = [asyncio.create_task(task, name=name) for name, task in running]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _each(*handlers: Callable[[str], None]) -> Callable[[str], None]:
    """One handler of a channel that several feeds listen to."""

    def notified(payload: str) -> None:
        for handler in handlers:
            handler(payload)

    return notified


def _with_cors(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Let the pages of the configured origins call; tokens travel in a header, so no cookies."""
    if not settings.cors_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent"],
        expose_headers=[
            "ETag",
            "Idempotency-Replayed",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        ],
        max_age=3600,
    )


def build_api(
    settings: Settings, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None
) -> FastAPI:
    """REST and GraphQL without what runs beside them; also what the OpenAPI document is made from."""
    api = FastAPI(
        title="Touchline",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    problems.install(api)
    api.add_middleware(PictureSuffix, routes=api.routes)
    api.state.feed_readers = FeedReaders()
    api.add_middleware(UnchangedFeeds)
    api.include_router(router)
    mount_graphql(api, settings)
    mount_newcomer(api, settings)
    api.mount("/static", StaticFiles(directory=STATIC), name="static")
    install_document(api, settings)
    return api


def _operation_id(route: APIRoute) -> str:
    return route.operation_id or route.name


def export_openapi() -> str:
    """The OpenAPI document as it is committed."""
    return json.dumps(build_api(Settings(_env_file=None)).openapi(), indent=2, sort_keys=True) + "\n"


def serve(settings: Settings, *, run_worker: bool) -> None:
    """Serve until a signal ends the process; what has arrived is stored first."""
    config = uvicorn.Config(
        build_app(settings, run_worker=run_worker),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here depends on who calls; the public URL is a setting
        timeout_graceful_shutdown=10,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
