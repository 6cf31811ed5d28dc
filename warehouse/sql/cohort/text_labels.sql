-- cohort.text_labels
-- Grain: one row per text and concept of the text rules that hits it.
-- Rule: the rules of a concept are taken by rule_order, the first hit decides: deny is no, allow is yes with its
-- label (docs/definitions.md#text-rules). No times here.
with

said as (
    select distinct text
    from cohort.texts
),

hits as (
    select
        said.text,
        rules.concept,
        rules.rule_order,
        rules.action,
        rules.label
    from said
    cross join ref.text_rules as rules
    where
        case
            when rules.case_rule = 'sensitive' then regexp_matches(said.text, rules.pattern, 'c')
            else regexp_matches(said.text, rules.pattern, 'i')
        end
)

select
    text,
    concept,
    rule_order,
    action = 'allow' as is_allowed,
    label
from hits
qualify row_number() over (partition by text, concept order by rule_order asc) = 1
