"""`touchline demo` and `touchline demo poke`."""

from typing import Annotated

import typer

from service.cli.running import load_settings
from service.core.collecting import put_off_collecting

app = typer.Typer(invoke_without_command=True)


@app.callback()
def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(envvar="PORT", help="Port of the service.")] = 8000,
    exit_after: Annotated[bool, typer.Option("--exit", help="Stop after printing.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the generated organization.")] = 1,
) -> None:
    """Set up a demo organization, replay three weeks of webhooks, print one manager's Monday, keep serving."""
    if context.invoked_subcommand is not None:
        return
    put_off_collecting()
    from service.demo.runner import run_demo

    run_demo(load_settings(), port=port, exit_after=exit_after, seed=seed)


@app.command()
def poke() -> None:
    """Send one signed webhook to the running demo; print a number before and after, and the time between."""
    from service.demo.poke import run_poke

    run_poke(load_settings())
