-- cohort.coded_evidence
-- Grain: one row per Condition that maps to an infection code.
-- Rule: class from the organism that the code names, else by the crosswalk; sites by the crosswalk
-- (docs/definitions.md#codes, rules D28, D30); dates by docs/definitions.md#condition-dates. An interval whose ends
-- lie in different windows of the first course, or without a start, is undatable. reason NULL = may be evidence.
-- Hospital-local dates.
with

zones as (
    select
        dates.condition_id,
        min(windows.window_name) filter (
            where dates.from_on - course.day0_on between windows.first_day and windows.last_day
        ) as from_window,
        min(windows.window_name) filter (
            where dates.to_on - course.day0_on between windows.first_day and windows.last_day
        ) as to_window,
        bool_or(dates.from_on < course.day0_on and dates.to_on >= course.day0_on) as spans_day0
    from cohort.condition_dates as dates
    inner join cohort.courses as course on dates.patient_id = course.patient_id and course.course_number = 1
    cross join ref.windows as windows
    group by dates.condition_id
),

statuses as (
    select
        condition.condition_id,
        case
            when status.action = 'drop' and status.code = 'entered-in-error' then 'status_dropped'
            when status.action = 'drop' then 'refuted'
        end as reason
    from stage.condition as condition
    left join ref.status_filters as status
        on
            status.resource_type = 'Condition'
            and status.element = 'verificationStatus'
            and lower(trim(condition.verification_status)) = status.code
)

select
    code.resource_id,
    dates.patient_id,
    dates.encounter_id,
    code.system,
    code.code,
    code.infection_type,
    coalesce(site.site, 'unknown') as site,
    second_site.site as second_site,
    coalesce('resp_unspecified' in (code.code_site, code.code_second_site), false) as fits_any_airway,
    code.role,
    code.attaches,
    code.stands_alone,
    code.condition_needed,
    if(code.condition_needed is null, null, needs.resource_id is not null) as needed_met,
    code.organism_code,
    organism.organism_name,
    organism.genus,
    organism.species,
    organism.rank,
    organism.match_level,
    coalesce(code.infection_class, class.infection_class) as infection_class,
    coalesce(organism.recurrence_group, 'no_organism') as recurrence_group,
    dates.from_on,
    dates.to_on,
    dates.recorded_on,
    dates.from_recorded and dates.from_on = dates.to_on as onset_from_recorded,
    dates.from_on is null
    or coalesce(
        dates.from_on < dates.to_on
        and (zones.from_window is distinct from zones.to_window or (zones.from_window is null and zones.spans_day0)),
        false
    ) as undatable,
    dates.abatement_on,
    code.review,
    false as by_text,
    case
        when statuses.reason is not null then statuses.reason
        when code.role in ('excluded', 'state') then code.not_counted_reason
        when dates.from_on is null and dates.to_on is null then 'no_date'
        when code.role = 'conditional' and needs.resource_id is null then code.not_counted_reason
    end as reason
from cohort.condition_codes as code
inner join cohort.condition_dates as dates
    on code.resource_id = dates.condition_id
inner join statuses
    on code.resource_id = statuses.condition_id
left join cohort.organisms as organism
    on code.organism_code = organism.organism_code
left join ref.class_crosswalk as class
    on code.infection_type = class.infection_type
left join ref.site_crosswalk as site
    on code.code_site = site.code_site
left join ref.site_crosswalk as second_site
    on code.code_second_site = second_site.code_site
left join zones
    on code.resource_id = zones.condition_id
left join cohort.condition_needs as needs
    on code.resource_id = needs.resource_id
