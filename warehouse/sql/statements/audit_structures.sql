-- statement audit_structures: where the structures of the current resources gather, type by type
-- Grain: one row per type and structure.
-- Time: none.
create or replace temp table audit_structures (
    resource_type varchar not null,
    structure json not null,
    resource_count bigint not null
);
