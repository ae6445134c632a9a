"""Limits on a document, found in one memoised walk: depth, and fields once fragments are spread.

Each fragment is measured once, so nested fragments cost no more to check than to write.
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

MAX_DEPTH = 15
MAX_FIELDS = 2000
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Size:
    """How deep a selection goes and how many fields it asks for."""

    depth: int = 0
    fields: int = 0


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
            self.report_error(GraphQLError(f"The operation is {size.depth} levels deep; at most {MAX_DEPTH}.", node))
        if size.fields > MAX_FIELDS:
            self.report_error(GraphQLError(f"The operation asks for more than {MAX_FIELDS} fields.", node))

    def _measure(self, selection_set: SelectionSetNode | None) -> Size:
        depth = fields = 0
        for selection in selection_set.selections if selection_set else ():
            size = Size()
            if isinstance(selection, FieldNode):
                if selection.name.value in INTROSPECTION:
                    continue
                below = self._measure(selection.selection_set)
                size = Size(below.depth + 1, below.fields + 1)
            elif isinstance(selection, InlineFragmentNode):
                size = self._measure(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                size = self._fragment(selection.name.value)
            depth, fields = max(depth, size.depth), min(fields + size.fields, MAX_FIELDS + 1)
        return Size(depth, fields)

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
