-- cohort.site_grades
-- Grain: one headline class and site, with the BMT CTN grade that a documented infection there has at least.
-- Rule: the rows of the grading digest that microbiology and site alone decide (docs/definitions.md#bmt-ctn-grade);
-- what needs volume, response or duration of therapy takes its lowest grade. Not listed = not computable. No dates.
select
    grades.headline_label,
    grades.site,
    grades.grade
from (
    values
    ('bacterial', 'blood', 2), ('bacterial', 'lower_resp', 2), ('bacterial', 'upper_resp', 1),
    ('bacterial', 'sinus', 1), ('bacterial', 'ent_oral', 1), ('bacterial', 'CNS', 3), ('bacterial', 'eye', 1),
    ('bacterial', 'GI', 1), ('bacterial', 'hepatobiliary', 1), ('bacterial', 'intraabdominal', 1),
    ('bacterial', 'perianal', 1), ('bacterial', 'urinary', 1), ('bacterial', 'genital', 1),
    ('bacterial', 'skin_soft', 1), ('bacterial', 'line_site', 1), ('bacterial', 'cardiovascular', 3),
    ('bacterial', 'bone_joint', 1), ('bacterial', 'lymphatic', 1), ('bacterial', 'other', 1),
    ('fungal', 'blood', 3), ('fungal', 'lower_resp', 3), ('fungal', 'CNS', 3), ('fungal', 'hepatobiliary', 3),
    ('fungal', 'eye', 3), ('fungal', 'sinus', 2), ('fungal', 'GI', 2), ('fungal', 'ent_oral', 1),
    ('fungal', 'skin_soft', 1),
    ('viral', 'blood', 1), ('viral', 'upper_resp', 2), ('viral', 'lower_resp', 3), ('viral', 'CNS', 3),
    ('viral', 'hepatobiliary', 3), ('viral', 'eye', 3), ('viral', 'GI', 2), ('viral', 'urinary', 1),
    ('viral', 'ent_oral', 1), ('viral', 'skin_soft', 1),
    ('parasitic', 'CNS', 3),
    ('unknown', 'lower_resp', 2), ('unknown', 'upper_resp', 1), ('unknown', 'sinus', 1), ('unknown', 'ent_oral', 1),
    ('unknown', 'GI', 1), ('unknown', 'hepatobiliary', 1), ('unknown', 'intraabdominal', 1),
    ('unknown', 'perianal', 1), ('unknown', 'urinary', 1), ('unknown', 'genital', 1), ('unknown', 'skin_soft', 1),
    ('unknown', 'line_site', 1), ('unknown', 'blood', 1), ('unknown', 'eye', 1), ('unknown', 'lymphatic', 1),
    ('unknown', 'bone_joint', 1), ('unknown', 'cardiovascular', 1), ('unknown', 'CNS', 1), ('unknown', 'other', 1),
    ('unknown', 'unknown', 1)
) as grades (headline_label, site, grade)
