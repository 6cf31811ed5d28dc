"""Everything that is special to DuckDB: how a value, a list, a comparison and a projection of JSON are written.

Another engine needs a module with these functions (docs/decisions); the lowering above knows none of its words. Facts
behind the choices, measured on 2.0: `json_transform` gives NULL where the JSON has another shape and never fails; any
reading of a JSON number goes through a double (1.10 leaves as 1.1), so numbers with decimal places are put in quotes
before they are read.
"""

import json
from collections.abc import Sequence

TEXT = "varchar"
BOOLEAN = "boolean"
INTEGER = "integer"
BIGINT = "bigint"
# A CTE with this word is run once. Without it DuckDB pushes a filter on the struct below the projection and reads the
# JSON twice, and once more for each branch of a union.
COMPUTED_ONCE = "materialized"
# FHIR: at most 18 significant digits; 12 places beside 26 digits hold every laboratory value.
DECIMAL = "decimal(38, 12)"

# Behind a key and a colon, a number that a double would change. A quoted key and a colon cannot begin inside a string:
# there a quote is escaped, and behind the quote that ends a string stands a colon only if the string is a key itself.
_DECIMAL = r"(-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+|[0-9]{15,}))"
_ZONED = r"T[0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}:[0-9]{2})$"


def text_literal(value: str) -> str:
    """A text as a literal."""
    return "'" + value.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def cast(value: str, sql_type: str) -> str:
    """A value as another type, NULL where it cannot be one."""
    return f"try_cast({value} as {sql_type})"


def field(struct: str, key: str) -> str:
    """A field of a struct, NULL for no struct."""
    return f"struct_extract({struct}, {text_literal(key)})"


def mapped(values: str, variable: str, expression: str) -> str:
    """Each element of a list through an expression."""
    return f"list_transform({values}, lambda {variable}: {expression})"


def filtered(values: str, variable: str, condition: str) -> str:
    """The elements of a list for which the condition is true."""
    return f"list_filter({values}, lambda {variable}: {condition})"


def without_nulls(values: str, variable: str) -> str:
    """The elements that are there: FHIR puts null beside a primitive extension."""
    return filtered(values, variable, f"{variable} is not null")


def flattened(values: str) -> str:
    """A list of lists as one list."""
    return f"flatten({values})"


def item(values: str, index: str) -> str:
    """The element at an index that counts from 0; NULL outside."""
    return f"list_extract({values}, {index} + 1)"


def size(values: str) -> str:
    """The length of a list, 0 for none."""
    return f"coalesce(len({values}), 0)"


def as_list(value: str) -> str:
    """A single value as a list, an absent one as the empty list."""
    return f"case when {value} is null then [] else [{value}] end"


def or_empty(values: str) -> str:
    """The empty list for no list."""
    return f"coalesce({values}, [])"


def or_one_null(values: str) -> str:
    """A list of one NULL for an empty list: a row of its own in an outer unnest."""
    return f"case when {size(values)} = 0 then [null] else {values} end"


def only_item(values: str, complaint: str | None) -> str:
    """The element of a list of one. More than one: the query fails with the complaint, or NULL where there is none."""
    otherwise = "null" if complaint is None else f"error({text_literal(complaint)})"
    return f"case when {size(values)} > 1 then {otherwise} else list_extract({values}, 1) end"


def joined(values: str, separator: str) -> str:
    """The texts of a list in one, empty for an empty list."""
    return f"coalesce(array_to_string({values}, {separator}), '')"


def captured(text: str, pattern: str) -> str:
    """The first group of a pattern in a text, NULL where it does not fit."""
    return f"nullif(regexp_extract({text}, {text_literal(pattern)}, 1), '')"


def relative_key(reference: str, type_name: str, otherwise: str) -> str:
    """The id of a plain relative reference to a type, which most are: found without groups; else another expression."""
    plain = text_literal(rf"{type_name}/[A-Za-z0-9.-]+")
    key = f"substr({reference}, {len(type_name) + 2})"
    return f"case when regexp_full_match({reference}, {plain}) then {key} else {otherwise} end"


def moment_comparison(left: str, operator: str, right: str) -> str:
    """Two FHIR dates, times or instants as texts: NULL where their precision leaves the answer open."""
    shorter = f"least(length({left}), length({right}))"
    prefixes = [f"left({side}, least({shorter}, 10))" for side in (left, right)]
    zoned = [f"regexp_matches({side}, {text_literal(_ZONED)})" for side in (left, right)]
    timed = [f"contains({side}, 'T')" for side in (left, right)]
    instants = [cast(side, "timestamptz") for side in (left, right)]
    return (
        f"case when {zoned[0]} and {zoned[1]} then {instants[0]} {operator} {instants[1]} "
        f"when {zoned[0]} <> {zoned[1]} or {timed[0]} <> {timed[1]} then null "
        f"when {prefixes[0]} <> {prefixes[1]} or length({left}) = length({right}) then {left} {operator} {right} end"
    )


def arithmetic(left: str, operator: str, right: str) -> str:
    """Two numbers as decimals; NULL for a division by zero or a result beyond DECIMAL(38)."""
    if operator == "/":
        quotient = f"{cast(left, 'double')} / nullif({cast(right, 'double')}, 0)"
        return cast(f"round({quotient}, 10)", DECIMAL)
    exact = "decimal(19, 9)" if operator == "*" else "decimal(37, 12)"
    return cast(f"try({cast(left, exact)} {operator} {cast(right, exact)})", DECIMAL)


def document(source_column: str, *, decimal_keys: Sequence[str]) -> str:
    """The JSON of a resource as the projection reads it: decimals of these keys in quotes, so that their text stays."""
    if not decimal_keys:
        return source_column
    # One key alone makes the pattern begin with a fixed text, which is found several times as fast.
    keys = decimal_keys[0] if len(decimal_keys) == 1 else f"(?:{'|'.join(decimal_keys)})"
    pattern = text_literal(rf'("{keys}"\s*:\s*){_DECIMAL}')
    return f"regexp_replace({source_column}::varchar, {pattern}, '\\1\"\\2\"', 'g')"


def typed_json(document: str, structure: object) -> str:
    """A JSON value as a struct; the numbers of the document are in quotes already."""
    return f"json_transform({document}, {text_literal(json.dumps(structure))})"


STRUCTURE_ROOT = "$"


def structure_field(place: str, key: str) -> str:
    """The place of a field in a structure."""
    return f'{place}."{key}"'


def structure_element(place: str) -> str:
    """The place of what the elements of a list are."""
    return f"{place}[0]"


def structure_type(structure: str, place: str) -> str:
    """The JSON type at a place of a structure, in words; NULL for nothing there, as in an empty list."""
    word = f"json_extract_string({structure}, {place})"
    return (
        f"case when json_type({structure}, {place}) = 'OBJECT' then 'object' "
        f"when json_type({structure}, {place}) = 'ARRAY' then 'array' "
        f"when {word} = 'VARCHAR' then 'string' when {word} = 'BOOLEAN' then 'boolean' "
        f"when {word} = 'JSON' then 'mixed' when {word} = 'NULL' then "
        f"case when not ends_with({place}, '[0]') then 'null' end when {word} is not null then 'number' end"
    )


def descendants(document: str, paths: Sequence[Sequence[str]], variable: str, structure: object) -> str:
    """Every object that any of the paths reaches, again and again from where it came, in the order of the document."""
    steps = "|".join("".join(rf"\.{key}" for key in path) for path in paths)
    pattern = text_literal(rf"\$({steps})+")
    places = r"regexp_replace(node.fullkey, '\[[0-9]+\]', '', 'g')"
    nodes = " ".join(
        [
            "(select list(node.value order by node.id)",
            f"from json_tree({document}) as node",
            f"where node.type = 'OBJECT' and regexp_full_match({places}, {pattern}))",
        ]
    )
    return mapped(nodes, variable, typed_json(variable, structure))


def decimal_boundary(text: str, sign: str) -> str:
    """The lowest (`-`) or highest (`+`) number that a decimal text stands for: half a unit of its last place away."""
    places = f"length(regexp_extract({text}, '\\.([0-9]+)', 1))"
    half = f"cast(0.5 * pow(10, -{places}) as {DECIMAL})"
    return f"({cast(text, DECIMAL)} {sign} {half})"


def moment_boundary(text: str, sign: str, fhir_type: str) -> str:
    """The earliest (`-`) or latest (`+`) moment that a partial date, dateTime, instant or time stands for, as text."""
    if fhir_type == "time":
        filler = "00:00:00.000" if sign == "-" else "23:59:59.999"
        return f"({text} || substr('{filler}', length({text}) + 1))"
    zone = f"regexp_extract({text}, '(Z|[+-][0-9]{{2}}:[0-9]{{2}})$', 1)"
    local = f"left({text}, length({text}) - length({zone}))"
    filler, default_zone = ("0000-01-01T00:00:00.000", "+14:00") if sign == "-" else (
        "0000-12-31T23:59:59.999", "-12:00",
    )  # fmt: skip
    filled = f"{local} || substr('{filler}', length({local}) + 1)"
    if sign == "+":
        month_end = f"strftime(last_day(try_cast({local} || '-01' as date)), '%Y-%m-%d')"
        filled = f"case when length({local}) = 7 then {month_end} || substr('{filler}', 11) else {filled} end"
    if fhir_type == "date":
        return f"left({filled}, 10)"
    return f"({filled} || coalesce(nullif({zone}, ''), '{default_zone}'))"


def any_of(conditions: Sequence[str]) -> str:
    """True if one condition is."""
    return "(" + " or ".join(conditions) + ")"


def unnested(values: str, element: str, index: str | None) -> list[str]:
    """Columns of a select that make one row per element of a list: the element, and its number from 0 if asked for."""
    numbers = [] if index is None else [f"generate_subscripts({values}, 1) - 1 as {index}"]
    return [f"unnest({values}) as {element}", *numbers]
