-- ref.value_set_releases
-- Grain: one row per table of a value-set release.
-- Rule: What a past run called an infection can be read again (docs/definitions.md#value-sets).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ref.value_set_releases (
    valueset_hash varchar not null,
    table_name varchar not null,
    content varchar not null
);
