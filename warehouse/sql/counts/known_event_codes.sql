-- counts.known_event_codes
-- Grain: one row per element, system and code (or prefix) that a code list holds for diagnoses, procedures and drugs.
-- Rule: what is in no row here is unmapped and is reported, never guessed (docs/definitions.md#value-sets). No times.
select
    'Condition' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.infection_codes
union
select
    'Condition' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.underlying_disease
union
select
    'Condition' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.risk_states
union
select
    'Condition' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.toxicity_codes
union
select
    'Condition' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.other_procedures
union
select
    'Procedure' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.infusions
union
select
    'Procedure' as resource_type,
    'code' as element,
    system,
    code,
    match
from ref.other_procedures
union
select
    'Procedure' as resource_type,
    'code' as element,
    system,
    code,
    'exact' as match
from ref.support_codes
union
select
    'MedicationAdministration' as resource_type,
    'medication' as element,
    system,
    code,
    match
from ref.medications
union
select
    'MedicationAdministration' as resource_type,
    'medication' as element,
    system,
    code,
    match
from ref.infusions
union
select
    'MedicationRequest' as resource_type,
    'medication' as element,
    system,
    code,
    match
from ref.medications
