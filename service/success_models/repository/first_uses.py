"""The earliest uses of fields and of kinds of activities: since when their absence says something."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.records import CREATED, CREATION, PROPERTY
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.frozen import FirstUse, micros
from service.success_models.process import CLOSE_DATE
from service.success_models.readings import record_field

EARLIEST = 200
"""How many of the earliest uses are looked at.

Of a field these are the oldest deals that have it, and those of the oldest deals that ever had it.
"""

_KINDS = f"""
SELECT kinds.kind, a.occurred_at, least(a.known_from, v.first), w.rank, w.created
FROM unnest(:kinds) AS kinds(kind)
CROSS JOIN LATERAL (
    SELECT id, occurred_at, known_from FROM activity
    WHERE org_id = :org AND kind = kinds.kind AND deal_id IS NOT NULL ORDER BY occurred_at LIMIT {EARLIEST}
) a
LEFT JOIN LATERAL (
    SELECT min(known_from) AS first FROM activity_version WHERE org_id = :org AND id = a.id
) v ON true
LEFT JOIN LATERAL (
    SELECT state #>> '{{fields,{CREATED},1}}' AS rank, (state #>> '{{fields,{CREATED},0}}')::bigint * 1000 AS created
    FROM record WHERE org_id = :org AND id = a.id
) w ON true
ORDER BY 1, 2
"""  # noqa: S608 - constants
_FIELD = """
WITH used AS (
    (SELECT * FROM deal AS d WHERE d.org_id = :org AND {filled} ORDER BY d.created_at LIMIT :earliest)
    UNION
    SELECT d.* FROM (SELECT * FROM deal WHERE org_id = :org ORDER BY created_at LIMIT :earliest) d
    WHERE EXISTS (SELECT FROM deal_version v WHERE v.org_id = :org AND v.id = d.id AND {was_filled})
)
SELECT (r.state -> 'fields' -> :name ->> 0)::bigint * 1000, least(v.first, CASE WHEN {filled} THEN d.known_from END),
       (r.state #>> '{{fields,$created,1}}') = '0'
FROM used d
JOIN record r ON r.org_id = :org AND r.id = d.id
LEFT JOIN LATERAL (
    SELECT min(v.known_from) AS first FROM deal_version v WHERE v.org_id = :org AND v.id = d.id AND {was_filled}
) v ON true
WHERE r.state -> 'fields' ? :name
"""


async def list_first_uses(
    session: AsyncSession, org_id: UUID, fields: Collection[str], kinds: Collection[str]
) -> tuple[Mapping[str, Sequence[FirstUse]], Mapping[str, Sequence[FirstUse]]]:
    """Of each field of deals, and of each kind of activity that is linked to one, the earliest first."""
    connection = await session.connection()
    statement = text(_KINDS).bindparams(
        bindparam("org", org_id, type_=Uuid), bindparam("kinds", list(kinds), type_=ARRAY(String))
    )
    by_kind: dict[str, list[FirstUse]] = {}
    for kind, at, received, rank, created in (await connection.execute(statement)).all() if kinds else ():
        recorded = created if rank == str(CREATION) else None
        use = FirstUse(micros(at), micros(received), recorded, rank == str(PROPERTY))
        by_kind.setdefault(kind, []).append(use)
    by_field: dict[str, list[FirstUse]] = {}
    for name in sorted(fields):
        for written, received, is_told in (await connection.execute(_of_field(org_id, name))).all():
            # It may have been written again since: then it was there when we first knew of it, at the latest.
            at = min(written, micros(received))
            by_field.setdefault(name, []).append(FirstUse(at, micros(received), at if is_told else None))
    for uses in by_field.values():
        uses.sort(key=lambda use: use.at)
    return by_field, by_kind


def _of_field(org_id: UUID, name: str) -> Any:
    """One field's; as many statements as fields, for any number of deals."""
    values: list[Any] = [
        bindparam("org", org_id, type_=Uuid),
        bindparam("name", record_field(name), type_=String),
        bindparam("earliest", EARLIEST),
    ]
    if name.startswith(ATTRIBUTE_PREFIX):
        filled = "{0}.attributes ? :attribute"
        values.append(bindparam("attribute", name.removeprefix(ATTRIBUTE_PREFIX), type_=String))
    elif name == CLOSE_DATE:
        filled = "jsonb_array_length({0}.close_date_history) > 0"
    else:
        filled = f"{{0}}.{name} IS NOT NULL"
    return text(_FIELD.format(filled=filled.format("d"), was_filled=filled.format("v"))).bindparams(*values)
