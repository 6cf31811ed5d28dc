"""Puts a view together: one projection of the JSON, then per branch a chain of unnests, then `union all`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.audit import Read, reads_of
from mappings.sql_on_fhir.branches import (
    DOCUMENT,
    ROOT,
    Branch,
    Brancher,
    Iteration,
    Output,
    element_name,
    index_name,
    output_columns,
)
from mappings.sql_on_fhir.columns import Column
from mappings.sql_on_fhir.definition import Definition, read_definition
from mappings.sql_on_fhir.errors import CompileError
from mappings.sql_on_fhir.lowering import Lowering
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.navigation import read_field
from mappings.sql_on_fhir.operators import boolean
from mappings.sql_on_fhir.values import Scope, Shape, Value

_RESOURCE = "r"


@dataclass(frozen=True)
class CompiledView:
    """A view as one `select` over a relation with a JSON column `resource`; `reads` is for the shape audit."""

    name: str
    resource_type: str
    sql: str
    columns: tuple[Column, ...]
    reads: tuple[Read, ...]


def compile_view(view: Mapping[str, Any], *, source: str) -> CompiledView:
    """Compile a ViewDefinition to DuckDB SQL.

    `source` names a relation (as SQL reads it) with a JSON column `resource`; rows of other types are left out.
    A value of another JSON type than FHIR says is read as NULL or as its text, never as an error. Decimals keep their
    text: a decimal column with the tag `ansi/type` CHARACTER VARYING says 1.10 where the resource says 1.10.

    Raises:
        CompileError: the view is invalid or uses what this compiler does not know; the message names view, column,
            expression and position.
    """
    name = str(view.get("name", "unnamed"))
    try:
        return _compiled(read_definition(view), source)
    except CompileError as error:
        raise error.within(view=name) from error


def _compiled(definition: Definition, source: str) -> CompiledView:
    shape = Shape(definition.resource, repeats=False)
    root = Scope(Value(_RESOURCE, definition.resource, shape=shape), "0", definition.constants)
    lowering = Lowering(Names())
    brancher = Brancher(definition, lowering)
    branches = brancher.branches(root)
    conditions = [_resource_type(root, definition, lowering.names)]
    conditions += [_condition(path, root, lowering) for path in definition.where]
    kept = [_RESOURCE, DOCUMENT] if brancher.tree_shapes else [_RESOURCE]
    parts = [
        f"with projected as {dialect.COMPUTED_ONCE} (",
        _projected(source, shape, [shape, *brancher.tree_shapes], kept),
        "),\n",
        "resources as (",
        _select(kept, "projected"),
        f"where {' and '.join(conditions)}",
        ")\n",
        "\nunion all\n".join(_branch(branch) for branch in branches),
    ]
    columns = tuple(output_columns(branches[0]))
    return CompiledView(definition.name, definition.resource, "\n".join(parts), columns, tuple(reads_of(shape)))


def _projected(source: str, shape: Shape, read: Sequence[Shape], kept: Sequence[str]) -> str:
    """One pass over the JSON: the document, decimals protected where any is read, and the struct of the used paths."""
    keys = sorted(set[str]().union(*(one.decimal_keys() for one in read)))
    document = dialect.document("resource", decimal_keys=keys)
    columns = {_RESOURCE: dialect.typed_json(document, shape.structure()), DOCUMENT: document}
    return _select([f"{columns[name]} as {name}" for name in kept], source)


def _resource_type(root: Scope, definition: Definition, names: Names) -> str:
    field = read_field(root.this, "resourceType", "code", repeats=False, names=names)
    return f"{field.sql} = {dialect.text_literal(definition.resource)}"


def _condition(path: str, root: Scope, lowering: Lowering) -> str:
    value = lowering.path(path, root, "where")
    try:
        return boolean(value, 1)
    except CompileError as error:
        raise error.within(place="where", expression=path) from error


def _branch(branch: Branch) -> str:
    outputs = [step for step in branch if isinstance(step, Output)]
    iterations = [_settled(step, branch) for step in branch if isinstance(step, Iteration)]
    query = _level(ROOT, outputs, iterations, carried=[], relation="resources")
    done: list[int] = [ROOT]
    for step, iteration in enumerate(iterations):
        kept = [_column(number) for number, output in enumerate(outputs) if output.context in done]
        later = [_list(other) for other in iterations[step + 1 :] if other.parent in done]
        query = _unnested(iteration, [*kept, *later], query)
        query = _level(iteration.context, outputs, iterations, carried=[*kept, *later], relation=query)
        if iteration.with_nulls is not None:
            query += f"\nwhere {element_name(iteration.context)} is not null"
        done.append(iteration.context)
    named = [f"{_column(number)} as {dialect.name(output.column.name)}" for number, output in enumerate(outputs)]
    return _select(named, query)


def _level(
    context: int, outputs: Sequence[Output], iterations: Sequence[Iteration], *, carried: Sequence[str], relation: str
) -> str:
    """What a context yields: its columns, and the lists that later steps go through."""
    columns = [f"{output.sql} as {_column(n)}" for n, output in enumerate(outputs) if output.context == context]
    lists = [f"{step.list_sql()} as {_list(step)}" for step in iterations if step.parent == context]
    return _select([*carried, *columns, *lists], relation)


def _unnested(iteration: Iteration, carried: Sequence[str], relation: str) -> str:
    """One row per element of the list, with its number where a column asks for it."""
    values = dialect.or_one_null(_list(iteration)) if iteration.keeps_empty else _list(iteration)
    index = index_name(iteration.context) if iteration.is_numbered else None
    return _select([*carried, *dialect.unnested(values, element_name(iteration.context), index)], relation)


def _settled(iteration: Iteration, branch: Branch) -> Iteration:
    """The iteration with its number if that is read below; else nulls are left out after it, which costs less."""
    sqls = [step.sql if isinstance(step, Output) else step.list_sql() for step in branch]
    if any(re.search(rf"\b{index_name(iteration.context)}\b", sql) for sql in sqls):
        return replace(iteration, with_nulls=None)
    return replace(iteration, values=iteration.with_nulls or iteration.values, is_numbered=False)


def _select(expressions: Sequence[str], relation: str) -> str:
    inner = f"(\n{relation}\n) as step" if relation.startswith("select\n") else relation
    return "\n".join(["select", "  " + ",\n  ".join(expressions or ["1 as nothing"]), f"from {inner}"])


def _column(number: int) -> str:
    return f"c{number}"


def _list(iteration: Iteration) -> str:
    return f"l{iteration.context}"
