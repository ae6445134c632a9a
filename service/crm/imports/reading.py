"""A CSV file as rows of text, each with its line; what cannot be read is a fault of its line and column."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.crm.imports.mapping import ImportMapping

csv.field_size_limit(1024 * 1024)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be imported: 1-based line of the file, name of the column."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as text by column name."""

    line: int
    cells: dict[str, str]


def count_lines(path: Path) -> int:
    """How many lines a file has, for the progress."""
    with path.open("rb") as file:
        return sum(1 for _line in file)


def read_rows(path: Path, mapping: ImportMapping) -> Iterator[RawRow | Fault]:
    """The rows of a file in order; a bad header yields its faults and nothing else.

    Undecodable bytes become surrogates, so that they are found in the very cell that holds them.
    """
    with path.open(encoding=mapping.encoding, errors="surrogateescape", newline="") as file:
        records = _records(file, mapping)
        first = next(records, None)
        if first is None or isinstance(first, Fault):
            yield first or Fault(1, "", "the file is empty")
            return
        header = [name.strip().removeprefix("\ufeff") for name in first[1]]
        missing = [name for name in mapping.columns.values() if name not in header]
        if missing:
            yield from (Fault(1, name, "the file has no such column") for name in missing)
            return
        for record in records:
            yield record if isinstance(record, Fault) else _row(record, header)


def _records(file: Iterable[str], mapping: ImportMapping) -> Iterator[tuple[int, list[str]] | Fault]:
    """(line, cells) of every record that is not blank.

    Unless fields may span lines, each line is read alone: an unclosed quote then spoils its own line
    and not the rest of the file.
    """
    if mapping.multiline:
        reader = csv.reader(file, delimiter=mapping.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Fault(line, "", f"quoting: {error}")
                continue
            if cells:
                yield line, cells
    for line, text in enumerate(file, start=1):
        if not text.strip():
            continue
        try:
            cells = next(csv.reader([text.rstrip("\r\n")], delimiter=mapping.delimiter, strict=True))
        except csv.Error as error:
            lenient = next(csv.reader([text], delimiter=mapping.delimiter))
            yield Fault(line, f"#{len(lenient)}", f"quoting: {error}")
            continue
        yield line, cells


def _row(record: tuple[int, list[str]], header: list[str]) -> RawRow | Fault:
    line, cells = record
    if len(cells) != len(header):
        place = header[len(cells)] if len(cells) < len(header) else f"#{len(header) + 1}"
        return Fault(line, place, f"{len(cells)} cells, where the header has {len(header)}")
    for name, cell in zip(header, cells, strict=True):
        if any("\udc80" <= char <= "\udcff" for char in cell):
            return Fault(line, name, "holds bytes that are not of the file's encoding")
        if "\x00" in cell:
            return Fault(line, name, "holds NUL characters")
    return RawRow(line, dict(zip(header, cells, strict=True)))
