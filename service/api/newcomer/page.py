"""The newcomer's page at `/`: static files over the public GraphQL, which hold no key and know no organization."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from service.core.settings import Settings

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""The browser itself refuses whatever the page would load from elsewhere, and every script that stands in it."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def mount_newcomer(api: FastAPI, settings: Settings) -> None:
    """Serve the page and its files where the setting asks for it; without it nothing is at `/`."""
    if not settings.newcomer_page:
        return

    @api.get("/", include_in_schema=False)
    async def get_newcomer() -> HTMLResponse:
        """Without a key: what the page shows it asks for with the reader's own."""
        return HTMLResponse((STATIC / "index.html").read_text("utf-8"), headers=HEADERS)

    api.mount("/newcomer", StaticFiles(directory=STATIC), name="newcomer")
