-- cohort.episode_headlines
-- Grain: one episode or listed row, with the one label where one is forced.
-- Rule: fungal before bacterial, viral, parasitic, mycobacterial, unknown (docs/definitions.md#axes).
-- No dates.
select
    labels.patient_id,
    labels.group_key,
    min_by(classes.headline_label, classes.headline_precedence) as headline_label
from cohort.episode_labels as labels
inner join ref.infection_classes as classes
    on list_contains(labels.infection_classes, classes.infection_class)
group by labels.patient_id, labels.group_key
