-- cohort.dnaemia_positives
-- Grain: one positive blood result of a virus of cohort.dnaemia_viruses that no other rule keeps out.
-- Rule: only a quantified value makes a DNAemia (docs/definitions.md#c-difficile-dnaemia-fungal-candidates).
-- `reaches_level` compares logarithms with the logarithm of the level. Hospital-local dates.
select
    results.result_key,
    results.patient_id,
    results.target,
    results.organism_code,
    results.collected_on,
    viruses.treatment_target,
    intervals.days as interval_days,
    results.quantity is not null as quantified,
    coalesce(
        (results.unit_kind = viruses.level_unit and results.quantity >= viruses.level_from)
        or (
            results.unit_kind = 'log_' || viruses.level_unit
            and results.quantity >= cast(log10(viruses.level_from) as decimal(18, 3))
        ),
        false
    ) as reaches_level
from cohort.micro_results as results
inner join cohort.result_qualification as qualification
    on results.result_key = qualification.result_key
inner join cohort.dnaemia_viruses as viruses
    on results.target = viruses.target
left join ref.recurrence_intervals as intervals
    on results.recurrence_group = intervals.recurrence_group
where
    results.outcome = 'positive'
    and results.reason is null
    and qualification.reason is null
    and results.site = 'blood'
    and results.kind in ('viral_load', 'nucleic_acid')
    and results.collected_on is not null
