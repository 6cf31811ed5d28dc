-- statement relations: the tables of the open file
-- Grain: one row per table.
-- Time: none.
select
    tables.schema_name,
    tables.table_name
from duckdb_tables() as tables
where
    tables.database_name = current_database()
    and not tables.temporary
    and not tables.internal
order by tables.schema_name, tables.table_name;
