-- cohort.look_back_activity
-- Grain: one episode or listed row and course, if it touches the look-back of that course.
-- Rule: active = onset inside, or earlier onset and a positive specimen inside, or earlier onset and a coded Condition
-- whose dated abatement lies inside or after (docs/definitions.md#pre-existing-infection). Treatment inside makes
-- nothing active, it is a sensitivity set. Hospital-local dates, both ends.
with

spans as (
    select
        courses.patient_id,
        courses.course_number,
        courses.day0_on + protocol.look_back_first_day as first_on,
        courses.day0_on + protocol.look_back_last_day as last_on
    from cohort.courses as courses
    cross join ref.protocol as protocol
),

evidenced as (
    select
        spans.patient_id,
        spans.course_number,
        spans.first_on,
        spans.last_on,
        groups.group_key,
        bool_or(groups.onset_on >= spans.first_on) as onset_inside,
        coalesce(bool_or(
            (members.result_key is not null and members.evidence_on between spans.first_on and spans.last_on)
            or members.abatement_on >= spans.first_on
        ), false) as evidence_inside
    from spans
    inner join cohort.episode_groups as groups
        on
            spans.patient_id = groups.patient_id
            and spans.last_on >= groups.onset_on
    inner join cohort.episode_members as members
        on
            groups.patient_id = members.patient_id
            and groups.group_key = members.group_key
    group by spans.patient_id, spans.course_number, spans.first_on, spans.last_on, groups.group_key
),

touched as (
    select
        evidenced.patient_id,
        evidenced.course_number,
        evidenced.group_key,
        evidenced.onset_inside,
        evidenced.evidence_inside,
        coalesce(bool_or(treatments.name is not null), false) as treatment_inside
    from evidenced
    left join cohort.episode_treatments as treatments
        on
            evidenced.patient_id = treatments.patient_id
            and evidenced.group_key = treatments.group_key
            and evidenced.last_on >= treatments.start_on
            and evidenced.first_on <= treatments.last_on
    group by
        evidenced.patient_id, evidenced.course_number, evidenced.group_key,
        evidenced.onset_inside, evidenced.evidence_inside
)

select
    patient_id,
    course_number,
    group_key,
    onset_inside,
    onset_inside or evidence_inside as is_active,
    treatment_inside
from touched
where onset_inside or evidence_inside or treatment_inside
