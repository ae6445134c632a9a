"""No text that the database cannot store gets past an input: it would be an error of ours."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import service
from service.core.dto import InputDTO
from service.webhooks.event_data import EventData

PARSED = {
    *(("CreateImport", "mapping"), ("CreateWebhookEndpoint", "url")),
    *(("ImportMapping", "date_format"), ("ImportMapping", "time_zone")),
}
"""Read as TOML, an address, a format or a zone, and refused as one."""


def inputs(kind: type[InputDTO] = InputDTO) -> Iterator[type[InputDTO]]:
    """Every kind of input."""
    for one in kind.__subclasses__():
        yield one
        yield from inputs(one)


for module in pkgutil.walk_packages(service.__path__, "service."):
    if "dto" in module.name or module.name.endswith("_document"):
        importlib.import_module(module.name)

TEXTS = sorted(
    {
        (one, name)
        for one in inputs()
        if not issubclass(one, EventData)
        for name, field in one.model_fields.items()
        if field.annotation in (str, str | None) and (one.__name__, name) not in PARSED
    },
    key=lambda pair: (pair[0].__name__, pair[1]),
)


@pytest.mark.parametrize(("kind", "name"), TEXTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_text_with_a_null_character_is_refused_by_its_name(kind: type[InputDTO], name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate({name: "a\0b"})
    assert (name,) in [error["loc"] for error in refused.value.errors()]
