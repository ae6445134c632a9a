"""Fifty planted faults: each is reported by line and column, and nothing is half-imported."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from service.activities.models import Deal
from service.core.errors import ServiceError
from service.crm.imports.mapping import ImportKind
from service.crm.imports.report import ImportReport
from service.crm.imports.runner import run_import
from tests.factories.sales_org import SalesOrg

HEADER = "id,owner,stage,opened,closed,amount,currency,note"
MAPPING = """
kind = "deals"
system = "legacy"
account = "books"

[columns]
id = "id"
owner = "owner"
stage = "stage"
created_at = "opened"
closed_at = "closed"
amount = "amount"
currency = "currency"
"attr:note" = "note"

[values.stage]
New = "prospecting"
Won = "closed_won"
"""
ACTIVITIES = """
kind = "activities"
system = "legacy"
account = "books"

[columns]
id = "id"
kind = "kind"
occurred_at = "at"
owner = "who"
duration_seconds = "seconds"
"""

Spoil = Callable[[list[bytes]], None]


def cell(index: int, text: str | bytes) -> Spoil:
    """Puts a text into one cell of a row."""

    def spoil(row: list[bytes]) -> None:
        row[index] = text.encode() if isinstance(text, str) else text

    return spoil


def drop(row: list[bytes]) -> None:
    """A row with a cell too few."""
    row.pop()


def extra(row: list[bytes]) -> None:
    """A row with a cell too many."""
    row.append(b"more")


PLANTED: list[tuple[str, Spoil, str]] = [
    *(
        ("opened", cell(3, text), "date")
        for text in ("2026-02-30", "31/12/2026", "yesterday", "2026-13-01", "20260131x")
    ),
    *(("closed", cell(4, text), "date") for text in ("2026-04-31", "01.02.2026", "0000-00-00", "2026-1-5", "soon")),
    *(("opened", cell(3, text), "implausible") for text in ("1970-01-19", "9999-12-31")),
    *(
        ("amount", cell(5, text), "number")
        for text in ("12k", '"1,5"', "NaN", "Infinity", "--5", "1e99", "$100", "0x10")
    ),
    *(("currency", cell(6, text), "currency") for text in ("EURO", "eur", "E1R", "€", "US")),
    *(("note", cell(7, text), "encoding") for text in (b"\xff\xfe", b"caf\xe9", b"\x80abc", b"\xc3(")),
    *(("id", cell(0, text), "encoding") for text in (b"\xe9t\xe9",)),
    *(("#8", cell(7, text), "quoting") for text in (b'"open', b'"a"b', b'"x" y', b'"')),
    *(
        ("owner", cell(1, text), "unknown owner")
        for text in ("Nobody", "ghost@example.com", "42", "rep@elsewhere.example")
    ),
    *(("stage", cell(2, text), "unknown stage") for text in ("Lost?", "won", "Closed", "new ")),
    *(("note", drop, "cells") for _ in range(2)),
    *(("#9", extra, "cells") for _ in range(2)),
    *(("id", cell(0, text), "duplicate id") for text in ("D-0001", "D-0002", "D-0003")),
    ("id", cell(0, ""), "needs an id"),
]
"""(column, how the row is spoiled, a word of the message)."""


def good_row(number: int) -> list[bytes]:
    """A row without a fault."""
    text = f"D-{number:04d},rep@example.com,New,2026-01-05,,100.50,USD,fine"
    return [part.encode() for part in text.split(",")]


def spoiled_file(path: Path) -> dict[int, tuple[str, str]]:
    """Good rows with the planted faults between them; returns (column, word) by line."""
    rows, planted = [good_row(number) for number in range(1, 10)], {}
    for index, (column, spoil, word) in enumerate(PLANTED):
        row = good_row(1000 + index)
        spoil(row)
        rows.append(row)
        planted[len(rows) + 1] = (column, word)
        rows.append(good_row(2000 + index))
    path.write_bytes(HEADER.encode() + b"\n" + b"\n".join(b",".join(row) for row in rows) + b"\n")
    return planted


async def deals_of(org: SalesOrg) -> int:
    async with org.database.tenant(org.id) as session:
        return (await session.exec(select(func.count()).select_from(Deal).where(col(Deal.org_id) == org.id))).one()


async def run(org: SalesOrg, folder: Path, text: bytes | None, kind: ImportKind, mapping: str) -> ImportReport:
    file, toml = folder / "file.csv", folder / "mapping.toml"
    toml.write_text(mapping)
    if text is not None:
        file.write_bytes(text)
    return await run_import(org.database, org.id, kind, file, toml)


async def test_fifty_faults_by_line_and_column(org: SalesOrg, tmp_path: Path) -> None:
    await org.add_person("Rep", email="rep@example.com")
    planted = spoiled_file(tmp_path / "file.csv")
    assert len(planted) >= 50 - 4
    report = await run(org, tmp_path, None, ImportKind.DEALS, MAPPING)
    found = {fault.line: fault for fault in report.faults}
    assert sorted(found) == sorted(planted)
    assert len(report.faults) == len(planted)
    for line, (column, word) in planted.items():
        assert found[line].column == column, found[line]
        assert word in found[line].message, found[line]
    assert await deals_of(org) == 0


@pytest.mark.parametrize("missing", ["id", "owner", "amount", "closed"])
async def test_a_missing_column_is_named(org: SalesOrg, tmp_path: Path, missing: str) -> None:
    header = HEADER.replace(missing, "other", 1)
    report = await run(org, tmp_path, f"{header}\n".encode(), ImportKind.DEALS, MAPPING)
    assert [(fault.line, fault.column) for fault in report.faults] == [(1, missing)]


@pytest.mark.parametrize("seconds", ["-1", "-0.5", "-3600", "ten"])
async def test_a_negative_or_odd_duration_is_named(org: SalesOrg, tmp_path: Path, seconds: str) -> None:
    await org.add_person("Rep", email="rep@example.com")
    rows = [f"A{n},call,2026-01-05T1{n}:00:00,rep@example.com,{length}" for n, length in ((1, "60"), (2, seconds))]
    text = "\n".join(["id,kind,at,who,seconds", *rows])
    report = await run(org, tmp_path, text.encode(), ImportKind.ACTIVITIES, ACTIVITIES)
    assert [(fault.line, fault.column) for fault in report.faults] == [(3, "seconds")]


async def test_a_dry_run_writes_nothing_and_says_what_it_would(org: SalesOrg, tmp_path: Path) -> None:
    await org.add_person("Rep", email="rep@example.com")
    (tmp_path / "file.csv").write_bytes(HEADER.encode() + b"\n" + b",".join(good_row(1)) + b"\n")
    (tmp_path / "mapping.toml").write_text(MAPPING)
    paths = (tmp_path / "file.csv", tmp_path / "mapping.toml")
    dry = await run_import(org.database, org.id, ImportKind.DEALS, *paths, dry_run=True)
    assert (dry.rows, dry.changed, dry.faults, await deals_of(org)) == (1, 1, [], 0)
    wet = await run_import(org.database, org.id, ImportKind.DEALS, *paths)
    assert (wet.changed, await deals_of(org)) == (1, 1)


@pytest.mark.parametrize(
    ("mapping", "pointer"),
    [
        ("kind = ", ""),
        (MAPPING.replace('"legacy"', '"Legacy!"'), "/system"),
        (MAPPING.replace("amount = ", "price = "), ""),
        (MAPPING.replace('id = "id"', ""), ""),
        (MAPPING.replace('kind = "deals"', 'kind = "people"'), ""),
        ('encoding = "klingon"' + MAPPING, "/encoding"),
    ],
)
async def test_a_bad_mapping_file_is_refused(org: SalesOrg, tmp_path: Path, mapping: str, pointer: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await run(org, tmp_path, HEADER.encode(), ImportKind.DEALS, mapping)
    assert refused.value.code == "invalid_mapping"
    assert f"/mapping{pointer}" in {field.pointer for field in refused.value.fields}
