"""`stage`: one relation per ViewDefinition, over the current versions of its type."""

from dataclasses import astuple
from functools import cache
from itertools import groupby

from mappings.sql_on_fhir import READ_COLUMNS, CompiledView, audit_sql, compile_view
from mappings.views import load_views
from warehouse.connection import Connection, append_rows
from warehouse.relations import make_relation, run_sql
from warehouse.statements import run_statement

SOURCE = "current_resources"
SURVIVORS = "stage.survivors"
AUDIT = "stage.shape_audit"
REFERENCES = (
    "stage.keyless_references",
    "stage.absent_clinical",
    "stage.absent_diagnostic",
    "stage.unresolved_references",
)


def store_stage(connection: Connection) -> list[str]:
    """Make every relation of `stage` that a view describes, empty where the type has no resource; returns their names.

    What was recorded under a Patient that was merged into another stands under the survivor.

    `stage.resources` and the attached archive must be there. One type at a time, so that the JSON of only one type is
    held beside the file.
    """
    made = []
    run_statement(connection, "audit_structures")
    for resource_type, of_type in groupby(_compiled_views(), key=lambda view: view.resource_type):
        run_statement(connection, "current_resources", resource_type=resource_type)
        run_statement(connection, "store_structures", resource_type=resource_type)
        made += [_store_view(connection, view) for view in of_type]
    connection.execute(f"drop table {SOURCE}")
    for relation in REFERENCES:
        run_sql(connection, relation)
    return [*made, *REFERENCES, *_audit(connection), *_merge_patients(connection)]


@cache
def _compiled_views() -> tuple[CompiledView, ...]:
    views = sorted(load_views(), key=lambda view: (view.resource_type, view.name))
    return tuple(compile_view(view.definition, source=SOURCE) for view in views)


def _audit(connection: Connection) -> list[str]:
    """What the views read and found to be of another JSON type than FHIR says."""
    rows = [(view.name, view.resource_type, *astuple(read)) for view in _compiled_views() for read in view.reads]
    connection.execute(f"create or replace temp table audit_reads ({', '.join(f'{c} varchar' for c in READ_COLUMNS)})")
    append_rows(connection, "audit_reads", rows)
    make_relation(connection, AUDIT, audit_sql(reads="audit_reads", structures="audit_structures"))
    return [AUDIT]


def _merge_patients(connection: Connection) -> list[str]:
    run_sql(connection, SURVIVORS)
    run_statement(connection, "merge_patients")
    return [SURVIVORS]


def _store_view(connection: Connection, view: CompiledView) -> str:
    relation = f"stage.{view.name}"
    make_relation(connection, relation, view.sql)
    return relation
