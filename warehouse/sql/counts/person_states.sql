-- counts.person_states
-- Grain: one row per cohort member, without names: what a table of patients asks with yes or no beside the covariates.
-- Rule: a transplant before day 0; drugs of day 0 to 30 where the drug feed says anything, else unknown; intensive care
-- by the location of a stay on day 0 to 30; a transplant or death up to day 90 (docs/definitions.md#baseline).
-- Hospital-local dates.
with

transplants as (
    select
        members.person_key,
        bool_or(events.performed_on < members.day0_on) as had_transplant,
        bool_or(
            events.performed_on between members.day0_on + 1 and members.day0_on + protocol.late_last_day
        ) as has_transplant_after
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    inner join cohort.procedure_events as events
        on
            members.patient_id = events.patient_id
            and starts_with(events.concept, 'hsct_')
    group by members.person_key
),

drugs as (
    select
        members.person_key,
        bool_or(days.drug_class = 'steroid') as steroid,
        bool_or(days.drug_class = 'toxicity_treatment') as toxicity_treatment,
        bool_or(days.drug_class = 'gcsf') as gcsf,
        bool_or(days.drug_class = 'ivig') as ivig
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    inner join cohort.drug_days as days
        on
            members.patient_id = days.patient_id
            and days.drug_on between members.day0_on and members.day0_on + protocol.early_last_day
    where not days.intrathecal
    group by members.person_key
),

supported as (
    select distinct members.person_key
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    inner join cohort.organ_support as support
        on
            members.patient_id = support.patient_id
            and support.support_on between members.day0_on and members.day0_on + protocol.early_last_day
    where support.concept = 'icu'
),

neutropenic as (
    select
        members.person_key,
        count(distinct laboratory.observed_on) as measured_days,
        count(distinct laboratory.observed_on) filter (
            where laboratory.value * 1000 < protocol.neutropenia_anc_per_ul
        ) as low_days
    from cohort.cohort_members as members
    cross join ref.protocol as protocol
    inner join cohort.laboratory as laboratory
        on
            members.patient_id = laboratory.patient_id
            and laboratory.observed_on
            between members.day0_on + protocol.look_back_first_day and members.day0_on + protocol.look_back_last_day
    where laboratory.analyte = 'anc'
    group by members.person_key
)

select
    members.person_key,
    coalesce(transplants.had_transplant, false) as had_transplant,
    coalesce(transplants.has_transplant_after, false) as has_transplant_after,
    case when source.is_complete then coalesce(drugs.steroid, false) end as steroid,
    case when source.is_complete then coalesce(drugs.toxicity_treatment, false) end as toxicity_treatment,
    case when source.is_complete then coalesce(drugs.gcsf, false) end as gcsf,
    case when source.is_complete then coalesce(drugs.ivig, false) end as ivig,
    supported.person_key is not null as intensive_care,
    neutropenic.low_days
from cohort.cohort_members as members
left join transplants on members.person_key = transplants.person_key
left join drugs on members.person_key = drugs.person_key
left join supported on members.person_key = supported.person_key
left join neutropenic on members.person_key = neutropenic.person_key
left join cohort.drug_source as source on members.patient_id = source.patient_id
