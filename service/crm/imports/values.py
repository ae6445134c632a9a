"""Cells in the normal form of record fields; what does not parse is a fault of its cell."""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from service.activities.derivation import ACTIVITY_KINDS
from service.crm.events import Untranslatable
from service.crm.imports.mapping import SKILL, ImportKind, ImportMapping
from service.crm.imports.reading import Fault, RawRow
from service.crm.values import INSTANT_FIELDS, decimal, instant, normalise

DATE_FIELDS = frozenset({"hired_on", "left_on", "manager_from", "assessed_on"})
DECIMAL_FIELDS = frozenset({"amount", "duration_seconds"})


@dataclass(slots=True)
class Row:
    """A row's fields in normal form; a field without a value is absent."""

    line: int
    values: dict[str, str]


class CellReader:
    """Reads the rows of one import."""

    def __init__(self, mapping: ImportMapping, zone: tzinfo) -> None:
        self._mapping = mapping
        self._zone: tzinfo = zoneinfo.ZoneInfo(mapping.time_zone) if mapping.time_zone else zone

    def read(self, raw: RawRow) -> tuple[Row, list[Fault]]:
        """The row's fields, and a fault for each cell that cannot be read."""
        row, faults = Row(raw.line, {}), []
        for field, constant in self._mapping.constants.items():
            row.values[field] = constant
        for field, column in self._mapping.columns.items():
            text = raw.cells[column].strip()
            if not text:
                continue
            try:
                row.values[field] = self._value(field, text)
            except Untranslatable as error:
                faults.append(Fault(raw.line, column, str(error).partition(": ")[2] or str(error)))
        if "id" not in row.values:
            faults.append(Fault(raw.line, self._mapping.columns.get("id", "id"), "a row needs an id"))
        return row, faults

    def _value(self, field: str, text: str) -> str:
        if field.startswith(SKILL) and self._mapping.kind is ImportKind.SKILLS:
            return self._rating(field, text)
        translated = self._mapping.values.get(field)
        if translated is not None:
            if text not in translated:
                raise Untranslatable(f"{field}: unknown {field} {text[:60]!r}: it is not in the mapping's values")
            return translated[text]
        if field in INSTANT_FIELDS or field == "modified_at":
            return self._instant(field, text)
        if field in DATE_FIELDS:
            return self._instant(field, text)[:10]
        if field in DECIMAL_FIELDS:
            return self._decimal(field, text)
        if field == "currency" and not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
            raise Untranslatable(f"{field}: not an ISO 4217 currency: {text[:40]}")
        if field in ("kind", "object") and text not in ACTIVITY_KINDS:
            raise Untranslatable(f"{field}: unknown kind {text[:40]!r}; those are {', '.join(sorted(ACTIVITY_KINDS))}")
        return normalise(field, field, text)

    def _rating(self, field: str, text: str) -> str:
        """A number in normal form; a level may be a word, too."""
        translated = self._mapping.of_skill(self._mapping.values, field)
        if translated is not None:
            if text not in translated:
                raise Untranslatable(f"{field}: unknown level {text[:60]!r}: it is not in the mapping's values")
            text = translated[text]
        try:
            return self._decimal(field, text)
        except Untranslatable:
            if self._mapping.of_skill(self._mapping.scales, field) is not None:
                raise
            return text

    def _decimal(self, field: str, text: str) -> str:
        if self._mapping.decimal_separator == ",":
            text = text.replace(".", "").replace(",", ".")
        number = decimal(field, text)
        if field == "duration_seconds" and number.startswith("-"):
            raise Untranslatable(f"{field}: a negative duration: {text[:40]}")
        return number

    def _instant(self, field: str, text: str) -> str:
        """A date stays a date; a time without a zone is one of the mapping's (else the organization's) zone."""
        try:
            if self._mapping.date_format is not None:
                parsed = datetime.strptime(text, self._mapping.date_format)  # noqa: DTZ007 - the zone follows
                is_date = not any(code in self._mapping.date_format for code in ("%H", "%I", "%s"))
            else:
                parsed = datetime.fromisoformat(text)
                is_date = len(text) == len("2026-01-02")
        except ValueError as error:
            raise Untranslatable(f"{field}: not a date or time: {text[:40]}") from error
        if is_date:
            return instant(field, parsed.date().isoformat())
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=self._zone)
        return instant(field, aware.astimezone(UTC).isoformat())


def epoch_ms(text: str, zone: tzinfo) -> int:
    """A normalised date or instant as epoch milliseconds; a date counts from its local start."""
    if len(text) == len("2026-01-02"):
        return int(datetime.combine(date.fromisoformat(text), datetime.min.time(), zone).timestamp() * 1000)
    return int(datetime.fromisoformat(text).timestamp() * 1000)
