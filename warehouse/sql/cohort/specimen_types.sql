-- cohort.specimen_types
-- Grain: one row per specimen whose own type is known.
-- Rule: the code of the type; where no list knows it, its words: a display of the list, a specimen class, or a text
-- rule for catheter tips and screening (docs/definitions.md#non-sterile-sites). is_lavage = of a lavage. No dates.
with

coded as (
    select
        codings.resource_id as specimen_id,
        listed.specimen_class,
        listed.site,
        listed.sterile,
        listed.role,
        contains(lower(listed.display), 'lavage') as is_lavage
    from cohort.codings as codings
    inner join ref.specimen_sites as listed on codings.system = listed.system and codings.code = listed.code
    where codings.resource_type = 'Specimen' and codings.element = 'type'
    qualify
        row_number() over (
            partition by codings.resource_id
            order by
                listed.role = 'clinical' asc, listed.specimen_class = 'unspecified' asc,
                listed.system asc, listed.code asc
        ) = 1
),

written as (
    select
        texts.resource_id as specimen_id,
        texts.text,
        trim(regexp_replace(
            regexp_replace(lower(texts.text), 'specimen|sample', ' ', 'g'), '[^\p{L}\p{N}]+', ' ', 'g'
        )) as type_key
    from cohort.texts as texts
    left join coded on texts.resource_id = coded.specimen_id
    where texts.resource_type = 'Specimen' and texts.element = 'type' and coded.specimen_id is null
),

words as (
    select
        trim(regexp_replace(
            regexp_replace(lower(display), 'specimen|sample', ' ', 'g'), '[^\p{L}\p{N}]+', ' ', 'g'
        )) as type_key,
        min(specimen_class) as specimen_class
    from ref.specimen_sites
    group by type_key
    union
    select
        replace(specimen_class, '_', ' ') as type_key,
        specimen_class
    from ref.specimen_classes
),

ruled as (
    select
        written.specimen_id,
        if(rule.concept = 'catheter_tip', 'catheter_tip', 'screening_skin') as specimen_class,
        if(rule.concept = 'catheter_tip', 1, 2) as choice
    from written
    inner join ref.text_rules as rule
        on
            rule.concept in ('catheter_tip', 'screening_specimen')
            and rule.action = 'allow'
            and regexp_matches(written.text, rule.pattern, 'i')
    union
    select
        written.specimen_id,
        words.specimen_class,
        3 as choice
    from written
    inner join words on written.type_key = words.type_key
),

named as (
    select
        ruled.specimen_id,
        class.specimen_class,
        class.site,
        class.sterile,
        class.role
    from ruled
    inner join ref.specimen_classes as class on ruled.specimen_class = class.specimen_class
    qualify
        row_number() over (
            partition by ruled.specimen_id
            order by ruled.choice asc, class.specimen_class asc
        ) = 1
)

select
    specimen_id,
    specimen_class,
    site,
    sterile,
    role,
    is_lavage
from coded
union all
select
    specimen_id,
    specimen_class,
    site,
    sterile,
    role,
    false as is_lavage
from named
