"""A view as branches: each a chain of iterations from the resource down, with the columns that each step yields.

`unionAll` makes branches, sibling selects multiply them; the rows of a view are those of all its branches together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, product

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.columns import Column, finish_column
from mappings.sql_on_fhir.definition import Definition, Select
from mappings.sql_on_fhir.errors import ExpressionUnsupported, ViewInvalid
from mappings.sql_on_fhir.lowering import Lowering
from mappings.sql_on_fhir.trees import Tree, find_tree
from mappings.sql_on_fhir.values import Scope, Shape, Value

ROOT = 0
DOCUMENT = "document"


@dataclass(frozen=True)
class Iteration:
    """One row per element of a list that the context `parent` yields; an empty one gives a row if kept.

    The list is the SQL `values`, or what a tree finds: its SQL can only be written when all its fields are known.
    `with_nulls` is the same list with the nulls of the JSON, where there is such a one.
    """

    context: int
    parent: int
    values: str | Tree
    keeps_empty: bool
    with_nulls: str | None = None
    is_numbered: bool = True

    def list_sql(self) -> str:
        """The SQL of the list, once the whole view is lowered."""
        return self.values if isinstance(self.values, str) else self.values.list_sql(DOCUMENT)


@dataclass(frozen=True)
class Output:
    """A column and its SQL in a context."""

    column: Column
    context: int
    sql: str


Step = Iteration | Output
Branch = tuple[Step, ...]


def element_name(context: int) -> str:
    """The name of the element of an iteration in the generated SQL."""
    return f"e{context}"


def index_name(context: int) -> str:
    """The name of the number of the element, from 0."""
    return f"i{context}"


class Brancher:
    """Walks the selects of one view."""

    def __init__(self, definition: Definition, lowering: Lowering) -> None:
        self._definition = definition
        self._lowering = lowering
        self._contexts = count(1)
        self.tree_shapes: list[Shape] = []

    def branches(self, root: Scope) -> list[Branch]:
        """Every branch of the view.

        Raises:
            CompileError: an expression, a union or the set of columns is wrong.
        """
        parts = [self._of_select(select, root, ROOT) for select in self._definition.selects]
        branches = _multiplied(parts)
        names = [column.name for column in output_columns(branches[0])]
        if not names:
            raise ViewInvalid("a view needs at least one column")
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ViewInvalid(f"column {repeated[0]}: the name stands twice")
        return branches

    def _of_select(self, select: Select, scope: Scope, context: int) -> list[Branch]:
        head: list[Step] = []
        if select.iteration is not None or select.repeat:
            iteration, scope = self._iteration(select, scope, context)
            head.append(iteration)
            context = iteration.context
        head.extend(self._outputs(select, scope, context))
        parts = [[tuple(head)]]
        parts.extend(self._of_select(inner, scope, context) for inner in select.selects)
        if select.union:
            parts.append(self._of_union(select.union, scope, context))
        return _multiplied(parts)

    def _of_union(self, alternatives: Sequence[Select], scope: Scope, context: int) -> list[Branch]:
        branches = [branch for select in alternatives for branch in self._of_select(select, scope, context)]
        expected = output_columns(branches[0])
        for branch in branches[1:]:
            if output_columns(branch) != expected:
                names = [", ".join(c.name for c in columns) for columns in (expected, output_columns(branch))]
                raise ViewInvalid(f"unionAll: the columns differ in name, order or type: ({names[0]}) and ({names[1]})")
        return branches

    def _iteration(self, select: Select, scope: Scope, parent: int) -> tuple[Iteration, Scope]:
        context = next(self._contexts)
        values: str | Tree
        if select.repeat:
            values = self._tree(select, scope, parent)
            element = Value(element_name(context), values.shape.type_name, shape=values.shape)
        else:
            value = self._lowering.path(select.iteration or "", scope, "forEach")
            values = value.sql if value.repeats else f"({dialect.as_list(value.sql)})"
            element = replace(value, sql=element_name(context), repeats=False, place=None)
        return (
            Iteration(context, parent, values, select.keeps_empty, self._with_nulls(values, select)),
            Scope(element, index_name(context), scope.constants),
        )

    def _with_nulls(self, values: str | Tree, select: Select) -> str | None:
        if select.keeps_empty or isinstance(values, Tree):
            return None
        return self._lowering.names.with_nulls.get(values)

    def _tree(self, select: Select, scope: Scope, parent: int) -> Tree:
        if parent != ROOT:
            raise ExpressionUnsupported("repeat below another iteration is not supported", place="repeat")
        tree = find_tree(scope.this.type_name, select.repeat, self._lowering.names)
        self.tree_shapes.append(tree.shape)
        return tree

    def _outputs(self, select: Select, scope: Scope, context: int) -> list[Output]:
        outputs = []
        for definition in select.columns:
            value = self._lowering.path(definition.path, scope, f"column {definition.name}")
            column, sql = finish_column(definition, value, self._lowering.names, self._definition.name)
            outputs.append(Output(column, context, sql))
        return outputs


def output_columns(branch: Branch) -> list[Column]:
    """The columns of a branch, in order."""
    return [step.column for step in branch if isinstance(step, Output)]


def _multiplied(parts: Sequence[list[Branch]]) -> list[Branch]:
    return [tuple(step for branch in combination for step in branch) for combination in product(*parts)]
