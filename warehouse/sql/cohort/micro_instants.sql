-- cohort.micro_instants
-- Grain: one row per distinct FHIR time text of specimens, microbiology results and what they hang under.
-- Rule: each text is read once; partial dates are left out, they name no day (docs/definitions.md#onset).
-- `read_at` instant, NULL without a time of day; `read_on` hospital-local date.
with

result_ids as (
    select distinct
        relative_type as resource_type,
        relative_id as resource_id
    from cohort.micro_relatives
),

written as (
    select unnest([observation.effective_datetime, observation.effective_start, observation.effective_instant]) as text
    from result_ids
    inner join stage.observation as observation
        on result_ids.resource_type = 'Observation' and result_ids.resource_id = observation.observation_id
    union
    select unnest([report.effective_datetime, report.effective_start]) as text
    from result_ids
    inner join stage.diagnostic_report as report
        on result_ids.resource_type = 'DiagnosticReport' and result_ids.resource_id = report.diagnostic_report_id
    union
    select issued as text
    from cohort.micro_resources
    union
    select unnest([collected_datetime, collected_start]) as text
    from stage.specimen
),

readings as (
    select
        written.text,
        fhir_at(written.text, run.time_zone) as read_at,
        fhir_on(written.text, run.time_zone) as read_on
    from written
    cross join ref.run as run
)

select
    text,
    read_at,
    read_on
from readings
where read_on is not null
