"""`touchline org …`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from service.cli.running import console, organization_id, run
from service.core.errors import invalid_fields
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.core.validation import faults_of
from service.organizations.dto.organizations import CreateOrganization
from service.organizations.use_cases.lifecycle import export_organization
from service.organizations.use_cases.organizations import create_organization, list_organizations, request_deletion

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Its name, unique on this installation.")],
    admin_email: Annotated[str, typer.Option(help="E-mail address of the first administrator.")],
    timezone: Annotated[str, typer.Option(help="IANA time zone of its days.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of its amounts.")] = "USD",
    week_start: Annotated[int, typer.Option(help="ISO weekday, 1 = Monday.")] = 1,
    fiscal_year_start: Annotated[int, typer.Option(help="First month of its fiscal year.")] = 1,
    holidays: Annotated[str | None, typer.Option(help="Whose public holidays it keeps: DE, US-CA.")] = None,
) -> None:
    """Create an organization and print its admin key, once."""

    async def work(runtime: Runtime) -> None:
        try:
            data = CreateOrganization(
                name=name,
                time_zone=timezone,
                currency=currency,
                week_start=week_start,
                fiscal_year_start_month=fiscal_year_start,
                holiday_calendar=holidays,
                admin_email=admin_email,
            )
        except ValidationError as error:
            raise invalid_fields(faults_of(error)) from error
        organization, key = await create_organization(runtime.database, data)
        console.print(f"Organization: {organization.id}")
        console.print(f"Admin key: {key.key}", soft_wrap=True)
        console.print("Keep the key: it is stored as a hash and shown this once.")

    run(work)


@app.command("list")
def list_all() -> None:
    """List the organizations of this installation."""

    async def work(runtime: Runtime) -> None:
        for organization in await list_organizations(runtime.database):
            console.print(f"{organization.id}  {organization.name}  {organization.time_zone}  {organization.currency}")

    run(work)


@app.command()
def export(
    org: Annotated[str, typer.Argument(help="Id or name.")],
    output: Annotated[Path | None, typer.Option(help="File to write; default standard output.")] = None,
) -> None:
    """Write every row of an organization as JSON lines, without secrets."""

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        stream = output.open("wb") if output else sys.stdout.buffer
        try:
            async with runtime.database.tenant(org_id) as session:
                async for line in export_organization(session, Principal.system(org_id)):
                    stream.write(line)
        finally:
            if output:
                stream.close()

    run(work)


@app.command()
def delete(
    org: Annotated[str, typer.Argument(help="Id or name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an organization and everything it owns, as one job of the worker."""
    if not yes and typer.prompt(f"Type {org} again to delete it for good") != org:
        typer.echo("Nothing was deleted.")
        raise typer.Exit(1)

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        async with runtime.database.tenant(org_id) as session:
            await request_deletion(session, Principal.system(org_id))
        console.print(f"The deletion of {org_id} is queued; a worker carries it out.")

    run(work)
