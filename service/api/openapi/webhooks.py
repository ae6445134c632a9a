"""The document's `webhooks` section: every event of the registry, as it is delivered and as it is answered."""

from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Header
from pydantic import ConfigDict, Field, create_model

from service.api.openapi.walking import webhooks
from service.core.dto import Instant, OutputDTO
from service.webhooks.event_types import EVENTS, EventSpec, EventType

TAG = "webhook events"
TAG_DESCRIPTION = "What is sent to your endpoints, signed as Standard Webhooks says, and again until it is answered."
ANSWERS = {
    "2XX": "Received; any other answer is tried again, for three days.",
    "410": "The endpoint is gone: it is disabled, and nothing more is sent.",
    "4XX": "Not received; tried again.",
    "5XX": "Not received; tried again.",
}

MessageId = Annotated[
    str, Header(alias="webhook-id", max_length=64, description="The event's id, the same in every attempt and replay.")
]
MessageTime = Annotated[
    int, Header(alias="webhook-timestamp", ge=0, le=2**40, description="When this attempt was signed, in seconds.")
]
Signature = Annotated[
    str,
    Header(
        alias="webhook-signature",
        max_length=1000,
        description="`v1,` and a signature in base64; two while a secret is rotated, with a space between them.",
    ),
]


class _Message(OutputDTO):
    """What every message is; made without a source file, so nothing is to be gained from looking for docstrings in one.

    Looking for it goes through every module the process has loaded, once a model.
    """

    model_config = ConfigDict(use_attribute_docstrings=False)


def add_webhooks(app: FastAPI) -> None:
    """Declare every event type as a webhook of the application; FastAPI makes the schemas."""
    for event_type, spec in EVENTS.items():
        app.webhooks.add_api_route(
            event_type.value,
            _receiver(event_type, spec),
            methods=["POST"],
            operation_id="on" + "".join(part.capitalize() for part in _words(event_type)),
            summary=spec.summary,
            description=spec.data.__doc__,
            tags=[TAG],
        )


def _words(event_type: EventType) -> list[str]:
    return event_type.value.replace(".", "_").split("_")


def _receiver(event_type: EventType, spec: EventSpec) -> Any:
    name = "".join(part.capitalize() for part in _words(event_type)) + "Event"
    sequence = Annotated[
        int, Field(ge=1, description="Its place in the organization's order; gaps and disorder happen.")
    ]
    fields: dict[str, Any] = {
        "type": (Literal[event_type.value], ...),
        "timestamp": (Annotated[Instant, Field(description="When it happened.")], ...),
        "sequence": (sequence, ...),
        "data": (spec.data, ...),
    }
    message = create_model(name, __base__=_Message, __doc__=spec.data.__doc__, **fields)

    def receive(body: Annotated[Any, Body()], id_: MessageId, timestamp: MessageTime, signature: Signature) -> None: ...

    receive.__annotations__["body"] = message
    return receive


def describe_webhooks(document: dict[str, Any]) -> None:
    """Say how a receiver answers; whose request it is, the signature tells, so no key is needed."""
    for _name, _method, operation in webhooks(document):
        operation["security"] = [{}]
        operation["responses"] = {status: {"description": text} for status, text in ANSWERS.items()}
    if document.get("webhooks"):
        document["tags"] = sorted(
            [*document["tags"], {"name": TAG, "description": TAG_DESCRIPTION}], key=lambda tag: tag["name"].casefold()
        )
