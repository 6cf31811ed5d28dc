-- ops.store_layout
-- Grain: one row per archive.
-- Rule: an archive of another layout is made again from landing/, never changed in place (docs/definitions.md#raw).
-- Time: none.
create table if not exists ops.store_layout (
    layout integer not null
);
