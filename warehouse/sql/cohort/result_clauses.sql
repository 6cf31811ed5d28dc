-- cohort.result_clauses
-- Grain: one row per distinct text of a result and clause of it.
-- Rule: a text is read clause by clause; per rule concept the first hit decides, deny before allow
-- (docs/definitions.md#microbiology-results). A clause that is just a word of the value list means that word. No dates.
with

texts as (
    select distinct
        text,
        regexp_replace(text, '[.]\s+([A-Z])', chr(10) || '\1', 'g') as cut_text
    from cohort.micro_texts
),

clauses as (
    select
        text,
        unnest(regexp_split_to_array(cut_text, '[;；。，\n\r]+')) as clause
    from texts
),

distinct_clauses as (
    select distinct
        text,
        trim(clause) as clause,
        trim(regexp_replace(
            regexp_replace(lower(nfc_normalize(clause)), '[(]organism[)]', ' ', 'g'), '[^\p{L}\p{N}]+', ' ', 'g'
        )) as clause_key
    from clauses
    where trim(clause) <> ''
),

hits as (
    select
        clause.clause,
        rule.concept,
        arg_min(rule.action, rule.rule_order) = 'allow' as is_hit
    from (select distinct clause from distinct_clauses) as clause
    inner join ref.text_rules as rule
        on
            rule.concept in ('no_growth', 'pending', 'contamination', 'growth_amount')
            and case rule.case_rule
                when 'insensitive' then regexp_matches(clause.clause, rule.pattern, 'i')
                else regexp_matches(clause.clause, rule.pattern, 'c')
            end
    group by clause.clause, rule.concept
),

verdicts as (
    select
        clause,
        bool_or(is_hit and concept = 'no_growth') as is_negative,
        bool_or(is_hit and concept = 'pending') as is_pending,
        bool_or(is_hit and concept = 'contamination') as is_contamination,
        bool_or(is_hit and concept = 'growth_amount') as is_amount
    from hits
    group by clause
),

words as (
    select
        trim(regexp_replace(regexp_replace(lower(display), '[(].*[)]', ''), '[^\p{L}\p{N}]+', ' ', 'g')) as word_key,
        min(result) as result
    from ref.result_values
    where element = 'value'
    group by word_key
)

select
    clause.text,
    clause.clause,
    clause.clause_key,
    coalesce(verdicts.is_negative, words.result in ('negative', 'no_growth'), false) as is_negative,
    coalesce(verdicts.is_pending, false) as is_pending,
    coalesce(verdicts.is_contamination, false) as is_contamination,
    coalesce(verdicts.is_amount, words.result = 'amount', false) as is_amount,
    coalesce(words.result = 'positive', false) as is_positive_word,
    regexp_matches(clause.clause, '^[<＜≤]') as is_below
from distinct_clauses as clause
left join verdicts on clause.clause = verdicts.clause
left join words on clause.clause_key = words.word_key
