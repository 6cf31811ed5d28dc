-- cohort.open_case_evidence
-- Grain: one resource version behind an open case.
-- Rule: of an episode its evidence, of a death that of its last episode and the records that name a cause
-- (docs/definitions.md#verdicts). Hospital-local dates, none for records of a cause.
with

behind as (
    select
        cases.kind,
        cases.patient_id,
        cases.episode_id,
        evidence.resource_type,
        evidence.resource_id,
        evidence.version_id,
        evidence.evidence_on
    from cohort.open_cases as cases
    inner join cohort.issued_evidence as evidence
        on cases.episode_id = evidence.episode_id
    where evidence.role <> 'day_zero'
    union
    select
        cases.kind,
        cases.patient_id,
        cases.episode_id,
        records.resource_type,
        records.resource_id,
        resources.version_id,
        cast(null as date) as evidence_on
    from cohort.open_cases as cases
    inner join cohort.death_certificates as records
        on cases.patient_id = records.patient_id
    inner join stage.resources as resources
        on
            records.resource_type = resources.resource_type
            and records.resource_id = resources.resource_id
    where cases.kind = 'death'
)

select
    kind,
    patient_id,
    episode_id,
    resource_type,
    resource_id,
    version_id,
    min(evidence_on) as evidence_on
from behind
group by kind, patient_id, episode_id, resource_type, resource_id, version_id
