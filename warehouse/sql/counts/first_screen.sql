-- counts.first_screen
-- Grain: one number of the first line of a week.
-- Rule: patients alive on the data date by the window that their day is in, also those not seen for long; infusions and
-- deaths of cohort members in the ISO week of the data date; cases that wait for a verdict
-- (docs/definitions.md#first-screen). No patients, no dates.
with

people as (
    select
        members.patient_id,
        run.data_date - members.day0_on as today,
        deaths.patient_id is null as is_alive,
        coalesce(deaths.died_on >= cast(date_trunc('week', run.data_date) as date), false) as died_this_week
    from cohort.cohort_members as members
    left join cohort.deaths as deaths
        on members.patient_id = deaths.patient_id
    cross join ref.run as run
),

infused as (
    select count(*) as infusions
    from cohort.infusions as infusions
    inner join cohort.cohort_members as members
        on infusions.patient_id = members.patient_id
    cross join ref.run as run
    where
        infusions.infused_on <= run.data_date
        and infusions.infused_on >= cast(date_trunc('week', run.data_date) as date)
)

select
    'week_patients' as measure,
    windows.window_name,
    'patients' as unit,
    count(people.patient_id) as numerator
from ref.windows as windows
left join people
    on
        people.today between windows.first_day and windows.last_day
        and people.is_alive
where windows.window_name in ('early', 'late')
group by windows.window_name
union all
select
    'week_infusions' as measure,
    cast(null as varchar) as window_name,
    'infusions' as unit,
    infused.infusions as numerator
from infused
union all
select
    'week_deaths' as measure,
    cast(null as varchar) as window_name,
    'patients' as unit,
    count(*) filter (where died_this_week) as numerator
from people
union all
select
    'week_cases_to_adjudicate' as measure,
    cast(null as varchar) as window_name,
    'cases' as unit,
    count(*) as numerator
from cohort.open_cases
