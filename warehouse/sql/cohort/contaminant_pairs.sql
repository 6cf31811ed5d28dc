-- cohort.contaminant_pairs
-- Grain: one row per positive result of a contaminant that grew in enough specimens.
-- Rule: contaminant_specimens specimens with the same organism on the same or consecutive local days; two bottles of
-- one specimen are one, no symptom is asked (docs/definitions.md#contaminants, rules D16). Hospital-local dates.
select result.result_key
from cohort.positive_results as result
inner join cohort.positive_results as other
    on result.patient_id = other.patient_id
inner join cohort.organism_matches as matched
    on result.organism_code = matched.organism_a and other.organism_code = matched.organism_b
cross join ref.protocol as protocol
where
    result.is_contaminant
    and abs(result.collected_on - other.collected_on) <= protocol.contaminant_consecutive_days
group by result.result_key, protocol.contaminant_specimens
having count(distinct other.specimen_key) >= protocol.contaminant_specimens
