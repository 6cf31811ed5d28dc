-- cohort.drug_routes
-- Grain: one row per administration or request whose route is known.
-- Rule: a route code, or for intrathecal also a text of route, dosage or drug (docs/definitions.md#drug-exposure).
-- No times here.
with

coded as (
    select
        codings.resource_type,
        codings.resource_id,
        bool_or(routes.route = 'intrathecal') as intrathecal,
        bool_or(routes.parenteral) as parenteral,
        bool_or(routes.systemic) as systemic
    from cohort.codings as codings
    inner join ref.routes as routes
        on
            codings.system = routes.system
            and codings.code = routes.code
    where codings.element = 'route'
    group by codings.resource_type, codings.resource_id
),

spoken as (
    select distinct
        texts.resource_type,
        texts.resource_id
    from cohort.texts as texts
    inner join cohort.text_labels as labels
        on
            texts.text = labels.text
            and labels.concept = 'intrathecal'
            and labels.is_allowed
    where texts.element in ('route', 'dosage', 'medication')
)

select
    coalesce(coded.resource_type, spoken.resource_type) as resource_type,
    coalesce(coded.resource_id, spoken.resource_id) as resource_id,
    coalesce(coded.intrathecal, false) or spoken.resource_id is not null as intrathecal,
    coded.parenteral,
    case when spoken.resource_id is not null then false else coded.systemic end as systemic
from coded
full join spoken
    on
        coded.resource_type = spoken.resource_type
        and coded.resource_id = spoken.resource_id
