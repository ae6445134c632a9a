"""Rows of deals and activities into writes to fields of records, dated so that the later change wins."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from uuid import UUID

from service.activities.attribution import resolve_owner
from service.activities.records import CREATED, DEAL, PROPERTY, FieldWrite, RecordChange
from service.crm.imports.mapping import ImportKind, ImportMapping
from service.crm.imports.reading import Fault
from service.crm.imports.values import Row, epoch_ms

NOT_FIELDS = frozenset({"id", "modified_at", "object", "owner_of_deal"})
DATES = ("modified_at", "closed_at", "occurred_at", "created_at")


class RecordReader:
    """Turns checked rows into changes; knows the owners and remembers the ids it has seen."""

    def __init__(
        self, mapping: ImportMapping, zone: tzinfo, owners: Mapping[str, UUID], deal_owners: Mapping[str, str]
    ) -> None:
        self._mapping = mapping
        self._zone = zone
        self._owners = owners
        self._deal_owners = deal_owners
        self._lines: dict[str, int] = {}

    def faults(self, row: Row) -> list[Fault]:
        """What is wrong with a row beyond its single cells."""
        found = []
        id_ = row.values["id"]
        if not self._mapping.repeated_ids:
            first = self._lines.setdefault(id_, row.line)
            if first != row.line:
                found.append(Fault(row.line, self._column("id"), f"duplicate id {id_[:60]!r}, first in line {first}"))
        owner = self._owner(row)
        if owner is not None and resolve_owner(owner, self._owners) is None:
            column = self._column("owner" if "owner" in row.values else "owner_of_deal")
            found.append(Fault(row.line, column, f"unknown owner {owner[:60]!r}: import or create the person first"))
        if self._written_at(row) is None:
            place = self._column("closed_at" if self._mapping.kind is ImportKind.DEALS else "occurred_at")
            found.append(Fault(row.line, place, "a row needs a date; give as_of in the mapping for those without"))
        return found

    def key(self, row: Row) -> tuple[str, str]:
        """The object type and external id of a row's record."""
        deals = self._mapping.kind is ImportKind.DEALS
        return "deal" if deals else row.values.get("object", row.values["kind"]), row.values["id"]

    def changes(self, row: Row) -> Iterator[RecordChange]:
        """The writes of a row without faults."""
        object_type, _id = self.key(row)
        at = self._written_at(row)
        assert at is not None  # noqa: S101 - a row without it is a fault
        fields = {name: value for name, value in row.values.items() if name not in NOT_FIELDS}
        if fields.get("kind") == object_type:
            del fields["kind"]
        owner = self._owner(row)
        if owner is not None:
            fields["owner"] = owner
        if "owner_of_deal" in row.values:
            fields.setdefault(DEAL, row.values["owner_of_deal"])
        created = row.values.get("created_at")
        if self._mapping.initial_stage is not None and created is not None:
            started = epoch_ms(created, self._zone)
            yield self._change(object_type, row, "stage", self._mapping.initial_stage, started)
        if self._mapping.kind is ImportKind.ACTIVITIES:
            # As a property: that the CRM created it then is the file's word, and no event of the CRM itself.
            noted = created or row.values.get("occurred_at")
            yield self._change(object_type, row, CREATED, "true", at if noted is None else epoch_ms(noted, self._zone))
        for name, value in fields.items():
            yield self._change(object_type, row, name, value, at)

    def _change(self, object_type: str, row: Row, field: str, value: str, at: int) -> RecordChange:
        text = f"import/{object_type}/{row.values['id']}/{field}/{at}/{value}"
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
        return RecordChange(object_type, row.values["id"], field, FieldWrite(at, PROPERTY, key, value))

    def _owner(self, row: Row) -> str | None:
        deal = row.values.get("owner_of_deal")
        return row.values.get("owner") or (self._deal_owners.get(deal, deal) if deal else None)

    def _written_at(self, row: Row) -> int | None:
        """When the row's values were last written: its own word, else its latest date, else the file's."""
        said = row.values.get("modified_at")
        if said:
            return epoch_ms(said, self._zone)
        dates = [epoch_ms(row.values[name], self._zone) for name in DATES if name in row.values]
        if dates:
            return max(dates)
        return None if self._mapping.as_of is None else epoch_ms(self._mapping.as_of.isoformat(), self._zone)

    def _column(self, field: str) -> str:
        return self._mapping.columns.get(field, field)
