-- cohort.medication_texts
-- Grain: one row per text element of an administration or request, as recorded.
-- Rule: the text of the Medication that is referred to counts as the drug's own (docs/definitions.md#drug-exposure).
-- No times here.
select
    'MedicationAdministration' as resource_type,
    medication_administration_id as resource_id,
    element,
    text
from stage.medication_administration
unpivot (text for element in (medication_text as medication, route_text as route, dosage_text as dosage))
union all
select
    'MedicationRequest' as resource_type,
    medication_request_id as resource_id,
    element,
    text
from stage.medication_request
unpivot (text for element in (medication_text as medication, route_text as route, dosage_text as dosage))
union all
select
    'MedicationAdministration' as resource_type,
    administration.medication_administration_id as resource_id,
    'medication' as element,
    medication.code_text as text
from stage.medication_administration as administration
inner join stage.medication as medication on administration.medication_id = medication.medication_id
union all
select
    'MedicationRequest' as resource_type,
    request.medication_request_id as resource_id,
    'medication' as element,
    medication.code_text as text
from stage.medication_request as request
inner join stage.medication as medication on request.medication_id = medication.medication_id
