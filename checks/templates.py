"""Checks that several relations share, with their sentence.

``{batch}`` stands for the relation (:class:`checks.rules.NoRows`); a word in capitals is replaced here.
"""

from checks.rules import Check, HasColumns, InSet, NoRows, NotNull, Severity, UniqueKey, stop, warn

# The checking library formats queries, so a pattern must do without braces.
READABLE_DATE = r"^\s*[0-9][0-9][0-9][0-9](\s*$|-[0-9][0-9]|[0-9][0-9][0-9][0-9])"
MOST = 0.5


def columns(*names: str, protects: tuple[str, ...]) -> Check:
    """The columns of the contract are there."""
    return stop(
        "contract_columns", HasColumns(names), protects,
        "Others read these columns by name; without one their figures cannot be made.",
    )  # fmt: skip


def filled(*names: str, protects: tuple[str, ...], reason: str) -> tuple[Check, ...]:
    """Each of the columns is filled in every row."""
    return tuple(stop(f"{name}_filled", NotNull(name), protects, reason) for name in names)


def one_row_per(*names: str, protects: tuple[str, ...], reason: str) -> Check:
    """The grain of the relation."""
    return stop("one_row_per_grain", UniqueKey(names), protects, reason)


def known_values(
    column: str, values: tuple[str | int, ...], *, protects: tuple[str, ...], reason: str, severity: Severity = "stop"
) -> Check:
    """The column holds only values of a fixed list."""
    return Check(f"{column}_in_value_set", severity, InSet(column, values), protects, reason)


def patients_known(*, protects: tuple[str, ...]) -> tuple[Check, Check]:
    """Rows name a Patient that was pulled: a warning from the first one on, a stop when most do not."""
    query = (
        "select item.patient_id from {batch} as item "
        "where not exists (select 1 from stage.patient as patient where patient.patient_id = item.patient_id)"
    )
    return (
        warn(
            "patient_known", NoRows(query), protects,
            "Rows of a patient who was not pulled are in nobody's numerator; the roster or a reference may "
            "be wrong.",
        ),
        stop(
            "patient_mostly_known", NoRows(query, share=MOST), protects,
            "Most rows belong to no pulled patient: references are not resolved, and infections would be lost.",
        ),
    )  # fmt: skip


def dates_readable(*names: str, protects: tuple[str, ...]) -> tuple[Check, ...]:
    """Where a date is given it begins like one (partial dates are readable: what they can mean is known)."""
    query = (
        "select item.COLUMN from {batch} as item "
        "where item.COLUMN is not null and not regexp_matches(item.COLUMN, 'PATTERN')"
    ).replace("PATTERN", READABLE_DATE)
    elements = "select item.COLUMN from {batch} as item where item.COLUMN is not null"
    return tuple(
        warn(
            f"{name}_readable",
            NoRows(query.replace("COLUMN", name), elements=elements.replace("COLUMN", name)),
            protects,
            "A date that cannot be read puts its row outside every window; the infection or drug is not seen.",
        )
        for name in names
    )


def whole_numbers_only(relation: str, *, protects: tuple[str, ...]) -> Check:
    """No column is a floating-point number, so there is no infinity, no NaN and no order of addition."""
    schema, _, name = relation.partition(".")
    query = (
        "select described.column_name from duckdb_columns() as described "
        "where described.database_name = current_database() and described.schema_name = 'SCHEMA' "
        "and described.table_name = 'NAME' and described.data_type in ('DOUBLE', 'FLOAT') "
        "and (select count(*) from {batch}) >= 0"
    )
    return stop(
        "no_infinity_or_nan", NoRows(query.replace("SCHEMA", schema).replace("NAME", name)), protects,
        "Counts are whole numbers; a floating-point column can hold infinity "
        "and changes with the order of addition.",
    )  # fmt: skip


def not_negative(*names: str, protects: tuple[str, ...]) -> tuple[Check, ...]:
    """Counts are 0 or more, and there."""
    query = "select item.COLUMN from {batch} as item where item.COLUMN is null or item.COLUMN < 0"
    return tuple(
        stop(
            f"{name}_not_negative", NoRows(query.replace("COLUMN", name)), protects,
            "A negative or absent count has no meaning; every figure made of it would be wrong.",
        )
        for name in names
    )  # fmt: skip
