-- cohort.grade_events
-- Grain: one episode, day and grade that evidence of this day gives it.
-- Rule: BMT CTN, a grade is a function of time: only evidence up to a day counts (docs/definitions.md#bmt-ctn-grade).
-- A contaminant organism in blood is grade 1; bacteria in blood with lung, heart or brain is grade 3; a severity code
-- is grade 3 and no microbiology (`by_code`). A person's class comes before that of the evidence.
-- Hospital-local dates.
with

sited as (
    select distinct
        members.patient_id,
        members.group_key,
        members.evidence_on,
        coalesce(case when core.judged_class is null then classes.headline_label end, headlines.headline_label)
            as headline_label,
        members.rule,
        unnest(members.sites) as site
    from cohort.episode_members as members
    inner join cohort.episode_headlines as headlines
        on
            members.patient_id = headlines.patient_id
            and members.group_key = headlines.group_key
    inner join cohort.episode_core as core
        on
            members.patient_id = core.patient_id
            and members.group_key = core.group_key
    left join ref.infection_classes as classes
        on
            members.infection_class = classes.infection_class
            and members.infection_class <> 'unknown'
    where
        members.reason is null
        and members.evidence_on is not null
)

select
    sited.patient_id,
    sited.group_key,
    sited.evidence_on,
    case when sited.rule = 'two_specimens' and sited.site = 'blood' then 1 else grades.grade end as grade,
    false as by_code
from sited
inner join cohort.site_grades as grades
    on
        sited.headline_label = grades.headline_label
        and sited.site = grades.site
union
select
    blood.patient_id,
    blood.group_key,
    greatest(blood.evidence_on, organ.evidence_on) as evidence_on,
    3 as grade,
    false as by_code
from sited as blood
inner join sited as organ
    on
        blood.patient_id = organ.patient_id
        and blood.group_key = organ.group_key
where
    blood.site = 'blood'
    and blood.headline_label = 'bacterial'
    and organ.site in ('lower_resp', 'cardiovascular', 'CNS')
union
select
    members.patient_id,
    members.group_key,
    members.evidence_on,
    3 as grade,
    true as by_code
from cohort.episode_members as members
where
    members.join_rule = 'severity'
    and members.evidence_on is not null
