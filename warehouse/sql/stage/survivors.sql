-- stage.survivors
-- Grain: one row per Patient that was merged into another one, with the one that remains in the end.
-- Rule: patient_id is the survivor's after a merge (contracts 5, docs/definitions.md#time): links
-- `replaced-by`, and `replaces` read backwards. A circle has no survivor, and a survivor that is not here takes nobody.
-- Time: none.
with recursive

links as (
    select
        patient_link.patient_id,
        patient_link.other_id
    from stage.patient_link
    where patient_link.link_type = 'replaced-by' and patient_link.patient_id != patient_link.other_id
    union
    select
        patient_link.other_id as patient_id,
        patient_link.patient_id as other_id
    from stage.patient_link
    where patient_link.link_type = 'replaces' and patient_link.patient_id != patient_link.other_id
),

-- `union` drops what was reached before, so that a circle ends.
reached as (
    select
        links.patient_id,
        links.other_id
    from links
    union
    select
        reached.patient_id,
        links.other_id
    from reached
    inner join links on reached.other_id = links.patient_id
)

select
    reached.patient_id,
    min(reached.other_id) as survivor_id
from reached
inner join stage.patient on reached.other_id = patient.patient_id
where
    not exists (
        select 1
        from links
        where links.patient_id = reached.other_id
    )
group by reached.patient_id
