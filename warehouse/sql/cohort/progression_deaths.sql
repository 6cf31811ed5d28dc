-- cohort.progression_deaths
-- Grain: one look-back episode that ended in death of infection (criterion g).
-- Rule: the episode is active at death, and the certified cause names its organism or one of its sites, or is a sepsis
-- code; words alone name neither (docs/definitions.md#progression). Hospital-local dates; gaps are whole days.
with

active as (
    select distinct
        episodes.patient_id,
        episodes.course_number,
        episodes.group_key,
        deaths.died_on
    from cohort.look_back_episodes as episodes
    inner join cohort.deaths as deaths
        on
            episodes.patient_id = deaths.patient_id
            and episodes.day0_on <= deaths.died_on
            and episodes.watched_until_on >= deaths.died_on
    inner join cohort.death_causes as causes
        on
            episodes.patient_id = causes.patient_id
            and causes.death_cause = 'infection'
    inner join cohort.episode_core as core
        on
            episodes.patient_id = core.patient_id
            and episodes.group_key = core.group_key
    cross join ref.protocol as protocol
    left join cohort.episode_treatments as treatments
        on
            episodes.patient_id = treatments.patient_id
            and episodes.group_key = treatments.group_key
            and deaths.died_on >= treatments.start_on
    where
        least(deaths.died_on - core.last_on, deaths.died_on - treatments.last_on)
        <= protocol.death_active_days
)

select distinct
    active.patient_id,
    active.course_number,
    active.group_key,
    active.died_on as met_on
from active
inner join cohort.death_cause_items as items
    on
        active.patient_id = items.patient_id
        and items.is_infection
        and not items.by_text
inner join cohort.episode_sites as sites
    on
        active.patient_id = sites.patient_id
        and active.group_key = sites.group_key
inner join cohort.episode_labels as labels
    on
        active.patient_id = labels.patient_id
        and active.group_key = labels.group_key
left join cohort.death_cause_organisms as organisms
    on
        items.resource_type = organisms.resource_type
        and items.resource_id = organisms.resource_id
        and items.system = organisms.system
        and items.code = organisms.code
where
    items.site = 'blood'
    or (items.site <> 'unknown' and list_contains(sites.sites, items.site))
    or list_has_any(organisms.matching_organisms, labels.organism_codes)
