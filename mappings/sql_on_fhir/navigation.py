"""Steps from a value to its parts: elements, choices, extensions. Each step notes in the shape what it reads."""

from dataclasses import replace

from mappings.sql_on_fhir import dialect_duckdb as dialect
from mappings.sql_on_fhir.elements import element, is_primitive
from mappings.sql_on_fhir.errors import ExpressionInvalid, ExpressionUnsupported
from mappings.sql_on_fhir.names import Names
from mappings.sql_on_fhir.values import UNKNOWN_TYPE, Choice, Place, Value


def member(owner: Value, name: str, position: int, names: Names) -> Value | Choice:
    """`owner.name`.

    Raises:
        ExpressionInvalid: the type has no such element.
        ExpressionUnsupported: a part of a primitive.
    """
    if owner.type_name == UNKNOWN_TYPE:
        return Value(dialect.cast("null", dialect.TEXT), UNKNOWN_TYPE, is_text=True)
    if owner.place is not None and name in {"extension", "id"}:
        beside = read_field(
            owner.place.owner, f"_{owner.place.key}", "Element", repeats=owner.place.repeats, names=names
        )
        return member(beside, name, position, names)
    if owner.shape is None or owner.is_primitive:
        raise ExpressionUnsupported(f"a {owner.type_name} has no element {name!r} here", position=position)
    found = element(owner.type_name, name)
    if found is None:
        raise ExpressionInvalid(_unknown(owner.type_name, name), position=position)
    if found.choices:
        return Choice(owner, name, found.choices)
    return read_field(owner, name, found.type_name, repeats=found.repeats, names=names)


def of_type(choice: Choice, type_name: str, position: int, names: Names) -> Value:
    """`owner.value.ofType(type_name)`.

    Raises:
        ExpressionInvalid: the choice has no such type.
    """
    if type_name not in choice.keys:
        known = ", ".join(choice.keys)
        raise ExpressionInvalid(
            f"{choice.owner.type_name}.{choice.name} is never a {type_name}; it can be {known}", position=position
        )
    return read_field(choice.owner, choice.keys[type_name], type_name, repeats=False, names=names)


def resources_of_type(resources: Value, type_name: str, names: Names) -> Value:
    """Of resources inside a resource (`contained`) those of one type."""
    variable = names.variable()
    one = replace(resources, sql=variable, repeats=False)
    own_type = read_field(one, "resourceType", "code", repeats=False, names=names)
    condition = f"{own_type.sql} = {dialect.text_literal(type_name)}"
    return replace(resources, sql=dialect.filtered(resources.sql, variable, condition), type_name=type_name)


def read_field(owner: Value, key: str, type_name: str, *, repeats: bool, names: Names) -> Value:
    """The values of one JSON key of a value or of each value of a list; what is not there leaves no gap."""
    if owner.shape is None:
        raise TypeError("only values that come from a resource have fields")
    shape = owner.shape.child(key, type_name, repeats=repeats)
    if (shape.type_name, shape.repeats) != (type_name, repeats):
        raise ExpressionUnsupported(f"contained resources of two types share the element {key!r}; make two views of it")
    if owner.repeats:
        variable = names.variable()
        sql = dialect.mapped(owner.sql, variable, dialect.field(variable, key))
        sql = dialect.flattened(sql) if repeats else sql
    else:
        sql = dialect.field(owner.sql, key)
    many = owner.repeats or repeats
    if many:
        read, sql = sql, dialect.without_nulls(sql, names.variable())
        names.with_nulls[sql] = read
    place = Place(owner, key, repeats) if is_primitive(type_name) else None
    return Value(sql, type_name, repeats=many, is_text=place is not None, shape=shape, place=place)


def _beside(place: Place, names: Names) -> Value:
    """What stands beside a primitive under its key with an underscore: its id and its extensions."""
    return read_field(place.owner, f"_{place.key}", "Element", repeats=place.repeats, names=names)


def _unknown(type_name: str, name: str) -> str:
    for length in range(len(name) - 1, 0, -1):
        found = element(type_name, name[:length])
        if found is not None and name in found.choices.values():
            kind = next(kind for kind, key in found.choices.items() if key == name)
            return f"{type_name} has no element {name!r}; write {name[:length]}.ofType({kind})"
    return f"{type_name} has no element {name!r}"
