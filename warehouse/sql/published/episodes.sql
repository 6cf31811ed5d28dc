-- published.episodes
-- Grain: one infection episode or listed row of a cohort course, as issued.
-- Rule: what was issued is kept, so that the next week can be compared with it (docs/definitions.md#changes).
-- Time: `_at` and `_from` are UTC instants, `_on` and `_date` local dates.
create table if not exists published.episodes (
    run_id varchar not null,
    episode_id varchar not null,
    patient_id varchar,
    course_number integer,
    onset_on date,
    onset_day integer,
    window_name varchar,
    infection_class varchar,
    site varchar,
    documentation varchar,
    organisms varchar,
    first_sign_on date,
    before_infusion boolean,
    organism_from_code boolean,
    severity_grade integer,
    counted boolean,
    not_counted_reason varchar,
    active_in_look_back boolean,
    progressed boolean,
    progression_criterion varchar,
    progression_on date,
    progressed_broad boolean,
    progression_broad_criterion varchar,
    progression_broad_on date,
    rule varchar,
    preliminary boolean,
    evidence_hash varchar,
    ward varchar,
    specimen_on date,
    specimen_at timestamptz,
    result_status varchar
);
