-- counts.classes
-- Grain: one row per label of an infection table: 'all' and every headline label.
-- Rule: a label without an infection keeps its row (docs/definitions.md#figures, D30). No times here.
select 'all' as label
union
select headline_label as label
from ref.infection_classes
