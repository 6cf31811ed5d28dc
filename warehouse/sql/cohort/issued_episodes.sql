-- cohort.issued_episodes
-- Grain: one episode or listed row of a cohort course, as it is issued with the week.
-- Rule: what began after the data date is not reported yet; `preliminary` = a supporting result is not final
-- (docs/definitions.md#changes). Hospital-local dates.
select
    episodes.episode_id,
    episodes.patient_id,
    episodes.course_number,
    episodes.onset_on,
    episodes.onset_day,
    episodes.window_name,
    array_to_string(episodes.infection_class, ', ') as infection_class,
    array_to_string(episodes.site, ', ') as site,
    episodes.documentation,
    array_to_string(episodes.organisms, ', ') as organisms,
    episodes.first_sign_on,
    episodes.before_infusion,
    episodes.organism_from_code,
    episodes.severity_grade,
    episodes.counted,
    episodes.not_counted_reason,
    episodes.active_in_look_back,
    episodes.progressed,
    episodes.progression_criterion,
    episodes.progression_on,
    episodes.progressed_broad,
    episodes.progression_broad_criterion,
    episodes.progression_broad_on,
    episodes.rule,
    coalesce(places.result_status = 'preliminary', false) as preliminary,
    episodes.evidence_hash,
    places.ward,
    places.specimen_on,
    places.specimen_at,
    places.result_status
from cohort.episodes as episodes
inner join cohort.courses as courses
    on
        episodes.patient_id = courses.patient_id
        and episodes.course_number = courses.course_number
left join cohort.episode_places as places
    on episodes.episode_id = places.episode_id
cross join ref.run as run
where
    courses.in_cohort
    and (episodes.onset_on is null or episodes.onset_on <= run.data_date)
