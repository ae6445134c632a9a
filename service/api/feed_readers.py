"""Calendar programs that ask whether their feed changed, hour by hour, answered before anything dear is touched."""

import re

from fastapi import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.calendar_feeds import SHAPE, validators
from service.coaching_sessions.use_cases.calendar_feeds import FEEDS
from service.coaching_sessions.use_cases.calendar_files import FeedFile, FeedReaders
from service.core.errors import ServiceError
from service.core.etags import held_by
from service.core.runtime import Runtime

_PATH = re.compile(rf"{FEEDS}/({SHAPE})\.ics")


class UnchangedFeeds:
    """Pure ASGI before the application: answers `304` where a feed is what its reader has, and hands on all else.

    What is wrong with a request is for the application to say, so that there is one place that says it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]:
            asked = _PATH.fullmatch(scope["path"])
            unchanged = await self._find_unchanged(asked[1], scope) if asked else None
            if unchanged is not None:
                await Response(status_code=304, headers=validators(unchanged))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _find_unchanged(self, token: str, scope: Scope) -> FeedFile | None:
        headers = Headers(scope=scope)
        if_none_match, if_modified_since = headers.get("if-none-match"), headers.get("if-modified-since")
        if if_none_match is None and if_modified_since is None:
            return None
        state = scope["app"].state
        runtime: Runtime = state.runtime
        readers: FeedReaders = state.feed_readers
        try:
            held = held_by(if_none_match, if_modified_since)
            return await readers.find_unchanged(runtime.database, token, runtime.settings.base_url, held)
        except ServiceError:
            return None
