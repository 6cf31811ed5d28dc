-- cohort.specimens
-- Grain: one row per specimen, with what its lineage knows: root, type, collection, state.
-- Rule: the nearest of itself and its parents that knows the class (an isolate is none) and the nearest that knows the
-- collection (docs/definitions.md#microbiology-results). `_at` instants, `_on` hospital-local dates.
with

facts as (
    select
        lineage.specimen_id,
        lineage.source_id,
        lineage.distance,
        type.specimen_class,
        type.site,
        type.sterile,
        type.role,
        type.is_lavage,
        coalesce(type.role <> 'isolate' and type.specimen_class <> 'unspecified', false) as has_type,
        specimen.status,
        collected.read_at as collected_at,
        collected.read_on as collected_on
    from cohort.specimen_lineage as lineage
    inner join stage.specimen as specimen on lineage.source_id = specimen.specimen_id
    left join cohort.specimen_types as type on lineage.source_id = type.specimen_id
    left join cohort.micro_instants as collected
        on coalesce(specimen.collected_datetime, specimen.collected_start) = collected.text
)

select
    specimen_id,
    arg_max(source_id, (distance, source_id)) as root_id,
    arg_min(specimen_class, (distance, source_id)) filter (where has_type) as specimen_class,
    arg_min(site, (distance, source_id)) filter (where has_type) as site,
    arg_min(sterile, (distance, source_id)) filter (where has_type) as sterile,
    arg_min(role, (distance, source_id)) filter (where has_type) as role,
    coalesce(arg_min(is_lavage, (distance, source_id)) filter (where has_type), false) as is_lavage,
    arg_min_null(collected_at, (distance, source_id)) filter (where collected_on is not null) as collected_at,
    arg_min(collected_on, (distance, source_id)) filter (where collected_on is not null) as collected_on,
    bool_or(coalesce(lower(status) = 'unsatisfactory', false)) as is_unsatisfactory,
    bool_or(coalesce(lower(status) = 'entered-in-error', false)) as is_error
from facts
group by specimen_id
