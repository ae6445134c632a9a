"""Limits on a document, found in one memoised walk before it is validated: depth, aliases, breadth and cost.

Each fragment is measured once, so nested fragments cost no more to check than to write. The cost of a
document is the number of fields it may ask for once lists are as long as they may get; it is told in
`extensions.cost`. `MAX_TOKENS` bounds the text before it is parsed, and graphql-core has a rule of its
own for the depth of introspection.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from strawberry.extensions import SchemaExtension

from service.core.pagination import DEFAULT_LIMIT, MAX_LIMIT

MAX_TOKENS = 10_000
MAX_DEPTH = 15
MAX_FIELDS = 2000
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
MAX_COST = 150_000
INTROSPECTION = ("__schema", "__type")
LENGTHS = ("first", "last")
ITEMS = "edges"
"""The field of a connection whose selection is made once per item."""


@dataclass(frozen=True, slots=True)
class Size:
    """How deep a selection goes, how many fields, aliases and directives it has, and what it may cost."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def beside(self, other: "Size") -> "Size":
        """Two selections of one set; counts stop growing once they are over a limit."""
        return Size(
            max(self.depth, other.depth),
            min(self.fields + other.fields, MAX_FIELDS + 1),
            min(self.aliases + other.aliases, MAX_ALIASES + 1),
            min(self.directives + other.directives, MAX_DIRECTIVES + 1),
            min(self.cost + other.cost, MAX_COST + 1),
        )

    def faults(self) -> Iterator[str]:
        """What is over a limit, in words."""
        if self.depth > MAX_DEPTH:
            yield f"The operation is {self.depth} levels deep; at most {MAX_DEPTH}."
        if self.fields > MAX_FIELDS:
            yield f"The operation asks for more than {MAX_FIELDS} fields."
        if self.aliases > MAX_ALIASES:
            yield f"The operation has more than {MAX_ALIASES} aliases."
        if self.directives > MAX_DIRECTIVES:
            yield f"The operation has more than {MAX_DIRECTIVES} directives."
        if self.cost > MAX_COST:
            yield f"The operation may cost more than {MAX_COST}: ask for shorter lists with `first`."


class Measuring:
    """One walk over a document with its variables."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._measured: dict[str, Size] = {}
        self._open: set[str] = set()
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def measure(self, selection_set: SelectionSetNode | None, items: int = 1) -> Size:
        """A selection's size; `items` is how long the list of the connection that it is made on may get."""
        total = Size()
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                size = self._field(selection, items)
                hidden = selection.name.value in INTROSPECTION
                total = total.beside(Size(aliases=size.aliases, directives=size.directives) if hidden else size)
            elif isinstance(selection, InlineFragmentNode):
                total = total.beside(self.measure(selection.selection_set, items))
            elif isinstance(selection, FragmentSpreadNode):
                total = total.beside(self._fragment(selection.name.value, items))
            total = total.beside(Size(directives=len(selection.directives or ())))
        return total

    def _field(self, node: FieldNode, items: int) -> Size:
        below = self.measure(node.selection_set, self._items(node))
        times = items if node.name.value == ITEMS else 1
        own = Size(below.depth + 1, 1, 1 if node.alias else 0, 0, 1)
        return own.beside(Size(0, below.fields, below.aliases, below.directives, min(times * below.cost, MAX_COST + 1)))

    def _items(self, node: FieldNode) -> int:
        """How many items a connection may have: what `first` or `last` says, else a page."""
        for argument in node.arguments or ():
            if argument.name.value in LENGTHS:
                given: Any = None
                if isinstance(argument.value, IntValueNode):
                    given = int(argument.value.value[:9])
                elif isinstance(argument.value, VariableNode):
                    given = self._variables.get(argument.value.name.value)
                if isinstance(given, int):
                    return max(1, min(given, MAX_LIMIT))
        return DEFAULT_LIMIT

    def _fragment(self, name: str, items: int) -> Size:
        """A fragment's size; a cycle is another rule's to report."""
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open:
            return Size()
        # A fragment on a connection costs more the longer the list; lengths are few, so are the keys.
        key = f"{name}:{items}"
        if key not in self._measured:
            self._open.add(name)
            self._measured[key] = self.measure(fragment.selection_set, items)
            self._open.discard(name)
        return self._measured[key]


class DocumentLimits(SchemaExtension):
    """Refuses documents that are too large, and ones that do not say which of their operations to run."""

    def on_validate(self) -> Iterator[None]:
        """Before the rules of GraphQL, some of which take long on large documents."""
        self._cost = 0
        document = self.execution_context.graphql_document
        if document is not None:
            errors = self._check(document)
            if errors:
                self.execution_context.pre_execution_errors = errors
        yield

    def _check(self, document: DocumentNode) -> list[GraphQLError]:
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        asked = self.execution_context._provided_operation_name  # noqa: SLF001 - the public name falls back to the first
        if len(operations) > 1 and asked is None:
            return [GraphQLError("Say with operationName which of the operations to run.")]
        measuring = Measuring(document, self.execution_context.variables or {})
        errors = []
        for operation in operations:
            size = measuring.measure(operation.selection_set)
            if asked in {None, operation.name and operation.name.value}:
                self._cost = size.cost
            extensions = {"code": "document_too_large", "kind": "invalid"}
            errors += [GraphQLError(fault, operation, extensions=extensions) for fault in size.faults()]
        return errors

    def get_results(self) -> dict[str, Any]:
        """What the answer says about its cost."""
        return {"cost": {"requested": self._cost, "limit": MAX_COST}} if getattr(self, "_cost", 0) else {}
