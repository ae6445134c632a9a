"""`touchline key …`."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from service.cli.running import console, organization_id, run
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.pagination import MAX_LIMIT, PageRequest
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.people import PersonFilter
from service.organizations.use_cases.api_keys import create_api_key, list_api_keys, revoke_api_key
from service.organizations.use_cases.people import list_people
from service.permissions import ROLES

app = typer.Typer(no_args_is_help=True)

OrgArgument = Annotated[str, typer.Argument(help="Organization: id or name.")]


@app.command()
def create(
    org: OrgArgument,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    person: Annotated[str | None, typer.Option(help="E-mail address of the person it acts as.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A permission; `admin` for all. Repeatable.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
) -> None:
    """Create a key and print it, once."""

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        principal = Principal.system(org_id)
        async with runtime.database.tenant(org_id) as session:
            person_id = None
            if person is not None:
                found = await list_people(session, principal, PersonFilter(email=person), PageRequest(limit=1))
                if not found.items:
                    raise not_found("person")
                person_id = found.items[0].id
            expires_at = utc_now() + timedelta(days=days) if days else None
            data = CreateApiKey(name=name, person_id=person_id, scopes=scope or [], expires_at=expires_at)
            key = await create_api_key(session, principal, data, ROLES)
        console.print(f"Key: {key.key}", soft_wrap=True)

    run(work)


@app.command("list")
def list_all(org: OrgArgument) -> None:
    """List an organization's keys."""

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        cursor: str | None = None
        while True:
            async with runtime.database.tenant(org_id) as session:
                page = await list_api_keys(session, Principal.system(org_id), PageRequest(MAX_LIMIT, cursor))
            for key in page.items:
                state = "revoked" if key.revoked_at else "live"
                console.print(f"{key.id}  {key.prefix}…  {state}  {key.name}  {', '.join(key.scopes) or key.person_id}")
            cursor = page.next_cursor
            if cursor is None:
                return

    run(work)


@app.command()
def revoke(org: OrgArgument, key_id: Annotated[UUID, typer.Argument(help="Id of the key.")]) -> None:
    """End a key at once."""

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        async with runtime.database.tenant(org_id) as session:
            await revoke_api_key(session, Principal.system(org_id), key_id)
        console.print("Revoked.")

    run(work)
