"""The command tree: running the service, looking after data, and the generated contracts."""

import asyncio
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from service.cli import data, demo, keys, orgs
from service.cli.running import load_settings
from service.core.collecting import put_off_collecting, settle_collecting
from service.core.configuration_doc import render_configuration
from service.core.migrating import migrate as run_migrations
from service.core.runtime import open_runtime, resolve_urls
from service.core.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Touchline: live CRM activity into sales coaching.")
app.add_typer(orgs.app, name="org", help="Create, export and delete organizations.")
app.add_typer(keys.app, name="key", help="Create, list and revoke API keys.")
app.add_typer(demo.app, name="demo", help="A complete demo organization on this machine.")
app.add_typer(data.import_app, name="import", help="Import history from CSV files.")
app.command("verify")(data.verify)
app.command("replay")(data.replay)
app.command("unclaimed")(data.unclaimed)


@app.callback()
def main() -> None:
    """Live CRM activity into sales coaching."""
    # Without a handler SIGTERM would end the process on the spot, and leave the embedded database running.
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


CheckOption = Annotated[bool, typer.Option("--check", help="Fail when the committed file differs; write nothing.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default TOUCHLINE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(envvar="PORT", help="Port to bind; default TOUCHLINE_PORT.")] = None,
    worker: Annotated[bool, typer.Option(help="Run the worker in this process too.")] = True,
) -> None:
    """Serve REST, GraphQL and the receivers."""
    put_off_collecting()
    from service.main import serve as serve_app

    settings = _with_address(load_settings(), host, port)
    serve_app(settings, run_worker=worker)


def _with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    changes: dict[str, str | int] = {}
    if host is not None:
        changes["host"] = host
    if port is not None:
        changes["port"] = port
    return settings.model_copy(update=changes)


@app.command()
def worker() -> None:
    """Run a worker without a server."""
    put_off_collecting()
    from service.core.running import run_for_long
    from service.worker import Worker

    async def body() -> None:
        async with open_runtime(load_settings()) as runtime:
            settle_collecting()
            await Worker(runtime).run()

    try:
        run_for_long(body())
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def migrate(revision: Annotated[str, typer.Argument(help="Alembic revision.")] = "head") -> None:
    """Create missing roles and upgrade the schema; a release step for an external database."""
    asyncio.run(run_migrations(resolve_urls(load_settings()), revision))
    typer.echo(f"The schema is at {revision}.")


@app.command()
def openapi(check: CheckOption = False) -> None:
    """Write `openapi/openapi.json`."""
    from service.main import export_openapi

    _write_or_check(Path("openapi/openapi.json"), export_openapi(), check=check)


@app.command()
def sdl(check: CheckOption = False) -> None:
    """Write `schema/schema.graphql`."""
    from schema.router import export_sdl

    _write_or_check(Path("schema/schema.graphql"), export_sdl(), check=check)


@app.command()
def configuration(check: CheckOption = False) -> None:
    """Write `docs/configuration.md`."""
    _write_or_check(Path("docs/configuration.md"), render_configuration(), check=check)


@app.command()
def permissions(check: CheckOption = False) -> None:
    """Write `docs/permissions.md`."""
    from service.cli.permissions_doc import render_permissions

    _write_or_check(Path("docs/permissions.md"), render_permissions(Settings(_env_file=None)), check=check)


def _write_or_check(path: Path, content: str, *, check: bool) -> None:
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        typer.echo(f"Wrote {path}.")
        return
    if not path.exists() or path.read_text() != content:
        typer.echo(f"{path} is out of date: run the same command without --check.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{path} is up to date.")
