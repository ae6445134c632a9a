"""`/v1/quadrants.svg`: a picture by its address alone, for those who cannot send a header, as an `<img>` cannot."""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.negotiation import SVG
from service.api.problems import flat_routes

SUFFIX = ".svg"


class PictureSuffix:
    """Pure ASGI: what has a picture is asked for it by the suffix as by `Accept: image/svg+xml`; all else is left."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._paths = frozenset(f"{path}{SUFFIX}" for path in _with_picture(routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] in self._paths:
            path = scope["path"].removesuffix(SUFFIX)
            headers = [(name, value) for name, value in scope["headers"] if name != b"accept"]
            headers.append((b"accept", SVG.encode()))
            scope = {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
        await self._app(scope, receive, send)


def _with_picture(routes: Iterable[BaseRoute]) -> Iterable[str]:
    """The paths whose answers the document offers as pictures."""
    for route in flat_routes(routes):
        if isinstance(route, APIRoute) and SVG in route.responses.get(200, {}).get("content", {}):
            yield route.path
