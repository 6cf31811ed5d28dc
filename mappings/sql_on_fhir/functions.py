"""The functions of FHIRPath that views may call. One not in `FUNCTIONS` is a compile error."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.elements import MOMENTS, is_resource, is_type
from mappings.sql_on_fhir.errors import ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.navigation import member, of_type, read_field, resources_of_type
from mappings.sql_on_fhir.nodes import Call, Member, Node, This
from mappings.sql_on_fhir.operators import boolean, single
from mappings.sql_on_fhir.values import Choice, Scope, Value

# A reference that ends in type and id, with or without a server before and a version behind. What has no id of its own
# (contained `#x`, conditional `Patient?identifier=..`, identifier or display only) has no key.
_REFERENCE = "(?:^urn:uuid:|^urn:oid:|(?:^|/){type}/)([^/?#|]+)(?:/_history/[^/?#|]+)?$"
_ANY_TYPE = "[A-Z][A-Za-z]+"


class Lowers(Protocol):
    """What a function needs of the lowering that calls it."""

    names: Names

    def value(self, node: Node, scope: Scope) -> Value: ...

    def value_or_choice(self, node: Node, scope: Scope) -> Value | Choice: ...


Function = Callable[[Lowers, Call, Scope], Value]


def where(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`where(criteria)`: the items for which the criteria are true."""
    (criteria,) = _arguments(call, 1, 1)
    return _filtered(lowering, lowering.value(call.target, scope), criteria, scope)


def exists(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`exists()`, `exists(criteria)`."""
    arguments = _arguments(call, 0, 1)
    target = lowering.value_or_choice(call.target, scope)
    if isinstance(target, Choice):
        if arguments or target.owner.repeats:
            raise ExpressionUnsupported(f"write {target.name}.ofType(...) before exists()", position=call.position)
        parts = [of_type(target, kind, call.position, lowering.names) for kind in target.keys]
        return Value(dialect.any_of([_exists(part) for part in parts]), "boolean")
    if arguments:
        target = _filtered(lowering, target, arguments[0], scope)
    return Value(_exists(target), "boolean")


def empty(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`empty()`."""
    _arguments(call, 0, 0)
    return Value(f"(not {exists(lowering, call, scope).sql})", "boolean")


def negated(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`not()`: empty stays empty."""
    _arguments(call, 0, 0)
    return Value(f"(not {boolean(lowering.value(call.target, scope), call.position)})", "boolean")


def first(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`first()`."""
    _arguments(call, 0, 0)
    target = lowering.value(call.target, scope)
    return replace(target, sql=dialect.item(target.sql, "0"), repeats=False, place=None) if target.repeats else target


def join(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`join()`, `join(separator)`: the texts in one, in order; nothing gives the empty text."""
    arguments = _arguments(call, 0, 1)
    target = lowering.value(call.target, scope)
    separator = single(lowering.value(arguments[0], scope)).sql if arguments else dialect.text_literal("")
    if not target.is_text and target.type_name != "string":
        raise ExpressionInvalid(f"join() needs texts, got a {target.type_name}", position=call.position)
    values = target.sql if target.repeats else f"({dialect.as_list(target.sql)})"
    return Value(dialect.joined(values, separator), "string")


def extension(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`extension(url)`: the extensions of that url; those of a primitive stand beside it in the JSON (`_birthDate`)."""
    (argument,) = _arguments(call, 1, 1)
    url = single(lowering.value(argument, scope))
    extensions = member(lowering.value(call.target, scope), "extension", call.position, lowering.names)
    if isinstance(extensions, Choice):
        raise TypeError("extension is no choice element")
    variable = lowering.names.variable()
    one = replace(extensions, sql=variable, repeats=False)
    own_url = read_field(one, "url", "uri", repeats=False, names=lowering.names)
    return replace(extensions, sql=dialect.filtered(extensions.sql, variable, f"{own_url.sql} = {url.sql}"))


def typed(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`ofType(type)`: a variant of a choice element, contained resources of a type, or what has that type already."""
    (argument,) = _arguments(call, 1, 1)
    type_name = _type_name(argument)
    target = lowering.value_or_choice(call.target, scope)
    if isinstance(target, Choice):
        return of_type(target, type_name, argument.position, lowering.names)
    if target.type_name == "Resource" and target.repeats and is_resource(type_name):
        return resources_of_type(target, type_name, lowering.names)
    if target.type_name != type_name:
        raise ExpressionInvalid(f"this is always a {target.type_name}, never a {type_name}", position=argument.position)
    return target


def resource_key(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`getResourceKey()`: the id of the resource."""
    _arguments(call, 0, 0)
    target = lowering.value(call.target, scope)
    if not is_resource(target.type_name):
        raise ExpressionInvalid(
            f"getResourceKey() of a {target.type_name}, which is no resource", position=call.position
        )
    return read_field(target, "id", "id", repeats=False, names=lowering.names)


def reference_key(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`getReferenceKey()`, `getReferenceKey(type)`: the id that a reference names, if it names one of that type."""
    arguments = _arguments(call, 0, 1)
    target = lowering.value(call.target, scope)
    if target.type_name != "Reference":
        raise ExpressionInvalid(f"getReferenceKey() of a {target.type_name}", position=call.position)
    pattern = _REFERENCE.replace("{type}", _type_name(arguments[0]) if arguments else _ANY_TYPE)
    reference = read_field(target, "reference", "string", repeats=False, names=lowering.names)
    if not target.repeats:
        key = dialect.captured(reference.sql, pattern)
        if arguments:
            key = f"({dialect.relative_key(reference.sql, _type_name(arguments[0]), key)})"
        return Value(key, "id", is_text=True)
    variable = lowering.names.variable()
    keys = dialect.mapped(reference.sql, variable, dialect.captured(variable, pattern))
    return Value(dialect.without_nulls(keys, lowering.names.variable()), "id", repeats=True, is_text=True)


def low_boundary(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`lowBoundary()`: the least value that a decimal, date or time of this precision stands for."""
    return _boundary(lowering, call, scope, "-")


def high_boundary(lowering: Lowers, call: Call, scope: Scope) -> Value:
    """`highBoundary()`: the greatest one."""
    return _boundary(lowering, call, scope, "+")


FUNCTIONS: Mapping[str, Function] = {
    "lowBoundary": low_boundary, "highBoundary": high_boundary,
    "where": where, "exists": exists, "empty": empty, "not": negated, "first": first, "join": join,
    "extension": extension, "ofType": typed, "getResourceKey": resource_key, "getReferenceKey": reference_key,
}  # fmt: skip


def _filtered(lowering: Lowers, target: Value, criteria: Node, scope: Scope) -> Value:
    variable = lowering.names.variable() if target.repeats else target.sql
    target = replace(target, place=None)
    inner = replace(scope, this=replace(target, sql=variable, repeats=False))
    condition = boolean(lowering.value(criteria, inner), criteria.position)
    if target.repeats:
        return replace(target, sql=dialect.filtered(target.sql, variable, condition))
    return replace(target, sql=f"(case when {condition} then {target.sql} end)")


def _boundary(lowering: Lowers, call: Call, scope: Scope, sign: str) -> Value:
    if call.arguments:
        raise ExpressionUnsupported(f"{call.name}() with a precision is not supported", position=call.position)
    target = single(lowering.value(call.target, scope))
    if target.type_name in MOMENTS:
        return replace(
            target, sql=dialect.moment_boundary(target.sql, sign, target.type_name), is_text=True, place=None
        )
    if target.type_name == "decimal" and target.is_text:
        return Value(dialect.decimal_boundary(target.sql, sign), "decimal")
    raise ExpressionInvalid(f"{call.name}() of a {target.type_name}", position=call.position)


def _exists(value: Value) -> str:
    return f"({dialect.size(value.sql)} > 0)" if value.repeats else f"({value.sql} is not null)"


def _arguments(call: Call, least: int, most: int) -> tuple[Node, ...]:
    if not least <= len(call.arguments) <= most:
        expected = str(least) if least == most else f"{least} or {most}"
        raise ExpressionInvalid(
            f"{call.name}() takes {expected} arguments, got {len(call.arguments)}", position=call.position
        )
    return call.arguments


def _type_name(node: Node) -> str:
    match node:
        case Member(target=This(), name=name) | Member(target=Member(target=This(), name="FHIR"), name=name):
            if is_type(name):
                return name
            raise ExpressionInvalid(f"FHIR R4 has no type {name!r}", position=node.position)
    raise ExpressionInvalid("expected the name of a type", position=node.position)
