"""Columns of a compiled view: the SQL type that a value leaves with."""

import re
from dataclasses import dataclass

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.definition import ColumnDefinition
from mappings.sql_on_fhir.elements import NUMBERS
from mappings.sql_on_fhir.errors import ExpressionInvalid, ViewInvalid
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.operators import single
from mappings.sql_on_fhir.values import Value

_SQL_TYPES = {"boolean": dialect.BOOLEAN, "decimal": dialect.DECIMAL, "integer64": dialect.BIGINT} | dict.fromkeys(
    ("integer", "positiveInt", "unsignedInt"), dialect.INTEGER
)
# What the tag `ansi/type` of a column may ask for.
_ANSI_TEXT = re.compile(r"(CHARACTER VARYING|CHARACTER LARGE OBJECT|VARCHAR|CLOB|TEXT)(\([0-9]+\))?", re.IGNORECASE)
_ANSI_TYPES = {"BOOLEAN": dialect.BOOLEAN, "INTEGER": dialect.INTEGER, "INT": dialect.INTEGER, "BIGINT": dialect.BIGINT}


@dataclass(frozen=True)
class Column:
    """A column of the result; `type` is the SQL type of one value, `collection` whether it is a list of them."""

    name: str
    type: str
    collection: bool


def finish_column(definition: ColumnDefinition, value: Value, names: Names, view_name: str) -> tuple[Column, str]:
    """The column and the SQL of its value. Dates stay text: they may be partial.

    Raises:
        ExpressionInvalid: the value is no primitive, or of another kind than the column says.
        ViewInvalid: the SQL type that a tag asks for is not known.
    """
    if not value.is_primitive:
        raise ExpressionInvalid(
            f"a column holds primitives, this is a {value.type_name}",
            place=f"column {definition.name}",
            expression=definition.path,
        )
    declared = definition.type_name or value.type_name
    if _kind(declared) not in {"text", _kind(value.type_name)}:
        raise ExpressionInvalid(
            f"the column says {declared}, the path gives a {value.type_name}",
            place=f"column {definition.name}",
            expression=definition.path,
        )
    sql_type = _sql_type(definition, declared)
    column = Column(definition.name, sql_type, definition.collection)
    return column, _collection(value, sql_type, names) if definition.collection else _one(value, column, view_name)


def _one(value: Value, column: Column, view_name: str) -> str:
    complaint = f"view {view_name}, column {column.name}: a resource has several values; say collection or first()"
    return _cast(single(value, complaint), column.type)


def _collection(value: Value, sql_type: str, names: Names) -> str:
    if not value.repeats:
        return f"({dialect.as_list(_cast(value, sql_type))})"
    variable = names.variable()
    one = _cast(Value(variable, value.type_name, is_text=value.is_text), sql_type)
    return dialect.or_empty(value.sql if one == variable else dialect.mapped(value.sql, variable, one))


def _cast(value: Value, sql_type: str) -> str:
    return value.sql if value.is_text and sql_type == dialect.TEXT else dialect.cast(value.sql, sql_type)


def _sql_type(definition: ColumnDefinition, declared: str) -> str:
    asked = definition.sql_type
    if asked is None:
        return _SQL_TYPES.get(declared, dialect.TEXT)
    if _ANSI_TEXT.fullmatch(asked):
        return dialect.TEXT
    if asked.upper() in _ANSI_TYPES:
        return _ANSI_TYPES[asked.upper()]
    raise ViewInvalid(f"column {definition.name}: the tag ansi/type {asked!r} is not supported")


def _kind(type_name: str) -> str:
    if type_name in NUMBERS:
        return "number"
    return "boolean" if type_name == "boolean" else "text"
