-- ref.protocols
-- Grain: one row per protocol by hash.
-- Rule: What a past run counted by can be read again (docs/definitions.md#protocol).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists ref.protocols (
    protocol_hash varchar not null primary key,
    protocol varchar not null,
    content varchar not null
);
