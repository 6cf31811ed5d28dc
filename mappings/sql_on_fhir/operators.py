"""Operators of FHIRPath on SQL values: NULL is the empty collection, so most of its logic is SQL's own."""

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.elements import MOMENTS, NUMBERS, TEXTS
from mappings.sql_on_fhir.errors import ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.values import Value

_COMPARISONS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def binary(operator: str, left: Value, right: Value, position: int, names: Names) -> Value:
    """`left operator right`.

    Raises:
        ExpressionInvalid: operands of kinds that the operator does not take.
    """
    if operator in {"and", "or"}:
        sides = (boolean(left, position), boolean(right, position))
        return Value(f"({sides[0]} {operator} {sides[1]})", "boolean")
    if operator in _COMPARISONS:
        return _comparison(operator, left, right, position, names)
    return _arithmetic(operator, left, right, position)


def boolean(value: Value, position: int) -> str:
    """A value as a truth value of SQL.

    Raises:
        ExpressionInvalid: the value is no boolean.
    """
    if value.type_name != "boolean":
        raise ExpressionInvalid(f"expected a boolean, got {_described(value)}", position=position)
    return native(single(value))


def single(value: Value, complaint: str | None = None) -> Value:
    """The one item of a value; several are NULL, or fail the query with the complaint."""
    if not value.repeats:
        return value
    sql = dialect.only_item(value.sql, complaint)
    return Value(sql, value.type_name, is_text=value.is_text, shape=value.shape)


def native(value: Value) -> str:
    """A single primitive in the SQL type of its FHIR type; the text of what has no other type."""
    if not value.is_text or value.type_name not in {*NUMBERS, "boolean"}:
        return value.sql
    return dialect.cast(value.sql, dialect.BOOLEAN if value.type_name == "boolean" else dialect.DECIMAL)


def _comparison(operator: str, left: Value, right: Value, position: int, names: Names) -> Value:
    kind = _kind(left, position)
    if kind != _kind(right, position):
        raise ExpressionInvalid(f"cannot compare {_described(left)} with {_described(right)}", position=position)
    if kind == "moment":
        sql = dialect.moment_comparison(single(left).sql, _COMPARISONS[operator], single(right).sql)
    elif operator in {"=", "!="} and (left.repeats or right.repeats):
        sql = _list_equality(_COMPARISONS[operator], left, right, names)
    else:
        sql = f"{native(single(left))} {_COMPARISONS[operator]} {native(single(right))}"
    return Value(f"({sql})", "boolean")


def _list_equality(operator: str, left: Value, right: Value, names: Names) -> str:
    sides = [_native_list(side, names) for side in (left, right)]
    empty = dialect.any_of([f"{dialect.size(side)} = 0" for side in sides])
    return f"case when {empty} then null else {sides[0]} {operator} {sides[1]} end"


def _native_list(value: Value, names: Names) -> str:
    if not value.repeats:
        return f"({dialect.as_list(native(value))})"
    variable = names.variable()
    one = Value(variable, value.type_name, is_text=value.is_text)
    return value.sql if native(one) == variable else dialect.mapped(value.sql, variable, native(one))


def _arithmetic(operator: str, left: Value, right: Value, position: int) -> Value:
    kinds = {_kind(left, position), _kind(right, position)}
    if kinds == {"text"} and operator == "+":
        return Value(f"({single(left).sql} || {single(right).sql})", "string")
    if kinds != {"number"}:
        raise ExpressionInvalid(
            f"cannot calculate {_described(left)} {operator} {_described(right)}", position=position
        )
    return Value(dialect.arithmetic(native(single(left)), operator, native(single(right))), "decimal")


def _kind(value: Value, position: int) -> str:
    kinds = {"number": NUMBERS, "moment": MOMENTS, "text": TEXTS, "boolean": {"boolean"}}
    for kind, type_names in kinds.items():
        if value.type_name in type_names:
            return kind
    raise ExpressionUnsupported(f"a {value.type_name} cannot stand beside an operator", position=position)


def _described(value: Value) -> str:
    return f"a collection of {value.type_name}" if value.repeats else f"a {value.type_name}"
