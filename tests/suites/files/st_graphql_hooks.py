"""Schemathesis' hooks for GraphQL: what the schema says in words, told to a generator that reads types only.

Scalars are drawn as their descriptions have them. Of two arguments that exclude each other one is left, a length
is not negative, a period starts where a period can, and a span ends after it begins, within its limit: nothing else is
kept from the service (decision 7).
"""

import gc
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# A fuzzer keeps what it has read of the document: without this the collector walks it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)

INT_LIMIT = 2**31
MOST = {"days": 60, "months": 24, "horizonDays": 365}
LONGEST_SPAN = timedelta(days=366)
SPANS = (("from", "to"), ("from", "until"), ("fromOn", "toOn"))
PERIODS = ("WEEK", "MONTH", "QUARTER", "YEAR")
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds are asked for
JSON = [nodes.Object(fields=[]), nodes.List(values=[]), nodes.Int(value=1), nodes.String(value="text")]

schemathesis.graphql.scalar("JSON", st.sampled_from(JSON))
schemathesis.graphql.scalar("Date", DAYS.map(date.isoformat).map(nodes.String))
schemathesis.graphql.scalar("DateTime", INSTANTS.map(datetime.isoformat).map(nodes.String))
schemathesis.graphql.scalar("Decimal", st.decimals(-(10**12), 10**12, places=4).map(str).map(nodes.String))
schemathesis.graphql.scalar("Time", st.times().map(time.isoformat).map(nodes.String))
schemathesis.graphql.scalar("Cursor", st.just(nodes.Null))


@schemathesis.hook
def map_body(context: Any, body: graphql.DocumentNode) -> graphql.DocumentNode:
    """The document with arguments that go together; one that breaks the schema on purpose stays broken."""
    edited: graphql.DocumentNode = graphql.visit(body, _Arguments())
    return edited


class _Arguments(graphql.Visitor):
    """Mends the arguments of one field after the other."""

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> graphql.FieldNode:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        kept = {name: _mended(name, value) for name, value in given.items()}
        first, last = _length(given.get("first")), _length(given.get("last"))
        if first is not None and last is not None:
            del kept["first" if first % 2 else "last"]
        if node.name.value == "processAdherence" and not _says_whose(given):
            kept["personId"] = nodes.String("somebody")
        for begin, end in SPANS:
            days = [day for day in (_day(given.get(begin)), _day(given.get(end))) if day is not None]
            if days and begin in given and end in given:
                last_day = min(max(days), min(days) + LONGEST_SPAN)
                kept |= {begin: nodes.String(min(days).isoformat()), end: nodes.String(last_day.isoformat())}
        if _starts_anywhere(given):
            kept["period"] = nodes.Enum("MONTH")
        if "periodStart" in given and isinstance(given.get("period"), graphql.NullValueNode):
            kept["periodStart"] = nodes.Null  # where there has to be a period, it is missing still
        arguments = [graphql.ArgumentNode(name=graphql.NameNode(value=name), value=kept[name]) for name in kept]
        rest = {key: getattr(node, key) for key in node.keys if key != "arguments"}
        return graphql.FieldNode(**rest, arguments=tuple(arguments))


def _length(value: graphql.ValueNode | None) -> int | None:
    """The number, if it is an Int of GraphQL's."""
    if not isinstance(value, graphql.IntValueNode) or not -INT_LIMIT <= int(value.value) < INT_LIMIT:
        return None
    return int(value.value)


def _says_whose(given: dict[str, graphql.ValueNode]) -> bool:
    """Whether a person or a manager is given: one of them has to be."""
    whose = (given.get(name) for name in ("personId", "managerId"))
    return any(value is not None and not isinstance(value, graphql.NullValueNode) for value in whose)


def _mended(name: str, value: graphql.ValueNode) -> graphql.ValueNode:
    length = _length(value)
    if name in {"first", "last"} and length is not None and length < 0:
        return nodes.Int(-length % INT_LIMIT)
    if name in MOST and length is not None:
        return nodes.Int(1 + abs(length) % MOST[name])
    if name == "caseMix" and isinstance(value, graphql.ListValueNode):
        return nodes.List(values=[nodes.String("amount")])
    if name == "periodStart" and isinstance(value, graphql.StringValueNode):
        try:
            return nodes.String(date.fromisoformat(value.value).replace(day=1).isoformat())
        except ValueError:
            return value
    return value


def _day(value: graphql.ValueNode | None) -> date | None:
    """The day, if it is one as the scalar writes it."""
    try:
        return date.fromisoformat(value.value) if isinstance(value, graphql.StringValueNode) else None
    except ValueError:
        return None


def _starts_anywhere(given: dict[str, graphql.ValueNode]) -> bool:
    """Whether the period can be made a month: those start alike in every calendar."""
    start, period = given.get("periodStart"), given.get("period")
    if start is None or isinstance(start, graphql.NullValueNode):
        return False
    return period is None or (isinstance(period, graphql.EnumValueNode) and period.value in PERIODS)
