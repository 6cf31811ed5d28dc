-- cohort.drug_codes
-- Grain: one row per administration or request and substance that its codings name.
-- Rule: an exact row beats a prefix, the longest prefix of the same system wins; equivalent codings of one substance
-- count once, a group code only where no coding names a substance (docs/definitions.md#drug-exposure). No times here.
with

known as (
    select distinct
        system,
        code
    from cohort.codings
    where element = 'medication'
),

matches as (
    select
        known.system,
        known.code,
        medications.match,
        medications.name,
        medications.drug_class,
        medications.lymphodepletion_drug,
        medications.conditioning_drug,
        medications.next_therapy,
        medications.atc_group,
        medications.anti_infective,
        medications.intent,
        medications.target,
        medications.route_rule
    from known
    inner join ref.medications as medications
        on
            known.system = medications.system
            and (
                known.code = medications.code
                or (medications.match = 'prefix' and starts_with(known.code, medications.code))
            )
    qualify
        row_number() over (
            partition by known.system, known.code
            order by known.code = medications.code desc, length(medications.code) desc
        ) = 1
)

select
    codings.resource_type,
    codings.resource_id,
    matches.system,
    matches.code,
    matches.name,
    matches.drug_class,
    matches.lymphodepletion_drug,
    matches.conditioning_drug,
    matches.next_therapy,
    matches.atc_group,
    matches.anti_infective,
    matches.intent,
    matches.target,
    matches.route_rule
from cohort.codings as codings
inner join matches
    on
        codings.system = matches.system
        and codings.code = matches.code
where codings.element = 'medication'
qualify
    row_number() over (
        partition by codings.resource_type, codings.resource_id, matches.name, matches.target
        order by matches.match asc, matches.atc_group asc nulls last, matches.system asc, matches.code asc
    ) = 1
    and (
        matches.match = 'exact'
        or not bool_or(matches.match = 'exact') over (partition by codings.resource_type, codings.resource_id)
    )
