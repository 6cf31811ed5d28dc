-- statement archive_columns: what the tables of an open file are made of
-- Grain: one row per table and column of this file.
-- Rule: two archives of one version have the same rows here (docs/definitions.md#raw).
-- Time: none.
select
    columns.schema_name || '.' || columns.table_name as relation,
    columns.column_name || ' ' || columns.data_type as described
from duckdb_columns() as columns
where columns.database_name = current_database() and not columns.internal
order by relation, columns.column_index
