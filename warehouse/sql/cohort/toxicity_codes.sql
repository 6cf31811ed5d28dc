-- cohort.toxicity_codes
-- Grain: one row per condition or observation, element and code of CRS or ICANS that it carries.
-- Rule: an exact row beats a prefix, the longest prefix of the same system wins (docs/definitions.md#crs-grade).
-- No times here.
select
    codings.resource_type,
    codings.resource_id,
    codings.element,
    codings.code,
    toxicity.concept,
    toxicity.grade,
    toxicity.scale,
    toxicity.value_holds_grade
from cohort.codings as codings
inner join ref.toxicity_codes as toxicity
    on
        codings.system = toxicity.system
        and (
            codings.code = toxicity.code
            or (toxicity.match = 'prefix' and starts_with(codings.code, toxicity.code))
        )
where
    toxicity.concept in ('crs', 'icans')
    and (
        (codings.resource_type = 'Condition' and toxicity.found_in in ('condition', 'any'))
        or (
            codings.resource_type = 'Observation'
            and codings.element in ('code', 'value')
            and toxicity.found_in in ('observation', 'any')
        )
    )
qualify
    row_number() over (
        partition by codings.resource_type, codings.resource_id, codings.element, codings.system, codings.code
        order by codings.code = toxicity.code desc, length(toxicity.code) desc
    ) = 1
