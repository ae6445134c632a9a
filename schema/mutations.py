"""Every mutation: one transaction, one use case, an audit row, and a typed answer; written once.

A mutation is declared as a function `(session, info, data) -> DTO` under `@mutation(…)`; its name is the
operation id of its REST twin. Root fields run one after the other, and each commits before its answer is
given: a later field that fails does not undo an earlier one.
"""

import dataclasses
import functools
import operator
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated, Any, TypeVar, get_type_hints

import orjson
import strawberry
from strawberry.types.unset import UNSET
from strawberry.utils.str_converters import to_camel_case

from schema.context import GraphQLContext, Info
from schema.describing import NEEDS
from schema.inputs import CONTROL
from schema.relay import from_global_id
from schema.results import REFUSALS, UserError, to_refusal
from service.core import audit, idempotency
from service.core.database import TenantSession
from service.core.errors import ErrorKind, FieldError, ServiceError
from service.core.idempotency import IdempotentWrite

InputT = TypeVar("InputT")
DtoT = TypeVar("DtoT")
UseCase = Callable[[TenantSession, Info, InputT], Awaitable[DtoT]]


def mutation(
    description: str,
    *,
    needs: str,
    payload: type[Any],
    render: Callable[[Any, Any], Any],
    document: str | None = None,
    anonymous: bool = False,
) -> Callable[[UseCase[InputT, DtoT]], Any]:
    """The root field of a use case.

    `render` makes the `payload` from the DTO that the function returns and the input; `document` names the
    input that the use case's pointers are relative to. `anonymous`: nobody learns that it was made, so that it leaves
    no audit row, and its input has no `idempotency_key` (`service.api.operation` says why).
    """

    def build(function: UseCase[InputT, DtoT]) -> Any:
        hints = get_type_hints(function)
        action = to_camel_case(function.__name__)
        name = action[0].upper() + action[1:] + "Result"
        members = functools.reduce(operator.or_, REFUSALS, payload)
        union = strawberry.union(name, description="What became of it, or why it was refused.")
        result = operator.getitem(Annotated, (members, union))  # its members are known at run time only

        async def resolve(info: Info, data: Any) -> Any:
            run = _Mutation(info, action, function, hints["return"], document, audited=not anonymous)
            written = await run.run(data)
            return written if isinstance(written, UserError) else render(written, data)

        resolve.__annotations__ = {
            "info": Info,
            "data": operator.getitem(Annotated, (hints["data"], strawberry.argument(name="input"))),
            "return": result,
        }
        return strawberry.field(resolve, description=description, metadata={NEEDS: needs})

    return build


class _Mutation:
    """One run of one mutation."""

    def __init__(
        self,
        info: Info,
        action: str,
        function: UseCase[Any, Any],
        dto: Any,
        document: str | None,
        *,
        audited: bool,
    ) -> None:
        self._info = info
        self._context: GraphQLContext = info.context
        self._action = action
        self._function = function
        self._dto = dto
        self._document = document
        self._audited = audited

    async def run(self, data: Any) -> Any:
        """The DTO, or the refusal."""
        try:
            async with self._context.session() as session:
                key = getattr(data, "idempotency_key", None)
                if not key:
                    return await self._write(session, data)
                request = orjson.dumps([self._action, dataclasses.asdict(data)], default=_plain)
                box, principal = self._context.runtime.secret_box, self._context.principal
                claimed = await idempotency.claim_key(session, principal, key, request, box)
                return await self._write_once(session, claimed, data)
        except ServiceError as error:
            return to_refusal(error, self._document)

    async def _write(self, session: TenantSession, data: Any) -> Any:
        written = await self._function(session, self._info, data)
        if self._audited:
            audit.record(
                session,
                self._context.principal,
                self._action,
                surface="graphql",
                target_id=_target(data, written),
                fields=[name for name, value in vars(data).items() if value is not UNSET and name not in CONTROL],
            )
        return written

    async def _write_once(self, session: TenantSession, claimed: IdempotentWrite, data: Any) -> Any:
        if claimed.previous is not None:
            return self._restored(claimed.previous)
        try:
            written = await self._write(session, data)
        except ServiceError as error:
            if error.kind not in idempotency.FINAL:
                raise
            await claimed.keep_refusal({"refused": _kept(error)})
            return to_refusal(error, self._document)
        await claimed.keep({"written": None if written is None else written.model_dump(mode="json")})
        return written

    def _restored(self, answer: dict[str, Any]) -> Any:
        if "refused" in answer:
            return to_refusal(_unkept(answer["refused"]), self._document)
        return None if answer["written"] is None else self._dto.model_validate(answer["written"])


def _target(data: Any, written: Any) -> str | None:
    """The row that the input names, else the one that was written."""
    given = getattr(data, "id", None)
    if given is not None:
        return str(from_global_id(given)[1])
    made = getattr(written, "id", None)
    return None if made is None else str(made)


def _plain(value: Any) -> Any:
    if value is UNSET:
        return "\x00unset"
    return value.value if isinstance(value, Enum) else str(value)


def _kept(error: ServiceError) -> dict[str, Any]:
    fields = [[field.pointer, field.message] for field in error.fields]
    return {"kind": error.kind.value, "code": error.code, "message": error.message, "fields": fields}


def _unkept(kept: dict[str, Any]) -> ServiceError:
    fields = tuple(FieldError(*field) for field in kept["fields"])
    return ServiceError(ErrorKind(kept["kind"]), kept["code"], kept["message"], fields)


@strawberry.type(description="Something was deleted.")
class DeletedPayload:
    """The answer to a deletion."""

    deleted_id: strawberry.ID = strawberry.field(description="The global id that no longer leads anywhere.")


def to_deleted(_written: object, data: Any) -> DeletedPayload:
    """The answer to a deletion: the id that was given."""
    return DeletedPayload(deleted_id=data.id)


@strawberry.type(description="What will be processed or sent again.")
class ReplayPayload:
    """The answer to a replay."""

    deliveries: int = strawberry.field(description="How many deliveries that are.")
