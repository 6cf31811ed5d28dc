"""FHIRPath to SQL: each node of an expression becomes a typed SQL value."""

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.errors import CompileError, ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.functions import FUNCTIONS
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.navigation import member
from mappings.sql_on_fhir.nodes import Binary, Call, Index, Literal, Member, Node, This, Variable
from mappings.sql_on_fhir.operators import binary, single
from mappings.sql_on_fhir.parser import parse
from mappings.sql_on_fhir.values import Choice, Scope, Value


class Lowering:
    """Lowers the expressions of one view; variables of lambdas get names that no other expression of the view has."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def path(self, expression: str, scope: Scope, place: str) -> Value:
        """An expression of a view as SQL.

        Raises:
            CompileError: the expression is wrong or unsupported; the error names place, expression and position.
        """
        try:
            return self.value(parse(expression), scope)
        except CompileError as error:
            raise error.within(place=place, expression=expression) from error

    def value(self, node: Node, scope: Scope) -> Value:
        """A node as a value; a choice element must have met its `ofType`."""
        lowered = self.value_or_choice(node, scope)
        if isinstance(lowered, Choice):
            kinds = ", ".join(lowered.keys)
            raise ExpressionInvalid(
                f"{lowered.name!r} has several types; write {lowered.name}.ofType(...) with one of {kinds}",
                position=node.position,
            )
        return lowered

    def value_or_choice(self, node: Node, scope: Scope) -> Value | Choice:
        """A node as a value, or as the choice that the function around it will decide."""
        match node:
            case Literal():
                return literal(node.text, node.fhir_type)
            case This():
                return scope.this
            case Variable():
                return _variable(node, scope)
            case Member():
                return member(self.value(node.target, scope), node.name, node.position, self.names)
            case Index():
                return self._item(node, scope)
            case Binary():
                sides = self.value(node.left, scope), self.value(node.right, scope)
                return binary(node.operator, *sides, node.position, self.names)
            case Call():
                return self._call(node, scope)

    def _item(self, node: Index, scope: Scope) -> Value:
        target, index = self.value(node.target, scope), self.value(node.index, scope)
        if index.type_name not in {"integer", "positiveInt", "unsignedInt"}:
            raise ExpressionInvalid("an index must be an integer", position=node.index.position)
        values = target.sql if target.repeats else f"({dialect.as_list(target.sql)})"
        number = dialect.cast(single(index).sql, dialect.INTEGER)
        return Value(dialect.item(values, number), target.type_name, is_text=target.is_text, shape=target.shape)

    def _call(self, node: Call, scope: Scope) -> Value:
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise ExpressionUnsupported(f"function {node.name}() is not supported", position=node.position)
        return function(self, node, scope)


def literal(text: str, fhir_type: str) -> Value:
    """A constant of an expression or a view."""
    if fhir_type in {"boolean", "integer", "decimal", "positiveInt", "unsignedInt", "integer64"}:
        return Value(text, fhir_type)
    return Value(dialect.text_literal(text), fhir_type)


def _variable(node: Variable, scope: Scope) -> Value:
    if node.name == "rowIndex":
        return Value(scope.row_index, "integer")
    if node.name not in scope.constants:
        raise ExpressionInvalid(f"there is no constant %{node.name}", position=node.position)
    return scope.constants[node.name]
