-- cohort.infusion_codes
-- Grain: one row per procedure or administration and code of it that the infusion list knows.
-- Rule: an exact row beats a prefix, the longest prefix of the same system wins; the channel of the row must be that
-- of the resource, supply codes are never a time (docs/definitions.md#infusions). No times here.
with

channels as (
    select
        'Procedure' as resource_type,
        'code' as element,
        'procedure' as channel
    union all
    select
        'MedicationAdministration' as resource_type,
        'medication' as element,
        'medication' as channel
)

select
    codings.resource_type,
    codings.resource_id,
    channels.channel,
    codings.code,
    infusions.product,
    infusions.text_required,
    case when infusions.channel = channels.channel then infusions.use else 'review' end as use
from channels
inner join cohort.codings as codings
    on
        channels.resource_type = codings.resource_type
        and channels.element = codings.element
inner join ref.infusions as infusions
    on
        codings.system = infusions.system
        and (
            codings.code = infusions.code
            or (infusions.match = 'prefix' and starts_with(codings.code, infusions.code))
        )
qualify
    row_number() over (
        partition by codings.resource_type, codings.resource_id, codings.system, codings.code
        order by infusions.match asc, length(infusions.code) desc
    ) = 1
