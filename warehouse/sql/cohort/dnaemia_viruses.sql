-- cohort.dnaemia_viruses
-- Grain: one virus whose genome in blood is an infection only if it is clinically significant.
-- Rule: what treats it, and from which level it counts untreated
-- (docs/definitions.md#c-difficile-dnaemia-fungal-candidates).
-- Levels are compared in their own unit only; NULL = no level counts. Both levels are unverified. No dates.
select
    viruses.target,
    viruses.treatment_target,
    viruses.level_unit,
    case viruses.target
        when 'cmv' then protocol.cmv_significant_iu_per_ml
        when 'adenovirus' then protocol.adv_significant_copies_per_ml
    end as level_from
from (
    values
    ('cmv', 'cmv', 'iu'),
    ('hhv6', 'cmv', null),
    ('ebv', 'ebv', null),
    ('adenovirus', 'adenovirus_bk', 'copies'),
    ('bk', 'adenovirus_bk', null)
) as viruses (target, treatment_target, level_unit)
cross join ref.protocol as protocol
