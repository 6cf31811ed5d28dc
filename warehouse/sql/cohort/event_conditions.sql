-- cohort.event_conditions
-- Grain: one Condition that can make, join or mark an episode.
-- Rule: the step in which it is looked at: organism, site, sepsis, then severity and add_on
-- (docs/definitions.md#joining-coded-and-cultured-evidence). `opens` = it may be an episode of its own.
-- `fitting_sites` are those it is equal to: a code of the airways in general fits both, and adds the upper one.
-- An interval from_on..to_on stands for an inexact date; without any date a Condition joins nothing.
-- Hospital-local dates.
with

usable as (
    select
        conditions.*,
        case
            when conditions.role = 'severity' then 'severity'
            when conditions.role = 'add_on' then 'add_on'
            when conditions.role = 'conditional' and conditions.condition_needed = 'neutropenia' then 'fever'
            when conditions.organism_code is not null and not coalesce(conditions.attaches, false) then 'organism'
            when conditions.attaches then 'sepsis'
            else 'site'
        end as step
    from cohort.coded_evidence as conditions
    where
        (conditions.reason is null or conditions.reason = 'undatable')
        and (
            conditions.role in ('event', 'severity', 'add_on')
            or (conditions.role = 'conditional' and conditions.needed_met)
        )
        and conditions.patient_id in (select courses.patient_id from cohort.courses as courses)
    qualify row_number() over (
        partition by conditions.resource_id
        order by conditions.organism_code asc nulls last, conditions.system asc, conditions.code asc
    ) = 1
)

select
    usable.resource_id,
    usable.patient_id,
    usable.system,
    usable.code,
    usable.step,
    usable.from_on,
    coalesce(usable.to_on, usable.from_on) as to_on,
    coalesce(usable.undatable, false) or usable.from_on is null as undatable,
    usable.abatement_on,
    coalesce(usable.site, 'unknown') as site,
    list_filter([coalesce(usable.site, 'unknown'), usable.second_site], lambda named: named is not null) as sites,
    list_filter(
        [coalesce(usable.site, 'unknown'), usable.second_site, case when usable.fits_any_airway then 'lower_resp' end],
        lambda named: named is not null
    ) as fitting_sites,
    coalesce(usable.fits_any_airway, false) as fits_any_airway,
    usable.organism_code,
    usable.organism_name,
    usable.infection_class,
    usable.recurrence_group,
    intervals.days as interval_days,
    coalesce(same_organisms.matching_organisms, cast([] as varchar[])) as matching_organisms,
    coalesce(usable.stands_alone, false) as stands_alone,
    coalesce(usable.stands_alone, false) and not (coalesce(usable.undatable, false) or usable.from_on is null) as opens
from usable
left join ref.recurrence_intervals as intervals
    on usable.recurrence_group = intervals.recurrence_group
left join cohort.same_organisms as same_organisms
    on usable.organism_code = same_organisms.organism_code
