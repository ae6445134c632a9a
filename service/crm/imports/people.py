"""Rows of people into a bulk upsert; managers who have no row of their own can be made from their names."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from service.core.principal import Role
from service.core.validation import message_of
from service.crm.imports.mapping import ImportMapping
from service.crm.imports.reading import Fault
from service.crm.imports.values import Row
from service.organizations.dto.people import UpsertPerson


def person_items(rows: Sequence[Row], mapping: ImportMapping) -> list[tuple[int, dict[str, Any]]]:
    """(line, item of the bulk upsert) of every row, and before them those of managers without a row."""
    ids = {row.values["id"] for row in rows}
    items: list[tuple[int, dict[str, Any]]] = []
    if mapping.create_managers:
        managers = {row.values["manager"]: row.line for row in reversed(rows) if "manager" in row.values}
        items += [
            (line, _item({"id": name, "name": name, "role": Role.MANAGER.value}, mapping))
            for name, line in sorted(managers.items())
            if name not in ids
        ]
    return items + [(row.line, _item(row.values, mapping)) for row in rows]


def check_item(line: int, item: dict[str, Any], mapping: ImportMapping) -> list[Fault]:
    """What the people's own rules say to an item, at its columns."""
    try:
        UpsertPerson.model_validate(item)
    except ValidationError as error:
        return [
            Fault(line, _column(mapping, str((fault["loc"] or ("",))[0])), message_of(fault))
            for fault in error.errors()
        ]
    return []


def _item(values: dict[str, str], mapping: ImportMapping) -> dict[str, Any]:
    item: dict[str, Any] = {name: value for name, value in values.items() if name not in ("id", "manager")}
    item["system"], item["external_id"] = mapping.system, values["id"]
    if "manager" in values:
        item["manager_external_id"] = values["manager"]
    if "email" not in item and mapping.email_domain is not None:
        item["email"] = f"{_slug(values.get('name', values['id']))}@{mapping.email_domain}"
    return item


def _slug(name: str) -> str:
    """`Darcel Schlecht` → `darcel.schlecht`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "unnamed"


def _column(mapping: ImportMapping, field: str) -> str:
    field = {"external_id": "id", "manager_external_id": "manager"}.get(field, field)
    return mapping.columns.get(field, field)
