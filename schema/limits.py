"""Limits on a document, found in one memoised walk: depth, aliases, and fields once fragments are spread.

Each fragment is measured once, so nested fragments cost no more to check than to write. A list is
asked for twice only under an alias, so the number of aliases bounds the number of statements.
The depth of introspection has a rule of its own in graphql-core; `MAX_TOKENS` bounds the text before it is parsed.
"""

from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

MAX_TOKENS = 10_000
MAX_DEPTH = 15
MAX_FIELDS = 2000
MAX_ALIASES = 30
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Size:
    """How deep a selection goes, and how many fields and aliases it has."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def beside(self, other: "Size") -> "Size":
        """Two selections of one set; counts stop growing once they are over a limit."""
        return Size(
            max(self.depth, other.depth),
            min(self.fields + other.fields, MAX_FIELDS + 1),
            min(self.aliases + other.aliases, MAX_ALIASES + 1),
        )


class DocumentLimits(ValidationRule):
    """Refuses operations that are too deep or ask for too many fields."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._measured: dict[str, Size] = {}
        self._open: set[str] = set()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        """Measure one operation."""
        size = self._measure(node.selection_set)
        if size.depth > MAX_DEPTH:
            self._refuse(node, f"The operation is {size.depth} levels deep; at most {MAX_DEPTH}.")
        if size.fields > MAX_FIELDS:
            self._refuse(node, f"The operation asks for more than {MAX_FIELDS} fields.")
        if size.aliases > MAX_ALIASES:
            self._refuse(node, f"The operation has more than {MAX_ALIASES} aliases.")

    def _refuse(self, node: OperationDefinitionNode, message: str) -> None:
        self.report_error(GraphQLError(message, node, extensions={"code": "document_too_large", "kind": "invalid"}))

    def _measure(self, selection_set: SelectionSetNode | None) -> Size:
        total = Size()
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                size = self._field(selection)
                total = total.beside(Size(aliases=size.aliases) if selection.name.value in INTROSPECTION else size)
            elif isinstance(selection, InlineFragmentNode):
                total = total.beside(self._measure(selection.selection_set))
            elif isinstance(selection, FragmentSpreadNode):
                total = total.beside(self._fragment(selection.name.value))
        return total

    def _field(self, node: FieldNode) -> Size:
        below = self._measure(node.selection_set)
        return Size(below.depth + 1, 1, 1 if node.alias else 0).beside(below)

    def _fragment(self, name: str) -> Size:
        """A fragment's size; a cycle is another rule's to report."""
        if name in self._measured:
            return self._measured[name]
        fragment: FragmentDefinitionNode | None = self.context.get_fragment(name)
        if fragment is None or name in self._open:
            return Size()
        self._open.add(name)
        self._measured[name] = self._measure(fragment.selection_set)
        self._open.discard(name)
        return self._measured[name]
