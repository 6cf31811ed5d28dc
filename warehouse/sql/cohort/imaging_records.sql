-- cohort.imaging_records
-- Grain: one imaging Observation or report of a known site and day, and whether it is coded as worse than before.
-- Rule: the codes stand in imaging_tests and imaging_findings, which a site adds to; report text alone says nothing
-- (docs/definitions.md#progression). Hospital-local dates.
with

shown as (
    select distinct
        codings.resource_type,
        codings.resource_id,
        tests.site
    from cohort.codings as codings
    inner join ref.imaging_tests as tests
        on
            codings.system = tests.system
            and codings.code = tests.code
    where
        codings.resource_type in ('Observation', 'DiagnosticReport')
        and codings.element = 'code'
),

worse as (
    select distinct
        codings.resource_type,
        codings.resource_id
    from cohort.codings as codings
    inner join ref.imaging_findings as findings
        on
            codings.system = findings.system
            and codings.code = findings.code
            and codings.element = findings.element
    where findings.finding = 'worse'
)

select
    kept.patient_id,
    shown.site,
    shown.resource_type,
    shown.resource_id,
    min(records.seen_on) as imaged_on,
    bool_or(worse.resource_id is not null) as is_worse
from shown
inner join cohort.kept_resources as kept
    on
        shown.resource_type = kept.resource_type
        and shown.resource_id = kept.resource_id
inner join cohort.dated_records as records
    on
        shown.resource_type = records.resource_type
        and shown.resource_id = records.resource_id
left join worse
    on
        shown.resource_type = worse.resource_type
        and shown.resource_id = worse.resource_id
group by kept.patient_id, shown.site, shown.resource_type, shown.resource_id
