"""ViewDefinitions of SQL on FHIR v2 as DuckDB SQL. Imports nothing else of ours: it can be given away alone."""

from mappings.sql_on_fhir.audit import READ_COLUMNS, Read, audit_sql
from mappings.sql_on_fhir.columns import Column
from mappings.sql_on_fhir.compiler import CompiledView, compile_view
from mappings.sql_on_fhir.errors import CompileError, ExpressionInvalid, ExpressionUnsupported, ViewInvalid

__all__ = [
    "READ_COLUMNS",
    "Column",
    "CompileError",
    "CompiledView",
    "ExpressionInvalid",
    "ExpressionUnsupported",
    "Read",
    "ViewInvalid",
    "audit_sql",
    "compile_view",
]
