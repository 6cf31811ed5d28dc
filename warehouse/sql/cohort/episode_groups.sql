-- cohort.episode_groups
-- Grain: one episode or listed row, before course and window.
-- Rule: onset = collection of the first qualifying specimen, else onset of the first Condition
-- (docs/definitions.md#onset). `last_on` = last positive, for clinically documented ones last evidence.
-- The id hangs on the patient and the first founding resource only: it outlives a refined organism and later evidence.
-- Hospital-local dates, `onset_at` UTC instant of the founding specimen.
with

founded as (
    select
        members.patient_id,
        members.group_key,
        min(members.evidence_on) as onset_on,
        min(members.reason) as reason,
        min(members.documents) as documents,
        bool_or(members.documents like 'MDI%') as has_result,
        min_by(
            struct_pack(
                resource_type := members.resource_type,
                resource_id := members.resource_id,
                rule := members.rule,
                evidence_at := members.evidence_at,
                organism_code := coalesce(members.organism_code, '')
            ),
            (
                coalesce(members.evidence_on, date '9999-12-31'),
                coalesce(members.evidence_at, timestamptz '0001-01-01 00:00:00+00'),
                members.resource_type,
                members.resource_id,
                coalesce(members.organism_code, '')
            )
        ) as founder
    from cohort.episode_members as members
    where members.founds
    group by members.patient_id, members.group_key
),

lasting as (
    select
        members.patient_id,
        members.group_key,
        max(members.evidence_on) filter (where members.result_key is not null) as last_positive_on,
        max(members.evidence_on) filter (where members.join_rule not in ('severity', 'add_on')) as last_evidence_on
    from cohort.episode_members as members
    group by members.patient_id, members.group_key
),

numbered as (
    select
        founded.*,
        row_number() over (
            partition by founded.patient_id, founded.founder.resource_type, founded.founder.resource_id
            order by founded.reason is null desc, founded.founder.organism_code asc, founded.group_key asc
        ) as resource_share
    from founded
)

select
    numbered.patient_id,
    numbered.group_key,
    numbered.onset_on,
    numbered.founder.evidence_at as onset_at,
    coalesce(lasting.last_positive_on, lasting.last_evidence_on) as last_on,
    numbered.documents as documentation,
    numbered.has_result,
    numbered.founder.rule,
    numbered.reason,
    substr(sha256(concat_ws(
        '|', numbered.patient_id, numbered.founder.resource_type, numbered.founder.resource_id,
        case when numbered.resource_share > 1 then numbered.resource_share end
    )), 1, 20) as episode_id
from numbered
inner join lasting
    on
        numbered.patient_id = lasting.patient_id
        and numbered.group_key = lasting.group_key
