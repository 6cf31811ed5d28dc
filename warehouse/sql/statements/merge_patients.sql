-- statement merge_patients: what was recorded under a merged Patient belongs to its survivor
-- Grain: every relation of stage that holds patient_id; the record of the replaced Patient itself goes, since the
-- survivor's counts. stage.patient_link stays as it was sent. An empty stage.survivors changes nothing.
-- Time: none.
update stage.condition
set patient_id = survivors.survivor_id
from stage.survivors
where condition.patient_id = survivors.patient_id;

update stage.device
set patient_id = survivors.survivor_id
from stage.survivors
where device.patient_id = survivors.patient_id;

update stage.device_use_statement
set patient_id = survivors.survivor_id
from stage.survivors
where device_use_statement.patient_id = survivors.patient_id;

update stage.diagnostic_report
set patient_id = survivors.survivor_id
from stage.survivors
where diagnostic_report.patient_id = survivors.patient_id;

update stage.encounter
set patient_id = survivors.survivor_id
from stage.survivors
where encounter.patient_id = survivors.patient_id;

update stage.group_member
set patient_id = survivors.survivor_id
from stage.survivors
where group_member.patient_id = survivors.patient_id;

update stage.medication_administration
set patient_id = survivors.survivor_id
from stage.survivors
where medication_administration.patient_id = survivors.patient_id;

update stage.medication_dispense
set patient_id = survivors.survivor_id
from stage.survivors
where medication_dispense.patient_id = survivors.patient_id;

update stage.medication_request
set patient_id = survivors.survivor_id
from stage.survivors
where medication_request.patient_id = survivors.patient_id;

update stage.medication_statement
set patient_id = survivors.survivor_id
from stage.survivors
where medication_statement.patient_id = survivors.patient_id;

update stage.observation
set patient_id = survivors.survivor_id
from stage.survivors
where observation.patient_id = survivors.patient_id;

update stage.procedure
set patient_id = survivors.survivor_id
from stage.survivors
where procedure.patient_id = survivors.patient_id;

update stage.specimen
set patient_id = survivors.survivor_id
from stage.survivors
where specimen.patient_id = survivors.patient_id;

delete from stage.patient
where exists (
    select 1
    from stage.survivors
    where survivors.patient_id = patient.patient_id
);

delete from stage.patient_identifier
where exists (
    select 1
    from stage.survivors
    where survivors.patient_id = patient_identifier.patient_id
);
