"""`stage`: one relation per ViewDefinition, over the current versions of its type."""

from itertools import groupby

from mappings.sql_on_fhir.compiler import compile_view
from mappings.views import View, load_views
from warehouse.connection import Connection
from warehouse.relations import make_relation, run_sql
from warehouse.statements import run_statement

SOURCE = "current_resources"
SURVIVORS = "stage.survivors"


def store_stage(connection: Connection) -> list[str]:
    """Make every relation of `stage` that a view describes, empty where the type has no resource; returns their names.

    What was recorded under a Patient that was merged into another stands under the survivor.

    `stage.resources` and the attached archive must be there. One type at a time, so that the JSON of only one type is
    held beside the file.
    """
    made = []
    views = sorted(load_views(), key=lambda view: (view.resource_type, view.name))
    for resource_type, of_type in groupby(views, key=lambda view: view.resource_type):
        run_statement(connection, "current_resources", resource_type=resource_type)
        made += [_store_view(connection, view) for view in of_type]
    connection.execute(f"drop table {SOURCE}")
    return [*made, *_merge_patients(connection)]


def _merge_patients(connection: Connection) -> list[str]:
    run_sql(connection, SURVIVORS)
    run_statement(connection, "merge_patients")
    return [SURVIVORS]


def _store_view(connection: Connection, view: View) -> str:
    relation = f"stage.{view.name}"
    make_relation(connection, relation, compile_view(view.definition, source=SOURCE).sql)
    return relation
