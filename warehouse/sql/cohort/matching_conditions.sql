-- cohort.matching_conditions
-- Grain: one row per positive result that a Condition supports, with the Condition that lies nearest.
-- Rule: dated within matching_condition_days of the collection, both ends, any day of an interval; the same site, or a
-- code that names the organism; a conditional cold code fits a virus (docs/definitions.md#non-sterile-sites, rules D17,
-- D43). Hospital-local dates.
with

matches as (
    select
        result.result_key,
        evidence.resource_id,
        coalesce(matched.organism_a is not null, false) as names_organism,
        greatest(evidence.from_on - result.collected_on, result.collected_on - evidence.to_on, 0) as days_apart
    from cohort.positive_results as result
    inner join cohort.coded_evidence as evidence
        on result.patient_id = evidence.patient_id
    cross join ref.protocol as protocol
    left join cohort.organism_matches as matched
        on result.organism_code = matched.organism_a and evidence.organism_code = matched.organism_b
    where
        evidence.reason is null
        and evidence.from_on <= result.collected_on + protocol.matching_condition_days
        and evidence.to_on >= result.collected_on - protocol.matching_condition_days
        and (
            (matched.organism_a is not null and evidence.role in ('event', 'add_on'))
            or (
                (
                    evidence.role = 'event'
                    or (evidence.condition_needed = 'virus_result' and result.is_viral)
                )
                and result.site <> 'unknown'
                and (
                    result.site in (evidence.site, evidence.second_site)
                    or (evidence.fits_any_airway and result.site in ('lower_resp', 'upper_resp'))
                    or (
                        result.specimen_class = 'respiratory_unspecified'
                        and evidence.site in ('lower_resp', 'upper_resp')
                    )
                )
            )
        )
)

select
    result_key,
    resource_id
from matches
qualify
    row_number() over (
        partition by result_key
        order by
            names_organism desc,
            days_apart asc,
            resource_id asc
    ) = 1
