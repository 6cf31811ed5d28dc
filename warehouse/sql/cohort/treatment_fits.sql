-- cohort.treatment_fits
-- Grain: one row per target of an anti-infective and organism that such a treatment is aimed at.
-- Rule: a treatment counts for a finding only if its target fits the class of the organism
-- (docs/definitions.md#targeted-treatment, rules D44). No dates.
with

organisms as (
    select distinct
        organism_code,
        infection_class,
        recurrence_group
    from cohort.organism_index
),

-- Targets of the drug list that name a virus, in the words of the test list.
named_targets as (
    select
        named.target,
        named.test_target
    from (
        values
        ('cmv', 'cmv'),
        ('ebv', 'ebv'),
        ('hbv', 'hbv'),
        ('sars_cov_2', 'sars_cov_2'),
        ('influenza', 'influenza_a'),
        ('influenza', 'influenza_b'),
        ('adenovirus_bk', 'adenovirus'),
        ('adenovirus_bk', 'bk'),
        ('herpes', 'hsv'),
        ('herpes', 'vzv')
    ) as named (target, test_target)
),

tested_organisms as (
    select distinct
        test.target as test_target,
        indexed.organism_code
    from ref.micro_tests as test
    inner join cohort.organism_index as indexed
        on test.organism_system = indexed.system and test.organism_code = indexed.code
),

fits as (
    select
        named.target,
        matched.organism_b as organism_code
    from named_targets as named
    inner join tested_organisms as tested on named.test_target = tested.test_target
    inner join cohort.organism_matches as matched on tested.organism_code = matched.organism_a
    union
    select
        case
            when starts_with(infection_class, 'bacterial') then 'bacteria'
            when starts_with(infection_class, 'fungal') then 'fungi'
            when infection_class = 'pjp' then 'fungi'
            when infection_class = 'mycobacterial' then 'mycobacteria'
            when infection_class = 'parasitic' then 'parasites'
            when starts_with(infection_class, 'viral') then 'viruses'
        end as target,
        organism_code
    from organisms
    union
    select
        recurrence_group as target,
        organism_code
    from organisms
    where recurrence_group in ('c_difficile', 'respiratory_viruses')
)

select
    target,
    organism_code
from fits
where target is not null
