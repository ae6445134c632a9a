"""Rows of a skill matrix into ratings: its cells hold levels, names of levels, or scores that a scale makes levels."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk_items import BulkItemResult
from service.core.dto import Day
from service.core.errors import FieldError, ServiceError, invalid_fields
from service.core.principal import Principal
from service.core.validation import message_of
from service.crm.imports.mapping import SKILL, ImportMapping
from service.crm.imports.reading import Fault
from service.crm.imports.report import RowOutcome
from service.crm.imports.values import Row
from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.use_cases.frameworks import resolve_framework
from service.skill_assessments.use_cases.ratings import RatingsWriter, open_ratings

_DAY: TypeAdapter[Any] = TypeAdapter(Day)


async def open_matrix(session: AsyncSession, principal: Principal, mapping: ImportMapping) -> "SkillMatrix":
    """Begin to import a skill matrix; `invalid` for a mapping that does not fit its framework."""
    writer = await open_ratings(session, principal, mapping.owner_system or mapping.system)
    pointer = "/mapping/constants/framework"
    try:
        found = await resolve_framework(session, principal, mapping.constants["framework"], pointer)
    except ServiceError as error:
        raise invalid_fields(list(error.fields), "invalid_mapping") from error
    problems = _problems(mapping, found.document, writer)
    if problems:
        raise invalid_fields(problems, "invalid_mapping")
    return SkillMatrix(mapping, found.document, writer)


class SkillMatrix:
    """One import of one matrix; the same person must not be rated twice in it by the same on the same day."""

    def __init__(self, mapping: ImportMapping, document: FrameworkDocument, writer: RatingsWriter) -> None:
        self._mapping = mapping
        self._writer = writer
        self._numbers = {level.name.casefold(): str(level.number) for level in document.levels}
        self._expected = f"is neither a level from 1 to {document.top} nor one of " + ", ".join(
            level.name for level in document.levels
        )

    async def put(self, rows: Sequence[Row]) -> tuple[list[RowOutcome], list[Fault]]:
        """Store some rows; what became of each that is in order, and what is wrong with the others."""
        faults: list[Fault] = []
        items: list[tuple[Row, dict[str, Any]]] = []
        for row in rows:
            found = self._row_faults(row)
            faults += found
            if not found:
                items.append((row, self._item(row)))
        results = await self._writer.put_imported([item for _row, item in items])
        outcomes = []
        for (row, item), result in zip(items, results, strict=True):
            faults += self._result_faults(row, item, result)
            outcomes.append(RowOutcome(row.line, row.values["id"], result.status))
        return outcomes, faults

    def _row_faults(self, row: Row) -> list[Fault]:
        rated = [field for field in self._mapping.rated if field in row.values]
        if not rated:
            return [Fault(row.line, self._mapping.columns[self._mapping.rated[0]], "no skill is rated in this row")]
        words = [field for field in rated if not _is_number(row.values[field])]
        return [
            Fault(row.line, self._mapping.columns[field], self._expected)
            for field in words
            if row.values[field].casefold() not in self._numbers
        ]

    def _item(self, row: Row) -> dict[str, Any]:
        values = row.values
        return {
            "id": values["id"],
            "person": values.get("person", values["id"]),
            "framework_key": values["framework"],
            "assessed_on": values.get("assessed_on"),
            "rater": values.get("rater"),
            "scorer": values.get("scorer", self._mapping.system),
            "skills": [self._rating(field, values[field]) for field in self._mapping.rated if field in values],
        }

    def _rating(self, field: str, text: str) -> dict[str, Any]:
        scale = self._mapping.of_skill(self._mapping.scales, field)
        if scale is None:
            return {"skill": field.removeprefix(SKILL), "level": self._numbers.get(text.casefold(), text)}
        return {"skill": field.removeprefix(SKILL), "score": text, "scale": scale}

    def _result_faults(self, row: Row, item: dict[str, Any], result: BulkItemResult) -> list[Fault]:
        return [Fault(row.line, self._column(item, error["pointer"]), error["detail"]) for error in result.errors]

    def _column(self, item: dict[str, Any], pointer: str) -> str:
        """The column that a fault of an item is about."""
        _, field, *below = [*pointer.split("/"), ""]
        if field == "skills" and below[0]:
            return self._mapping.columns[SKILL + item["skills"][int(below[0])]["skill"]]
        if field == "external_id" or (field == "person" and "person" not in self._mapping.columns):
            field = "id"
        return self._mapping.columns.get(field, field)


def _is_number(text: str) -> bool:
    """Of a cell that was read: numbers are in normal form."""
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _problems(mapping: ImportMapping, document: FrameworkDocument, writer: RatingsWriter) -> list[FieldError]:
    """What of the mapping itself is wrong: no row could be right."""
    found = [
        FieldError(f"/mapping/columns/{field}", f"is no skill of the framework {mapping.constants['framework']}")
        for field in mapping.rated
        if document.skill(field.removeprefix(SKILL)) is None
    ]
    for field, scale in mapping.scales.items():
        unfit = scale.problem(document.top)
        if unfit is not None:
            found.append(FieldError(f"/mapping/scales/{field}/cuts", unfit))
    for field in ("person", "rater"):
        named = mapping.constants.get(field)
        if named is not None and writer.find_person(named) is None:
            found.append(FieldError(f"/mapping/constants/{field}", "is nobody known: add the person first"))
    if "assessed_on" in mapping.constants:
        try:
            _DAY.validate_python(mapping.constants["assessed_on"])
        except ValidationError as error:
            found.append(FieldError("/mapping/constants/assessed_on", message_of(error.errors()[0])))
    return found
